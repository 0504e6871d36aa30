/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal on the card (keep/journal.h) in the words of the classroom (data/classroom.h). Any thread;
 * allocates. */
#pragma once

#include "data/classroom.h"
#include "keep/journal.h"

/* An entry as an act with a body of its own, to json_decref. -EBADMSG: it is none. */
int act_entry_read(const struct journal_entry *entry, struct act *ret_act);

/* Takes it into a classroom, as a visitor of reader_journal; what is none, or does not fit, is left out. 0 or
 * -ENOMEM. */
int act_entry_take(void *classroom, const struct journal_entry *entry);
