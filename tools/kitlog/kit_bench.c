/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog kit bench [--for 10s] NUMBER`: how well a running board reads one kit: the rate asked and
 * got, how evenly the stamps lie, raw bytes, what was damaged and lost meanwhile. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/kitlog/kit.h"
#include "tools/kitlog/say.h"

enum { STREAMS = 8, USUAL_S = 10 };

struct bench_stream {
	json_int_t id;
	char name[32];
	double period_us;
	double *times_us; /* of its rows, as they came */
	size_t n, room;
	bool is_thinned; /* too fast for single rows in events */
};

struct bench {
	json_int_t sticker;
	double seconds, began_s;
	struct bench_stream streams[STREAMS];
	size_t n_streams;
	json_t *before, *after; /* the device, with its health */
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

static void take_rows(struct bench *bench, const json_t *parts)
{
	json_t *part, *t;
	size_t i, row;

	json_array_foreach(parts, i, part)
	{
		json_int_t id = json_integer_value(json_object_get(part, "s"));

		for (size_t k = 0; k < bench->n_streams; k++) {
			if (bench->streams[k].id != id)
				continue;
			bench->streams[k].is_thinned |= !json_object_get(part, "y");
			json_array_foreach(json_object_get(part, "t"), row, t)
				take_time(&bench->streams[k], json_number_value(t));
		}
	}
}

static int event(void *self, const char *name, json_t *data)
{
	struct bench *bench = self;

	if (strcmp(name, "rows") == 0)
		take_rows(bench, data);
	if (strcmp(name, "devices") == 0) {
		const json_t *device = find_device(data, bench->sticker);
		const char *state = json_string_value(json_object_get(device, "state"));

		bench->is_gone = !state || strcmp(state, "gone") == 0;
	}
	return bench->is_gone || now_s() - bench->began_s >= bench->seconds;
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

	if (!off_us || n == 0 || stream->is_thinned) {
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

static json_t *reckon_stream(const struct bench_stream *stream)
{
	double length_us =
		stream->n > 1 ? stream->times_us[stream->n - 1] - stream->times_us[0] : NAN;
	double got = stream->is_thinned ? NAN : (double)(stream->n - 1) * 1e6 / length_us;

	return json_pack("{s:s, s:o, s:o, s:I, s:b, s:o}", "stream", stream->name, "asked_hz",
		real_or_null(stream->period_us > 0 ? 1e6 / stream->period_us : NAN), "got_hz",
		real_or_null(got), "rows", (json_int_t)stream->n, "is_thinned", stream->is_thinned,
		"jitter", reckon_jitter(stream));
}

static json_int_t grown(const struct bench *bench, const char *key)
{
	const json_t *before = json_object_get(json_object_get(bench->before, "health"), key);
	const json_t *after = json_object_get(json_object_get(bench->after, "health"), key);

	return json_integer_value(after) - json_integer_value(before);
}

static json_t *reckon(const struct bench *bench, double seconds)
{
	json_t *streams = json_array();

	for (size_t i = 0; i < bench->n_streams; i++)
		json_array_append_new(streams, reckon_stream(&bench->streams[i]));
	return json_pack("{s:I, s:O, s:f, s:I, s:I, s:I, s:I, s:O?, s:o}", "sticker",
		bench->sticker, "kit", json_object_get(bench->before, "kit"), "seconds", seconds,
		"bytes", grown(bench, "bytes"), "rows", grown(bench, "rows"), "bad_frames",
		grown(bench, "bad_frames"), "lost_rows", grown(bench, "lost_rows"),
		"uncertainty_us",
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
	char asked[SAY_TEXT], got[SAY_TEXT], off[SAY_TEXT] = "-";
	const json_t *jitter = json_object_get(stream, "jitter");

	if (json_is_object(jitter))
		snprintf(off, sizeof off, "%.3g / %.3g / %.3g ms",
			json_number_value(json_object_get(jitter, "median_us")) / 1e3,
			json_number_value(json_object_get(jitter, "p99_us")) / 1e3,
			json_number_value(json_object_get(jitter, "most_us")) / 1e3);
	say_row(stdout, (int[]){12, 14, 14, 0},
		(const char *[]){json_string_value(json_object_get(stream, "stream")),
			hz(json_object_get(stream, "asked_hz"), asked),
			hz(json_object_get(stream, "got_hz"), got), off},
		4);
}

static void print(const json_t *all)
{
	double seconds = json_number_value(json_object_get(all, "seconds"));
	json_int_t bytes = json_integer_value(json_object_get(all, "bytes"));
	json_t *stream;
	size_t i;

	say_row(stdout, (int[]){12, 14, 14, 0},
		(const char *[]){say("流", "stream"), say("要", "asked"), say("得到", "got"),
			say("间隔偏差 中位/99%/最大", "intervals off by: median / p99 / most")},
		4);
	json_array_foreach(json_object_get(all, "streams"), i, stream) print_stream(stream);
	printf(say("%.1f 秒：%lld 字节（每秒 %.0f），%lld 行，坏帧 %lld，丢 %lld 行\n",
		       "%.1f s: %lld bytes (%.0f a second), %lld rows, %lld bad frames, %lld rows "
		       "lost\n"),
		seconds, (long long)bytes, (double)bytes / seconds,
		(long long)json_integer_value(json_object_get(all, "rows")),
		(long long)json_integer_value(json_object_get(all, "bad_frames")),
		(long long)json_integer_value(json_object_get(all, "lost_rows")));
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

static int run(const struct call *call, struct bench *bench)
{
	json_t *all;
	double seconds;

	bench->before = get_device(call, bench->sticker);
	if (!bench->before)
		return 1;
	take_streams(bench);
	bench->began_s = now_s();
	board_listen(call->board, event, bench);
	seconds = now_s() - bench->began_s;
	bench->after = get_device(call, bench->sticker);
	if (!bench->after)
		return 1;
	all = reckon(bench, seconds);
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
	if (bench.sticker <= 0 || (end && *end))
		return command_misused("kit bench", n ? words[0] : "",
			say("器材上的号码，例如 3", "the number on a kit's label, such as 3"));
	status = run(call, &bench);
	for (size_t i = 0; i < bench.n_streams; i++)
		free(bench.streams[i].times_us);
	json_decref(bench.before);
	json_decref(bench.after);
	return status;
}
