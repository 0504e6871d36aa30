/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/summary.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* 73 years: no board runs so long, and sums and differences of such instants fit. */
static const int64_t LATEST_US = (INT64_C(1) << 61) / NS_PER_US;

static const char *const PHASES[] = {"running", "armed", "ready", "open"};

static const char *string_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static uint32_t id_of(const json_t *object, const char *name)
{
	json_int_t id = json_integer_value(json_object_get(object, name));

	return id > 0 && id <= UINT32_MAX ? (uint32_t)id : 0;
}

static int64_t within_of(const json_t *told)
{
	const json_t *within = json_object_get(told, "hour_within_us");
	json_int_t us = json_integer_value(within);

	return json_is_integer(within) && us >= 0 && us <= LATEST_US ? us : -1;
}

static bool is_id(const char *word)
{
	return strspn(word, "0123456789abcdef") == SUMMARY_ID - 1 && !word[SUMMARY_ID - 1];
}

/* In one line, as much as fits. */
static void take_text(char *ret_text, size_t size, const char *from)
{
	text_copy(ret_text, size, from);
	for (char *at = ret_text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = ' ';
}

static void add_number(struct text *text, const json_t *value)
{
	double number = json_is_number(value) ? json_number_value(value) : NAN;

	if (isfinite(number))
		text_add_double(text, number);
	else
		text_add(text, "null");
}

static void add_id(struct text *text, uint32_t id)
{
	if (id)
		text_add_uint(text, id);
	else
		text_add(text, "null");
}

static void add_string(struct text *text, const char *from)
{
	char kept[SUMMARY_NAME];

	take_text(kept, sizeof kept, from);
	text_add_json(text, kept);
}

static void add_words(struct text *text, const json_t *words)
{
	text_add(text, "{\"zh\":");
	add_string(text, string_of(words, "zh"));
	text_add(text, ",\"en\":");
	add_string(text, string_of(words, "en"));
	text_add_char(text, '}');
}

static void add_values(struct text *text, const json_t *values)
{
	size_t n = json_array_size(values);

	text_add_char(text, '[');
	for (size_t i = 0; i < n && i < SUMMARY_TRACE; i++) {
		text_add(text, i ? "," : "");
		add_number(text, json_array_get(values, i));
	}
	text_add_char(text, ']');
}

/* A board of before tells none. */
static void add_course(struct text *text, const json_t *course)
{
	const json_t *first = json_object_get(course, "first_s");
	const json_t *step = json_object_get(course, "step_s");

	if (!json_is_number(first) || !json_is_number(step)) {
		text_add(text, "null");
		return;
	}
	text_addf(text, "{\"is_over\":%s,\"first_s\":",
		json_is_true(json_object_get(course, "is_over")) ? "true" : "false");
	add_number(text, first);
	text_add(text, ",\"step_s\":");
	add_number(text, step);
	text_add(text, ",\"values\":");
	add_values(text, json_object_get(course, "values"));
	text_add_char(text, '}');
}

static void add_channel(struct text *text, const json_t *channel)
{
	text_add(text, "{\"name\":");
	add_words(text, json_object_get(channel, "name"));
	text_add(text, ",\"unit\":");
	add_string(text, string_of(channel, "unit"));
	text_add(text, ",\"value\":");
	add_number(text, json_object_get(channel, "value"));
	text_add(text, ",\"resolution\":");
	add_number(text, json_object_get(channel, "resolution"));
	text_add(text, ",\"trace\":");
	add_values(text, json_object_get(channel, "trace"));
	text_add_char(text, '}');
}

static const char *phase_of(const json_t *group)
{
	const char *told = string_of(group, "phase");

	for (size_t i = 0; i < sizeof PHASES / sizeof *PHASES; i++)
		if (strcmp(told, PHASES[i]) == 0)
			return PHASES[i];
	return "open";
}

static void add_group(struct text *text, unsigned number, const json_t *group)
{
	const json_t *channels = json_object_get(group, "channels");
	size_t n = json_array_size(channels);

	text_addf(text, "{\"number\":%u,\"animal\":", number);
	add_words(text, json_object_get(group, "animal"));
	text_addf(text, ",\"phase\":\"%s\",\"run\":", phase_of(group));
	add_id(text, id_of(group, "run"));
	text_add(text, ",\"course\":");
	add_course(text, json_object_get(group, "course"));
	text_add(text, ",\"channels\":[");
	for (size_t i = 0; i < n && i < SUMMARY_CHANNELS; i++) {
		text_add(text, i ? "," : "");
		add_channel(text, json_array_get(channels, i));
	}
	text_add(text, "]}");
}

/* malloc'ed; NULL: no memory, or more than there may be. */
static char *write_groups(const json_t *groups, bool *ret_is_recording)
{
	char *buffer = malloc(SUMMARY_TEXT), *kept;
	struct text text;
	bool is_first = true;

	if (!buffer)
		return NULL;
	text = text_over(buffer, SUMMARY_TEXT);
	*ret_is_recording = false;
	text_add_char(&text, '[');
	for (size_t i = 0; i < json_array_size(groups) && i < SUMMARY_GROUPS; i++) {
		const json_t *group = json_array_get(groups, i);
		uint32_t number = id_of(group, "number");

		if (!number || number > SUMMARY_GROUPS)
			continue;
		text_add(&text, is_first ? "" : ",");
		add_group(&text, number, group);
		*ret_is_recording |= strcmp(phase_of(group), "running") == 0;
		is_first = false;
	}
	text_add_char(&text, ']');
	kept = text.is_cut ? NULL : realloc(buffer, text.length + 1);
	if (!kept)
		free(buffer);
	return kept;
}

static bool take_who(const json_t *told, struct summary *ret_summary)
{
	const char *id = string_of(told, "id"), *life = string_of(told, "life");
	json_int_t interface = json_integer_value(json_object_get(told, "interface"));

	if (!is_id(id) || !is_id(life) || interface < 1 || interface > INT32_MAX)
		return false;
	text_copy(ret_summary->id, sizeof ret_summary->id, id);
	text_copy(ret_summary->life, sizeof ret_summary->life, life);
	take_text(ret_summary->name, sizeof ret_summary->name, string_of(told, "name"));
	take_text(ret_summary->version, sizeof ret_summary->version, string_of(told, "version"));
	ret_summary->interface = (int)interface;
	return true;
}

static bool take_state(const json_t *told, struct summary *ret_summary)
{
	const json_t *now = json_object_get(told, "now_us");
	json_int_t now_us = json_integer_value(now);

	if (!json_is_integer(now) || now_us < 0 || now_us > LATEST_US)
		return false;
	ret_summary->now.ns = now_us * NS_PER_US;
	ret_summary->hour_within_us = within_of(told);
	ret_summary->is_teacher = json_is_true(json_object_get(told, "is_teacher"));
	ret_summary->session = id_of(told, "session");
	if (is_id(string_of(told, "together")))
		text_copy(ret_summary->together, sizeof ret_summary->together,
			string_of(told, "together"));
	take_text(ret_summary->lesson, sizeof ret_summary->lesson, string_of(told, "lesson"));
	return true;
}

int summary_read(const char *bytes, size_t n, struct summary *ret_summary)
{
	json_t *told = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, NULL);
	struct summary summary = {.groups = NULL};
	int r = -EPROTO;

	if (!json_is_object(told) || !take_who(told, &summary))
		goto out;
	if (summary.interface != SUMMARY_INTERFACE)
		summary.groups = strdup("[]");
	else if (take_state(told, &summary))
		summary.groups =
			write_groups(json_object_get(told, "groups"), &summary.is_recording);
	else
		goto out;
	r = summary.groups ? 0 : -ENOMEM;
	if (r == 0)
		*ret_summary = summary;
out:
	json_decref(told);
	return r;
}

void summary_clear(struct summary *summary)
{
	free(summary->groups);
	*summary = (struct summary){.groups = NULL};
}
