/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line without its chatter: contacts bounce and the edge of a flag flickers, but the first edge
 * is the true instant, so the first one counts and what follows within the dead time does not.
 *
 * Kernel debouncing is no help: it stamps the edge after the line was quiet, milliseconds late. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct edges_line {
	bool is_known; /* there was an edge */
	bool is_active, is_active_raw;
	struct instant changed, changed_raw;
	uint64_t n_chatter;
};

struct edges_change {
	bool is_active;
	struct instant at;
};

/* Feeds an edge. Returns how many changes it makes: besides itself, perhaps an older one in front,
 * which had been taken for chatter but lasted. *ret_lost: how many edges are missing just before the
 * newest, at least: by the kernel's count, or 1 where two equal ones follow each other. Edges that
 * are missing within the dead time are no loss. */
unsigned edges_filter(struct edges_line *line, int64_t ignore_ns, bool is_active, uint32_t n_lost,
	struct instant at, struct edges_change ret_changes[2], uint32_t *ret_lost);

/* Time passes, and no edge before `until` is still to come: true when a change that had been taken
 * for chatter has lasted. */
bool edges_filter_settle(struct edges_line *line, int64_t ignore_ns, struct instant until,
	struct edges_change *ret_change);
