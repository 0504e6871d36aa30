/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Few are made at a time, so a list that is walked. An answer is as old as its beginning: what it says is of
 * then. */
#include "http/shared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "http/ask.h"

static const int64_t GOOD_NS = NS_PER_S;

struct shared_answer {
	struct shared_answer *next;
	struct shared_key key;
	struct instant begun;
	char *bytes; /* NULL: it is being made */
	size_t n;
	struct request **waiting;
	size_t n_waiting, room;
};

static bool is_same(const struct shared_key *a, const struct shared_key *b)
{
	return a->what == b->what && a->state[0] == b->state[0] && a->state[1] == b->state[1];
}

static void take_out(struct shared *shared, struct shared_answer *answer)
{
	struct shared_answer **at = &shared->answers;

	while (*at != answer)
		at = &(*at)->next;
	*at = answer->next;
	free(answer->bytes);
	free(answer->waiting);
	free(answer);
}

static void forget_old(struct shared *shared, struct instant now)
{
	struct shared_answer *next;

	for (struct shared_answer *one = shared->answers; one; one = next) {
		next = one->next;
		if (one->bytes && instant_since(now, one->begun) >= GOOD_NS)
			take_out(shared, one);
	}
}

static bool wait_for(struct shared_answer *answer, struct request *request)
{
	if (answer->n_waiting == answer->room) {
		size_t room = answer->room ? 2 * answer->room : 16;
		void *grown = realloc(answer->waiting, room * sizeof(struct request *));

		if (!grown)
			return false;
		answer->waiting = grown;
		answer->room = room;
	}
	answer->waiting[answer->n_waiting++] = request;
	if (!request_is_waiting(request))
		request_wait(request);
	return true;
}

static void give_to(const struct shared_answer *answer, struct request *request)
{
	request_answer(request, 200, "application/json", answer->bytes, answer->n);
}

bool shared_join(struct shared *shared, const struct shared_key *key, struct request *request)
{
	struct shared_answer *one;

	forget_old(shared, clock_now(shared->clock));
	one = shared->answers;
	while (one && !is_same(&one->key, key))
		one = one->next;
	if (!one)
		return false;
	if (!one->bytes)
		return wait_for(one, request);
	give_to(one, request);
	return true;
}

int shared_begin(struct shared *shared, const struct shared_key *key, struct request *request,
	struct shared_answer **ret_answer)
{
	struct shared_answer *answer = calloc(1, sizeof *answer);

	if (!answer || !wait_for(answer, request)) {
		free(answer);
		return -ENOMEM;
	}
	answer->key = *key;
	answer->begun = clock_now(shared->clock);
	answer->next = shared->answers;
	shared->answers = answer;
	*ret_answer = answer;
	return 0;
}

void shared_give_up(struct shared *shared, struct shared_answer *answer,
	void (*refuse)(struct request *request))
{
	for (size_t i = 0; i < answer->n_waiting; i++)
		refuse(answer->waiting[i]);
	take_out(shared, answer);
}

void shared_give(struct shared *shared, struct shared_answer *answer, const struct text *text)
{
	answer->bytes = malloc(text->length + 1);
	if (!answer->bytes) {
		shared_give_up(shared, answer, refuse_busy);
		return;
	}
	memcpy(answer->bytes, text->at, text->length);
	answer->n = text->length;
	for (size_t i = 0; i < answer->n_waiting; i++)
		give_to(answer, answer->waiting[i]);
	free(answer->waiting);
	answer->waiting = NULL;
	answer->n_waiting = answer->room = 0;
}

void shared_clear(struct shared *shared)
{
	while (shared->answers)
		take_out(shared, shared->answers);
}
