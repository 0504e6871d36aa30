/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kits that speak only when spoken to. A kit.yaml may say what to ask and how the answer begins;
 * the adapter's USB ids, which thousands of other boards share, are not enough to talk to what
 * hangs on it.
 *
 * Nothing is asked while something speaks by itself: a board that prints takes bytes as commands.
 * After three seconds of silence each model that fits is asked, at its own serial setting, one
 * after the other; when none answers, the port listens again at its usual setting for ten seconds
 * and they are asked anew, since a probe may be plugged in behind the adapter later. Usual is the
 * setting the port was opened at, or the one found since at which somebody spoke by himself. */
#include <string.h>

#include "sense/conversation_state.h"

enum { ANSWER_BYTES = 256, QUIET_MS = 3000, REST_MS = 10000, SETTLE_MS = 150, ANSWER_MS = 500 };

static struct instant after_ms(struct instant now, int64_t ms)
{
	return instant_add(now, ms * NS_PER_MS);
}

/* The entry of `match` that says what to ask at this port, if the listener's model has one. */
static const struct model_match *question_of(const struct kit *kit, size_t index)
{
	const struct model *model = kit->listeners[index].model;

	for (size_t i = 0; model && i < model->n_matches; i++) {
		const struct model_match *match = &model->matches[i];
		bool is_here = !match->has_usb ||
			(match->vendor == kit->port.usb_vendor &&
				(match->any_product || match->product == kit->port.usb_product));

		if (match->ask.n > 0 && is_here)
			return match;
	}
	return NULL;
}

void kit_ask_begin(struct kit *kit, struct instant now)
{
	kit->asking = (struct asking){.until = after_ms(now, QUIET_MS)};
	kit->asking.usual = (struct model_serial){.is_given = true,
		.speed = kit->port.speed,
		.bits = 8,
		.parity = 'N',
		.stop_bits = 1};
}

/* Speeds are ours to choose here. */
static bool may_set_serial(const struct kit *kit)
{
	return kit->host->respeed && kit->port.speed != 0 && !kit->port.speed_is_fixed;
}

void kit_ask_claimed(struct kit *kit)
{
	if (kit->asking.phase == ASK_RESTS)
		kit->asking.usual.speed = kit->port.speed;
}

bool kit_ask_return(struct kit *kit, struct instant now)
{
	if (!may_set_serial(kit))
		return false;
	kit_set_serial(kit, &kit->asking.usual, now);
	return true;
}

/* On to the next listener with a question, from `index` on; behind the last one a rest. */
static void ask_from(struct kit *kit, size_t index, struct instant now)
{
	struct asking *asking = &kit->asking;

	for (; index < kit->n_listeners; index++) {
		const struct model_serial *serial;

		asking->match = question_of(kit, index);
		if (!asking->match)
			continue;
		serial = &kit->listeners[index].model->serial;
		asking->listener = index;
		asking->phase = ASK_SETTLES;
		asking->until = now;
		if (may_set_serial(kit) && serial->is_given && !serial->is_automatic) {
			kit_set_serial(kit, serial, now);
			asking->until = after_ms(now, SETTLE_MS);
		}
		return;
	}
	if (asking->phase != ASK_RESTS && may_set_serial(kit))
		kit_set_serial(kit, &asking->usual, now);
	asking->phase = ASK_RESTS;
	asking->until = after_ms(now, REST_MS);
}

bool kit_ask_tick(struct kit *kit, struct instant now)
{
	struct asking *asking = &kit->asking;

	if (!kit->host->send || kit->port.transport != KIT_SERIAL)
		return false;
	if (asking->phase == ASK_RESTS) {
		if (kit->total > 0 &&
			instant_since(now, kit->newest_byte) < QUIET_MS * (int64_t)NS_PER_MS)
			return false;
		if (kit_is_hopeful(kit, now))
			return false;
		if (now.ns < asking->until.ns)
			return false;
		ask_from(kit, 0, now);
		return asking->phase != ASK_RESTS;
	}
	if (now.ns < asking->until.ns)
		return true;
	if (asking->phase == ASK_WAITS) {
		ask_from(kit, asking->listener + 1, now);
		return true;
	}
	kit->n_bytes = 0;
	for (size_t i = 0; i < kit->n_listeners; i++)
		kit->listeners[i].used = 0;
	if (kit->host->send(kit->host->self, kit, asking->match->ask.bytes, asking->match->ask.n))
		return true; /* not taken now: again at the next tick */
	asking->phase = ASK_WAITS;
	asking->until = after_ms(now, ANSWER_MS);
	return true;
}

/* The answer is looked for at every place: an adapter may have brought an echo or half a byte of
 * noise before it. Who says more than that speaks by itself. */
bool kit_ask_received(struct kit *kit)
{
	struct asking *asking = &kit->asking;
	const struct model_bytes *answer;

	if (kit_has_claimed(kit) || asking->phase != ASK_WAITS)
		return false;
	answer = &asking->match->answer;
	for (size_t at = 0; at + answer->n <= kit->n_bytes; at++) {
		size_t i = 0;

		while (i < answer->n &&
			((kit->bytes[at + i] ^ answer->bytes[i]) & answer->mask[i]) == 0)
			i++;
		if (i < answer->n)
			continue;
		asking->phase = ASK_RESTS;
		kit->senseless = 0;
		kit->n_bytes = 0;
		kit_open_listeners(kit, asking->listener);
		return true;
	}
	if (kit->n_bytes <= ANSWER_BYTES)
		return true;
	asking->phase = ASK_RESTS;
	asking->until = after_ms(kit->at, REST_MS);
	return false;
}
