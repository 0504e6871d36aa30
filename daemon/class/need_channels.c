/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/need_channels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "class/run_streams.h"

struct search {
	uint32_t dealt[RUN_DEVICES];
	size_t n_dealt;
	uint32_t shared;       /* of those that were dealt: bits 1 << place */
	struct device **found; /* owned, as are they */
	size_t n;
};

/* Among those that were dealt; n_dealt: it is not. */
static size_t turn_of(const struct search *search, const struct device *device)
{
	size_t i = 0;

	while (i < search->n_dealt && search->dealt[i] != device->id)
		i++;
	return i;
}

static int take_device(void *self, const struct device *device)
{
	struct search *search = self;
	struct device **grown, *kept;
	size_t turn = turn_of(search, device), at = search->n;

	if (turn == search->n_dealt)
		return 0;
	grown = realloc(search->found, (search->n + 1) * sizeof(struct device *));
	if (!grown)
		return -ENOMEM;
	search->found = grown;
	kept = malloc(sizeof *kept);
	if (!kept)
		return -ENOMEM;
	*kept = *device;
	for (; at > 0 && turn < turn_of(search, grown[at - 1]); at--)
		grown[at] = grown[at - 1];
	grown[at] = kept;
	search->n++;
	return 0;
}

/* The same of those that were found: one that was dealt may be known no more. */
static uint32_t shared_of(const struct search *search)
{
	uint32_t shared = 0;

	for (size_t i = 0; i < search->n; i++)
		shared |= (search->shared >> turn_of(search, search->found[i]) & 1u) << i;
	return shared;
}

struct need_channel need_channel_of(const struct serving *serving)
{
	struct need_channel of = {.stream = 0};
	struct text key = text_over(of.key, sizeof of.key);

	if (!serving->stream)
		return of;
	of.stream = serving->stream->id;
	of.channel = serving->channel;
	text_addf(&key, "%u %s:%s", serving->device->sticker, serving->stream->name,
		serving->stream->channels[serving->channel].id);
	return of;
}

int need_channels_find(struct reader *reader, const struct run *run, const struct lesson *lesson,
	struct need_channel ret_channels[LESSON_NEEDS])
{
	struct search search = {.n_dealt = 0};
	struct serving serving[LESSON_NEEDS];
	int r;

	memset(ret_channels, 0, LESSON_NEEDS * sizeof *ret_channels);
	if (!run->session)
		return 0;
	r = run_devices(reader, run, search.dealt, &search.n_dealt, &search.shared);
	if (r == 0)
		r = reader_devices(reader, take_device, &search);
	if (r == 0) {
		serving_find(lesson, (const struct device *const *)search.found, search.n,
			shared_of(&search), serving);
		for (size_t i = 0; i < lesson->n_needs; i++)
			ret_channels[i] = need_channel_of(&serving[i]);
	}
	for (size_t i = 0; i < search.n; i++)
		free(search.found[i]);
	free(search.found);
	return r;
}
