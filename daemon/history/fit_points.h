/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The points of a fit, out of the store: a channel against time, or against another channel. On the work
 * thread; what it gathers is the caller's. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/device.h"
#include "keep/store.h"

enum { FIT_COLUMNS = 10000, FIT_ID = 24 };

struct fit_channel {
	uint32_t stream; /* 0: time */
	char id[FIT_ID];
	/* found */
	uint32_t index;
	struct channel channel;
	int64_t period_ns;
};

struct fit_range {
	struct fit_channel y, x;
	struct instant from, to;
	struct instant zero; /* x counts from here, in seconds, when it is time */
	bool is_as_said;     /* values without calibrations */
};

/* Rows as they are up to some ten thousand; of more, means of the columns that a chart would have. */
struct fit_gathered {
	double *x, *y, *rows; /* rows: how many each point is the mean of */
	size_t n, room;
	uint64_t most_rows;  /* of a point: 1 when every row is a point */
	double width;        /* of the widest point, seconds; 0 when every row is one */
	uint64_t n_left_out; /* points of y where x has no value */
};

/* 0; -ENOENT: no such stream; -ENODATA: no such channel; -ECANCELED, -ENOMEM, or as the store says. */
int fit_gather(struct fit_range *range, struct reader *reader, const atomic_bool *is_cancelled,
	struct fit_gathered *ret_gathered);
void fit_gathered_clear(struct fit_gathered *gathered);
