/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Even stamps by index: for a board that says ten rows a second and has no clock of its own to show,
 * so that its rows are stamped when they arrive. Pure; any thread.
 *
 * The board samples at equal times; what jumps about is the way here. So the number of a row is the
 * clock: with numbers for ticks, the arrivals are the one direction that keep/refine.h knows, and
 * their lower envelope, windows around the instant, is the time of sampling, later by the least
 * delay of the path, which is constant. Rows are numbered within a stretch. A row that is missing
 * shows as arrivals that are later by a whole period from there on, while a row that was only late
 * is followed by one that is not: so the envelope of what follows decides, and numbers jump by as
 * many as are missing. A hole of more than 20 periods, or one that is not whole, begins a new
 * stretch. A stretch of less than 16 rows keeps its stamps. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct even;

/* Even stamps for n stored ones, which rise strictly; so do these. Both arrays are the caller's and stay
 * where they are; ret_even_ns means something when it is done. 0; -EDOM: these rows come at no regular
 * time (events, edges, or less than 16 rows); -ENOMEM. */
int even_new(const int64_t *stored_ns, size_t n, int64_t *ret_even_ns, struct even **ret_even);
void even_free(struct even *even);

/* A part of it, some tenths of a second at most, so that others have their turn in between. 1: there is
 * more to do; 0: it is done; -EDOM, -ENOMEM as above. */
int even_step(struct even *even);
