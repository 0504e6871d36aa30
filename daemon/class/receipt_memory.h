/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receipts of runs that are over: rows that are on the card are counted and hashed once. What each sink has, and
 * which gaps there are, is looked at anew each time. Of data that were damaged since it tells what they were. Main
 * thread; forgotten at a restart. */
#pragma once

#include <stddef.h>

#include "class/receipt.h"

struct receipt_memory {
	struct receipt_known *list; /* NULL: nothing yet */
	size_t n, next;             /* next: to be given up, when it is full */
};

void receipt_memory_clear(struct receipt_memory *memory);

/* Gives a receipt that is about to be made what is known of its run. */
void receipt_memory_recall(const struct receipt_memory *memory, struct receipt *receipt);

/* Takes what was counted and hashed, if that can change no more. */
void receipt_memory_take(struct receipt_memory *memory, const struct receipt *receipt);
