/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal of the class: what teachers and groups did, one row for each, in the table `act`. It only
 * grows; nothing in it is ever altered, and what is undone is so by a later row. What the rows mean is
 * data/classroom.h's; keep/ knows a body as text.
 *
 * A row carries a sum of all that is in it (FNV-1a), like a calibration: with a wrong digit in it a
 * lesson would come back as another one, and nothing would look damaged. What does not add up is left
 * out when it is read, told, and set aside into `damaged_act` at the next start.
 *
 * When a group has a device, the lines that are shipped of it say so (ship/series.h). What was
 * shipped must not be called otherwise later, so a row rules what is shipped from `ship_from` on: the
 * instant behind every row that was in the store when it came, if that is later than its own.
 *
 * An entry is a value; the functions are in keep.h (ordering), store.h (reading). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

enum { JOURNAL_BODY = 8192 }; /* bytes with the NUL */

struct journal_entry {
	uint32_t id, session;         /* > 0 */
	struct instant at, ship_from; /* ship_from: the store's */
	char who[16], kind[16];
	uint32_t n; /* bytes of the body, without its NUL */
	char body[];
};

/* Of the whole struct, for a body of n bytes. */
static inline size_t journal_size(size_t n)
{
	return (sizeof(struct journal_entry) + n + 1 + 7) / 8 * 8;
}

/* Which rows: of one session; of sessions that may be open still, and of so many that ended last; all
 * behind an id. */
enum journal_choice { JOURNAL_SESSION, JOURNAL_OPEN, JOURNAL_SINCE };
