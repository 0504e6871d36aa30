/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rig (support/rig.h) with two families made of wishes, for the tests of what goes on at one port
 * (unit/conversation_*_test.c): whatever a test wants the first one to do, it does while it is fed a
 * byte. */
#pragma once

#include "support/cmocka_all.h"
#include "support/rig.h"

#define WISHES_TEST(name) cmocka_unit_test_setup_teardown(name, wishes_open, wishes_close)

extern struct rig rig;

/* Of the family `first`, at its next byte. */
extern void (*wish)(struct kit *kit);

/* Bytes that each heard, and how many of those it is given the first one uses. */
extern size_t first_heard, second_heard, first_uses;
extern unsigned ticks, opens, orders;
extern uint8_t newest_byte;

int wishes_open(void **unused);
int wishes_close(void **unused);

/* Has it done, at once. */
void let(void (*what)(struct kit *kit));

/* A device with one stream of two channels; more of it by the caller. */
struct device plain_device(void);

/* Wishes of many tests. */
void describe(struct kit *kit);
void describe_with_clock(struct kit *kit);
void describe_twice_a_second(struct kit *kit); /* its rows are due */
void describe_other(struct kit *kit);
void get_no_answer(struct kit *kit);

/* Each row counts one on. */
extern double row_value;
void send_row(struct kit *kit);

const struct gap *newest_gap(void);
