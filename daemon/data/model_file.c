/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of kit.yaml's keys, with what a single value must be. To add a key: a member in
 * model_file.h, a line in the table, perhaps a rule, and a line in model.c that settles it.
 *
 * A family is one more key, whose fields and rules it brings with it (struct model_form): the
 * table is finished at run time. */
#include "data/model_file.h"

#include <errno.h>
#include <string.h>

#include "data/device.h"
#include "data/feed.h"
#include "data/model_keys.h"
#include "data/model_word.h"
#include "data/quantity.h"
#include "data/word.h"

/* clang-format off */
enum { TROUBLE = 180 };

#define CHOICE(key, type, member, words) \
	CYAML_FIELD_ENUM(key, CYAML_FLAG_STRICT | MAY, struct type, member, words, COUNT(words))
#define LIST(key, type, member, entry, least, most) \
	CYAML_FIELD_SEQUENCE_COUNT(key, CYAML_FLAG_POINTER | MAY, struct type, member, n_##member, entry, least, most)
#define RANGE(type) CYAML_FIELD_SEQUENCE_FIXED("range", MUST, struct type, range, &keys_number, 2)
#define NAMES(type) CYAML_FIELD_MAPPING("name", MUST, struct type, name, keys_of_name)

static const cyaml_strval_t biases[] = {
	{"none", MODEL_BIAS_NONE}, {"pull-up", MODEL_BIAS_PULL_UP}, {"pull-down", MODEL_BIAS_PULL_DOWN},
};
static const cyaml_strval_t levels[] = {{"high", false}, {"low", true}};
static const cyaml_strval_t calibrations[] = {
	{"offset", MODEL_OFFSET}, {"two-point", MODEL_TWO_POINT}, {"table", MODEL_TABLE}, {"factory", MODEL_FACTORY},
};


static const cyaml_schema_field_t trouble_keys[] = {
	TEXT("word", MUST, model_trouble, word, WORD),
	TEXT("zh", MUST, model_trouble, zh, TROUBLE),
	TEXT("en", MUST, model_trouble, en, TROUBLE),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t trouble = {CYAML_VALUE_MAPPING(MUST, struct model_trouble, trouble_keys)};

static const cyaml_schema_field_t match_keys[] = {
	TEXT("usb", MAY, written_match, usb, WORD),
	TEXT("manufacturer", MAY, written_match, manufacturer, 80),
	TEXT("product", MAY, written_match, product, 80),
	TEXT("serial_number", MAY, written_match, serial_number, 80),
	TEXT("ask", MAY, written_match, ask, SENTENCE),
	TEXT("answer", MAY, written_match, answer, SENTENCE),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t match = {CYAML_VALUE_MAPPING(MUST, struct written_match, match_keys)};

static const cyaml_schema_field_t line_keys[] = {
	TEXT("id", MUST, written_line, id, WORD),
	CYAML_FIELD_INT_PTR("pin", CYAML_FLAG_POINTER | MAY, struct written_line, pin),
	CHOICE("bias", written_line, bias, biases),
	CHOICE("active", written_line, is_active_low, levels),
	TRUTH("output", written_line, output),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t line = {CYAML_VALUE_MAPPING(MUST, struct written_line, line_keys)};

static const cyaml_schema_field_t setting_keys[] = {
	TEXT("id", MUST, written_setting, id, WORD),
	NAMES(written_setting),
	TEXT("unit", MUST, written_setting, unit, UNIT_TEXT - 1),
	CYAML_FIELD_FLOAT("value", MUST, struct written_setting, value),
	RANGE(written_setting),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t setting = {CYAML_VALUE_MAPPING(MUST, struct written_setting, setting_keys)};

static const cyaml_schema_field_t channel_keys[] = {
	TEXT("id", MUST, written_channel, id, WORD),
	NAMES(written_channel),
	TEXT("quantity", MUST, written_channel, quantity, WORD),
	TEXT("unit", MUST, written_channel, unit, UNIT_TEXT - 1),
	RANGE(written_channel),
	CYAML_FIELD_FLOAT("resolution", MUST, struct written_channel, resolution),
	TEXT("accuracy", MAY, written_channel, accuracy, WORD),
	TEXT("from", MUST, written_channel, from, 80),
	TEXT("when", MAY, written_channel, when, WORD),
	CYAML_FIELD_FLOAT_PTR("scale", CYAML_FLAG_POINTER | MAY, struct written_channel, scale),
	CYAML_FIELD_FLOAT("offset", MAY, struct written_channel, offset),
	TRUTH("zero", written_channel, zero),
	TRUTH("mark", written_channel, mark),
	CYAML_FIELD_FLAGS("calibrate", CYAML_FLAG_STRICT | MAY, struct written_channel, calibrate,
		calibrations, COUNT(calibrations)),
	TEXT("recheck", MAY, written_channel, recheck, WORD),
	TEXT("rate", MAY, written_channel, rate, WORD),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t channel = {CYAML_VALUE_MAPPING(MUST, struct written_channel, channel_keys)};

/* In the order in which they are listed to who mistyped one; the families stand in the middle. */
static const cyaml_schema_field_t first_keys[] = {
	TEXT("kit", MUST, written_kit, id, WORD),
	NAMES(written_kit),
	TEXT("model", MAY, written_kit, model, 120),
	LIST("match", written_kit, match, &match, 1, 16),
	TEXT("serial", MAY, written_kit, serial, WORD),
	LIST("gpio", written_kit, gpio, &line, 1, MODEL_LINES),
};
static const cyaml_schema_field_t last_keys[] = {
	TEXT("driver", MAY, written_kit, driver, WORD),
	TEXT("rate", MAY, written_kit, rate, WORD),
	TEXT("max_rate", MAY, written_kit, max_rate, WORD),
	TEXT("latency", MAY, written_kit, latency, WORD),
	TEXT("warmup", MAY, written_kit, warmup, WORD),
	LIST("settings", written_kit, settings, &setting, 1, MODEL_SETTINGS),
	LIST("channels", written_kit, channels, &channel, 1, MODEL_CHANNELS),
	LIST("wiring", written_kit, wiring, &keys_sentence, 1, 12),
	LIST("safety", written_kit, safety, &keys_sentence, 1, 12),
	LIST("traps", written_kit, traps, &keys_sentence, 1, 16),
	LIST("troubles", written_kit, troubles, &trouble, 1, 24),
	LIST("unverified", written_kit, unverified, &keys_sentence, 1, 32),
	CYAML_FIELD_END
};
/* clang-format on */

/* --- what a single value must be: each returns NULL or what was expected --- */

static const char *check_usb(const char *word)
{
	uint16_t vendor, product;
	bool is_any;

	return word_usb(word, &vendor, &product, &is_any);
}

static const char *check_ask(const char *word)
{
	struct model_bytes bytes;

	return word_bytes_to_send(word, &bytes);
}

static const char *check_answer(const char *word)
{
	struct model_bytes bytes;
	const char *expected = word_bytes(word, &bytes);

	if (!expected && !memchr(bytes.mask, 0xFF, bytes.n))
		return "an answer that only this kit gives; at least one byte must be certain";
	return expected;
}

static const char *check_serial(const char *word)
{
	struct model_serial serial;

	return word_serial(word, &serial);
}

static const char *check_rate(const char *word)
{
	double hz;

	return word_rate(word, &hz);
}

static const char *check_duration(const char *word)
{
	int64_t ns;

	return word_duration(word, &ns);
}

static const char *check_some_time(const char *word)
{
	int64_t ns;
	const char *expected = word_duration(word, &ns);

	return expected || ns > 0 ? expected : "longer than nothing; leave the key out";
}

static const char *check_accuracy(const char *word)
{
	struct model_accuracy accuracy;

	return word_accuracy(word, &accuracy);
}

/* It travels in a health record. */
static const char *check_trouble(const char *word)
{
	return !word_kit_id(word) && strlen(word) < FEED_WORD
		? NULL
		: "a word of at most 23 small letters, digits and -, such as no-echo";
}

static const char *check_one_line(const char *word)
{
	return strchr(word, '\n') ? "a text in one line" : NULL;
}

static const char *check_above_zero(const char *word)
{
	double value;

	return !word_number(word, &value) && value > 0 ? NULL : "above 0";
}

/* clang-format off */
static const struct rule fixed_rules[] = {
	{.path = "kit", .check = word_kit_id},
	{.path = "name.zh", .check = check_one_line},
	{.path = "name.en", .check = check_one_line},
	{.path = "model", .check = check_one_line},
	{.path = "match[].usb", .check = check_usb},
	{.path = "match[].ask", .check = check_ask},
	{.path = "match[].answer", .check = check_answer},
	{.path = "serial", .check = check_serial},
	{.path = "gpio[].id", .check = word_id},
	{.path = "gpio[].pin", .low = 0, .high = 511},
	{.path = "driver", .check = word_id},
	{.path = "rate", .check = check_rate},
	{.path = "max_rate", .check = check_rate},
	{.path = "latency", .check = check_duration},
	{.path = "warmup", .check = check_duration},
	{.path = "settings[].id", .check = word_id},
	{.path = "settings[].name.zh", .check = check_one_line},
	{.path = "settings[].name.en", .check = check_one_line},
	{.path = "settings[].unit", .check = word_unit},
	{.path = "channels[].id", .check = word_channel_id},
	{.path = "channels[].name.zh", .check = check_one_line},
	{.path = "channels[].name.en", .check = check_one_line},
	{.path = "channels[].quantity", .check = word_quantity},
	{.path = "channels[].unit", .check = word_unit},
	{.path = "channels[].resolution", .check = check_above_zero},
	{.path = "channels[].accuracy", .check = check_accuracy},
	{.path = "channels[].recheck", .check = check_some_time},
	{.path = "channels[].rate", .check = check_rate},
	{.path = "troubles[].word", .check = check_trouble},
	{.path = "troubles[].zh", .check = check_one_line},
	{.path = "troubles[].en", .check = check_one_line},
};
/* clang-format on */

/* --- the table with the families in it --- */

static size_t rules_of(const struct model_form *form)
{
	size_t n = 0;

	while (form->rules && form->rules[n].path)
		n++;
	return n;
}

static struct rule *make_rules(const struct model_forms *forms, struct arena *arena)
{
	size_t n = COUNT(fixed_rules);
	struct rule *rules;

	for (size_t i = 0; i < forms->n_forms; i++)
		n += rules_of(forms->forms[i]);
	rules = arena_take(arena, (n + 1) * sizeof *rules); /* the last one stays zero */
	if (!rules)
		return NULL;
	memcpy(rules, fixed_rules, sizeof fixed_rules);
	n = COUNT(fixed_rules);
	for (size_t i = 0; i < forms->n_forms; i++) {
		size_t own = rules_of(forms->forms[i]);

		if (own > 0)
			memcpy(rules + n, forms->forms[i]->rules, own * sizeof *rules);
		n += own;
	}
	return rules;
}

static cyaml_schema_field_t field_of(const struct model_form *form, size_t index)
{
	static const cyaml_schema_field_t none[] = {CYAML_FIELD_END};

	return (cyaml_schema_field_t){
		.key = form->name,
		.data_offset =
			(uint32_t)(offsetof(struct written_kit, families) + index * sizeof(void *)),
		.value =
			{
				.type = CYAML_MAPPING,
				.flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
				/* It must point to something, also when the family has no keys. */
				.data_size = form->size > 0 ? (uint32_t)form->size : 1,
				.mapping.fields = form->keys ? form->keys : none,
			},
	};
}

int model_schema_make(
	const struct model_forms *forms, struct arena *arena, struct model_schema *ret_schema)
{
	size_t n = COUNT(first_keys) + forms->n_forms + COUNT(last_keys);
	cyaml_schema_field_t *fields = arena_take(arena, n * sizeof *fields);
	struct rule *rules = make_rules(forms, arena);

	if (!fields || !rules)
		return -ENOMEM;
	memcpy(fields, first_keys, sizeof first_keys);
	for (size_t i = 0; i < forms->n_forms; i++)
		fields[COUNT(first_keys) + i] = field_of(forms->forms[i], i);
	memcpy(fields + COUNT(first_keys) + forms->n_forms, last_keys, sizeof last_keys);
	ret_schema->rules = rules;
	ret_schema->value = (cyaml_schema_value_t){
		.type = CYAML_MAPPING,
		.flags = CYAML_FLAG_POINTER,
		.data_size =
			(uint32_t)(sizeof(struct written_kit) + forms->n_forms * sizeof(void *)),
		.mapping.fields = fields,
	};
	return 0;
}
