/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/text.h"

/* Between an answer and the next question; how long one may take; and without any, it is missing: together less
 * than 5 s from the last sign of life to the word. */
static const int64_t PACE_NS = NS_PER_S;
enum { MOST_MS = 2000 };
static const int64_t MISSING_NS = 3500 * (int64_t)NS_PER_MS;
/* Ourselves, and one that is here by another address, need not be asked often. */
static const int64_t TWIN_NS = 15 * (int64_t)NS_PER_S;
/* So often the key goes along, to see whether it is still good. */
static const int64_t CHECK_NS = 60 * (int64_t)NS_PER_S;

static void ask_in(struct peer *peer, int64_t ns)
{
	timer_at(peer->world->loop, &peer->due, instant_add(loop_now(peer->world->loop), ns));
}

static void tell(struct peer *peer)
{
	peer->world->told(peer->world->self, peer);
}

const char *peer_address(const struct peer *peer)
{
	const char *behind = strstr(peer->base, "://");

	return behind ? behind + 3 : peer->base;
}

/* --- answers --- */

static void take_ping(struct peer *peer, const struct visit_answer *answer, struct instant theirs)
{
	mapping_add(&peer->mapping,
		&(struct mapping_ping){
			.sent = answer->sent, .came = answer->came, .theirs = theirs});
}

static void judge_key(struct peer *peer, bool was_checking)
{
	const struct key *key = keys_find(peer->world->keys, peer->summary.id);

	peer->trouble = PEER_WELL;
	if (was_checking) {
		peer->is_key_good = peer->summary.is_teacher;
		peer->is_key_known = true;
		peer->checked = peer->answered;
	}
	if (key && strcmp(key->address, peer->base) != 0)
		peer->trouble = PEER_MOVED;
	else if (key && (!*key->token || (peer->is_key_known && !peer->is_key_good)))
		peer->trouble = PEER_ENDED;
	else if (!key && keys_know_address(peer->world->keys, peer->base))
		peer->trouble = PEER_REPLACED;
}

static bool take_summary(struct peer *peer, const struct visit_answer *answer)
{
	struct summary summary;

	if (answer->status != 200 || summary_read(answer->body, answer->n, &summary) < 0)
		return false;
	summary_clear(&peer->summary);
	peer->summary = summary;
	peer->is_self = strcmp(summary.life, peer->world->life) == 0;
	text_copy(peer->name, sizeof peer->name, summary.name);
	peer->world->named(peer->world->self, peer);
	if (summary.interface == SUMMARY_INTERFACE)
		take_ping(peer, answer, summary.now);
	return true;
}

/* What does not understand http may be a board that speaks https. */
static void try_other_scheme(struct peer *peer)
{
	char address[KEY_ADDRESS];
	struct text base;

	if (peer->has_scheme || peer->has_answered)
		return;
	text_copy(address, sizeof address, peer_address(peer));
	bool is_http = strncmp(peer->base, "http:", 5) == 0;

	base = text_over(peer->base, sizeof peer->base);
	text_addf(&base, "%s://%s", is_http ? "https" : "http", address);
}

/* A board that speaks https sends on who comes by http. Where to is not looked at; https at this very address is
 * tried, once. */
static bool is_sent_on(struct peer *peer, const struct visit_answer *answer)
{
	bool is_first = !peer->was_sent_on;

	if (answer->status / 100 != 3 || peer->has_scheme || peer->has_answered)
		return false;
	peer->was_sent_on = true;
	if (is_first)
		try_other_scheme(peer);
	return is_first;
}

static void take_answer(struct peer *peer, const struct visit_answer *answer)
{
	bool was_checking = peer->is_checking;

	peer->has_answered = true;
	peer->is_missing = false;
	peer->answered = answer->came;
	peer->has_told = take_summary(peer, answer);
	if (peer->has_told)
		judge_key(peer, was_checking);
	else
		peer->trouble = PEER_NO_KITLOG;
}

/* Somebody is there, and is not who he should be. */
static void take_word(struct peer *peer, enum peer_trouble trouble)
{
	peer->has_answered = true;
	peer->has_told = peer->is_missing = false;
	peer->answered = clock_now(peer->world->clock);
	peer->trouble = trouble;
}

static void on_answer(void *self, const struct visit_answer *answer)
{
	struct peer *peer = self;

	if (peer->is_overtaken) {
		peer->is_overtaken = false;
		ask_in(peer, 0);
		return;
	}
	switch (answer->trouble) {
	case VISIT_ANSWERED:
		if (!is_sent_on(peer, answer))
			take_answer(peer, answer);
		break;
	case VISIT_NO_TRUST:
		take_word(peer, PEER_CHANGED);
		break;
	case VISIT_BROKEN:
		if (answer->status) /* it says more than any board does */
			take_word(peer, PEER_NO_KITLOG);
		else
			try_other_scheme(peer);
		break;
	case VISIT_NO_CONNECTION:
	case VISIT_TOO_SLOW:
		break;
	}
	if (peer->is_self || peer->is_twin)
		ask_in(peer, TWIN_NS);
	else /* who has just told who it is, and is joined, is shown the key at once */
		ask_in(peer,
			peer->has_told && peer_key(peer) && !peer->is_key_known &&
					!peer->is_checking
				? 0
				: PACE_NS);
	tell(peer);
}

/* --- questions --- */

const struct key *peer_key(const struct peer *peer)
{
	const struct key *key = keys_find(peer->world->keys, peer->summary.id);

	return key && *key->token && strcmp(key->address, peer->base) == 0 &&
			strcmp(peer->id, key->id) == 0
		? key
		: NULL;
}

static void on_due(struct timer *timer, struct instant now)
{
	struct peer *peer = CONTAINER(timer, struct peer, due);
	const struct key *key = peer_key(peer);

	peer->is_checking = key && peer->has_told &&
		(!peer->is_key_known || instant_since(now, peer->checked) >= CHECK_NS);
	if (visit_begin(peer->visit,
		    &(struct visit_question){.base = peer->base,
			    .path = "/api/v1/room",
			    .token = peer->is_checking ? key->token : NULL,
			    .certificate = key && *key->certificate ? key->certificate : NULL,
			    .most_ms = MOST_MS}) < 0)
		ask_in(peer, PACE_NS);
}

/* Also while a question is under way. */
static void on_late(struct timer *timer, struct instant now)
{
	struct peer *peer = CONTAINER(timer, struct peer, late);
	struct instant since = peer->has_answered ? peer->answered : peer->since;

	if (peer->is_missing || peer->is_self || peer->is_twin ||
		instant_since(now, since) < MISSING_NS)
		return;
	peer->is_missing = true;
	peer->has_told = false;
	tell(peer);
}

void peer_ask_now(struct peer *peer)
{
	peer->checked.ns = INT64_MIN / 2;
	peer->is_overtaken = visit_is_under_way(peer->visit);
	if (!peer->is_overtaken)
		ask_in(peer, 0);
}

/* --- */

enum peer_state peer_state(const struct peer *peer)
{
	if (peer->is_missing)
		return PEER_MISSING;
	if (!peer->has_answered)
		return PEER_FOUND;
	if (peer->trouble == PEER_NO_KITLOG ||
		(peer->summary.groups && peer->summary.interface != SUMMARY_INTERFACE))
		return PEER_OTHER;
	if (peer->has_told && peer_key(peer) && !peer->is_key_known && peer->trouble == PEER_WELL)
		return PEER_FOUND;
	return peer_key(peer) && peer->is_key_good && peer->trouble == PEER_WELL ? PEER_HERE
										 : PEER_LOCKED;
}

const char *peer_state_name(enum peer_state state)
{
	static const char *const names[] = {"found", "locked", "here", "missing", "other"};

	return names[state];
}

int peer_new(
	const struct peer_world *world, const char *base, const char *name, struct peer **ret_peer)
{
	struct peer *peer = calloc(1, sizeof *peer);
	int r;

	if (!peer)
		return -ENOMEM;
	peer->world = world;
	text_copy(peer->base, sizeof peer->base, base);
	text_copy(peer->id, sizeof peer->id, peer_address(peer));
	text_copy(peer->name, sizeof peer->name, *name ? name : peer_address(peer));
	peer->since = loop_now(world->loop);
	peer->checked.ns = INT64_MIN / 2;
	peer->due.due = on_due;
	peer->late.due = on_late;
	r = visit_new(&(struct visit_options){.transfers = world->transfers,
			      .clock = world->clock,
			      .done = on_answer,
			      .self = peer},
		&peer->visit);
	if (r < 0) {
		free(peer);
		return r;
	}
	ask_in(peer, 0);
	timer_every(world->loop, &peer->late, NS_PER_S / 2);
	*ret_peer = peer;
	return 0;
}

void peer_free(struct peer *peer)
{
	if (!peer)
		return;
	timer_cancel(&peer->due);
	timer_cancel(&peer->late);
	visit_free(peer->visit);
	summary_clear(&peer->summary);
	free(peer);
}
