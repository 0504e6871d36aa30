/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One job object that is submitted again for each bufferful. The first bufferful is there before
 * the status line goes out, so that a stream that does not exist is a 404 and not an empty file;
 * what fails later breaks the connection, so that nobody takes half a file for a whole one. */
#include "share/download.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "share/ask.h"
#include "share/mark_pages.h"
#include "share/provenance.h"
#include "share/told.h"

enum { BUFFER_BYTES = 256 << 10 };

static const int64_t LOOK_NS = 100 * NS_PER_MS;
/* A batch leaves sense 20 ms after its oldest row, and a stamp may be some milliseconds old by
 * then: so long after an instant the feed has every row before it. */
static const int64_t SETTLE_NS = 100 * NS_PER_MS;
static const int64_t PATIENCE_NS = 5 * (int64_t)NS_PER_S;

struct download {
	struct source source;
	struct job job;
	struct work *work;
	const struct catalogue *catalogue;
	struct request *request; /* until it is answered */
	struct download_options options;
	struct download *next; /* of those that wait for the card */
	struct instant give_up;

	/* the work thread's while `is_working`, else main's */
	struct weave *weave;
	struct exporter exporter;
	struct export_stream *streams;
	struct wall_map *wall;
	struct mark_pages marks;
	struct moment moment; /* that comes next, if has_moment */
	bool has_moment, is_woven, is_over;
	int result;
	struct text text; /* over buffer */
	char *buffer;

	/* main's */
	size_t sent;
	bool is_working, is_left;
};

static void download_free(struct download *download)
{
	weave_free(download->weave);
	wall_map_free(download->wall);
	for (size_t i = 0; i < download->exporter.n_streams; i++) {
		correction_free(download->streams[i].correction);
		for (size_t c = 0; c < STREAM_CHANNELS; c++)
			free(download->streams[i].by[c]);
	}
	free(download->streams);
	free(download->buffer);
	free(download);
}

/* --- on the work thread --- */

/* A visitor of the reader may not ask the reader: first the numbers, then what they stand for. */
struct candidates {
	uint32_t *ids;
	size_t n, room;
};

static int take_candidate(void *self, const struct device *device)
{
	struct candidates *candidates = self;

	for (uint32_t i = 0; i < device->n_streams; i++) {
		if (device->streams[i].kind != STREAM_DATA)
			continue;
		if (candidates->n == candidates->room) {
			size_t room = candidates->room ? candidates->room * 2 : 64;
			uint32_t *grown = realloc(candidates->ids, room * sizeof *grown);

			if (!grown)
				return -ENOMEM;
			candidates->ids = grown;
			candidates->room = room;
		}
		candidates->ids[candidates->n++] = device->streams[i].id;
	}
	return 0;
}

/* Up to where the card has everything. */
static struct instant kept_to(const struct download *download)
{
	return download->exporter.lacks_end ? download->exporter.kept_to : download->options.to;
}

/* Its own, and not that it was put away. */
static int look_for_trouble(void *self, const struct gap *gap)
{
	const uint32_t *stream = self;

	return gap->stream == *stream && gap->reason != GAP_UNPLUGGED;
}

/* Rows, or a word about rows that it should have had. */
static bool has_part(const struct download *download, uint32_t stream, struct reader *reader)
{
	const struct download_options *options = &download->options;
	const struct told_range range = {
		.stream = stream,
		.from = options->from,
		.to = options->to,
		.kept = kept_to(download),
	};
	struct instant first, last;
	uint64_t rows;

	if (reader_extent(reader, stream, &first, &last, &rows) == 0 && first.ns < options->to.ns &&
		last.ns >= options->from.ns)
		return true;
	return told_gaps(reader, &range, look_for_trouble, &stream) > 0;
}

/* All streams that have a part in the range. */
static int choose_streams(struct download *download, struct reader *reader)
{
	struct download_options *options = &download->options;
	struct candidates candidates = {0};
	int r = reader_devices(reader, take_candidate, &candidates);

	for (size_t i = 0; i < candidates.n && r == 0; i++) {
		if (!has_part(download, candidates.ids[i], reader))
			continue;
		if (options->n_streams == WEAVE_STREAMS)
			r = -E2BIG;
		else
			options->streams[options->n_streams++] = candidates.ids[i];
	}
	free(candidates.ids);
	return r;
}

static bool is_wanted(const struct download_options *options, const struct stream *stream)
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
	struct download *download = self;
	const char *why;

	for (uint32_t i = 0; i < device->n_streams; i++) {
		if (!is_wanted(&download->options, &device->streams[i]))
			continue;
		if (download->exporter.n_streams == download->options.n_streams)
			return -EBADMSG; /* a stream of two devices */
		struct export_stream *to = &download->streams[download->exporter.n_streams++];

		to->stream = device->streams[i];
		to->sticker = device->sticker;
		to->warming.warm_up_ns = warm_up_of(download->catalogue, device);
		to->has_series = series_init(&to->series, download->options.board, device,
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

static struct instant first_row(struct download *download, struct reader *reader)
{
	struct instant origin = {INT64_MAX}, first, last;
	uint64_t rows;

	for (size_t i = 0; i < download->exporter.n_streams; i++)
		if (reader_extent(reader, download->streams[i].stream.id, &first, &last, &rows) ==
				0 &&
			first.ns < origin.ns)
			origin = first;
	return origin.ns == INT64_MAX || origin.ns < download->options.from.ns
		? download->options.from
		: origin;
}

/* What holds now, for the whole file: its head says it. */
static int read_calibrations(struct download *download, struct reader *reader)
{
	const struct download_options *options = &download->options;
	int r = 0;

	for (size_t i = 0; i < download->exporter.n_streams && r == 0; i++) {
		struct export_stream *of = &download->streams[i];

		r = reader_correction(reader, CORRECTION_READ, of->stream.id, &of->correction);
		for (uint32_t c = 0; r == 0 && c < of->stream.n_channels; c++)
			r = provenance_in_words(
				reader, of->correction, c, options->from, options->to, &of->by[c]);
	}
	return r;
}

static int read_warming(struct download *download, struct reader *reader)
{
	int r = 0;

	for (size_t i = 0; i < download->exporter.n_streams && r == 0; i++) {
		struct export_stream *of = &download->streams[i];

		r = warming_begin(reader, of->stream.id, download->options.from,
			of->warming.warm_up_ns, &of->warming);
	}
	return r;
}

/* Marks are everybody's, whatever is exported: those of its time. Line protocol has none. */
static int begin_marks(struct download *download, struct reader *reader)
{
	struct exporter *exporter = &download->exporter;
	int r;

	mark_pages_init(&download->marks, exporter->origin,
		exporter->format == EXPORT_CSV ? download->options.to : exporter->origin);
	exporter->has_marks = mark_pages_next(&download->marks, reader, &r) != NULL;
	return r;
}

static int prepare(struct download *download, struct reader *reader)
{
	struct weave_stream streams[WEAVE_STREAMS];
	struct exporter *exporter = &download->exporter;

	download->streams = calloc(WEAVE_STREAMS, sizeof *download->streams);
	download->buffer = malloc(BUFFER_BYTES);
	if (!download->streams || !download->buffer)
		return -ENOMEM;
	download->text = text_over(download->buffer, BUFFER_BYTES);
	int r = download->options.n_streams == 0 ? choose_streams(download, reader) : 0;
	if (r == 0)
		r = reader_devices(reader, take_device, download);
	if (r < 0)
		return r;
	if (exporter->n_streams == 0 || exporter->n_streams < download->options.n_streams)
		return -ENOENT;
	qsort(download->streams, exporter->n_streams, sizeof *download->streams, by_sticker);
	r = download->options.is_raw ? 0 : read_calibrations(download, reader);
	if (r == 0)
		r = read_warming(download, reader);
	if (r < 0)
		return r;
	if (reader_wall_map(reader, &download->wall) < 0)
		download->wall = NULL;
	exporter->format = download->options.format;
	exporter->streams = download->streams;
	exporter->wall = download->wall;
	exporter->origin = download->options.counts_from_first ? first_row(download, reader)
							       : download->options.from;
	for (size_t i = 0; i < exporter->n_streams; i++)
		streams[i] = (struct weave_stream){download->streams[i].stream.id,
			download->streams[i].stream.n_channels,
			download->streams[i].stream.period_ns};
	r = weave_new(streams, exporter->n_streams, download->options.from, download->options.to,
		kept_to(download), &download->weave);
	if (r == 0)
		r = begin_marks(download, reader);
	if (r == 0)
		export_add_head(exporter, &download->text);
	return r;
}

static bool has_room(const struct download *download)
{
	return BUFFER_BYTES - download->text.length > export_line_bytes(&download->exporter);
}

/* A mark stands behind what happened at its instant, as a gap does. */
static int add_next(struct download *download, struct reader *reader)
{
	const struct mark *mark;
	int r = 0;

	if (!download->has_moment && !download->is_woven) {
		download->has_moment = weave_next(download->weave, reader, &download->moment, &r);
		download->is_woven = !download->has_moment;
	}
	mark = r == 0 ? mark_pages_next(&download->marks, reader, &r) : NULL;
	if (r < 0)
		return r;
	if (mark && (!download->has_moment || mark->at.ns < download->moment.at.ns)) {
		export_add_mark(&download->exporter, mark, &download->text);
		mark_pages_step(&download->marks);
	} else if (download->has_moment) {
		export_add_moment(&download->exporter, &download->moment, &download->text);
		download->has_moment = false;
	} else {
		export_add_end(&download->exporter, &download->text);
		download->is_over = true;
	}
	return 0;
}

static int fill(struct download *download, struct reader *reader)
{
	int r = 0;

	while (r == 0 && !download->is_over && has_room(download) &&
		!atomic_load(&download->job.is_cancelled))
		r = add_next(download, reader);
	if (r == 0 && download->text.is_cut)
		r = -EMSGSIZE;
	return r;
}

static void fill_buffer(struct job *job, struct reader *reader)
{
	struct download *download = CONTAINER(job, struct download, job);

	download->result = 0;
	if (!reader)
		download->result = -ENODEV;
	else if (!download->weave)
		download->result = prepare(download, reader);
	else
		text_reset(&download->text);
	if (download->result == 0)
		download->result = fill(download, reader);
}

/* --- on main --- */

static void submit(struct download *download)
{
	download->sent = 0;
	download->is_working = work_submit(download->work, &download->job) == 0;
	if (!download->is_working)
		download->result = -EBUSY;
}

static ssize_t read_download(struct source *source, char *ret_bytes, size_t room)
{
	struct download *download = CONTAINER(source, struct download, source);

	if (download->is_working)
		return 0;
	if (download->result < 0)
		return SOURCE_FAILED;
	size_t left = download->text.length - download->sent;
	if (left == 0) {
		if (download->is_over)
			return SOURCE_END;
		submit(download); /* from here on all but main's own fields are the thread's */
		return download->is_working ? 0 : SOURCE_FAILED;
	}
	if (left > room)
		left = room;
	memcpy(ret_bytes, download->text.at + download->sent, left);
	download->sent += left;
	return (ssize_t)left;
}

static void download_left(struct source *source)
{
	struct download *download = CONTAINER(source, struct download, source);

	if (download->is_working) { /* freed when the thread gives it back */
		atomic_store(&download->job.is_cancelled, true);
		download->is_left = true;
	} else {
		download_free(download);
	}
}

/* A file of which nothing but a comment would be left. */
static bool lacks_hour(const struct download *download)
{
	return download->is_over && export_lacks_hour(&download->exporter);
}

/* The first that was asked for and is not there; 0: none. */
static uint32_t unknown_stream(const struct download *download)
{
	const struct download_options *options = &download->options;

	for (size_t i = 0; i < options->n_streams; i++) {
		size_t k = 0;

		while (k < download->exporter.n_streams &&
			download->streams[k].stream.id != options->streams[i])
			k++;
		if (k == download->exporter.n_streams)
			return options->streams[i];
	}
	return 0;
}

static void refuse(const struct download *download)
{
	struct request *request = download->request;
	uint32_t unknown = download->result == -ENOENT ? unknown_stream(download) : 0;

	if (unknown)
		refuse_no_stream(request, unknown);
	else if (download->result == -ENOENT)
		refuse_unknown(request, "这段时间没有数据。", "There are no data in this range.");
	else if (download->result == -E2BIG || download->result == -EMSGSIZE)
		request_refuse(request, 400, "too_many_streams",
			"一次最多导出 64 组数据。分几次导出。",
			"At most 64 streams fit into one file. Export fewer at a time.");
	else if (lacks_hour(download))
		request_refuse(request, 404, "no_hour",
			"line protocol 要写时刻，可这些数据没人知道是几点记的。让板子连上网；板子的钟若是准的，"
			"就在配置里写 wall_clock: system。也可以改用 csv 导出。",
			"Line protocol needs the hour, and nobody has told it for these data. Give the "
			"board a network, or set wall_clock: system if its clock is right; or export "
			"as csv.");
	else
		refuse_busy(request);
}

static void begin_answer(struct download *download)
{
	struct request *request = download->request;
	enum export_format format = download->options.format;
	char buffer[128];
	struct text name = text_over(buffer, sizeof buffer);

	if (!download->job.has_run || download->result < 0 || lacks_hour(download)) {
		refuse(download);
		download_free(download);
		return;
	}
	text_addf(&name, "attachment; filename=\"%s.%s\"", download->options.file,
		format == EXPORT_CSV ? "csv" : "lp");
	request_add_header(request, "Content-Disposition", name.at);
	download->request = NULL;
	request_answer_source(request, 200, export_type(format), &download->source);
}

static void buffer_filled(struct job *job)
{
	struct download *download = CONTAINER(job, struct download, job);

	download->is_working = false;
	if (download->request) {
		begin_answer(download);
		return;
	}
	if (!job->has_run)
		download->result = -ECANCELED;
	if (download->is_left)
		download_free(download);
	else
		source_wake(&download->source);
}

/* False: it was refused, and is gone. */
static bool begin(struct download *download)
{
	submit(download);
	if (download->is_working)
		return true;
	refuse_busy(download->request);
	download_free(download);
	return false;
}

/* --- waiting for the card --- */

static struct instant wanted(const struct download *download)
{
	return instant_add(download->options.to, SETTLE_NS);
}

/* Is there nothing (more) to wait for? Then what the card lacks is noted. */
static bool is_time(struct downloads *downloads, struct download *download, struct instant now)
{
	struct instant durable = downloads->store->durable;

	if (durable.ns >= wanted(download).ns)
		return true;
	if (now.ns < download->give_up.ns && !downloads->store->last_error)
		return false;
	download->exporter.lacks_end = true;
	download->exporter.kept_to =
		durable.ns > download->options.from.ns ? durable : download->options.from;
	return true;
}

static void look_again(struct downloads *downloads)
{
	struct instant now = clock_now(downloads->clock);
	bool is_order_due = false, has_refused = false;

	for (struct download **at = &downloads->waiting; *at;) {
		struct download *download = *at;

		if (is_time(downloads, download, now)) {
			*at = download->next;
			has_refused |= !begin(download);
		} else {
			is_order_due |= now.ns >= wanted(download).ns;
			at = &download->next;
		}
	}
	if (is_order_due && !downloads->is_ordered)
		downloads->is_ordered = keep_order_commit(downloads->keep) == 0;
	if (!downloads->waiting)
		timer_cancel(&downloads->look);
	if (has_refused)
		downloads->refused(downloads->self);
}

static void look(struct timer *timer, struct instant now)
{
	(void)now;
	look_again(CONTAINER(timer, struct downloads, look));
}

void downloads_told(struct downloads *downloads)
{
	downloads->is_ordered = false;
	look_again(downloads);
}

void downloads_init(struct downloads *downloads)
{
	downloads->look.due = look;
}

void downloads_clear(struct downloads *downloads)
{
	struct download *next;

	timer_cancel(&downloads->look);
	for (struct download *download = downloads->waiting; download; download = next) {
		next = download->next;
		refuse_busy(download->request);
		download_free(download);
	}
	downloads->waiting = NULL;
}

void download_start(struct downloads *downloads, struct request *request,
	const struct download_options *options)
{
	struct download *download = calloc(1, sizeof *download);

	if (!download) {
		refuse_busy(request);
		return;
	}
	download->source = (struct source){.read = read_download, .closed = download_left};
	download->job = (struct job){.run = fill_buffer, .done = buffer_filled};
	download->work = downloads->work;
	download->catalogue = downloads->catalogue;
	download->request = request;
	download->options = *options;
	download->give_up = instant_add(clock_now(downloads->clock), PATIENCE_NS);
	if (is_time(downloads, download, clock_now(downloads->clock))) {
		if (begin(download))
			request_wait(request);
		return;
	}
	request_wait(request);
	if (!downloads->waiting)
		timer_every(downloads->loop, &downloads->look, LOOK_NS);
	download->next = downloads->waiting;
	downloads->waiting = download;
}
