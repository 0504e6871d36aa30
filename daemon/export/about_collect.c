/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/about_collect.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "class/judging.h"
#include "class/need_channels.h"
#include "class/run_notes.h"
#include "history/told.h"

_Static_assert((int)ABOUT_STREAMS == (int)WEAVE_STREAMS, "one range has room for as many");

struct collecting {
	const struct about_options *options;
	const struct run_notes *notes;
	struct about *about;
	const uint32_t *streams;
	size_t n_streams;
	struct about_stream *current; /* whose list is being read */
	size_t at;                    /* its place */
	struct told_range range;
};

/* Room for one more in a list that holds n. */
static int grow(void *list, size_t n, size_t size)
{
	void **at = list;

	if (n & (n - 1)) /* room doubles at each power of two */
		return 0;
	void *grown = realloc(*at, (n ? 2 * n : 1) * size);
	if (!grown)
		return -ENOMEM;
	*at = grown;
	return 0;
}

static struct instant since(struct instant at, struct instant begin)
{
	return at.ns == INT64_MAX ? at : (struct instant){at.ns - begin.ns};
}

/* --- streams --- */

static bool is_wanted(const struct collecting *in, const struct stream *stream)
{
	for (size_t i = 0; i < in->n_streams; i++)
		if (in->streams[i] == stream->id)
			return stream->kind == STREAM_DATA;
	return false;
}

static uint32_t group_of(const struct run *run)
{
	return run->group <= ABOUT_GROUPS ? run->group : 0;
}

/* "g3-2-text-board-main.csv": group, place, kit, stream; a stream's own name may be any text. */
static void name_file(struct about_stream *of, size_t place)
{
	struct text file = text_over(of->file, sizeof of->file);
	char name[sizeof of->stream.name];

	id_from_text(of->stream.name, (unsigned)place, name, sizeof name);
	if (of->group > 0)
		text_addf(&file, "g%u-", of->group);
	text_addf(&file, "%zu-%s-%s.csv", place, of->kit, name);
}

static int take_device(void *self, const struct device *device)
{
	struct collecting *in = self;
	struct about *about = in->about;

	for (uint32_t i = 0; i < device->n_streams; i++) {
		if (!is_wanted(in, &device->streams[i]))
			continue;
		if (about->n_streams == in->n_streams)
			return -EBADMSG; /* a stream of two devices */
		struct about_stream *to = &about->streams[about->n_streams++];

		to->stream = device->streams[i];
		to->sticker = device->sticker;
		to->group = group_of(in->options->run);
		text_copy(to->identity, sizeof to->identity, device->identity);
		text_copy(to->kit, sizeof to->kit, device->kit);
		text_copy(to->model, sizeof to->model, device->model);
	}
	return 0;
}

static int by_sticker(const void *a, const void *b)
{
	const struct about_stream *left = a, *right = b;

	if (left->sticker != right->sticker)
		return (left->sticker > right->sticker) - (left->sticker < right->sticker);
	return (left->stream.id > right->stream.id) - (left->stream.id < right->stream.id);
}

static int collect_streams(struct collecting *in, struct reader *reader)
{
	struct about *about = in->about;
	int r;

	about->streams = calloc(in->n_streams ? in->n_streams : 1, sizeof *about->streams);
	if (!about->streams)
		return -ENOMEM;
	r = reader_devices(reader, take_device, in);
	if (r < 0)
		return r;
	if (about->n_streams < in->n_streams)
		return -ENOENT;
	qsort(about->streams, about->n_streams, sizeof *about->streams, by_sticker);
	for (size_t i = 0; i < about->n_streams; i++)
		name_file(&about->streams[i], i + 1);
	return 0;
}

/* --- what is known of each --- */

static int take_calibration(void *self, const struct calibration *calibration)
{
	struct collecting *in = self;
	struct about_stream *of = in->current;
	struct instant begin = in->options->run->from;
	struct calibration *to;
	int r;

	if (strcmp(calibration->identity, of->identity) != 0 ||
		strcmp(calibration->stream, of->stream.name) != 0)
		return 0;
	r = grow(&of->calibrations, of->n_calibrations, sizeof *of->calibrations);
	if (r < 0)
		return r;
	to = &of->calibrations[of->n_calibrations++];
	*to = *calibration;
	to->made = since(calibration->made, begin);
	to->from = since(calibration->from, begin);
	to->to = since(calibration->to, begin);
	return 0;
}

static int take_uncertainty(void *self, const struct uncertainty *uncertainty)
{
	struct collecting *in = self;
	struct about_stream *of = in->current;
	int r = grow(&of->uncertainties, of->n_uncertainties, sizeof *of->uncertainties);

	if (r < 0)
		return r;
	of->uncertainties[of->n_uncertainties] = *uncertainty;
	of->uncertainties[of->n_uncertainties++].from =
		since(uncertainty->from, in->options->run->from);
	return 0;
}

/* The board's own gaps are told with each stream, and stand here once. */
static bool is_there(const struct about *about, const struct gap *gap)
{
	for (size_t i = 0; i < about->n_gaps; i++)
		if (about->gaps[i].stream == about->n_streams &&
			gap_holds(&about->gaps[i].gap, gap))
			return true;
	return false;
}

static int take_gap(void *self, const struct gap *told)
{
	struct collecting *in = self;
	struct about *about = in->about;
	struct instant begin = in->options->run->from;
	struct gap gap = told_within(told, &in->range);

	gap.from = since(gap.from, begin);
	gap.to = since(gap.to, begin);
	if (gap.stream == 0 && is_there(about, &gap))
		return 0;
	int r = grow(&about->gaps, about->n_gaps, sizeof *about->gaps);
	if (r < 0)
		return r;
	about->gaps[about->n_gaps++] =
		(struct about_gap){gap.stream ? in->at : about->n_streams, gap};
	return 0;
}

static int collect_of_stream(struct collecting *in, struct reader *reader)
{
	const struct about_options *o = in->options;
	const struct stream *stream = &in->current->stream;
	int r = reader_calibrations(reader, UINT_MAX, take_calibration, in);

	if (r == 0)
		r = reader_uncertainty(
			reader, stream->id, o->run->from, o->run->to, take_uncertainty, in);
	in->range = (struct told_range){.stream = stream->id,
		.period_ns = stream->period_ns,
		.from = o->run->from,
		.to = o->run->to,
		.kept = o->kept};
	if (r == 0)
		r = told_born(reader, stream->id, &in->range.born);
	return r == 0 ? told_gaps(reader, &in->range, take_gap, in) : r;
}

static int by_begin(const void *a, const void *b)
{
	const struct about_gap *left = a, *right = b;

	if (left->gap.from.ns != right->gap.from.ns)
		return (left->gap.from.ns > right->gap.from.ns) -
			(left->gap.from.ns < right->gap.from.ns);
	if (left->stream != right->stream)
		return (left->stream > right->stream) - (left->stream < right->stream);
	return (left->gap.reason > right->gap.reason) - (left->gap.reason < right->gap.reason);
}

static int take_mark(void *self, const struct mark *mark)
{
	struct collecting *in = self;
	struct about *about = in->about;

	if (!run_has_mark(in->options->run, mark))
		return 0;
	int r = grow(&about->marks, about->n_marks, sizeof *about->marks);

	if (r < 0)
		return r;
	about->marks[about->n_marks] = *mark;
	about->marks[about->n_marks++].at = since(mark->at, in->options->run->from);
	return 0;
}

/* --- the whole --- */

static void collect_wall(struct about *about, struct reader *reader, struct instant from)
{
	struct wall_map *map;
	struct anchor anchor;

	if (reader_wall_map(reader, &map) < 0)
		return;
	if (wall_map_at(map, from, &about->wall_from, &anchor)) {
		about->has_wall = true;
		about->wall_uncertainty_ns = anchor.uncertainty_ns;
		about->wall_source = anchor.source;
	}
	wall_map_free(map);
}

/* The card has refused to take what came last. */
static int note_missing(struct collecting *in)
{
	const struct about_options *o = in->options;
	const struct gap gap = {.reason = GAP_STORE, .from = o->kept, .to = o->run->to};

	in->range = (struct told_range){.from = o->run->from, .to = o->run->to};
	return o->kept.ns < o->run->to.ns ? take_gap(in, &gap) : 0;
}

static void collect_notes(struct collecting *in)
{
	enum run_notes_hide hides = in->notes->is_revealed ? HIDES_NOTHING : in->options->hides;

	if (hides != HIDES_NOTES)
		in->about->readings = json_incref(in->notes->readings);
	if (hides == HIDES_NOTHING)
		in->about->prediction = json_incref(in->notes->prediction);
}

static int collect_needs(struct collecting *in, struct reader *reader)
{
	const struct lesson *lesson = in->options->lesson;
	struct about *about = in->about;
	struct need_channel channels[LESSON_NEEDS];
	int r;

	if (!lesson)
		return 0;
	r = need_channels_find(reader, in->options->run, lesson, channels);
	for (size_t s = 0; s < about->n_streams && r == 0; s++) {
		struct about_stream *of = &about->streams[s];
		struct about_need *to = of->needs;

		for (size_t i = 0; i < lesson->n_needs; i++) {
			if (channels[i].stream != of->stream.id)
				continue;
			text_copy(to->id, sizeof to->id, lesson->needs[i].id);
			strcpy(to->channel, of->stream.channels[channels[i].channel].id);
			to++;
		}
	}
	return r;
}

/* Of a run that no session has, nothing is said. */
static int collect_accept(struct collecting *in, struct reader *reader)
{
	const struct about_options *o = in->options;
	bool has_values = o->hides != HIDES_NOTES || in->notes->is_revealed;
	struct accepted accepted;
	int r = judging_read(reader, o->run, o->lesson, &accepted);

	if (r == 0)
		in->about->accept = judging_tell(o->lesson, &accepted, has_values);
	return r == -ENOENT ? 0 : r;
}

static int collect(struct collecting *in, struct reader *reader)
{
	const struct about_options *o = in->options;
	struct about *about = in->about;
	struct text digest = text_over(about->lesson_digest, sizeof about->lesson_digest);
	int r = collect_streams(in, reader);

	collect_notes(in);
	if (r == 0 && about->n_streams == 0 && !about->readings)
		return -ENOENT;
	for (in->at = 0; in->at < about->n_streams && r == 0; in->at++) {
		in->current = &about->streams[in->at];
		r = collect_of_stream(in, reader);
	}
	if (r == 0)
		r = note_missing(in);
	if (r == 0)
		r = reader_marks(reader, o->run->from, o->run->to, take_mark, in);
	if (r == 0)
		r = collect_needs(in, reader);
	if (r == 0)
		r = collect_accept(in, reader);
	if (r < 0)
		return r;
	if (about->n_gaps > 0)
		qsort(about->gaps, about->n_gaps, sizeof *about->gaps, by_begin);
	collect_wall(about, reader, o->run->from);
	text_copy(about->title, sizeof about->title, o->run->title);
	about->number = o->run->number;
	text_copy(about->lesson, sizeof about->lesson, o->run->lesson);
	if (o->lesson)
		text_addf(&digest, "%016" PRIx64, o->lesson->digest);
	text_copy(about->board, sizeof about->board, o->board);
	about->duration_ns = o->run->to.ns - o->run->from.ns;
	return 0;
}

int about_collect(
	struct reader *reader, const struct about_options *options, struct about *ret_about)
{
	struct about about = {.n_streams = 0};
	struct run_notes notes;
	struct collecting in = {.options = options,
		.notes = &notes,
		.about = &about,
		.streams = options->streams,
		.n_streams = options->n_streams};
	uint32_t found[WEAVE_STREAMS];
	int r = run_notes_read(reader, options->run, &notes);

	if (r < 0)
		return r;
	if (in.n_streams == 0 && options->run->id != 0) { /* else it is what was typed, alone */
		in.streams = found;
		r = run_notes_streams(
			reader, &notes, options->run, options->kept, found, &in.n_streams);
	}
	if (r == 0)
		r = collect(&in, reader);
	run_notes_clear(&notes);
	if (r < 0)
		about_clear(&about);
	else
		*ret_about = about;
	return r;
}
