/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rows of a stream its device gave before it was warm, told from what the card remembers: the
 * first row, and the gaps behind which a device begins anew (data/flag.h). When it was plugged in
 * is not kept; its first row is, some seconds later at most, so that none is taken for warm too
 * early. Nothing is known of a beginning that had to make room for newer data, nor of those whose gaps
 * became one: such rows are not flagged. One thread (work). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/batch.h"
#include "keep/store.h"

struct warming {
	int64_t warm_up_ns;   /* of the kit; 0: it needs none */
	struct instant since; /* it last began anew */
	bool is_known;
	bool is_by_gap; /* not by the first row */
};

/* As it is at `from`. 0 or -errno. */
int warming_begin(struct reader *reader, uint32_t stream, struct instant from, int64_t warm_up_ns,
	struct warming *ret_warming);

/* The stream's gaps from there on, and those of the whole board, in the order in which they
 * begin. */
void warming_take_gap(struct warming *warming, const struct gap *gap);

/* FLAG_WARM_UP or nothing. */
unsigned warming_flags(const struct warming *warming, struct instant at);
