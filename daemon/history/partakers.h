/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which streams have a part in a range of board time: rows, or a word about rows that they should have
 * had. One thread (work). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "keep/store.h"
#include "history/weave.h"

/* Streams of data with rows in [from, to), or with a gap of their own there that is not just that they were
 * put away; by device and in its order. `kept`: all that was recorded before is on the card. 0; -E2BIG:
 * more than WEAVE_STREAMS; or as the store says. */
int partakers(struct reader *reader, struct instant from, struct instant to, struct instant kept,
	uint32_t ret_streams[WEAVE_STREAMS], size_t *ret_n);
