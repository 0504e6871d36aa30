/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keep takes its orders before it commits, and says of which instant the commit is: what was
 * ordered before that instant is in it. */
#include "http/settle.h"

#include <stdlib.h>

static const int64_t patience_ns = 5 * (int64_t)NS_PER_S;

struct settling {
	struct settling *next;
	struct request *request;
	struct instant ordered;
	uint32_t first, last;
};

void settle_wait(struct settles *settles, struct request *request, uint32_t first, uint32_t last)
{
	struct settling *settling = malloc(sizeof *settling);
	struct settling **end = &settles->waiting;

	keep_order_commit(settles->keep); /* its ring is full: it will commit without being told */
	if (!settling) {
		settles->answer(settles->self, request, first, last);
		return;
	}
	*settling = (struct settling){NULL, request, clock_now(settles->clock), first, last};
	while (*end)
		end = &(*end)->next;
	*end = settling;
	if (!request_is_waiting(request))
		request_wait(request);
}

static void answer_first(struct settles *settles)
{
	struct settling *settling = settles->waiting;

	settles->waiting = settling->next;
	settles->answer(settles->self, settling->request, settling->first, settling->last);
	free(settling);
}

bool settle_look(struct settles *settles)
{
	struct instant now = clock_now(settles->clock);
	bool has_any = false;

	while (settles->waiting) {
		struct instant ordered = settles->waiting->ordered;

		if (settles->store->durable.ns < ordered.ns && !settles->store->last_error &&
			instant_since(now, ordered) < patience_ns)
			break;
		answer_first(settles);
		has_any = true;
	}
	return has_any;
}

void settle_clear(struct settles *settles)
{
	while (settles->waiting)
		answer_first(settles);
}
