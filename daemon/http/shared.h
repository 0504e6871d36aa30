/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One answer for sixty telephones. Who asks what another asks just now waits for the same bytes, and who asks
 * within a second of it has them, too: work is done as often as there is something new, not as often as somebody
 * looks.
 *
 * Whether somebody may have the answer is for the caller to say, for each who asks. Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/request.h"

struct shared_answer;

struct shared {
	const struct clock *clock;
	struct shared_answer *
		answers; /* private: being made, or not older than a second at the last shared_join */
};

/* What is asked, and of which state of things: answers are the same where both are. */
struct shared_key {
	uint64_t what, state[2];
};

/* True: the request was answered, or will be. */
bool shared_join(struct shared *shared, const struct shared_key *key, struct request *request);

/* Nobody makes it yet: *ret_answer is to be ended by one of the next two, and the request waits for that.
 * -ENOMEM. */
int shared_begin(struct shared *shared, const struct shared_key *key, struct request *request,
	struct shared_answer **ret_answer);

/* Answers all who wait with this JSON, and for a second whoever comes. */
void shared_give(struct shared *shared, struct shared_answer *answer, const struct text *text);
/* There is none: refuses all who wait. */
void shared_give_up(struct shared *shared, struct shared_answer *answer,
	void (*refuse)(struct request *request));

/* After all were ended. */
void shared_clear(struct shared *shared);
