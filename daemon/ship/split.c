/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stack of portion ends: the portion at hand is [next, top). */
#include "ship/split.h"

#include <assert.h>

void split_begin(struct split *split, size_t n_lines)
{
	split->next = 0;
	split->n_ends = n_lines ? 1 : 0;
	split->ends[0] = n_lines;
	split->is_bad[0] = false;
}

bool split_portion(const struct split *split, size_t *ret_from, size_t *ret_to)
{
	if (!split->n_ends)
		return false;
	*ret_from = split->next;
	*ret_to = split->ends[split->n_ends - 1];
	return true;
}

static size_t size(const struct split *split)
{
	return split->ends[split->n_ends - 1] - split->next;
}

static void push_half(struct split *split)
{
	assert(split->n_ends < SPLIT_DEPTH);
	split->ends[split->n_ends] = split->next + size(split) / 2;
	split->is_bad[split->n_ends] = false;
	split->n_ends++;
}

bool split_halve(struct split *split, bool has_bad_line)
{
	if (has_bad_line)
		split->is_bad[split->n_ends - 1] = true;
	if (size(split) < 2)
		return false;
	push_half(split);
	return true;
}

void split_taken(struct split *split)
{
	split->next = split->ends[--split->n_ends];
	while (split->n_ends && split->is_bad[split->n_ends - 1] && size(split) > 1)
		push_half(split);
}

void split_set_aside(struct split *split)
{
	split->next = split->ends[--split->n_ends];
	/* The portions around it were bad because of this; nothing says that they hold another. */
	for (unsigned i = 0; i < split->n_ends; i++)
		split->is_bad[i] = false;
}
