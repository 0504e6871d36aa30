/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/join.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "room/together.h"

enum { MOST_MS = 5000 };

struct join {
	struct join_options options;
	struct visit *visit;
	struct key key;
	bool has_looked; /* who is there, and at its certificate */
};

static bool speaks_https(const struct join *join)
{
	return strncmp(join->key.address, "https:", 6) == 0;
}

static int ask_who(struct join *join)
{
	return visit_begin(join->visit,
		&(struct visit_question){.base = join->key.address,
			.path = "/api/v1/room",
			.asks_certificate = speaks_https(join),
			.most_ms = MOST_MS});
}

static int ask_sign_in(struct join *join)
{
	json_t *body = json_pack("{sssb}", "pin", join->options.order->pin, "remember", 1);
	char *bytes = json_dumps(body, JSON_COMPACT);
	int r = bytes
		? visit_begin(join->visit,
			  &(struct visit_question){.base = join->key.address,
				  .path = "/api/v1/login",
				  .body = bytes,
				  .certificate =
					  *join->key.certificate ? join->key.certificate : NULL,
				  .most_ms = MOST_MS})
		: -ENOMEM;

	if (bytes)
		explicit_bzero(bytes, strlen(bytes));
	free(bytes);
	json_decref(body);
	return r;
}

static void finish(struct join *join, enum room_outcome outcome)
{
	join->options.order->outcome = outcome;
	explicit_bzero(join->options.order->pin, sizeof join->options.order->pin);
	join->options.done(join->options.self, join);
}

static bool holds(const struct keys *keys, const struct key *key)
{
	const struct key *held = keys_find(keys, key->id);

	return held && strcmp(held->token, key->token) == 0;
}

static void take_token(struct join *join, const struct visit_answer *answer)
{
	struct keys *keys = join->options.world->keys;
	enum room_outcome outcome = ROOM_FAILED;

	text_copy(join->key.token, sizeof join->key.token, answer->token);
	if (*join->key.token && keys_put(keys, &join->key) == 0)
		outcome = ROOM_DONE;
	else if (*join->key.token && holds(keys, &join->key))
		outcome = ROOM_NOT_KEPT;
	finish(join, outcome);
}

static bool is_that_board(const struct join *join, const struct visit_answer *answer)
{
	struct summary summary;
	bool is_it;

	if (answer->status != 200 || summary_read(answer->body, answer->n, &summary) < 0)
		return false;
	is_it = strcmp(summary.id, join->key.id) == 0;
	summary_clear(&summary);
	return is_it;
}

static void take_who(struct join *join, const struct visit_answer *answer)
{
	text_copy(join->key.certificate, sizeof join->key.certificate, answer->certificate);
	join->has_looked = true;
	if (!is_that_board(join, answer))
		finish(join, ROOM_NO_ANSWER);
	else if (speaks_https(join) && !*join->key.certificate)
		finish(join, ROOM_NO_TRUST);
	else if (ask_sign_in(join) < 0)
		finish(join, ROOM_FAILED);
}

static void on_answer(void *self, const struct visit_answer *answer)
{
	struct join *join = self;
	struct room_order *order = join->options.order;

	if (answer->trouble == VISIT_NO_TRUST) {
		finish(join, ROOM_NO_TRUST);
	} else if (answer->trouble != VISIT_ANSWERED) {
		finish(join, ROOM_NO_ANSWER);
	} else if (!join->has_looked) {
		take_who(join, answer);
	} else if (answer->status == 204 || answer->status == 200) {
		take_token(join, answer);
	} else {
		order->status = answer->status;
		order->retry_after_s = answer->retry_after_s;
		together_read_refusal(
			answer->body, answer->n, &order->words, order->code, sizeof order->code);
		finish(join, ROOM_REFUSED);
	}
}

int join_begin(const struct join_options *options, struct join **ret_join)
{
	struct join *join = calloc(1, sizeof *join);
	int r;

	if (!join)
		return -ENOMEM;
	join->options = *options;
	text_copy(join->key.id, sizeof join->key.id, options->peer->summary.id);
	text_copy(join->key.name, sizeof join->key.name, options->peer->name);
	text_copy(join->key.address, sizeof join->key.address, options->peer->base);
	r = visit_new(&(struct visit_options){.transfers = options->world->transfers,
			      .clock = options->world->clock,
			      .done = on_answer,
			      .self = join},
		&join->visit);
	if (r == 0)
		r = ask_who(join);
	if (r < 0) {
		join_free(join);
		return r;
	}
	*ret_join = join;
	return 0;
}

struct room_order *join_order(const struct join *join)
{
	return join->options.order;
}

void join_free(struct join *join)
{
	if (!join)
		return;
	visit_free(join->visit);
	free(join);
}
