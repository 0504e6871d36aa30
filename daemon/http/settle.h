/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers that wait until what was ordered is on the card: whoever asks next, the charts' history
 * or an export, finds it there. A card that refuses, or takes more than 5 s, keeps nobody waiting:
 * what was ordered is held in memory then, like readings, and holds all the same. Who answers an act
 * says so (store_status.durable_act). Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "keep/keep.h"
#include "http/request.h"

struct settling;

struct settles {
	const struct clock *clock;
	struct keep *keep;
	const struct store_status *store; /* as of keep's last notice */
	/* Answers a request about what was made: ids first .. last. */
	void (*answer)(void *self, struct request *request, uint32_t first, uint32_t last);
	void *self;
	struct settling *waiting; /* private */
};

/* What keep was just given is to be committed soon; then the answer. */
void settle_wait(struct settles *settles, struct request *request, uint32_t first, uint32_t last);

/* Keep has sent a notice, or a second has passed. True: there were answers. */
bool settle_look(struct settles *settles);

/* Answers all. */
void settle_clear(struct settles *settles);
