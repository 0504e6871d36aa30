/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks that kits make: a channel whose kit.yaml says `mark: yes` (a push button) is heard, and each
 * of its values becomes a note at its instant, by "kit" and the sticker number, with the kit's name.
 * Its rows are kept as any other's; the mark is beside them, so that no reader of other kits needs to
 * know which stream has the button. Made of the live feed: what main had no room to hear (a gap of
 * the ring) is a row without a mark.
 *
 * Read with keep's reader (reader_marks). Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "data/device.h"
#include "data/feed.h"
#include "keep/keep.h"
#include "sense/catalogue.h"

enum { MARKS_A_SECOND = 20, MARKS_WAITING = 64, MARKS_DEVICES = 2 * DEVICE_MAX };

/* What one device made of late. */
struct marks_device {
	uint32_t device; /* 0: free */
	int64_t second;  /* of board time, in which n_second were made */
	unsigned n_second;
	struct log_state flood, full;
};

/* Zero but for the first four; the rest is marks.c's. */
struct marks {
	struct keep *keep;
	const struct catalogue *catalogue; /* NULL: no kit makes marks */
	/* One was made, and will be durable after keep's next commit. NULL: nobody asks. */
	void (*made)(void *self, const struct mark *mark);
	void *self;

	bool is_known;                      /* the newest id in the store */
	uint32_t last_id;                   /* of a mark */
	struct mark waiting[MARKS_WAITING]; /* for the store, or for room on the way to it */
	size_t n_waiting;
	struct marks_device devices[MARKS_DEVICES];
};

/* Learns which number is the next. Until then marks wait. 0, -errno: ask again later. */
int marks_load(struct marks *marks, struct reader *reader);

/* Rows of this stream came. More marks than MARKS_A_SECOND of one device are no marks, which is
 * logged. */
void marks_take(struct marks *marks, const struct device *device, const struct stream *stream,
	const struct feed_record *rows);

/* One that somebody made, with its number; `mark` is as it is kept. 0; -EAGAIN: the list is not known
 * yet; -ENOSPC: keep takes no order now. */
int marks_make(struct marks *marks, struct mark *mark);

/* Hands on what waits: now and then. */
void marks_give(struct marks *marks);
