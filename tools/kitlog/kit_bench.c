/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog kit bench [--for 10s] NUMBER`: how well a running board reads one kit: the rate asked and
 * got, how evenly the stamps lie, raw bytes, what was damaged and lost meanwhile. All of one window of
 * the board's own time: it is opened while the rows are being heard already, and rows count by their
 * stamps. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/kitlog/kit.h"
#include "tools/kitlog/say.h"

enum {
	STREAMS = 8,
	USUAL_S = 10,
	LEAST_INTERVALS = 5, /* of fewer, how even they are says nothing: of one it is always 0 */
};

/* Rows stamped within the window may come so long after its end. */
static const double settle_s = 0.5;

struct bench_stream {
	json_int_t id;
	char name[32];
	double period_us;
	double *times_us; /* of its rows within the window, or of columns of them */
	size_t n, room;
	json_int_t rows;
	bool is_thinned; /* too fast for single rows in events: columns */
};

struct bench {
	const struct call *call;
	json_int_t sticker;
	double seconds;        /* asked for */
	double from_us, to_us; /* the window; 0: it is not yet open, or not yet closed */
	double opened_s, closed_s;
	struct bench_stream streams[STREAMS];
	size_t n_streams;
	json_t *before, *after; /* the device, with its health, at both ends */
	bool is_gone;
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- collecting --- */

static json_t *find_device(json_t *devices, json_int_t sticker)
{
	json_t *device;
	size_t i;

	json_array_foreach(json_object_get(devices, "devices"), i,
		device) if (json_integer_value(json_object_get(device, "sticker")) ==
		sticker) return device;
	return NULL;
}

static void take_streams(struct bench *bench)
{
	json_t *stream;
	size_t i;

	json_array_foreach(json_object_get(bench->before, "streams"), i, stream)
	{
		struct bench_stream *own = &bench->streams[bench->n_streams];
		const char *name = json_string_value(json_object_get(stream, "name"));

		if (bench->n_streams == STREAMS)
			return;
		own->id = json_integer_value(json_object_get(stream, "id"));
		snprintf(own->name, sizeof own->name, "%s", name ? name : "?");
		own->period_us = json_number_value(json_object_get(stream, "period_us"));
		bench->n_streams++;
	}
}

static void take_time(struct bench_stream *stream, double us)
{
	if (stream->n == stream->room) {
		size_t room = stream->room ? stream->room * 2 : 1024;
		double *grown = realloc(stream->times_us, room * sizeof *grown);

		if (!grown)
			return;
		stream->times_us = grown;
		stream->room = room;
	}
	stream->times_us[stream->n++] = us;
}

/* One row, or a column of some. */
static void take_part(struct bench *bench, struct bench_stream *stream, const json_t *part)
{
	const json_t *rows = json_object_get(part, "n");
	json_t *t;
	size_t i;

	stream->is_thinned |= rows != NULL;
	json_array_foreach(json_object_get(part, "t"), i, t)
	{
		double us = json_number_value(t);

		if (us < bench->from_us || (bench->to_us > 0 && us >= bench->to_us))
			continue;
		take_time(stream, us);
		stream->rows += rows ? json_integer_value(json_array_get(rows, i)) : 1;
	}
}

static void take_rows(struct bench *bench, const json_t *parts)
{
	json_t *part;
	size_t i;

	json_array_foreach(parts, i, part)
	{
		json_int_t id = json_integer_value(json_object_get(part, "s"));

		for (size_t k = 0; k < bench->n_streams; k++)
			if (bench->streams[k].id == id)
				take_part(bench, &bench->streams[k], part);
	}
}

/* The device as the board knows it now; NULL after saying why not. */
static json_t *get_device(const struct call *call, json_int_t sticker)
{
	json_t *devices = board_get(call->board, "/api/v1/devices");
	json_t *device = find_device(devices, sticker);
	const char *state = json_string_value(json_object_get(device, "state"));

	if (device && state && strcmp(state, "gone") != 0)
		json_incref(device);
	else if (devices)
		fprintf(stderr,
			device ? say("kitlog kit bench: %lld 号没有插着；插上再来\n",
					 "kitlog kit bench: kit %lld is not plugged in; plug it in first\n")
			       : say("kitlog kit bench: 没有 %lld 号器材；kitlog devices 列出有的\n",
					 "kitlog kit bench: there is no kit %lld; kitlog devices lists "
					 "them\n"),
			(long long)sticker);
	if (device && (!state || strcmp(state, "gone") == 0))
		device = NULL;
	json_decref(devices);
	return device;
}

/* An end of the window: the device with its counters, and the board's time. */
static bool take_end(struct bench *bench, json_t **ret_device, double *ret_us)
{
	json_t *status = board_get(bench->call->board, "/api/v1/status");

	*ret_us = json_number_value(json_object_get(status, "now_us"));
	json_decref(status);
	*ret_device = get_device(bench->call, bench->sticker);
	bench->is_gone = !*ret_device;
	return *ret_us > 0 && *ret_device;
}

/* True: it is over, or has failed. */
static bool watch(struct bench *bench)
{
	if (bench->from_us <= 0) {
		if (!take_end(bench, &bench->before, &bench->from_us))
			return true;
		bench->opened_s = now_s();
		take_streams(bench);
	} else if (bench->to_us <= 0 && now_s() - bench->opened_s >= bench->seconds) {
		if (!take_end(bench, &bench->after, &bench->to_us))
			return true;
		bench->closed_s = now_s();
	}
	return bench->to_us > 0 && now_s() - bench->closed_s >= settle_s;
}

static int event(void *self, const char *name, json_t *data)
{
	struct bench *bench = self;

	if (strcmp(name, "rows") == 0)
		take_rows(bench, data);
	return watch(bench);
}

/* --- reckoning --- */

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static json_t *real_or_null(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

/* How far single intervals are from the stream's own mean interval. */
static json_t *reckon_jitter(const struct bench_stream *stream)
{
	size_t n = stream->n > 1 ? stream->n - 1 : 0;
	double *off_us = calloc(n + 1, sizeof *off_us);
	double mean_us = n ? (stream->times_us[n] - stream->times_us[0]) / (double)n : NAN;
	json_t *jitter = NULL;

	if (!off_us || n < LEAST_INTERVALS || stream->is_thinned) {
		free(off_us);
		return json_null();
	}
	for (size_t i = 0; i < n; i++)
		off_us[i] = fabs(stream->times_us[i + 1] - stream->times_us[i] - mean_us);
	qsort(off_us, n, sizeof *off_us, by_size);
	jitter = json_pack("{s:f, s:f, s:f}", "median_us", off_us[n / 2], "p99_us",
		off_us[n * 99 / 100], "most_us", off_us[n - 1]);
	free(off_us);
	return jitter;
}

/* By the rows of the window and its length; by their own span, which is more exact, where they fill
 * the window: then what is missing at either end is less than two intervals. */
static double reckon_rate(const struct bench *bench, const struct bench_stream *stream)
{
	double length_us = bench->to_us - bench->from_us;
	double span_us = stream->n > 1 ? stream->times_us[stream->n - 1] - stream->times_us[0] : 0;
	double mean_us = stream->n > 1 ? span_us / (double)(stream->n - 1) : INFINITY;

	if (stream->is_thinned || stream->n < 2 || span_us <= 0 ||
		length_us - span_us > 2 * mean_us)
		return (double)stream->rows * 1e6 / length_us;
	return 1e6 / mean_us;
}

/* Of the stream's newest stamps, at the end of the window. */
static json_t *find_uncertainty(const struct bench *bench, json_int_t id)
{
	json_t *stream, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(bench->after, "streams"), i, stream)
	{
		if (json_integer_value(json_object_get(stream, "id")) == id)
			found = json_object_get(stream, "uncertainty_us");
	}
	return found ? json_incref(found) : json_null();
}

static json_t *reckon_stream(const struct bench *bench, const struct bench_stream *stream)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:I, s:b, s:o}", "stream", stream->name, "asked_hz",
		real_or_null(stream->period_us > 0 ? 1e6 / stream->period_us : NAN), "got_hz",
		real_or_null(reckon_rate(bench, stream)), "uncertainty_us",
		find_uncertainty(bench, stream->id), "rows", stream->rows, "is_thinned",
		stream->is_thinned, "jitter", reckon_jitter(stream));
}

static json_int_t grown(const struct bench *bench, const char *key)
{
	const json_t *before = json_object_get(json_object_get(bench->before, "health"), key);
	const json_t *after = json_object_get(json_object_get(bench->after, "health"), key);

	return json_integer_value(after) - json_integer_value(before);
}

static json_t *reckon(const struct bench *bench)
{
	double seconds = (bench->to_us - bench->from_us) / 1e6;
	json_t *streams = json_array();
	json_int_t rows = 0;

	for (size_t i = 0; i < bench->n_streams; i++) {
		rows += bench->streams[i].rows;
		json_array_append_new(streams, reckon_stream(bench, &bench->streams[i]));
	}
	return json_pack("{s:I, s:O, s:f, s:I, s:I, s:I, s:I, s:I, s:O?, s:o}", "sticker",
		bench->sticker, "kit", json_object_get(bench->before, "kit"), "seconds", seconds,
		"bytes", grown(bench, "bytes"), "rows", rows, "bad_frames",
		grown(bench, "bad_frames"), "unanswered", grown(bench, "unanswered"), "lost_rows",
		grown(bench, "lost_rows"), "uncertainty_us",
		json_object_get(json_object_get(bench->after, "health"), "uncertainty_us"),
		"streams", streams);
}

/* --- telling --- */

static const char *hz(const json_t *number, char *ret_text)
{
	if (!json_is_number(number))
		return "-";
	snprintf(ret_text, SAY_TEXT, "%.5g Hz", json_number_value(number));
	return ret_text;
}

static void print_stream(const json_t *stream)
{
	char asked[SAY_TEXT], got[SAY_TEXT], stamps[SAY_TEXT], off[SAY_TEXT];
	const json_t *jitter = json_object_get(stream, "jitter");

	snprintf(off, sizeof off, "%s",
		json_is_true(json_object_get(stream, "is_thinned"))
			? "-"
			: say("行太少，多量一会儿", "too few rows; measure for longer"));
	if (json_is_object(jitter))
		snprintf(off, sizeof off, "%.3g / %.3g / %.3g ms",
			json_number_value(json_object_get(jitter, "median_us")) / 1e3,
			json_number_value(json_object_get(jitter, "p99_us")) / 1e3,
			json_number_value(json_object_get(jitter, "most_us")) / 1e3);
	say_precision(json_object_get(stream, "uncertainty_us"), stamps);
	say_row(stdout, (int[]){12, 14, 14, 12, 0},
		(const char *[]){json_string_value(json_object_get(stream, "stream")),
			hz(json_object_get(stream, "asked_hz"), asked),
			hz(json_object_get(stream, "got_hz"), got), *stamps ? stamps + 1 : "-",
			off},
		5);
}

static void print(const json_t *all)
{
	double seconds = json_number_value(json_object_get(all, "seconds"));
	json_int_t bytes = json_integer_value(json_object_get(all, "bytes"));
	json_t *stream;
	size_t i;

	printf(say("%.1f 秒里：%lld 字节（每秒 %.0f），%lld 行，坏帧 %lld，没应答 %lld 次，丢 %lld 行\n",
		       "Within %.1f s: %lld bytes (%.0f a second), %lld rows, %lld bad frames, "
		       "%lld questions without an answer, %lld rows lost\n"),
		seconds, (long long)bytes, (double)bytes / seconds,
		(long long)json_integer_value(json_object_get(all, "rows")),
		(long long)json_integer_value(json_object_get(all, "bad_frames")),
		(long long)json_integer_value(json_object_get(all, "unanswered")),
		(long long)json_integer_value(json_object_get(all, "lost_rows")));
	say_row(stdout, (int[]){12, 14, 14, 12, 0},
		(const char *[]){say("流", "stream"), say("要", "asked"), say("得到", "got"),
			say("时刻准到", "stamps"),
			say("间隔偏差 中位/99%/最大", "intervals off by: median / p99 / most")},
		5);
	json_array_foreach(json_object_get(all, "streams"), i, stream) print_stream(stream);
}

/* --- the command --- */

static int take(void *self, int option, const char *argument)
{
	struct bench *bench = self;

	(void)option;
	if (!kit_seconds(argument, &bench->seconds) || bench->seconds < 1)
		return command_misused("kit bench --for", argument,
			say("至少 1 s，例如 10s", "a time of at least 1 s such as 10s"));
	return 0;
}

static int run(const struct call *call, struct bench *bench)
{
	json_t *all;

	bench->call = call;
	if (board_listen(call->board, event, bench) < 0)
		return 1;
	if (bench->is_gone || !bench->after)
		return 1; /* it was said why */
	all = reckon(bench);
	if (call->is_json)
		say_json(all);
	else
		print(all);
	json_decref(all);
	return 0;
}

int kit_bench(const struct call *call)
{
	static const struct option options[] = {{"for", required_argument, NULL, 'f'}, {0}};
	struct bench bench = {.seconds = USUAL_S};
	char **words, *end = NULL;
	int n, status = kit_options(call, options, take, &bench, &words, &n);

	if (status)
		return status;
	if (n > 1)
		return command_too_many(
			"kit bench", words[1], say("它只跟一个号码", "it takes one number"));
	bench.sticker = n ? strtoll(words[0], &end, 10) : 0;
	if (bench.sticker <= 0 || bench.sticker > UINT32_MAX || (end && *end))
		return command_misused("kit bench", n ? words[0] : "",
			say("器材上的号码，例如 3", "the number on a kit's label, such as 3"));
	status = run(call, &bench);
	for (size_t i = 0; i < bench.n_streams; i++)
		free(bench.streams[i].times_us);
	json_decref(bench.before);
	json_decref(bench.after);
	return status;
}
