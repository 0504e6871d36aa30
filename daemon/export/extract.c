/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/extract.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "history/provenance.h"
#include "class/run_notes.h"
#include "export/run_about.h"

enum { BUFFER_BYTES = 256 << 10 };

void extract_clear(struct extract *extract)
{
	weave_free(extract->weave);
	formula_columns_free(extract->formulas);
	restamps_free(extract->restamps);
	wall_map_free(extract->wall);
	tenants_clear(&extract->tenants);
	for (size_t i = 0; i < extract->exporter.n_streams; i++) {
		correction_free(extract->streams[i].correction);
		stated_clear(&extract->streams[i].stated);
		for (size_t c = 0; c < STREAM_CHANNELS; c++)
			free(extract->streams[i].by[c]);
	}
	free(extract->streams);
	free(extract->buffer);
}

/* --- what is in it --- */

/* Up to where the card has everything. */
static struct instant kept_to(const struct extract *extract)
{
	return extract->exporter.lacks_end ? extract->exporter.kept_to : extract->options.to;
}

static bool is_wanted(const struct extract_options *options, const struct stream *stream)
{
	for (size_t i = 0; i < options->n_streams; i++)
		if (options->streams[i] == stream->id)
			return stream->kind == STREAM_DATA;
	return false;
}

static int64_t warm_up_of(const struct catalogue *catalogue, const struct device *device)
{
	const struct model *model = catalogue_find(catalogue, device->kit);

	return model ? model->warm_up_ns : 0;
}

static int take_device(void *self, const struct device *device)
{
	struct extract *extract = self;
	const char *why;

	for (uint32_t i = 0; i < device->n_streams; i++) {
		if (!is_wanted(&extract->options, &device->streams[i]))
			continue;
		if (extract->exporter.n_streams == extract->options.n_streams)
			return -EBADMSG; /* a stream of two devices */
		struct export_stream *to = &extract->streams[extract->exporter.n_streams++];

		to->stream = device->streams[i];
		to->sticker = device->sticker;
		text_copy(to->identity, sizeof to->identity, device->identity);
		text_copy(to->kit, sizeof to->kit, device->kit);
		text_copy(to->model, sizeof to->model, device->model);
		to->is_polled = strcmp(device->family, "modbus") == 0;
		to->warming.warm_up_ns = warm_up_of(extract->catalogue, device);
		to->has_series = series_init(&to->series, extract->options.board, device,
					 &device->streams[i], &why) == 0;
	}
	return 0;
}

static int by_sticker(const void *a, const void *b)
{
	const struct export_stream *left = a, *right = b;

	if (left->sticker != right->sticker)
		return (left->sticker > right->sticker) - (left->sticker < right->sticker);
	return (left->stream.id > right->stream.id) - (left->stream.id < right->stream.id);
}

/* Where the rows of the range begin and end; all of it, when there are none. */
static void find_rows(const struct extract *extract, struct reader *reader,
	struct instant *ret_first, struct instant *ret_end)
{
	const struct extract_options *options = &extract->options;
	int64_t from = INT64_MAX, to = INT64_MIN;

	for (size_t i = 0; i < extract->exporter.n_streams; i++) {
		struct instant first, last;
		uint64_t rows;

		if (reader_extent(reader, extract->streams[i].stream.id, &first, &last, &rows) < 0)
			continue;
		from = first.ns < from ? first.ns : from;
		to = last.ns >= to ? last.ns + 1 : to;
	}
	ret_first->ns = from == INT64_MAX || from < options->from.ns ? options->from.ns : from;
	ret_end->ns = to == INT64_MIN || to > options->to.ns ? options->to.ns : to;
}

/* What holds now, for the whole file: its head says it. */
static int read_calibrations(struct extract *extract, struct reader *reader)
{
	const struct extract_options *options = &extract->options;
	int r = 0;

	for (size_t i = 0; i < extract->exporter.n_streams && r == 0; i++) {
		struct export_stream *of = &extract->streams[i];

		r = reader_correction(reader, CORRECTION_READ, of->stream.id, &of->correction);
		for (uint32_t c = 0; r == 0 && c < of->stream.n_channels; c++)
			r = provenance_in_words(
				reader, of->correction, c, options->from, options->to, &of->by[c]);
	}
	return r;
}

static int read_warming(struct extract *extract, struct reader *reader)
{
	int r = 0;

	for (size_t i = 0; i < extract->exporter.n_streams && r == 0; i++) {
		struct export_stream *of = &extract->streams[i];

		r = warming_begin(reader, of->stream.id, extract->options.from,
			of->warming.warm_up_ns, &of->warming);
	}
	return r;
}

/* How exact the stamps are, and the clock in the file. */
static int read_stated(struct extract *extract, struct reader *reader)
{
	const struct extract_options *options = &extract->options;
	int r = 0;

	for (size_t i = 0; i < extract->exporter.n_streams && r == 0; i++) {
		struct export_stream *of = &extract->streams[i];

		r = stated_begin(&of->stated, reader, of->stream.id, options->from, options->to,
			(struct instant){0});
	}
	return r;
}

/* It grows between two words about the hour: the worst is where a piece begins or ends. */
static int64_t worst_of_wall(const struct wall_map *map, struct instant from, struct instant to)
{
	int64_t worst_ns = 0;
	struct instant at = from;

	while (at.ns < to.ns) {
		struct instant next = wall_map_next(map, at);
		struct instant ends[] = {at, {(next.ns < to.ns ? next.ns : to.ns) - 1}};
		struct anchor anchor;
		struct wall wall;

		for (size_t i = 0; i < 2; i++)
			if (wall_map_at(map, ends[i], &wall, &anchor) &&
				anchor.uncertainty_ns > worst_ns)
				worst_ns = anchor.uncertainty_ns;
		at = next;
	}
	return worst_ns;
}

/* Of a run its own, else all of the time. Line protocol has none. */
static int begin_marks(struct extract *extract, struct reader *reader)
{
	struct exporter *exporter = &extract->exporter;
	int r;

	mark_pages_init(&extract->marks, &extract->options.asked, exporter->origin,
		exporter->format == EXPORT_CSV ? extract->options.to : exporter->origin);
	exporter->has_marks = mark_pages_next(&extract->marks, reader, &r) != NULL;
	return r;
}

static int find_streams(struct extract *extract, struct reader *reader)
{
	struct extract_options *options = &extract->options;
	struct run range = options->asked;
	struct run_notes notes;
	int r = run_notes_read(reader, &options->asked, &notes);

	if (r < 0)
		return r;
	range.from = options->from;
	range.to = options->to;
	r = run_notes_streams(
		reader, &notes, &range, kept_to(extract), options->streams, &options->n_streams);
	run_notes_clear(&notes);
	return r;
}

static int choose(struct extract *extract, struct reader *reader)
{
	struct extract_options *options = &extract->options;
	struct exporter *exporter = &extract->exporter;

	extract->streams = calloc(WEAVE_STREAMS, sizeof *extract->streams);
	extract->buffer = malloc(BUFFER_BYTES);
	if (!extract->streams || !extract->buffer)
		return -ENOMEM;
	extract->text = text_over(extract->buffer, BUFFER_BYTES);
	int r = 0;

	if (options->n_streams == 0)
		r = find_streams(extract, reader);
	if (r == 0)
		r = reader_devices(reader, take_device, extract);
	if (r < 0)
		return r;
	if (exporter->n_streams < options->n_streams)
		return -ENOENT;
	if (exporter->n_streams == 0 && !options->may_lack_streams)
		return -ENOENT;
	qsort(extract->streams, exporter->n_streams, sizeof *extract->streams, by_sticker);
	return 0;
}

/* Other stamps than the stored ones, a part at a call. 1: there is more to do. */
static int restamp_more(struct extract *extract, struct reader *reader)
{
	const struct extract_options *options = &extract->options;
	struct restamp_stream streams[WEAVE_STREAMS];

	if (options->stamps == STAMPS_LIVE)
		return 0;
	if (!extract->restamps) {
		bool is_of_run = options->stamps == STAMPS_REFINED && options->run;
		int r = restamps_new(&(struct restamps_options){.stamps = options->stamps,
					     .is_strict = options->is_strict,
					     .run = options->run,
					     .from = is_of_run ? options->run_from : options->from,
					     .to = is_of_run ? options->run_to : options->to},
			&extract->restamps);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < extract->exporter.n_streams; i++)
		streams[i] = (struct restamp_stream){
			&extract->streams[i].stream, extract->streams[i].is_polled};
	return restamps_step(
		extract->restamps, streams, extract->exporter.n_streams, reader, &extract->uneven);
}

/* Here and there nothing better may be known than what was stored. */
static int find_worst(
	const struct extract *extract, struct reader *reader, struct export_stream *of)
{
	const struct extract_options *options = &extract->options;
	struct instant from, to = options->from;
	int r = 0;

	of->worst_ns = of->is_even ? 0 : stated_worst_ns(&of->stated);
	if (!of->has_better_map)
		return 0;
	of->worst_ns = of->uncertainty_ns;
	while (r == 0 && curve_silence(of->restamp.curve, to.ns, options->to.ns, &from.ns, &to.ns))
		r = stated_raise(&of->stated, reader, of->stream.id, from, to, &of->worst_ns);
	return r;
}

static int describe_stamps(struct extract *extract, struct reader *reader, struct export_stream *of)
{
	const struct extract_options *options = &extract->options;

	if (!extract->restamps)
		return find_worst(extract, reader, of);
	of->restamp = restamps_of(extract->restamps, &of->stream);
	of->has_better_map = of->restamp.curve &&
		curve_extent(of->restamp.curve, options->from.ns, options->to.ns,
			&of->uncertainty_ns, &of->moved_ns);
	of->is_even = of->restamp.even != NULL;
	return find_worst(extract, reader, of);
}

static int begin_weave(struct extract *extract)
{
	struct weave_stream streams[WEAVE_STREAMS];
	const struct exporter *exporter = &extract->exporter;

	for (size_t i = 0; i < exporter->n_streams; i++) {
		const struct export_stream *of = &extract->streams[i];

		streams[i] = (struct weave_stream){
			of->stream.id, of->stream.n_channels, of->stream.period_ns, of->restamp};
	}
	return weave_new(streams, exporter->n_streams, extract->options.from, extract->options.to,
		kept_to(extract), &extract->weave);
}

/* Of what the devices said themselves nothing is calculated. */
static int begin_formulas(struct extract *extract, struct reader *reader)
{
	const struct extract_options *options = &extract->options;
	const struct lesson *lesson = extract->lesson;
	struct formula_range range = {.run_from = options->run_from,
		.run_to = options->run_to,
		.from = options->from,
		.to = options->to,
		.kept = kept_to(extract)};
	const struct run_about_options of = {.directory = extract->directory,
		.import = options->import,
		.own = {.run = &options->asked}};
	int r;

	if (options->format != EXPORT_CSV || options->is_raw || !lesson || !lesson->n_formulas)
		return 0;
	r = run_need_channels(reader, &of, lesson, range.channels);
	if (r == 0)
		r = formula_columns_new(
			reader, lesson, &extract->exporter, &range, &extract->formulas);
	extract->exporter.formulas =
		formula_columns_list(extract->formulas, &extract->exporter.n_formulas);
	return r;
}

static int begin(struct extract *extract, struct reader *reader)
{
	struct exporter *exporter = &extract->exporter;
	struct instant first, end;
	int r = extract->options.is_raw ? 0 : read_calibrations(extract, reader);

	if (r == 0)
		r = read_warming(extract, reader);
	if (r == 0)
		r = read_stated(extract, reader);
	if (r < 0)
		return r;
	if (reader_wall_map(reader, &extract->wall) < 0)
		extract->wall = NULL;
	for (size_t i = 0; i < exporter->n_streams && r == 0; i++)
		r = describe_stamps(extract, reader, &extract->streams[i]);
	if (r < 0)
		return r;
	exporter->format = extract->options.format;
	exporter->tenants = &extract->tenants;
	if (exporter->format == EXPORT_LP)
		r = tenants_refresh(&extract->tenants, reader);
	if (r < 0)
		return r;
	exporter->streams = extract->streams;
	exporter->wall = extract->wall;
	find_rows(extract, reader, &first, &end);
	if (extract->wall)
		exporter->wall_ns = worst_of_wall(extract->wall, first, end);
	exporter->origin = extract->options.counts_from_first ? first : extract->options.from;
	r = begin_weave(extract);
	if (r == 0)
		r = begin_formulas(extract, reader);
	return r == 0 ? begin_marks(extract, reader) : r;
}

int extract_prepare(struct extract *extract, struct reader *reader)
{
	int r = extract->is_preparing ? 0 : choose(extract, reader);

	if (r == 0)
		r = restamp_more(extract, reader);
	extract->is_preparing = r == 1;
	return r == 0 ? begin(extract, reader) : r < 0 ? r : 0;
}

/* A mark stands behind what happened at its instant, as a gap does. */
int extract_next(struct extract *extract, struct reader *reader, struct extract_item *ret_item)
{
	const struct mark *mark;
	int r = 0;

	*ret_item = (struct extract_item){.moment = NULL};
	if (!extract->has_moment && !extract->is_woven) {
		extract->has_moment = weave_next(extract->weave, reader, &extract->moment, &r);
		extract->is_woven = !extract->has_moment;
	}
	mark = r == 0 ? mark_pages_next(&extract->marks, reader, &r) : NULL;
	if (r < 0)
		return r;
	if (mark && (!extract->has_moment || mark->at.ns < extract->moment.at.ns)) {
		ret_item->mark = mark;
		mark_pages_step(&extract->marks);
	} else if (extract->has_moment) {
		ret_item->moment = &extract->moment;
		extract->has_moment = false;
		if (extract->formulas && !extract->moment.gap)
			r = formula_columns_step(extract->formulas, reader, &extract->moment);
	}
	return r;
}

/* --- writing it --- */

static bool has_room(const struct extract *extract)
{
	return BUFFER_BYTES - extract->text.length > export_line_bytes(&extract->exporter);
}

static int add_next(struct extract *extract, struct reader *reader)
{
	struct extract_item item;
	int r = extract_next(extract, reader, &item);

	if (r < 0)
		return r;
	if (item.mark)
		export_add_mark(&extract->exporter, item.mark, &extract->text);
	else if (item.moment)
		export_add_moment(&extract->exporter, item.moment, &extract->text);
	else
		export_add_end(&extract->exporter, &extract->text);
	extract->is_over = !item.mark && !item.moment;
	return 0;
}

static int fill(struct extract *extract, struct reader *reader, const atomic_bool *is_cancelled)
{
	int r = 0;

	while (r == 0 && !extract->is_over && has_room(extract) && !atomic_load(is_cancelled))
		r = add_next(extract, reader);
	if (r == 0 && extract->text.is_cut)
		r = -EMSGSIZE;
	return r;
}

int extract_fill(struct extract *extract, struct reader *reader, const atomic_bool *is_cancelled)
{
	if (extract->weave) {
		text_reset(&extract->text);
	} else {
		int r = extract_prepare(extract, reader);

		if (r < 0 || extract->is_preparing)
			return r;
		export_add_head(&extract->exporter, &extract->text);
	}
	return fill(extract, reader, is_cancelled);
}
