/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/result_memory.h"

#include <stdlib.h>

enum { MOST = 1024 };

struct remembered {
	uint32_t run;
	struct instant from, to;
	struct result_channel channel;
};

void result_memory_clear(struct result_memory *memory)
{
	free(memory->list);
	*memory = (struct result_memory){.n = 0};
}

static bool is_of(const struct remembered *one, const struct result_run *run)
{
	return one->run == run->run && one->from.ns == run->from.ns && one->to.ns == run->to.ns;
}

void result_memory_recall(const struct result_memory *memory, struct results *results)
{
	for (size_t i = 0; i < results->n; i++) {
		struct result_run *run = &results->runs[i];

		for (size_t k = 0; k < memory->n && run->is_over; k++)
			if (is_of(&memory->list[k], run) && run->n_known < RESULT_CHANNELS)
				run->known[run->n_known++] = memory->list[k].channel;
	}
}

static struct remembered *place_for(
	struct result_memory *memory, const struct result_run *run, const struct result_channel *of)
{
	for (size_t i = 0; i < memory->n; i++) {
		struct remembered *one = &memory->list[i];

		if (is_of(one, run) && one->channel.stream == of->stream &&
			one->channel.index == of->index)
			return one;
	}
	if (memory->n < MOST)
		return &memory->list[memory->n++];
	memory->next = (memory->next + 1) % MOST;
	return &memory->list[memory->next];
}

void result_memory_take(struct result_memory *memory, const struct result_run *run)
{
	if (!run->is_over)
		return;
	if (!memory->list)
		memory->list = calloc(MOST, sizeof *memory->list);
	for (size_t i = 0; memory->list && i < run->n_channels; i++)
		*place_for(memory, run, &run->channels[i]) =
			(struct remembered){run->run, run->from, run->to, run->channels[i]};
}
