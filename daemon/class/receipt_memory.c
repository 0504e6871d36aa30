/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/receipt_memory.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 128 };

void receipt_memory_clear(struct receipt_memory *memory)
{
	free(memory->list);
	*memory = (struct receipt_memory){.n = 0};
}

static struct receipt_known *find(
	const struct receipt_memory *memory, const struct receipt *receipt)
{
	for (size_t i = 0; i < memory->n; i++)
		if (memory->list[i].run == receipt->run.id)
			return &memory->list[i];
	return NULL;
}

void receipt_memory_recall(const struct receipt_memory *memory, struct receipt *receipt)
{
	const struct receipt_known *known = find(memory, receipt);

	if (known && receipt->is_over)
		receipt->known = *known;
}

void receipt_memory_take(struct receipt_memory *memory, const struct receipt *receipt)
{
	struct receipt_known *place = find(memory, receipt);

	if (!receipt->is_over || receipt->durable.ns < receipt->run.to.ns)
		return;
	if (!memory->list)
		memory->list = calloc(MOST, sizeof *memory->list);
	if (!memory->list)
		return;
	if (!place && memory->n < MOST) {
		place = &memory->list[memory->n++];
	} else if (!place) {
		memory->next = (memory->next + 1) % MOST;
		place = &memory->list[memory->next];
	}
	*place = receipt->found;
}
