/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/run_streams.h"

#include <errno.h>
#include <stdlib.h>

#include "history/act_entry.h"
#include "history/partakers.h"
#include "class/sessions.h"

int run_room(struct reader *reader, uint32_t session, struct classroom **ret_room)
{
	struct classroom *room;
	int r = classroom_new(&room);

	if (r < 0)
		return r;
	r = reader_journal(reader, JOURNAL_SESSION, session, act_entry_take, room);
	if (r < 0)
		classroom_free(room);
	else
		*ret_room = room;
	return r < 0 ? r : 0;
}

int run_devices(struct reader *reader, const struct run *run, uint32_t ret[RUN_DEVICES],
	size_t *ret_n, uint32_t *ret_shared)
{
	struct run_devices of = {.run = run->id, .devices = ret, .most = RUN_DEVICES};
	struct classroom *room;
	int r = run_room(reader, run->session, &room);

	if (r < 0)
		return r;
	classroom_devices_of_runs(room, run->session, &of, 1);
	*ret_n = of.n;
	if (ret_shared)
		*ret_shared = of.shared;
	classroom_free(room);
	return 0;
}

/* A stream as it is found, and as it is told: by the number on its device's label, as in run.json. */
struct found {
	uint32_t stream, sticker;
	bool is_wanted;
};

struct filter {
	const uint32_t *devices;
	size_t n_devices; /* 0: all */
	struct found found[WEAVE_STREAMS];
	size_t n;
};

static bool is_among(const uint32_t *ids, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return n == 0;
}

static int look_at_device(void *self, const struct device *device)
{
	struct filter *filter = self;

	for (uint32_t s = 0; s < device->n_streams; s++)
		for (size_t i = 0; i < filter->n; i++) {
			struct found *found = &filter->found[i];

			if (found->stream != device->streams[s].id)
				continue;
			found->sticker = device->sticker;
			found->is_wanted = is_among(filter->devices, filter->n_devices, device->id);
		}
	return 0;
}

static int by_sticker(const void *a, const void *b)
{
	const struct found *left = a, *right = b;

	if (left->sticker != right->sticker)
		return (left->sticker > right->sticker) - (left->sticker < right->sticker);
	return (left->stream > right->stream) - (left->stream < right->stream);
}

int run_streams(struct reader *reader, const struct run *run, struct instant kept,
	const uint32_t *devices, size_t n_devices, uint32_t ret_streams[WEAVE_STREAMS],
	size_t *ret_n)
{
	struct filter filter = {devices, n_devices, .n = 0};
	size_t n = 0;
	int r = partakers(reader, run->from, run->to, kept, ret_streams, &filter.n);

	for (size_t i = 0; i < filter.n && r == 0; i++)
		filter.found[i].stream = ret_streams[i];
	if (r == 0)
		r = reader_devices(reader, look_at_device, &filter);
	if (r < 0)
		return r;
	qsort(filter.found, filter.n, sizeof *filter.found, by_sticker);
	for (size_t i = 0; i < filter.n; i++)
		if (filter.found[i].is_wanted)
			ret_streams[n++] = filter.found[i].stream;
	*ret_n = n;
	return 0;
}
