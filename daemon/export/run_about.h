/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run is, whether the board recorded it or it was imported. Work thread. */
#pragma once

#include "export/about_collect.h"
#include "export/typed_table.h"

struct run_about_options {
	const char *directory; /* of the store */
	uint32_t import;       /* it came so (export/import.h); 0: the board's own, and then: */
	struct about_options own;
};

/* As about_collect, and import_about. */
int run_about(
	struct reader *reader, const struct run_about_options *options, struct about *ret_about);

/* Which channels serve the needs of its lesson: of the board's own by class/need_channels.h, of an import as its
 * run.json says; where that names a stream and no channel, by data/serving.h among those of the stream. 0 or -errno. */
int run_need_channels(struct reader *reader, const struct run_about_options *options,
	const struct lesson *lesson, struct need_channel ret_channels[LESSON_NEEDS]);

/* Its readings with what the lesson (NULL: none) calculates of them; NULL: there are none. 0 or -errno. */
int run_readings(struct reader *reader, const struct run_about_options *options,
	const struct about *about, const struct lesson *lesson, struct typed_table **ret_table);
