/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our firmware at the other end of a wire: the core that boards run, on a board made of variables, beside
 * a clock that may run wrong; and the family `link`, which listens at this end. One bench a program. */
#pragma once

#include "link/link.h"
#include "support/model_board.h"
#include "support/rig.h"

enum { LINK_WIRE_US = 100 }; /* each way */

struct link_bench {
	struct rig rig;
	struct model_board *board;
	struct model_board_knobs knobs;
	int64_t powered_ns; /* board time of power-on */
	double skew_ppm;    /* of its clock */
	size_t taken;       /* of rig.sent, by the board */
	bool is_deaf;       /* the wire to it is cut */
};

extern struct link_bench link_bench;

/* As cmocka calls them: the board has power and is plugged in. */
int link_bench_open(void **unused);
int link_bench_close(void **unused);

uint32_t link_bench_micros(void); /* by the board's clock */
void link_bench_power_on(void);   /* once more */
void link_bench_pass_ms(int64_t ms);

/* --- what came out --- */

const struct stream *link_bench_stream(const char *name); /* NULL: none */
size_t link_bench_rows(uint32_t stream);
uint64_t link_bench_lost(enum gap_reason reason);

/* Rows of `quick` from `from_ns` on: each at its true instant, give or take; rising. Returns how many. */
size_t link_bench_check_quick(int64_t from_ns, int64_t most_ns);

/* When the first row of `quick` was taken, in us of the board. */
double link_bench_first_us(void);

/* Every sample of `quick` from that index on, in the board's own count, is a row or told as lost.
 * Indices begin when the stream is switched on, by `taken`: 2000 us apart. */
void link_bench_check_none_missing(double first_us);
