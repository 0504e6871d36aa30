/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The YAML half of the family `edges`: its keys in kit.yaml, and what they and the channels mean. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/load.h"
#include "data/word.h"
#include "kits/protocols/edges.h"

struct edges_keys {
	int mode;
	char **lines;
	unsigned n_lines;
	char *ignore, *timeout, *longest;
};

static const struct edges_mode *const modes[] = {&edges_gate, &edges_two_gates, &edges_pendulum,
	&edges_picket_fence, &edges_counter, &edges_wheel, &edges_ultrasonic, &edges_button};

/* clang-format off */
static const cyaml_strval_t mode_words[] = {
	{"gate", 0}, {"two-gates", 1}, {"pendulum", 2}, {"picket-fence", 3},
	{"counter", 4}, {"wheel", 5}, {"ultrasonic", 6}, {"button", 7},
};

static const struct setting {
	const char *id, *unit; /* base unit */
} settings[EDGES_SETTINGS] = {
	[EDGES_FLAG] = {"flag", "m"},         [EDGES_SPACING] = {"spacing", "m"},
	[EDGES_BAR] = {"bar", "m"},           [EDGES_DIAMETER] = {"diameter", "m"},
	[EDGES_MARKS] = {"marks", "1"},       [EDGES_AIR] = {"air", "Cel"},
	[EDGES_DEAD] = {"dead_time", "s"},
};

/* What a base unit is worth in others. */
static const struct conversion {
	const char *base, *unit;
	double factor;
} conversions[] = {
	{"s", "s", 1}, {"s", "ms", 1e3}, {"s", "us", 1e6}, {"s", "min", 1.0 / 60}, {"s", "h", 1.0 / 3600},
	{"m", "m", 1}, {"m", "mm", 1e3}, {"m", "cm", 1e2}, {"m", "km", 1e-3},
	{"m/s", "m/s", 1}, {"m/s", "cm/s", 1e2}, {"m/s", "mm/s", 1e3}, {"m/s", "km/h", 3.6},
	{"m/s2", "m/s2", 1}, {"m/s2", "cm/s2", 1e2},
	{"Hz", "Hz", 1}, {"Hz", "kHz", 1e-3}, {"Hz", "/s", 1}, {"Hz", "/min", 60}, {"Hz", "/h", 3600},
	{"1", "1", 1}, {"Cel", "Cel", 1},
};

static const cyaml_schema_value_t line_id = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 32)};

#define DURATION(key, member) \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct edges_keys, member, 0, 16)
static const cyaml_schema_field_t keys[] = {
	CYAML_FIELD_ENUM("mode", CYAML_FLAG_STRICT, struct edges_keys, mode, mode_words,
		sizeof mode_words / sizeof *mode_words),
	CYAML_FIELD_SEQUENCE_COUNT("lines", CYAML_FLAG_POINTER, struct edges_keys, lines, n_lines,
		&line_id, 1, EDGES_LINES),
	DURATION("ignore", ignore),
	DURATION("timeout", timeout),
	DURATION("longest", longest),
	CYAML_FIELD_END
};
/* clang-format on */

static const char *check_duration(const char *word)
{
	int64_t ns;

	return word_duration(word, &ns);
}

static const struct rule rules[] = {
	{.path = "edges.ignore", .check = check_duration},
	{.path = "edges.timeout", .check = check_duration},
	{.path = "edges.longest", .check = check_duration},
	{0},
};

/* --- from kit.yaml to the plan --- */

struct making {
	const struct model *model;
	const struct edges_keys *keys;
	const struct tree *tree;
	struct report *report;
	struct edges_plan *plan;
};

/* 0: it is none of the base unit's. */
static double factor_of(const char *base, const char *unit)
{
	for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++)
		if (strcmp(conversions[i].base, base) == 0 &&
			strcmp(conversions[i].unit, unit) == 0)
			return conversions[i].factor;
	return 0;
}

static int line_of(const struct model *model, const char *id)
{
	for (size_t i = 0; i < model->n_lines; i++)
		if (strcmp(model->lines[i].id, id) == 0)
			return (int)i;
	return -1;
}

static void make_line(const struct making *making, unsigned i)
{
	const struct edges_mode *mode = making->plan->mode;
	const char *id = making->keys->lines[i];
	bool is_output = i < mode->n_outputs_of_board;
	int at = line_of(making->model, id);
	char path[32];

	snprintf(path, sizeof path, "edges.lines[%u]", i);
	if (at < 0)
		load_mistake(making->tree, making->report, path,
			"lines: \"%s\" is not the id of a line under gpio", id);
	else if (making->model->lines[at].is_output != is_output)
		load_mistake(making->tree, making->report, path,
			is_output
				? "lines: \"%s\" is driven by the board; add output: yes to it under gpio"
				: "lines: \"%s\" is read; take output: yes from it under gpio",
			id);
	else
		making->plan->lines[i] = (unsigned)at;
}

static void make_lines(const struct making *making)
{
	const struct edges_mode *mode = making->plan->mode;

	if (making->keys->n_lines != mode->n_lines) {
		load_mistake(making->tree, making->report, "edges.lines",
			"lines: %u given; %s needs %u", making->keys->n_lines, mode->name,
			mode->n_lines);
		return;
	}
	for (unsigned i = 0; i < mode->n_lines; i++)
		make_line(making, i);
}

static void make_setting(const struct making *making, size_t which)
{
	const struct model *model = making->model;
	char path[32];

	making->plan->settings[which] = -1;
	for (size_t i = 0; i < model->n_settings && i < KIT_SETTINGS; i++) {
		double factor;

		if (strcmp(model->settings[i].id, settings[which].id) != 0)
			continue;
		factor = factor_of(settings[which].unit, model->settings[i].unit);
		if (factor == 0) {
			snprintf(path, sizeof path, "settings[%zu].unit", i);
			load_mistake(making->tree, making->report, path,
				"unit: \"%s\" is no unit of %s; write %s or what it is made of",
				model->settings[i].unit, settings[which].id, settings[which].unit);
			return;
		}
		making->plan->settings[which] = (int)i;
		making->plan->setting_factors[which] = 1 / factor;
	}
}

static double rate_of(const struct model *model, const struct model_channel *channel)
{
	return channel->rate_hz > 0 ? channel->rate_hz : model->rate_hz;
}

/* -1: a mistake, which is said. */
static int output_of(
	const struct making *making, const struct model_channel *channel, const char *path)
{
	const struct edges_output *outputs = making->plan->mode->outputs;
	const char *names[16];
	size_t n = 0;
	char list[128];
	struct text text = text_over(list, sizeof list);

	for (; outputs[n].name; n++) {
		if (strcmp(outputs[n].name, channel->from) == 0)
			return (int)n;
		text_addf(&text, "%s%s", n ? ", " : "", outputs[n].name);
		names[n] = outputs[n].name;
	}
	const char *near = word_nearest(channel->from, names, n);

	if (near)
		load_mistake(making->tree, making->report, path,
			"from: \"%s\" is nothing that %s gives; expected one of: %s; did you mean %s?",
			channel->from, making->plan->mode->name, list, near);
	else
		load_mistake(making->tree, making->report, path,
			"from: \"%s\" is nothing that %s gives; expected one of: %s", channel->from,
			making->plan->mode->name, list);
	return -1;
}

static void check_settings(
	const struct making *making, const struct edges_output *output, const char *path)
{
	for (size_t i = 0; i < EDGES_SETTINGS; i++)
		if ((output->settings & 1u << i) && making->plan->settings[i] < 0)
			load_mistake(making->tree, making->report, path,
				"from: %s needs the setting %s (in %s); add it under settings",
				output->name, settings[i].id, settings[i].unit);
}

static void check_rate(const struct making *making, const struct edges_output *output, double rate,
	const char *path)
{
	struct edges_plan *plan = making->plan;
	int64_t window_ns = rate > 0 ? (int64_t)(1e9 / rate + 0.5) : 0;

	if (output->when == EDGES_WINDOW && rate <= 0)
		load_mistake(making->tree, making->report, path,
			"from: %s is taken over a time; add a rate such as rate: 1 Hz",
			output->name);
	else if (output->when == EDGES_EACH && rate > 0)
		load_mistake(making->tree, making->report, path,
			"from: %s comes with each event; take the rate away", output->name);
	else if (rate > 0 && plan->window_ns > 0 && plan->window_ns != window_ns)
		load_mistake(making->tree, making->report, path,
			"from: %s has another rate than the channels before; give them one",
			output->name);
	else if (rate > 0)
		plan->window_ns = window_ns;
}

static void make_channel(const struct making *making, unsigned i)
{
	const struct model_channel *channel = &making->model->channels[i];
	double rate = rate_of(making->model, channel);
	char path[32];
	int at;

	snprintf(path, sizeof path, "channels[%u].from", i);
	at = output_of(making, channel, path);
	if (at < 0)
		return;
	const struct edges_output *output = &making->plan->mode->outputs[at];
	double factor = factor_of(output->unit, channel->unit);

	check_settings(making, output, path);
	check_rate(making, output, rate, path);
	if (channel->scale != 1)
		factor = 1;
	if (factor == 0) {
		snprintf(path, sizeof path, "channels[%u].unit", i);
		load_mistake(making->tree, making->report, path,
			"unit: %s is in %s, and \"%s\" is none of its units; write %s, or add a scale",
			output->name, output->unit, channel->unit, output->unit);
	}
	making->plan->channels[i] = (struct edges_channel){
		.output = (unsigned)at, .is_windowed = rate > 0, .factor = factor};
}

static int64_t duration_of(const char *word)
{
	int64_t ns = 0;

	if (word)
		word_duration(word, &ns); /* the rules have seen it */
	return ns;
}

/* Echoes of the question before ring for so long. */
enum { ECHO_LEAST_MS = 60 };

static void check_mode(const struct making *making)
{
	const struct edges_plan *plan = making->plan;

	if (plan->mode->needs_rate && plan->window_ns > 0 &&
		plan->window_ns < ECHO_LEAST_MS * (int64_t)NS_PER_MS)
		load_mistake(making->tree, making->report, "rate",
			"rate: echoes ring for %d ms; ask at 16 Hz at most", ECHO_LEAST_MS);
	if (plan->mode->needs_timeout && plan->timeout_ns == 0)
		load_mistake(making->tree, making->report, "edges",
			"timeout: %s needs the longest time from gate to gate; for instance "
			"timeout: 2 s",
			plan->mode->name);
	if (plan->timeout_ns > 0 && plan->timeout_ns <= plan->ignore_ns)
		load_mistake(making->tree, making->report, "edges.timeout",
			"timeout: \"%s\" is not longer than ignore", making->keys->timeout);
}

static int compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, void **ret_plan)
{
	struct edges_plan *plan = arena_take(arena, sizeof *plan);
	struct making making = {model, model->keys, tree, report, plan};
	int count = report->count;

	if (!plan)
		return -ENOMEM;
	plan->mode = modes[making.keys->mode];
	plan->ignore_ns = duration_of(making.keys->ignore);
	plan->timeout_ns = duration_of(making.keys->timeout);
	plan->longest_ns = duration_of(making.keys->longest);
	plan->n_channels = model->n_channels;
	make_lines(&making);
	for (size_t i = 0; i < EDGES_SETTINGS; i++)
		make_setting(&making, i);
	for (unsigned i = 0; i < model->n_channels; i++)
		make_channel(&making, i);
	check_mode(&making);
	if (report->count > count)
		return -EINVAL;
	*ret_plan = plan;
	return 0;
}

const struct model_form edges_form = {
	.name = "edges",
	.keys = keys,
	.size = sizeof(struct edges_keys),
	.rules = rules,
	.needs = MODEL_NEEDS_LINES,
	.compile = compile,
};
