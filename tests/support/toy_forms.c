/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One table per family, and one compile for all: which reader is whose, is a table too. */
#include "support/toy_forms.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "data/field.h"
#include "data/load.h"
#include "data/model_word.h"
#include "data/word.h"

struct keys {
	char *model, *format, *separator, *start, *length, *checksum, *end, *ask, *every, *gap,
		*timeout, *ignore, *mode, *silence;
	bool discover, one_by_one, buffered;
	int slave;
	unsigned report;
	char **list;
	unsigned n_list;
};

/* clang-format off */
#define TEXT(key, flags) CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER | (flags), struct keys, key, 0, 200)
#define TRUTH(key) CYAML_FIELD_BOOL(#key, CYAML_FLAG_OPTIONAL, struct keys, key)
#define LIST(name, flags) \
	CYAML_FIELD_SEQUENCE_COUNT(name, CYAML_FLAG_POINTER | (flags), struct keys, list, n_list, &word, 1, 8)
enum { MUST = CYAML_FLAG_DEFAULT, MAY = CYAML_FLAG_OPTIONAL };

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, 200)};
static const cyaml_schema_field_t link_keys[] = {TEXT(model, MUST), CYAML_FIELD_END};
static const cyaml_schema_field_t lines_keys[] = {
	TEXT(format, MAY), TRUTH(discover), TEXT(separator, MAY), CYAML_FIELD_END};
static const cyaml_schema_field_t frames_keys[] = {
	TEXT(start, MAY), TEXT(length, MUST), TEXT(checksum, MAY), TEXT(end, MAY), TEXT(ask, MAY), TEXT(every, MAY),
	CYAML_FIELD_END};
static const cyaml_schema_field_t modbus_keys[] = {
	CYAML_FIELD_INT("slave", MUST, struct keys, slave), TEXT(every, MUST), TEXT(gap, MAY), TEXT(timeout, MAY),
	TRUTH(one_by_one), CYAML_FIELD_END};
static const cyaml_schema_field_t firmata_keys[] = {TEXT(every, MAY), CYAML_FIELD_END};
static const cyaml_schema_field_t hid_keys[] = {
	CYAML_FIELD_UINT("report", MUST, struct keys, report), LIST("start", MAY), TEXT(silence, MAY), CYAML_FIELD_END};
static const cyaml_schema_field_t edges_keys[] = {
	TEXT(mode, MUST), LIST("lines", MUST), TEXT(ignore, MAY), TEXT(timeout, MAY), CYAML_FIELD_END};
static const cyaml_schema_field_t iio_keys[] = {LIST("name", MUST), TRUTH(buffered), CYAML_FIELD_END};
/* clang-format on */

static const char *check_length(const char *text)
{
	struct field_length length;

	return field_read_length(text, &length);
}

static const char *check_time(const char *text)
{
	int64_t ns;

	return word_duration(text, &ns);
}

static const struct rule frames_rules[] = {
	{.path = "frames.length", .check = check_length}, {.path = NULL}};
static const struct rule modbus_rules[] = {
	{.path = "modbus.slave", .low = 1, .high = 254},
	{.path = "modbus.every", .check = check_time},
	{.path = NULL},
};

static const char *read_register(const char *text)
{
	char table[8], address[12], type[4];
	int n = 0;
	bool is_good = sscanf(text, "%7s %11s %3s%n", table, address, type, &n) == 3;

	if (is_good && (!text[n] || strcmp(text + n, " low-first") == 0))
		return NULL;
	return "a register such as input 0x0001 s16 or holding 2 u32 low-first (u16 s16 u32 "
	       "s32 f32)";
}

/* A field must lie inside what the family cuts up: `size` bytes, 0: nobody knows. */
static void check_field(const struct model_channel *channel, size_t size, const struct tree *tree,
	struct report *report, const char *path)
{
	struct field field;
	const char *expected = field_read(channel->from, &field);

	if (expected)
		load_mistake(tree, report, path, "from: \"%s\" is not %s", channel->from, expected);
	else if (size > 0 && !field_fits(&field, size))
		load_mistake(tree, report, path,
			"from: bytes %d to %d lie outside the %zu bytes of a frame", field.offset,
			field.offset + field.size - 1, size);
}

static size_t frame_size(const struct model *model)
{
	const struct keys *keys = model->keys;
	struct field_length length = {0};

	if (strcmp(model->form->name, "frames") == 0)
		field_read_length(keys->length, &length);
	return keys->report ? keys->report : length.fixed;
}

static void check_lines(const struct model *model, const struct tree *tree, struct report *report)
{
	const struct keys *keys = model->keys;

	for (unsigned i = 0; i < keys->n_list; i++) {
		bool is_found = false;
		char path[32];

		for (size_t j = 0; j < model->n_lines; j++)
			is_found |= strcmp(model->lines[j].id, keys->list[i]) == 0;
		snprintf(path, sizeof path, "edges.lines[%u]", i);
		if (!is_found)
			load_mistake(tree, report, path,
				"lines: \"%.32s\" is not the id of a line under gpio",
				keys->list[i]);
	}
}

static int compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, void **ret_plan)
{
	const char *name = model->form->name;
	struct toy_plan *plan = arena_take(arena, sizeof *plan);
	int before = report->count;

	if (!plan)
		return -ENOMEM;
	plan->n = (unsigned)model->n_channels;
	if (strcmp(name, "edges") == 0)
		check_lines(model, tree, report);
	for (size_t i = 0; i < model->n_channels && !model->driver; i++) {
		const struct model_channel *channel = &model->channels[i];
		char path[48];
		const char *expected = NULL;

		snprintf(path, sizeof path, "channels[%zu].from", i);
		if (strcmp(name, "modbus") == 0)
			expected = read_register(channel->from);
		if (expected)
			load_mistake(tree, report, path, "from: \"%s\" is not %s", channel->from,
				expected);
		if (strcmp(name, "frames") == 0 || strcmp(name, "hid") == 0)
			check_field(channel, frame_size(model), tree, report, path);
	}
	*ret_plan = plan;
	return report->count == before ? 0 : -EINVAL;
}

enum { SERIAL = MODEL_NEEDS_SERIAL | MODEL_NEEDS_MATCH };

#define FORM(family, uses, own_rules) \
	static const struct model_form family = { \
		.name = #family, \
		.keys = family##_keys, \
		.size = sizeof(struct keys), \
		.rules = own_rules, \
		.needs = (uses), \
		.compile = compile, \
	}

FORM(link, MODEL_MAY_DISCOVER, NULL);
FORM(lines, SERIAL | MODEL_MAY_DISCOVER, NULL);
FORM(frames, SERIAL | MODEL_KNOWS_WHEN, frames_rules);
FORM(modbus, SERIAL, modbus_rules);
FORM(firmata, MODEL_NEEDS_MATCH, NULL);
FORM(hid, MODEL_NEEDS_MATCH | MODEL_KNOWS_WHEN, NULL);
FORM(edges, MODEL_NEEDS_LINES, NULL);
FORM(iio, 0, NULL);

static const struct model_form *const forms[] = {
	&link, &lines, &frames, &modbus, &firmata, &hid, &edges, &iio};
static const char *const co2[] = {"co2", "temp", "humidity", NULL};
static const char *const go[] = {"temp", NULL};
static const struct model_driver drivers[] = {
	{"co2-zytemp", co2}, {"vernier-go", go}, {"talker", NULL}};

const struct model_forms toy_forms = {
	.forms = forms,
	.n_forms = sizeof forms / sizeof *forms,
	.drivers = drivers,
	.n_drivers = sizeof drivers / sizeof *drivers,
};
