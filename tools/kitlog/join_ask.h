/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `kitlog join` asks a board: about the run, and what time it is. One thread. */
#pragma once

#include "tools/kitlog/board.h"
#include "tools/kitlog/join_clock.h"

/* All of it but the ping. 0; -ENOENT: it has no such run, -EIO; after saying so. */
int join_ask_run(struct board *board, long run, struct join_clock *ret_clock);

/* One ping; it is taken when it was quicker than those before. The first one also opens the
 * connection. 0; -EIO after saying why. */
int join_ask_time(struct board *board, struct join_clock *clock);

int64_t join_monotonic_ns(void); /* this computer's clock, by which pings are timed */
