/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/farewell.h"

#include <errno.h>
#include <stdlib.h>

enum { MOST_MS = 5000 };

struct farewell {
	struct farewell_options options;
	struct visit *visit;
};

static void on_answer(void *self, const struct visit_answer *answer)
{
	struct farewell *farewell = self;

	(void)answer;
	farewell->options.done(farewell->options.self, farewell);
}

int farewell_begin(const struct farewell_options *options, struct farewell **ret_farewell)
{
	struct farewell *farewell = calloc(1, sizeof *farewell);
	const struct key *key = options->key;
	int r;

	if (!farewell)
		return -ENOMEM;
	farewell->options = *options;
	farewell->options.key = NULL;
	r = visit_new(&(struct visit_options){.transfers = options->world->transfers,
			      .clock = options->world->clock,
			      .done = on_answer,
			      .self = farewell},
		&farewell->visit);
	if (r == 0)
		r = visit_begin(farewell->visit,
			&(struct visit_question){.base = key->address,
				.path = "/api/v1/login",
				.is_delete = true,
				.token = key->token,
				.certificate = *key->certificate ? key->certificate : NULL,
				.most_ms = MOST_MS});
	if (r < 0) {
		farewell_free(farewell);
		return r;
	}
	*ret_farewell = farewell;
	return 0;
}

void farewell_free(struct farewell *farewell)
{
	if (!farewell)
		return;
	visit_free(farewell->visit);
	free(farewell);
}
