/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/run_about.h"

#include <stdlib.h>

#include "export/import.h"

int run_about(
	struct reader *reader, const struct run_about_options *options, struct about *ret_about)
{
	char *bytes;
	size_t n;
	int r;

	if (!options->import)
		return about_collect(reader, &options->own, ret_about);
	r = import_about(options->directory, options->import, ret_about, &bytes, &n);
	if (r == 0)
		free(bytes);
	return r;
}

/* Of an import that is about a class nobody knows whose kit serves whom. */
int run_readings(struct reader *reader, const struct run_about_options *options,
	const struct about *about, const struct lesson *lesson, struct typed_table **ret_table)
{
	struct typed_lesson taught = {.lesson = lesson};
	uint32_t streams[ABOUT_STREAMS];
	int r = 0;

	for (size_t i = 0; i < about->n_streams; i++)
		streams[i] = about->streams[i].stream.id;
	if (lesson && about_is_of_one(about))
		r = need_places_find(
			reader, options->own.run, lesson, streams, about->n_streams, taught.places);
	return r == 0 ? typed_table_new(about, &taught, ret_table) : r;
}
