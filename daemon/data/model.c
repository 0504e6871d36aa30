/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a kit.yaml to a model: read it, check it, make numbers of its words. The keys and what they
 * must be are in model_file.c and model_check.c, recognising devices is in model_match.c. */
#include "data/model_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/file.h"
#include "data/model_word.h"
#include "data/word.h"

enum { SCHEMA_BYTES = 64 * 1024 };

/* --- words become numbers; all of them were checked --- */

static double rate_or_zero(const char *word)
{
	double hz = 0;

	if (word)
		word_rate(word, &hz);
	return hz;
}

static int64_t duration_or_zero(const char *word)
{
	int64_t ns = 0;

	if (word)
		word_duration(word, &ns);
	return ns;
}

static int line_of(const struct tree *tree, const char *path)
{
	const struct node *node = tree_near(tree, path);

	return node ? node->line : 0;
}

static struct model_match settle_match(const struct written_match *written, int line)
{
	struct model_match match = {
		.has_usb = written->usb,
		.manufacturer = written->manufacturer,
		.product_name = written->product,
		.serial_number = written->serial_number,
		.line = line,
	};

	if (written->usb)
		word_usb(written->usb, &match.vendor, &match.product, &match.any_product);
	if (written->ask)
		word_bytes(written->ask, &match.ask);
	if (written->answer)
		word_bytes(written->answer, &match.answer);
	return match;
}

static struct model_line settle_line(const struct written_line *written)
{
	return (struct model_line){
		.id = written->id,
		.pin = written->pin ? *written->pin : -1,
		.bias = written->bias,
		.is_active_low = written->is_active_low,
		.is_output = written->output,
	};
}

static struct model_setting settle_setting(const struct written_setting *written)
{
	return (struct model_setting){
		.id = written->id,
		.name = written->name,
		.unit = written->unit,
		.value = written->value,
		.low = written->range[0],
		.high = written->range[1],
	};
}

static int output_of(const struct model_driver *driver, const char *from)
{
	for (int i = 0; driver && driver->outputs && driver->outputs[i]; i++)
		if (strcmp(driver->outputs[i], from) == 0)
			return i;
	return -1;
}

static struct model_channel settle_channel(
	const struct written_channel *written, const struct model_driver *driver)
{
	struct model_channel channel = {
		.id = written->id,
		.name = written->name,
		.quantity = written->quantity,
		.unit = written->unit,
		.low = written->range[0],
		.high = written->range[1],
		.resolution = written->resolution,
		.from = written->from,
		.when = written->when,
		.scale = written->scale ? *written->scale : 1,
		.offset = written->offset,
		.is_zeroable = written->zero,
		.is_mark = written->mark,
		.calibrations = written->calibrate,
		.recheck_ns = duration_or_zero(written->recheck),
		.rate_hz = rate_or_zero(written->rate),
		.output = output_of(driver, written->from),
	};

	if (written->accuracy)
		word_accuracy(written->accuracy, &channel.accuracy);
	return channel;
}

/* --- the lists --- */

static int settle_lists(const struct written_kit *written, const struct model_driver *driver,
	const struct tree *tree, struct arena *arena, struct model *model)
{
	model->matches = arena_take(arena, written->n_match * sizeof *model->matches);
	model->lines = arena_take(arena, written->n_gpio * sizeof *model->lines);
	model->settings = arena_take(arena, written->n_settings * sizeof *model->settings);
	model->channels = arena_take(arena, written->n_channels * sizeof *model->channels);
	if (!model->matches || !model->lines || !model->settings || !model->channels)
		return -ENOMEM;
	for (size_t i = 0; i < written->n_match; i++) {
		char path[32];

		snprintf(path, sizeof path, "match[%zu]", i);
		model->matches[model->n_matches++] =
			settle_match(&written->match[i], line_of(tree, path));
	}
	for (size_t i = 0; i < written->n_gpio; i++)
		model->lines[model->n_lines++] = settle_line(&written->gpio[i]);
	for (size_t i = 0; i < written->n_settings; i++)
		model->settings[model->n_settings++] = settle_setting(&written->settings[i]);
	for (size_t i = 0; i < written->n_channels; i++)
		model->channels[model->n_channels++] =
			settle_channel(&written->channels[i], driver);
	return 0;
}

static void settle_words(const struct written_kit *written, struct model *model)
{
	model->id = written->id;
	model->name = written->name;
	model->printed = written->model;
	model->driver = written->driver;
	if (written->serial)
		word_serial(written->serial, &model->serial);
	model->rate_hz = rate_or_zero(written->rate);
	model->most_rate_hz = rate_or_zero(written->max_rate);
	model->latency_ns = duration_or_zero(written->latency);
	model->warm_up_ns = duration_or_zero(written->warmup);
	model->wiring = written->wiring;
	model->n_wiring = written->n_wiring;
	model->safety = written->safety;
	model->n_safety = written->n_safety;
	model->traps = written->traps;
	model->n_traps = written->n_traps;
	model->unverified = written->unverified;
	model->n_unverified = written->n_unverified;
	model->troubles = written->troubles;
	model->n_troubles = written->n_troubles;
}

static int settle(const struct written_kit *written, const struct model_forms *forms,
	const struct model_form *form, const struct tree *tree, struct arena *arena,
	struct model **ret_model)
{
	struct model *model = arena_take(arena, sizeof *model);
	const struct model_driver *driver =
		written->driver ? model_driver_find(forms, written->driver) : NULL;

	if (!model)
		return -ENOMEM;
	settle_words(written, model);
	model->form = form;
	model->line = line_of(tree, form->name);
	for (size_t i = 0; i < forms->n_forms; i++)
		if (forms->forms[i] == form)
			model->keys = written->families[i];
	int failed = settle_lists(written, driver, tree, arena, model);

	if (!failed)
		*ret_model = model;
	return failed;
}

/* --- reading --- */

/* The table of keys is needed no longer than this. */
static int load_written(const struct tree *tree, const struct model_forms *forms,
	struct arena *arena, struct report *report, void **ret_written)
{
	struct arena scratch = arena_of(SCHEMA_BYTES);
	struct model_schema schema;
	int failed = model_schema_make(forms, &scratch, &schema);

	if (!failed)
		failed = load(&(struct format){.schema = &schema.value, .rules = schema.rules},
			tree, arena, report, ret_written);
	arena_free(&scratch);
	return failed;
}

static int take(const struct tree *tree, const char *folder_name, const struct model_forms *forms,
	struct arena *arena, struct report *report, struct model **ret_model)
{
	int before = report->count;
	const struct model_form *form;
	struct model *model;
	void *written;
	int failed = load_written(tree, forms, arena, report, &written);

	if (failed)
		return failed;
	model_check(written, forms, folder_name, tree, report, &form);
	if (!form)
		return -EINVAL;
	failed = settle(written, forms, form, tree, arena, &model);
	/* The family has its say, too, so that all mistakes come at once. */
	if (!failed && form->compile)
		failed = form->compile(model, tree, report, arena, &model->plan);
	if (!failed && report->count > before)
		failed = -EINVAL;
	if (!failed)
		*ret_model = model;
	return failed;
}

int model_read(const char *yaml, size_t n, const char *folder_name, const struct model_forms *forms,
	struct arena *arena, struct report *report, struct model **ret_model)
{
	struct tree tree;
	int failed = tree_read(yaml, n, report, &tree);

	if (!failed)
		failed = take(&tree, folder_name, forms, arena, report, ret_model);
	tree_free(&tree);
	return failed;
}

static int read_folder(const char *folder, const char *path, const struct model_forms *forms,
	struct arena *arena, struct report *report, struct model **ret_model)
{
	enum { SIZE = TREE_BYTES + 1 }; /* one more than a description may have shows that it has */
	char *bytes = malloc(SIZE), *copy = arena_copy(arena, folder, strlen(folder));
	const char *name = file_folder_name(folder, arena);
	struct model *model;
	size_t n;
	int failed = bytes && copy && name ? file_read_plain(path, bytes, SIZE, &n) : -ENOMEM;

	if (failed && failed != -ENOMEM)
		report_add(report, 0, 0, "%s; each kit's folder has one, which kitlogd may read",
			failed == -EISDIR ? "is no file" : strerror(-failed));
	if (!failed)
		failed = model_read(bytes, n, name, forms, arena, report, &model);
	free(bytes);
	if (failed)
		return failed;
	model->folder = copy;
	*ret_model = model;
	return 0;
}

int model_read_folder(const char *folder, const struct model_forms *forms, struct arena *arena,
	struct report *report, struct model **ret_model)
{
	size_t size = strlen(folder) + sizeof "/kit.yaml";
	char *path = arena_take(arena, size);

	if (!path)
		return -ENOMEM;
	snprintf(path, size, "%s/kit.yaml", folder);
	report->file = path;
	return read_folder(folder, path, forms, arena, report, ret_model);
}

void model_refuse(const struct tree *tree, struct report *report, size_t channel, const char *key,
	const char *word, const char *expected)
{
	char path[48];

	snprintf(path, sizeof path, "channels[%zu].%s", channel, key);
	load_mistake(tree, report, path, "%s: \"%s\" is not %s", key, word, expected);
}
