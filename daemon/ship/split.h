/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In which portions the lines of a request are sent, when the server does not take them at once.
 *
 * All lines first. A portion that is refused is halved, the left half is tried, and so on until a
 * single line stands alone; then what is to its right, in the portions that halving left behind.
 * When the left half of a portion with a bad line was taken, the bad line is in the right half,
 * which is halved without asking. One bad line among n costs at most 2 log2(n) + 2 requests.
 * Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SPLIT_DEPTH = 34 };

struct split {
	size_t next; /* all lines before are settled */
	unsigned
		n_ends; /* portions still to do: [next, ends[n_ends-1]), then on to the one below */
	size_t ends[SPLIT_DEPTH];
	bool is_bad[SPLIT_DEPTH]; /* a bad line is known to be in there */
};

void split_begin(struct split *split, size_t n_lines);

/* The portion to send now: lines from .. to-1. False: all is settled. */
bool split_portion(const struct split *split, size_t *ret_from, size_t *ret_to);

void split_taken(struct split *split); /* the portion is stored at the server */
void split_set_aside(
	struct split *split); /* the portion is what offended, and is settled without */

/* The portion was refused: because of a bad line (400), or by its size (413). False when it is a
 * single line and cannot be halved. */
bool split_halve(struct split *split, bool has_bad_line);
