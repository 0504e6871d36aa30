/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog tail [STICKER]`: rows and gaps as they come, until Ctrl-C; what is flagged has a mark. With
 * --json one event a line. */
#include "tools/kitlog/command.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kitlog/flags.h"
#include "tools/kitlog/say.h"

struct tail {
	bool is_json;
	long long sticker; /* 0: all */
	json_t *devices;
	unsigned explained; /* flags whose marks were */
};

/* Rows of a stream as they came: single ones, or of a fast stream some together. */
struct part {
	const json_t *device, *stream;
	const json_t *t, *shown, *least, *most; /* columns, channel by channel */
};

/* The stream and its device by the stream's number, or false. */
static bool find(const struct tail *tail, json_int_t id, const json_t **ret_device,
	const json_t **ret_stream)
{
	json_t *device, *stream;
	size_t i, k;

	json_array_foreach(json_object_get(tail->devices, "devices"), i, device)
	{
		json_array_foreach(json_object_get(device, "streams"), k, stream)
		{
			if (json_integer_value(json_object_get(stream, "id")) == id) {
				*ret_device = device;
				*ret_stream = stream;
				return true;
			}
		}
	}
	return false;
}

/* --- flags --- */

static double number_at(const json_t *columns, size_t channel, size_t row)
{
	const json_t *value = json_array_get(json_array_get(columns, channel), row);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static unsigned flags_of(const struct part *part, size_t channel, size_t row)
{
	const json_t *of = json_array_get(json_object_get(part->stream, "channels"), channel);

	if (isnan(number_at(part->shown, channel, row)))
		return 0;
	return flags_of_age(part->device, json_integer_value(json_array_get(part->t, row))) |
		flags_of_value(of, number_at(part->least, channel, row)) |
		flags_of_value(of, number_at(part->most, channel, row));
}

static void explain(struct tail *tail, unsigned flags)
{
	flags_explain(flags & ~tail->explained);
	tail->explained |= flags;
}

/* --- rows --- */

static void print_value(const struct part *part, size_t channel, size_t row)
{
	const json_t *of = json_array_get(json_object_get(part->stream, "channels"), channel);
	const char *id = json_string_value(json_object_get(of, "id"));
	const char *unit = json_string_value(json_object_get(of, "unit"));
	double step = json_number_value(json_object_get(of, "resolution"));
	double value = number_at(part->shown, channel, row);
	char digits[SAY_TEXT], buffer[8];
	struct text marks = text_over(buffer, sizeof buffer);

	if (isnan(value))
		return;
	flags_add_marks(&marks, flags_of(part, channel, row));
	printf("  %s=%s%s", id ? id : "?", say_value(value, step, unit ? unit : "", digits),
		marks.at);
}

static void print_part(struct tail *tail, const json_t *rows)
{
	struct part part = {.t = json_object_get(rows, "t"), .shown = json_object_get(rows, "y")};

	part.least = part.most = part.shown;
	if (!part.shown) {
		part.shown = json_object_get(rows, "mean");
		part.least = json_object_get(rows, "min");
		part.most = json_object_get(rows, "max");
	}
	if (!find(tail, json_integer_value(json_object_get(rows, "s")), &part.device, &part.stream))
		return;
	json_int_t sticker = json_integer_value(json_object_get(part.device, "sticker"));
	const char *label = say_pick(json_object_get(part.stream, "label")); /* of several probes */

	for (size_t row = 0; row < json_array_size(part.t); row++) {
		double t = json_number_value(json_array_get(part.t, row));
		unsigned flags = 0;

		for (size_t c = 0; c < json_array_size(part.shown); c++)
			flags |= flags_of(&part, c, row);
		explain(tail, flags);
		printf("%14.6f  #%lld", t / 1e6, (long long)sticker);
		if (*label)
			printf("  %s", label);
		for (size_t c = 0; c < json_array_size(part.shown); c++)
			print_value(&part, c, row);
		putchar('\n');
	}
}

static bool is_wanted(const struct tail *tail, json_int_t stream)
{
	const json_t *device, *of;

	if (!tail->sticker || stream == 0) /* a gap of all streams */
		return true;
	return find(tail, stream, &device, &of) &&
		json_integer_value(json_object_get(device, "sticker")) == tail->sticker;
}

static void print_rows(struct tail *tail, const json_t *parts)
{
	json_t *wanted = json_array(), *part;
	size_t i;

	json_array_foreach(parts, i, part)
	{
		if (!is_wanted(tail, json_integer_value(json_object_get(part, "s"))))
			continue;
		if (tail->is_json)
			json_array_append(wanted, part);
		else
			print_part(tail, part);
	}
	if (json_array_size(wanted))
		say_json(wanted);
	json_decref(wanted);
}

/* {"gap": {...}}: told apart from rows, which are a list. */
static void print_object(const char *name, json_t *data)
{
	json_t *line = json_pack("{s:O}", name, data);

	say_json(line);
	json_decref(line);
}

/* A silence comes again and again while it lasts: the same beginning, and how long it is by now. */
static void print_gap(const struct tail *tail, const json_t *gap)
{
	const json_t *device, *stream;
	const char *reason = json_string_value(json_object_get(gap, "reason"));
	json_int_t rows = json_integer_value(json_object_get(gap, "lost_rows"));
	double from_us = json_number_value(json_object_get(gap, "from_us"));
	double lasts_us = json_number_value(json_object_get(gap, "to_us")) - from_us;

	printf("# gap %s since %.6f", reason ? reason : "?", from_us / 1e6);
	if (lasts_us > 0) /* an unplugging that begins has no end yet */
		printf(", %.1f s%s", lasts_us / 1e6,
			reason && strcmp(reason, "silent") == 0 ? " so far" : "");
	if (rows > 0)
		printf(", %lld rows", (long long)rows);
	if (find(tail, json_integer_value(json_object_get(gap, "stream")), &device, &stream)) {
		const char *label = say_pick(json_object_get(stream, "label"));

		printf("  #%lld",
			(long long)json_integer_value(json_object_get(device, "sticker")));
		if (*label)
			printf("  %s", label);
	}
	putchar('\n');
}

/* The device with the wanted number; NULL when the board has met none in this boot. */
static const json_t *find_sticker(const struct tail *tail)
{
	json_t *device;
	size_t i;

	json_array_foreach(json_object_get(tail->devices, "devices"), i, device)
	{
		if (json_integer_value(json_object_get(device, "sticker")) == tail->sticker)
			return device;
	}
	return NULL;
}

/* False after saying that there is nothing to wait for. One that was unplugged may come back. */
static bool can_come(const struct tail *tail)
{
	const json_t *device = find_sticker(tail);
	const char *state = json_string_value(json_object_get(device, "state"));

	if (!device)
		fprintf(stderr,
			say("kitlog tail: 没有 %lld 号器材；kitlog devices 列出有的\n",
				"kitlog tail: there is no kit %lld; kitlog devices lists them\n"),
			tail->sticker);
	else if (state && !strcmp(state, "gone"))
		fprintf(stderr,
			say("kitlog tail: %lld 号没有插着；等它插上，Ctrl-C 停止\n",
				"kitlog tail: kit %lld is not plugged in; waiting for it, Ctrl-C ends\n"),
			tail->sticker);
	return device != NULL;
}

static int event(void *self, const char *name, json_t *data)
{
	struct tail *tail = self;

	if (strcmp(name, "devices") == 0) {
		json_decref(tail->devices);
		tail->devices = json_incref(data);
	} else if (strcmp(name, "rows") == 0) {
		print_rows(tail, data);
	} else if (strcmp(name, "gap") == 0) {
		if (!is_wanted(tail, json_integer_value(json_object_get(data, "stream"))))
			return 0;
		if (tail->is_json)
			print_object(name, data);
		else
			print_gap(tail, data);
	} else if (strcmp(name, "reset") == 0) {
		if (tail->is_json)
			print_object(name, data);
		else
			puts("# rows left out");
	} else {
		return 0;
	}
	return fflush(stdout) ? 1 : 0; /* a closed pipe ends it */
}

int command_tail(const struct call *call)
{
	struct tail tail = {.is_json = call->is_json};

	if (call->argc > 1)
		return command_too_many(
			"tail", call->argv[1], say("它只跟一个号码", "it takes one number"));
	if (call->argc == 1) {
		char *end;
		tail.sticker = strtoll(call->argv[0], &end, 10);
		if (*end || tail.sticker <= 0 || tail.sticker > UINT32_MAX)
			return command_misused("tail", call->argv[0],
				say("器材上的号码，例如 3",
					"the number on a kit's label, such as 3"));
	}
	tail.devices = board_get(call->board, "/api/v1/devices");
	if (!tail.devices)
		return 1;
	int result = !tail.sticker || can_come(&tail) ? board_listen(call->board, event, &tail) : 0;
	json_decref(tail.devices);
	return result > 0 ? 0 : 1;
}
