/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/edges_bench.h"

#include <math.h>

struct edges_rig bench;

int edges_bench_close(void **state)
{
	(void)state;
	edges_rig_close(&bench);
	return 0;
}

void up(const char *id, double us)
{
	edges_rig_move(&bench, id, true, us);
}

void down(const char *id, double us)
{
	edges_rig_move(&bench, id, false, us);
}

void pass_gate(const char *id, double us, double for_us)
{
	up(id, us);
	down(id, us + for_us);
}

void assert_near(double value, double expected, double within)
{
	if (!(fabs(value - expected) <= within)) {
		print_error("%.12g is not %.12g\n", value, expected);
		fail();
	}
}

void assert_next(const char *channel, size_t *at, double value, double us)
{
	double got_us, got = edges_rig_next(&bench, channel, at, &got_us);

	assert_near(got, value, 0);
	assert_near(got_us, us, 0);
}

void assert_gap(uint64_t n_lost)
{
	assert_true(bench.rig.n_gaps > 0);
	assert_int_equal(bench.rig.gaps[bench.rig.n_gaps - 1].reason, GAP_WIRE);
	assert_int_equal(bench.rig.gaps[bench.rig.n_gaps - 1].lost_rows, n_lost);
}

void assert_trouble(const char *word)
{
	assert_string_equal(rig_health(&bench.rig).trouble, word);
}
