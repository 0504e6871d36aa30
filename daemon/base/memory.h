/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which pages of the program stay in memory, so that a stamp never waits for the card.
 *
 * A page of a program that nobody used for a while is given up by a board that is short of memory,
 * and read from the card again when somebody needs it, which may take seconds. Hence all pages that
 * are used are locked. Two things are not left to chance:
 *
 * - what the sense thread runs through seldom (another kit's driver, a reset, a garbled frame) is
 *   there before it is used for the first time: all code of the program and of the libraries that
 *   the thread calls;
 * - what only the start touched (the tables by which forty libraries found each other: half of all
 *   that was resident) is given back before the rest is locked, or it would be held for ever. */
#pragma once

/* Any thread, once everything is open. The program is to be linked with -z now, else the first call
 * of each function still looks its name up in those tables. 0, or -errno where memory may not be
 * locked (RLIMIT_MEMLOCK, mlock(2)); then the start's pages are given back nevertheless. */
int memory_hold(void);
