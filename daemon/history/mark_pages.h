/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The marks of a range in the order of their instants, read page by page, so that the presses of a
 * year take no more memory than those of a lesson. One thread (work). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "keep/store.h"

enum { MARK_PAGE = 64 };

struct mark_pages {
	struct instant from, to; /* [from, to) is not yet read */
	struct run run;          /* whose marks; id 0: all */
	struct mark page[MARK_PAGE];
	size_t n, at;
	uint32_t last_id;  /* of the last page, at `from` */
	bool is_last_page; /* nothing is behind it */
};

/* Of a run those that belong to it (run_has_mark); id 0: all. */
void mark_pages_init(
	struct mark_pages *pages, const struct run *run, struct instant from, struct instant to);

/* The next mark, again and again until mark_pages_step; NULL: there is none, or, with *ret_error
 * negative, the store cannot be read. The pages' own. */
const struct mark *mark_pages_next(struct mark_pages *pages, struct reader *reader, int *ret_error);
void mark_pages_step(struct mark_pages *pages);
