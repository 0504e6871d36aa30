/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When to try again: full jitter over a window that doubles from 1 s to 60 s, for ever. Thirty
 * boards of a classroom that lost the same server come back spread over the window instead of in
 * lockstep. Pure. */
#pragma once

#include <stdint.h>

struct backoff {
	int64_t first_ns, most_ns; /* the window, at first and at most */
	uint64_t random;           /* state of the generator */
	unsigned attempts;         /* failures in a row */
};

/* The seed must differ from board to board. */
void backoff_init(struct backoff *backoff, int64_t first_ns, int64_t most_ns, uint64_t seed);

/* One more failure: how long to wait. `retry_after_ns` is the server's wish (0: none), kept but for
 * a cap of 10 min; the jitter then comes on top, since it told all boards the same. */
int64_t backoff_next(struct backoff *backoff, int64_t retry_after_ns);

void backoff_reset(struct backoff *backoff); /* it worked */
