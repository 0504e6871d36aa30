/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a kit.yaml: a school's own folder is outside input. They are refused in sentences
 * that a terminal can bear, or they become a model that keeps what model.h promises. libcyaml must
 * never refuse what our own check let pass: that would be a mistake without a sentence. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/device.h"
#include "data/model_word.h"
#include "data/quantity.h"
#include "support/toy_forms.h"
#include "support/chinese_known.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 3;

static void must(bool is_so, const char *what, const char *shown)
{
	if (is_so)
		return;
	fprintf(stderr, "model_fuzz: %s: %s\n", what, shown ? shown : "");
	abort();
}

static void check_errors(const struct report *report)
{
	char *said = report_text(report);

	must(said && *said, "no sentence", "");
	must(!report->is_dispute, "our check let it pass", said);
	must(utf8_is_valid(said, strlen(said)), "a sentence that is no UTF-8", said);
	for (const char *at = said; *at; at++)
		must((unsigned char)*at >= ' ' || *at == '\n', "a control character", said);
	must(is_known_in_chinese(said), "a sentence without Chinese", said);
	free(said);
}

static bool is_name(const struct model_text *name)
{
	return *name->zh && *name->en && strlen(name->zh) < NAME_TEXT &&
		strlen(name->en) < NAME_TEXT && !strpbrk(name->zh, "\n") &&
		!strpbrk(name->en, "\n");
}

static void check_channel(const struct model_channel *channel, bool has_driver)
{
	must(!word_channel_id(channel->id), "id", channel->id);
	must(is_name(&channel->name), "name", channel->id);
	must(quantity_find(channel->quantity), "quantity", channel->quantity);
	must(quantity_has_unit(quantity_find(channel->quantity), channel->unit), "unit",
		channel->unit);
	must(channel->low < channel->high, "range", channel->id);
	must(channel->resolution > 0, "resolution", channel->id);
	must(channel->scale != 0 && isfinite(channel->scale) && isfinite(channel->offset), "scale",
		channel->id);
	must(channel->rate_hz >= 0 && channel->rate_hz <= 1e6, "rate", channel->id);
	must(channel->recheck_ns >= 0, "recheck", channel->id);
	must((channel->output >= 0) == has_driver, "output", channel->from);
}

static void check_model(const struct model *model)
{
	const struct model_usb usb = {0x1A86, 0x7523, "QinHeng", "USB Serial", ""};

	must(!word_kit_id(model->id) && is_name(&model->name), "name", model->id);
	must(model->form && model->keys && model->plan, "family", model->id);
	must(model->n_channels <= MODEL_CHANNELS && model->n_lines <= MODEL_LINES &&
			model->n_settings <= MODEL_SETTINGS,
		"too much", model->id);
	must(model->latency_ns >= 0 && model->warm_up_ns >= 0, "a time", model->id);
	for (size_t i = 0; i < model->n_channels; i++) {
		check_channel(&model->channels[i], model->driver != NULL);
		must(model_channel(model, model->channels[i].id) == (int)i, "an id twice",
			model->channels[i].id);
	}
	for (size_t i = 0; i < model->n_settings; i++)
		must(model->settings[i].value >= model->settings[i].low &&
				model->settings[i].value <= model->settings[i].high,
			"a setting", model->settings[i].id);
	for (size_t i = 0; i < model->n_matches; i++) {
		must(!model->matches[i].ask.n == !model->matches[i].answer.n, "ask without answer",
			model->id);
		must(model_match_overlaps(&model->matches[i], &model->matches[i]) ||
				model->matches[i].product_name,
			"an entry that fits nothing", model->id);
	}
	model_match_usb(model, &usb);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct report report = {.file = "fuzz"};
	struct arena arena = arena_of(512 * 1024);
	struct model *model;
	int failed = model_read((const char *)bytes, n, NULL, &toy_forms, &arena, &report, &model);

	if (failed) {
		must(failed == -EINVAL, "refused for another reason", "");
		check_errors(&report);
	} else {
		must(report.count == 0, "a mistake in a good kit", "");
		check_model(model);
	}
	arena_free(&arena);
	return 0;
}
