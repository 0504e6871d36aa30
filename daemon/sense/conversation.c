/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes in; who may read them.
 *
 * Sniffing: the buffer is shared, the places in it are not. A family that waits for more while
 * others go on keeps the bytes from its place on; 4096 unused ones are too many. One that has
 * claimed is fed alone; if for ten seconds bytes come and make no sense to it, the claim is
 * forgotten and all listen again (another sketch was flashed, the board's other program runs). conversation_judge.c
 * decides that. */
#include "sense/conversation.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sense/conversation_state.h"

int conversation_new(const struct conversation_host *host, struct kit **ret_kit)
{
	struct kit *kit;

	for (size_t i = 0; i < host->n_families; i++)
		if (host->families[i]->state_size > KIT_STATE_BYTES)
			return -E2BIG;
	kit = calloc(1, sizeof(*kit));
	if (!kit)
		return -ENOMEM;
	kit->host = host;
	*ret_kit = kit;
	return 0;
}

void conversation_free(struct kit *kit)
{
	free(kit);
}

/* --- who listens --- */

static void add_listener(
	struct kit *kit, const struct kit_family *family, const struct model *model)
{
	if (kit->n_listeners < CONVERSATION_LISTENERS)
		kit->listeners[kit->n_listeners++] =
			(struct listener){.family = family, .model = model};
}

/* The table that decodes the model: its driver, else its family. */
static const struct kit_family *family_of(const struct kit *kit, const struct model *model)
{
	for (size_t i = 0; i < kit->host->n_families; i++) {
		const struct kit_family *family = kit->host->families[i];

		if (model->driver ? family->outputs && strcmp(family->name, model->driver) == 0
				  : family->form == model->form)
			return family;
	}
	return NULL;
}

/* Models first: what is known of a kit is worth more than what a family finds by itself. */
static void choose_listeners(struct kit *kit)
{
	kit->n_listeners = 0;
	for (size_t i = 0; i < kit->port.n_models && (i == 0 || !kit->port.is_sure); i++) {
		const struct kit_family *family = family_of(kit, kit->port.models[i]);

		if (family)
			add_listener(kit, family, kit->port.models[i]);
	}
	if (kit->port.is_sure || kit->port.transport != KIT_SERIAL)
		return;
	for (size_t i = 0; i < kit->host->n_families; i++)
		if (!kit->host->families[i]->needs_model && !kit->host->families[i]->outputs)
			add_listener(kit, kit->host->families[i], NULL);
}

void kit_open_listeners(struct kit *kit, size_t sure)
{
	kit->claimed = sure;
	for (size_t i = 0; i < kit->n_listeners; i++) {
		struct listener *listener = &kit->listeners[i];

		memset(kit->state[i], 0, listener->family->state_size);
		listener->used = kit->n_bytes;
		listener->hope.ns = 0;
		kit->speaking = i;
		if (listener->family->open && (!kit_has_claimed(kit) || i == sure))
			listener->family->open(kit, kit->state[i]);
	}
}

static bool is_fed(const struct kit *kit, size_t index)
{
	return !kit_has_claimed(kit) || index == kit->claimed;
}

static void feed_listener(struct kit *kit, size_t index)
{
	struct listener *listener = &kit->listeners[index];

	kit->speaking = index;
	listener->hope.ns = 0;
	while (listener->used < kit->n_bytes) {
		size_t n = kit->n_bytes - listener->used;
		size_t used = listener->family->decode
			? listener->family->decode(
				  kit, kit->state[index], kit->bytes + listener->used, n)
			: n;

		assert(used <= n);
		if (used == 0)
			break;
		listener->used += used;
	}
	if (kit->n_bytes - listener->used > KIT_BUFFER_BYTES) {
		listener->used = kit->n_bytes - KIT_BUFFER_BYTES;
		kit->rejected += kit->claimed == index;
	}
}

static void drop_used(struct kit *kit)
{
	size_t least = kit->n_bytes;

	for (size_t i = 0; i < kit->n_listeners; i++) {
		if (!is_fed(kit, i))
			kit->listeners[i].used = kit->n_bytes;
		if (kit->listeners[i].used < least)
			least = kit->listeners[i].used;
	}
	if (least == 0)
		return;
	kit->n_bytes -= least;
	memmove(kit->bytes, kit->bytes + least, kit->n_bytes);
	for (size_t i = 0; i < kit->n_listeners; i++)
		kit->listeners[i].used -= least;
}

static void tick_listeners(struct kit *kit, struct instant now)
{
	for (size_t i = 0; i < kit->n_listeners; i++) {
		const struct kit_family *family = kit->listeners[i].family;

		if (!family->tick || !is_fed(kit, i))
			continue;
		kit->speaking = i;
		family->tick(kit, kit->state[i], now);
	}
}

/* --- opening, feeding --- */

void conversation_open(struct kit *kit, const struct kit_port *port, struct instant now)
{
	kit->port = *port;
	kit->at = kit->made_sense = kit->newest_byte = kit->speed_since = now;
	kit->wake.ns = INT64_MAX;
	kit->random = kit->host->seed ^ (uint64_t)now.ns;
	kit->n_bytes = 0;
	kit->senseless = kit->total = kit->rows = 0;
	kit->rejected = kit->unanswered = kit->lost = 0;
	kit->trouble = NULL;
	memset(kit->stream_trouble, 0, sizeof(kit->stream_trouble));
	kit->speed_bytes = kit->speed_plain = 0;
	kit->has_device = kit->has_clock = false;
	choose_listeners(kit);
	kit_ask_begin(kit, now);
	kit_open_listeners(kit, kit_sure_listener(kit));
}

uint8_t *conversation_room(struct kit *kit, size_t *ret_n)
{
	*ret_n = sizeof(kit->bytes) - kit->n_bytes;
	return kit->bytes + kit->n_bytes;
}

void conversation_waited(struct kit *kit, int64_t ns)
{
	kit->waited_ns = ns;
}

static void end_burst(struct kit *kit)
{
	kit->waited_ns = 0;
	for (size_t i = 0; kit->has_device && i < kit->device.n_streams; i++)
		track_end_burst(&kit->tracks[i], kit->host->outlet, kit->at);
}

static void tell_heard(struct kit *kit, const struct conversation_heard *heard)
{
	if (kit->host->heard)
		kit->host->heard(kit->host->self, kit, heard);
}

void conversation_received(struct kit *kit, size_t n, struct instant at)
{
	tell_heard(kit,
		&(struct conversation_heard){
			HEARD_BYTES, kit->bytes + kit->n_bytes, n, 0, NULL, at});
	kit->at = kit->newest_byte = at;
	kit->total += n;
	kit_weigh_bytes(kit, kit->bytes + kit->n_bytes, n);
	kit->n_bytes += n;
	if (kit_ask_received(kit)) {
		kit->waited_ns = 0;
		return;
	}
	for (size_t i = 0; i < kit->n_listeners; i++)
		if (is_fed(kit, i))
			feed_listener(kit, i);
	drop_used(kit);
	end_burst(kit);
}

void conversation_feed(struct kit *kit, const void *bytes, size_t n, struct instant at)
{
	const uint8_t *from = bytes;

	while (n > 0) {
		size_t room, part;
		uint8_t *to = conversation_room(kit, &room);

		part = n < room ? n : room;
		memcpy(to, from, part);
		conversation_received(kit, part, at);
		from += part;
		n -= part;
	}
}

/* What comes in pieces of its own is never text at the wrong speed: the counts are for people. */
static void note_message(struct kit *kit, size_t n, struct instant at)
{
	kit->at = kit->newest_byte = at;
	kit->total += n;
	kit->senseless += n;
}

void conversation_report(struct kit *kit, const uint8_t *bytes, size_t n, struct instant at)
{
	tell_heard(kit, &(struct conversation_heard){HEARD_REPORT, bytes, n, 0, NULL, at});
	note_message(kit, n, at);
	for (size_t i = 0; i < kit->n_listeners; i++) {
		const struct kit_family *family = kit->listeners[i].family;

		kit->speaking = i;
		if (family->report && is_fed(kit, i))
			family->report(kit, kit->state[i], bytes, n);
	}
	end_burst(kit);
}

void conversation_answer(
	struct kit *kit, int error, const uint8_t *bytes, size_t n, struct instant at)
{
	const struct kit_family *family;

	tell_heard(kit, &(struct conversation_heard){HEARD_ANSWER, bytes, n, error, NULL, at});
	note_message(kit, n, at);
	if (!kit_has_claimed(kit)) {
		kit->waited_ns = 0;
		return;
	}
	family = kit->listeners[kit->claimed].family;
	kit->speaking = kit->claimed;
	if (family->answer)
		family->answer(kit, kit->state[kit->claimed], error, bytes, n);
	end_burst(kit);
}

void conversation_edge(struct kit *kit, const struct kit_edge *edge, struct instant now)
{
	const struct kit_family *family;

	tell_heard(kit, &(struct conversation_heard){HEARD_EDGE, NULL, 0, 0, edge, edge->at});
	note_message(kit, 0, now);
	if (!kit_has_claimed(kit))
		return;
	family = kit->listeners[kit->claimed].family;
	kit->speaking = kit->claimed;
	if (family->edge)
		family->edge(kit, kit->state[kit->claimed], edge);
	end_burst(kit);
}

/* --- the time --- */

void conversation_tick(struct kit *kit, struct instant now)
{
	kit->at = now;
	if (now.ns >= kit->wake.ns)
		kit->wake.ns = INT64_MAX;
	tick_listeners(kit, now);
	if (kit_has_claimed(kit) || !kit_ask_tick(kit, now))
		kit_judge(kit, now);
	if (kit->has_device)
		for (size_t i = 0; i < kit->device.n_streams; i++)
			track_tick(&kit->tracks[i], kit->host->outlet, now);
}

struct instant conversation_wake(const struct kit *kit)
{
	return kit->wake;
}

/* --- the end --- */

void conversation_close(struct kit *kit, struct instant now)
{
	kit->at = now;
	kit_end_device(kit, GAP_UNPLUGGED, true);
}

void conversation_stop(struct kit *kit, struct instant now)
{
	kit->at = now;
	kit_end_device(kit, (enum gap_reason)0, false);
}

int conversation_order(struct kit *kit, enum kit_order order, unsigned argument)
{
	const struct kit_family *family;

	if (!kit_has_claimed(kit))
		return -EOPNOTSUPP;
	family = kit->listeners[kit->claimed].family;
	kit->speaking = kit->claimed;
	if (!family->order)
		return -EOPNOTSUPP;
	return family->order(kit, kit->state[kit->claimed], order, argument);
}

const struct device *conversation_device(const struct kit *kit)
{
	return kit->has_device ? &kit->device : NULL;
}
