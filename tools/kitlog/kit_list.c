/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog kit list`, `kitlog kits`: the kits this board knows, and what is wrong with others. */
#include <string.h>

#include "sense/catalogue.h"
#include "tools/kitlog/kit.h"
#include "tools/kitlog/kit_shelf.h"
#include "tools/kitlog/say.h"

static json_t *channels_json(const struct model *model)
{
	json_t *channels = json_array();

	for (size_t i = 0; i < model->n_channels; i++) {
		const struct model_channel *channel = &model->channels[i];

		json_array_append_new(channels,
			json_pack("{s:s, s:{s:s, s:s}, s:s, s:s, s:f, s:f}", "id", channel->id,
				"name", "zh", channel->name.zh, "en", channel->name.en, "quantity",
				channel->quantity, "unit", channel->unit, "low", channel->low,
				"high", channel->high));
	}
	return channels;
}

static json_t *model_json(const struct model *model)
{
	return json_pack("{s:s, s:{s:s, s:s}, s:s, s:s?, s:s?, s:o}", "kit", model->id, "name",
		"zh", model->name.zh, "en", model->name.en, "family", model->form->name, "driver",
		model->driver, "folder", model->folder, "channels", channels_json(model));
}

static void print_model(const struct model *model)
{
	char channels[160];
	struct text text = text_over(channels, sizeof channels);

	for (size_t i = 0; i < model->n_channels; i++)
		text_addf(&text, "%s%s", i > 0 ? ", " : "",
			say(model->channels[i].name.zh, model->channels[i].name.en));
	if (model->n_channels == 0)
		text_add(&text, say("由器材自己说", "named by the device"));
	say_row(stdout, (int[]){24, 34, 10, 0},
		(const char *[]){model->id, say(model->name.zh, model->name.en),
			model->driver ? "C" : model->form->name, channels},
		4);
}

int kit_list(const struct call *call)
{
	struct kit_shelf *shelf;
	const struct catalogue *catalogue;
	json_t *kits = json_array();

	if (call->argc > 1) {
		json_decref(kits);
		return command_too_many(
			"kit list", call->argv[1], say("它后面不跟词", "it takes none"));
	}
	if (kit_shelf_open(call, NULL, &shelf) < 0) {
		json_decref(kits);
		return 1;
	}
	catalogue = kit_shelf_catalogue(shelf);
	if (!call->is_json)
		say_mistakes_to(stderr, catalogue_problems(catalogue));
	for (size_t i = 0; i < catalogue_count(catalogue); i++) {
		if (call->is_json)
			json_array_append_new(kits, model_json(catalogue_at(catalogue, i)));
		else
			print_model(catalogue_at(catalogue, i));
	}
	if (call->is_json) {
		json_t *all = json_pack(
			"{s:O, s:s}", "kits", kits, "problems", catalogue_problems(catalogue));

		say_json(all);
		json_decref(all);
	} else if (catalogue_count(catalogue) == 0) {
		puts(say("一个器材也没有；看看配置里的 kits:",
			"No kit; see kits: in the configuration"));
	}
	json_decref(kits);
	kit_shelf_close(shelf);
	return 0;
}
