/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order goes to keep first: what could not be ordered waits for the next try. */
#include "live/marks.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define LOG_TAG "marks"
#include "base/log.h"
#include "base/text.h"

int marks_load(struct marks *marks, struct reader *reader)
{
	int r = reader_highest_mark(reader, &marks->last_id);

	marks->is_known = r == 0;
	marks_give(marks);
	return r;
}

void marks_give(struct marks *marks)
{
	size_t n = 0;

	if (!marks->is_known)
		return;
	while (n < marks->n_waiting) {
		struct mark *mark = &marks->waiting[n];

		mark->id = marks->last_id + 1;
		if (keep_order_mark(marks->keep, mark) < 0)
			break;
		marks->last_id = mark->id;
		n++;
		if (marks->made)
			marks->made(marks->self, mark);
	}
	marks->n_waiting -= n;
	memmove(marks->waiting, marks->waiting + n, marks->n_waiting * sizeof *marks->waiting);
}

int marks_make(struct marks *marks, struct mark *mark)
{
	if (!marks->is_known || marks->n_waiting > 0)
		return -EAGAIN;
	mark->id = marks->last_id + 1;
	int r = keep_order_mark(marks->keep, mark);
	if (r < 0)
		return r;
	marks->last_id = mark->id;
	if (marks->made)
		marks->made(marks->self, mark);
	return 0;
}

/* "按钮 / Push button": who reads it later may speak either. */
static void name_mark(const struct model *model, struct mark *mark)
{
	struct text text = text_over(mark->text, sizeof mark->text);

	text_add(&text, model->name.zh);
	if (strcmp(model->name.zh, model->name.en) != 0)
		text_addf(&text, " / %s", model->name.en);
}

/* Where there are too many devices, the one that made none for longest is forgotten. */
static struct marks_device *device_in(struct marks *marks, uint32_t device)
{
	struct marks_device *oldest = &marks->devices[0];

	for (size_t i = 0; i < MARKS_DEVICES; i++) {
		struct marks_device *of = &marks->devices[i];

		if (of->device == device)
			return of;
		if (oldest->device && (!of->device || of->second < oldest->second))
			oldest = of;
	}
	*oldest = (struct marks_device){.device = device};
	return oldest;
}

/* One second without a flood ends it. */
static bool may_make(
	struct marks_device *of, const struct device *device, const char *kit, struct instant at)
{
	int64_t second = at.ns / NS_PER_S;

	if (second > of->second) {
		if (second > of->second + 1 || of->n_second <= MARKS_A_SECOND)
			log_state_clear(&of->flood, LOG_TAG,
				"all marks of kit %u (%s) are kept again", device->sticker, kit);
		of->second = second;
		of->n_second = 0;
	}
	if (of->n_second++ < MARKS_A_SECOND)
		return true;
	log_state_set(&of->flood, LOG_WARN, LOG_TAG,
		"kit %u (%s) makes more than %d marks a second; take mark: yes out of its kit.yaml",
		device->sticker, kit, MARKS_A_SECOND);
	return false;
}

static void make_mark(struct marks *marks, const struct device *device, const struct model *model,
	struct instant at)
{
	struct mark mark = {.at = at};
	struct text author = text_over(mark.author, sizeof mark.author);
	struct marks_device *of = device_in(marks, device->id);

	if (!may_make(of, device, model->id, at))
		return;
	if (marks->n_waiting == MARKS_WAITING) {
		log_state_set(&of->full, LOG_WARN, LOG_TAG,
			"a mark of kit %u is lost, its row is not: the card cannot be read; look at "
			"the card",
			device->sticker);
		return;
	}
	log_state_clear(&of->full, LOG_TAG, "marks of kit %u are kept again", device->sticker);
	text_addf(&author, "kit %u", device->sticker);
	name_mark(model, &mark);
	marks->waiting[marks->n_waiting++] = mark;
}

void marks_take(struct marks *marks, const struct device *device, const struct stream *stream,
	const struct feed_record *rows)
{
	const struct model *model =
		marks->catalogue ? catalogue_find(marks->catalogue, device->kit) : NULL;

	for (uint32_t c = 0; model && c < stream->n_channels; c++) {
		int index = model_channel(model, stream->channels[c].id);

		if (index < 0 || !model->channels[index].is_mark)
			continue;
		for (uint32_t row = 0; row < rows->batch.n_rows; row++)
			if (isfinite(rows->batch.values[row * rows->batch.n_channels + c]))
				make_mark(marks, device, model,
					(struct instant){rows->batch.stamps_ns[row]});
	}
	marks_give(marks);
}
