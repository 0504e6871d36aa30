/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the tests of edges (unit/edges_*_test.c): one kit on a rig (support/edges_rig.h), whose
 * lines they move and whose values they look at. Times are microseconds after the plugging in. */
#pragma once

#include "support/cmocka_all.h"
#include "support/edges_rig.h"

/* The folder of a kit of ours. */
#define KIT(name) KITLOG_SOURCE "/kits/" name

/* A test that opens the bench, which is closed behind it. */
#define EDGES_TEST(name) cmocka_unit_test_teardown(name, edges_bench_close)

extern struct edges_rig bench;

int edges_bench_close(void **state);

void up(const char *id, double us);
void down(const char *id, double us);
void pass_gate(const char *id, double us, double for_us);

void assert_near(double value, double expected, double within);

/* The next value of a channel and its stamp, exactly. */
void assert_next(const char *channel, size_t *at, double value, double us);

/* The newest gap, of the wire. */
void assert_gap(uint64_t n_lost);
void assert_trouble(const char *word);
