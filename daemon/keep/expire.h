/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making room when the store has grown to its limit: whole chunks go, the oldest first, and first
 * those that are missed least:
 *     1. chunks that were set aside as damaged
 *     2. what every sink in force has taken (and the raw pairs of device clocks, which no sink gets)
 *     3. what some sink has not taken, or what no sink was ever there to take
 *     4. what lies in a run
 * and of each stream never the newest. What goes in 3 and 4 leaves a gap "expired", one that grows.
 * Inside keep/, for the writer only, within its transaction. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sqlite3.h>

/* The sinks in force. One that was taken out of the configuration has cursors left, which nobody
 * moves: nothing waits for it. */
struct sink_names {
	size_t n;
	char (*names)[32]; /* as in struct cursor */
};

struct expirer;
int expirer_new(sqlite3 *db, const struct sink_names *sinks, struct expirer **ret_expirer);
void expirer_free(struct expirer *expirer); /* before its database is closed */

/* Removes some chunks if the database has more than limit_bytes in use. Returns 1 when it removed
 * any (there may be more to remove), 0 when there was nothing to do or nothing to remove, or
 * -errno. */
int expirer_make_room(struct expirer *expirer, uint64_t limit_bytes, uint64_t *ret_rows_gone);

/* Bounds the lists that would grow for ever: gaps, the lines that a server refused, and better maps of
 * runs, of which the newest may take a twentieth of limit_bytes. They can be made again as long as the raw
 * pairs are there, but those go early: so for chunks they make no room. */
int expirer_bound_lists(struct expirer *expirer, uint64_t limit_bytes);
