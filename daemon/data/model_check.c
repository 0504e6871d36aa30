/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several keys of a kit.yaml must be to each other, each said at the line where it can be
 * mended. What only a family knows is in its form's compile. */
#include "data/model_file.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "data/device.h"
#include "data/model_word.h"
#include "data/quantity.h"
#include "data/word.h"

enum { NAMES_TEXT = 240 };

struct sheet {
	const struct written_kit *kit;
	const struct model_forms *forms;
	const struct tree *tree;
	struct report *report;
	const struct model_form *form;     /* NULL: none, or more than one */
	const struct model_driver *driver; /* NULL: none */
};

struct place {
	char path[48];
};

static struct place place_of(const char *list, unsigned i, const char *key)
{
	struct place place;

	snprintf(place.path, sizeof place.path, "%s[%u].%s", list, i, key);
	return place;
}

#define MISTAKE(sheet, path, ...) load_mistake((sheet)->tree, (sheet)->report, path, __VA_ARGS__)

/* --- the family and what it needs --- */

/* "frames, lines or modbus" */
static void add_forms(struct text *text, const struct model_forms *forms)
{
	for (size_t i = 0; i < forms->n_forms; i++) {
		if (i > 0)
			text_add(text, i + 1 == forms->n_forms ? " or " : ", ");
		text_add(text, forms->forms[i]->name);
	}
}

static bool stands_before(const struct sheet *sheet, const char *a, const char *b)
{
	const struct node *first = tree_find(sheet->tree, a), *second = tree_find(sheet->tree, b);

	return first->line < second->line ||
		(first->line == second->line && first->column < second->column);
}

/* Exactly one; a second one is told where it stands. */
static const struct model_form *find_form(const struct sheet *sheet)
{
	const struct model_form *found = NULL;
	bool is_one = true;

	for (size_t i = 0; i < sheet->forms->n_forms; i++) {
		const struct model_form *form = sheet->forms->forms[i], *second = form;

		if (!sheet->kit->families[i])
			continue;
		if (found) {
			is_one = false;
			if (stands_before(sheet, form->name, found->name)) {
				second = found;
				found = form;
			}
			MISTAKE(sheet, second->name, "two families, %s and %s; a kit speaks one",
				found->name, second->name);
		} else {
			found = form;
		}
	}
	return is_one ? found : NULL;
}

static void check_family(struct sheet *sheet)
{
	int before = sheet->report->count;
	char buffer[NAMES_TEXT];
	struct text names = text_over(buffer, sizeof buffer);

	sheet->form = find_form(sheet);
	if (sheet->form || sheet->report->count > before)
		return;
	add_forms(&names, sheet->forms);
	MISTAKE(sheet, "", "no family; expected one of %s", names.at);
}

static void check_needs(const struct sheet *sheet)
{
	const char *name = sheet->form->name;
	unsigned needs = sheet->form->needs;

	if ((needs & MODEL_NEEDS_SERIAL) && !sheet->kit->serial)
		MISTAKE(sheet, name, "%s needs the key serial, such as serial: 9600 8N1", name);
	if ((needs & MODEL_NEEDS_LINES) && sheet->kit->n_gpio == 0)
		MISTAKE(sheet, name, "%s needs the key gpio, with an entry for each line", name);
	if ((needs & MODEL_NEEDS_MATCH) && sheet->kit->n_match == 0)
		MISTAKE(sheet, "", "no match; say how this kit is recognised, at least its usb id");
}

const struct model_driver *model_driver_find(const struct model_forms *forms, const char *name)
{
	for (size_t i = 0; i < forms->n_drivers; i++)
		if (strcmp(forms->drivers[i].name, name) == 0)
			return &forms->drivers[i];
	return NULL;
}

static void check_driver(struct sheet *sheet)
{
	const char *names[64];
	size_t n = sheet->forms->n_drivers < 64 ? sheet->forms->n_drivers : 64;
	const char *wanted = sheet->kit->driver, *near;

	if (!wanted)
		return;
	sheet->driver = model_driver_find(sheet->forms, wanted);
	if (sheet->driver)
		return;
	for (size_t i = 0; i < n; i++)
		names[i] = sheet->forms->drivers[i].name;
	near = word_nearest(wanted, names, n);
	if (near)
		MISTAKE(sheet, "driver",
			"driver: \"%s\" is not built into this kitlog; did you mean %s?", wanted,
			near);
	else
		MISTAKE(sheet, "driver",
			"driver: \"%s\" is not built into this kitlog; build kitlog with its driver.c, or leave the key out if the family alone can read the device",
			wanted);
}

/* --- how it is recognised --- */

static void check_match(const struct sheet *sheet, unsigned i)
{
	const struct written_match *match = &sheet->kit->match[i];
	struct place place = place_of("match", i, "");

	bool has_said_serial = sheet->form && (sheet->form->needs & MODEL_NEEDS_SERIAL);

	*strrchr(place.path, '.') = '\0';
	if (!match->usb && !match->manufacturer && !match->product && !match->serial_number &&
		!match->ask && !match->answer)
		MISTAKE(sheet, place.path,
			"match: this entry fits everything; give usb, product or ask");
	if (!match->ask != !match->answer)
		MISTAKE(sheet, place.path, "match: ask and answer belong together; add %s",
			match->ask ? "answer" : "ask");
	if (match->ask && !sheet->kit->serial && !has_said_serial)
		MISTAKE(sheet, place.path,
			"match: ask goes over a serial port; add the key serial, such as serial: 9600 8N1");
}

/* Ids become names of columns, in which '-' and '_' are one. */
static bool is_same_id(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	return *a == *b;
}

/* `what`: "channels" for the entries of channels. */
static void twice(const struct sheet *sheet, const char *list, unsigned i, unsigned first,
	const char *id, const char *what)
{
	const struct node *node = tree_near(sheet->tree, place_of(list, first, "id").path);

	MISTAKE(sheet, place_of(list, i, "id").path,
		"id: \"%s\" names two %s; the first is on line %d", id, what, node->line);
}

static void check_line(const struct sheet *sheet, unsigned i)
{
	const struct written_line *lines = sheet->kit->gpio;

	for (unsigned j = 0; j < i; j++) {
		if (is_same_id(lines[j].id, lines[i].id))
			twice(sheet, "gpio", i, j, lines[i].id, "lines");
		if (lines[i].pin && lines[j].pin && *lines[i].pin == *lines[j].pin)
			MISTAKE(sheet, place_of("gpio", i, "pin").path,
				"pin: %d is the pin of %s, too; each line has its own",
				*lines[i].pin, lines[j].id);
	}
}

/* --- numbers --- */

static bool check_range(const struct sheet *sheet, const char *path, const double range[2])
{
	if (range[0] < range[1])
		return true;
	MISTAKE(sheet, path, "range: %.12g is not below %.12g; write [lowest, highest]", range[0],
		range[1]);
	return false;
}

static void check_setting(const struct sheet *sheet, unsigned i)
{
	const struct written_setting *setting = &sheet->kit->settings[i];
	double low = setting->range[0], high = setting->range[1];

	if (check_range(sheet, place_of("settings", i, "range").path, setting->range) &&
		(setting->value < low || setting->value > high))
		MISTAKE(sheet, place_of("settings", i, "value").path,
			"value: %.12g lies outside its range [%.12g, %.12g]", setting->value, low,
			high);
	for (unsigned j = 0; j < i; j++)
		if (is_same_id(sheet->kit->settings[j].id, setting->id))
			twice(sheet, "settings", i, j, setting->id, "settings");
}

static double rate_of(const char *word)
{
	double hz = 0;

	if (word)
		word_rate(word, &hz); /* was checked */
	return hz;
}

static void check_rate(const struct sheet *sheet, const char *path, const char *rate)
{
	const char *most = sheet->kit->max_rate;

	if (rate && most && rate_of(rate) > rate_of(most))
		MISTAKE(sheet, path, "rate: %s is above max_rate %s", rate, most);
}

/* --- channels --- */

static void check_source(const struct sheet *sheet, unsigned i)
{
	const struct written_channel *channel = &sheet->kit->channels[i];
	char buffer[NAMES_TEXT];
	struct text names = text_over(buffer, sizeof buffer);

	if (channel->when && sheet->driver)
		MISTAKE(sheet, place_of("channels", i, "when").path,
			"when: the driver %s decides that; leave it out", sheet->driver->name);
	else if (channel->when && !(sheet->form->needs & MODEL_KNOWS_WHEN))
		MISTAKE(sheet, place_of("channels", i, "when").path,
			"when: %s has no such choice; leave it out", sheet->form->name);
	if (!sheet->driver)
		return; /* the family reads it */
	for (const char *const *output = sheet->driver->outputs; output && *output; output++) {
		if (strcmp(*output, channel->from) == 0)
			return;
		text_addf(&names, "%s%s", names.length ? ", " : "", *output);
	}
	MISTAKE(sheet, place_of("channels", i, "from").path,
		"from: \"%s\" is not what the driver %s gives: %s", channel->from,
		sheet->driver->name, names.length ? names.at : "it names its channels by itself");
}

static void check_unit(const struct sheet *sheet, unsigned i)
{
	const struct written_channel *channel = &sheet->kit->channels[i];
	const struct quantity *quantity = quantity_find(channel->quantity);

	assert(quantity); /* a rule looked it up */
	if (!quantity_has_unit(quantity, channel->unit))
		MISTAKE(sheet, place_of("channels", i, "unit").path,
			"unit: %s is no unit of %s; expected one of: %s", channel->unit,
			channel->quantity, quantity->units);
}

static void check_channel(const struct sheet *sheet, unsigned i)
{
	const struct written_channel *channel = &sheet->kit->channels[i];
	double low = channel->range[0], high = channel->range[1];

	if (check_range(sheet, place_of("channels", i, "range").path, channel->range) &&
		channel->resolution > high - low)
		MISTAKE(sheet, place_of("channels", i, "resolution").path,
			"resolution: %.12g is larger than the whole range [%.12g, %.12g]",
			channel->resolution, low, high);
	if (channel->scale && *channel->scale == 0)
		MISTAKE(sheet, place_of("channels", i, "scale").path,
			"scale: 0 would make every reading the same; leave it out for 1");
	check_unit(sheet, i);
	check_rate(sheet, place_of("channels", i, "rate").path, channel->rate);
	for (unsigned j = 0; j < i; j++) {
		if (is_same_id(sheet->kit->channels[j].id, channel->id)) {
			twice(sheet, "channels", i, j, channel->id, "channels");
			break;
		}
	}
	if (sheet->form)
		check_source(sheet, i);
}

/* Sampled together: of one rate, in the same frames. */
static bool are_together(const struct sheet *sheet, unsigned i, unsigned j)
{
	const struct written_channel *a = &sheet->kit->channels[i], *b = &sheet->kit->channels[j];
	double usual = rate_of(sheet->kit->rate);
	double first = a->rate ? rate_of(a->rate) : usual,
	       second = b->rate ? rate_of(b->rate) : usual;

	return first == second && strcmp(a->when ? a->when : "", b->when ? b->when : "") == 0;
}

/* What is sampled together is a stream (data/device.h), and there is room for so many. */
static void check_streams(const struct sheet *sheet)
{
	enum { STREAMS = DEVICE_STREAMS - 1 }; /* the clock's is one */
	unsigned n_streams = 0;

	for (unsigned i = 0; i < sheet->kit->n_channels; i++) {
		unsigned before = 0;

		for (unsigned j = 0; j < i; j++)
			before += are_together(sheet, i, j);
		if (before % STREAM_CHANNELS == 0 && ++n_streams == STREAMS + 1)
			MISTAKE(sheet, place_of("channels", i, "id").path,
				"channels: more than %d different rates and conditions; let more channels share one",
				STREAMS);
	}
}

static void check_channels(const struct sheet *sheet)
{
	bool driver_knows = sheet->driver
		? !sheet->driver->outputs || !*sheet->driver->outputs
		: sheet->kit->driver != NULL; /* one that is not there, as was said */
	bool may_be_none =
		driver_knows || (sheet->form && (sheet->form->needs & MODEL_MAY_DISCOVER));

	if (sheet->kit->n_channels == 0 && sheet->form && !may_be_none)
		MISTAKE(sheet, "",
			"no channels; describe at least one (id, name, quantity, unit, range, resolution, from)");
	for (unsigned i = 0; i < sheet->kit->n_channels; i++)
		check_channel(sheet, i);
	check_streams(sheet);
}

static void check_trouble(const struct sheet *sheet, unsigned i)
{
	const struct model_trouble *troubles = sheet->kit->troubles;

	for (unsigned j = 0; j < i; j++)
		if (strcmp(troubles[j].word, troubles[i].word) == 0) {
			MISTAKE(sheet, place_of("troubles", i, "word").path,
				"word: \"%s\" has two sentences; the first is on line %d",
				troubles[i].word,
				tree_near(sheet->tree, place_of("troubles", j, "word").path)->line);
			return;
		}
}

void model_check(const struct written_kit *written, const struct model_forms *forms,
	const char *folder_name, const struct tree *tree, struct report *report,
	const struct model_form **ret_form)
{
	struct sheet sheet = {.kit = written, .forms = forms, .tree = tree, .report = report};

	if (folder_name && strcmp(written->id, folder_name) != 0)
		MISTAKE(&sheet, "kit", "kit: \"%s\" is not the name of its folder, %s", written->id,
			folder_name);
	check_family(&sheet);
	check_driver(&sheet);
	if (sheet.form)
		check_needs(&sheet);
	for (unsigned i = 0; i < written->n_match; i++)
		check_match(&sheet, i);
	for (unsigned i = 0; i < written->n_gpio; i++)
		check_line(&sheet, i);
	check_rate(&sheet, "rate", written->rate);
	for (unsigned i = 0; i < written->n_settings; i++)
		check_setting(&sheet, i);
	check_channels(&sheet);
	for (unsigned i = 0; i < written->n_troubles; i++)
		check_trouble(&sheet, i);
	*ret_form = sheet.form;
}
