/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs of this board: main starts and stops them, keep makes them durable, and this is the
 * list. A run is a range of board time over data that are kept anyway, so it can begin in the past
 * or be made afterwards. Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keep/keep.h"
#include "keep/store.h"

struct runs {
	struct run *run; /* by id: newest last */
	size_t n, room;
	struct keep *keep;
	bool is_known; /* false: not read yet. The list is empty then, and no run begins: it would take the
	                * number of one that is there, and replace it. */
};

/* Reads what the store knows. 0 or -errno. */
int runs_load(struct runs *runs, struct reader *reader, struct keep *keep);
void runs_clear(struct runs *runs);

/* A new run of no session; `to` INT64_MAX: it goes on until runs_stop. Its number follows the highest of
 * those. 0, -EALREADY when it would go on and another one does; -ENOSPC when keep takes no order now; -EAGAIN
 * when !is_known. *ret_run is lent until the next call that changes the list. */
int runs_start(struct runs *runs, const char *title, struct instant from, struct instant to,
	const struct run **ret_run);

/* 0, -ENOENT, -EALREADY when it does not run, -ENOSPC. */
int runs_stop(struct runs *runs, uint32_t id, struct instant now, const struct run **ret_run);

const struct run *runs_find(const struct runs *runs, uint32_t id); /* NULL: none */
const struct run *runs_running(const struct runs *runs);           /* of no session; NULL: none */

/* --- for class/sessions.h, which makes the runs of sessions and gives them to keep itself --- */
/* Room for n more, so that runs_put cannot fail. 0, -ENOMEM. */
int runs_reserve(struct runs *runs, size_t n);
/* A new one, behind all others, or one that is known as it is now. */
void runs_put(struct runs *runs, const struct run *run);
/* Also one that is withdrawn; NULL: none. */
const struct run *runs_row(const struct runs *runs, uint32_t id);
uint32_t runs_next_id(const struct runs *runs);
/* What people will call it: its own number if it is known, else the next of its group. */
uint32_t runs_number(const struct runs *runs, const struct run *run);
