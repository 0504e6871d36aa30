/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing goes entry by entry of gpio and of serial ports. A name that no kit has is told in each
 * case: at a port it names what speaks there, but as often it is a kit whose folder was not read. */
#include "sense/catalogue_config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/word.h"

enum { NAMES_MOST = 256 };

struct finding {
	const struct catalogue *catalogue;
	const char *name; /* of the configuration's file */
	FILE *out;
};

/* --- what is not there --- */

static const char *nearest_kit(const struct finding *finding, const char *kit)
{
	const char *names[NAMES_MOST];
	size_t n = catalogue_count(finding->catalogue);

	n = n < NAMES_MOST ? n : NAMES_MOST;
	for (size_t i = 0; i < n; i++)
		names[i] = catalogue_at(finding->catalogue, i)->id;
	return word_nearest(kit, names, n);
}

static void tell_kit(const struct finding *finding, const char *key, const char *kit)
{
	const char *near = nearest_kit(finding, kit);

	fprintf(finding->out, "%s: %s: no kit is called \"%s\"%s%s%s\n", finding->name, key, kit,
		near ? "; did you mean " : "; kitlog kits lists those there are", near ? near : "",
		near ? "?" : "");
}

static void tell_id(const struct finding *finding, const char *place, const struct model *model,
	const char *what, const char *id, const char *const *names, size_t n)
{
	fprintf(finding->out, "%s: %s: %s has no %s \"%s\"; expected", finding->name, place,
		model->id, what, id);
	for (size_t i = 0; i < n; i++)
		fprintf(finding->out, "%s %s", i == 0 ? "" : i + 1 == n ? " or" : ",", names[i]);
	fputs(n > 0 ? "\n" : " none\n", finding->out);
}

/* --- one entry of gpio --- */

static int index_of(const char *id, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], id) == 0)
			return (int)i;
	return -1;
}

static void compare_lines(
	const struct finding *finding, const struct config_gpio *gpio, const struct model *model)
{
	const char *names[MODEL_LINES];
	bool has_pin[MODEL_LINES];

	for (size_t i = 0; i < model->n_lines; i++) {
		names[i] = model->lines[i].id;
		has_pin[i] = model->lines[i].pin >= 0;
	}
	for (size_t i = 0; i < gpio->n_lines; i++) {
		int at = index_of(gpio->lines[i].id, names, model->n_lines);

		if (at < 0)
			tell_id(finding, "gpio", model, "line", gpio->lines[i].id, names,
				model->n_lines);
		else
			has_pin[at] = true;
	}
	for (size_t i = 0; i < model->n_lines; i++)
		if (!has_pin[i])
			fprintf(finding->out,
				"%s: gpio: %s: nobody says which pin %s is; add lines: [{id: %s, pin: 17}]\n",
				finding->name, model->id, names[i], names[i]);
}

static bool is_within(const struct model_setting *setting, double value)
{
	return value >= setting->low && value <= setting->high;
}

static int setting_of(const struct model *model, const char *id)
{
	for (size_t i = 0; i < model->n_settings; i++)
		if (strcmp(model->settings[i].id, id) == 0)
			return (int)i;
	return -1;
}

/* `place`: "gpio", "serial.ports" or "usb.kits". */
static void compare_settings(const struct finding *finding, const char *place,
	const struct model *model, const struct config_setting *settings, size_t n)
{
	const char *names[MODEL_SETTINGS];

	for (size_t i = 0; i < model->n_settings; i++)
		names[i] = model->settings[i].id;
	for (size_t i = 0; i < n; i++) {
		int at = setting_of(model, settings[i].id);
		const struct model_setting *of = &model->settings[at < 0 ? 0 : at];

		if (at < 0)
			tell_id(finding, place, model, "setting", settings[i].id, names,
				model->n_settings);
		else if (!is_within(of, settings[i].value))
			fprintf(finding->out,
				"%s: %s: %s: %s %.12g is not between %.12g and %.12g %s\n",
				finding->name, place, model->id, of->id, settings[i].value, of->low,
				of->high, of->unit);
	}
}

static void compare_gpio(const struct finding *finding, const struct config_gpio *gpio)
{
	const struct model *model = catalogue_find(finding->catalogue, gpio->kit);

	if (!model) {
		tell_kit(finding, "gpio", gpio->kit);
	} else if (model->n_lines == 0) {
		fprintf(finding->out,
			"%s: gpio: %s does not hang at pins; take it out of gpio, or name another kit\n",
			finding->name, model->id);
	} else {
		compare_lines(finding, gpio, model);
		compare_settings(finding, "gpio", model, gpio->settings, gpio->n_settings);
	}
}

/* --- one serial port --- */

static void compare_port(const struct finding *finding, const struct config_port *port)
{
	const struct model *model =
		port->kit ? catalogue_find(finding->catalogue, port->kit) : NULL;

	if (!port->kit)
		return;
	if (!model)
		tell_kit(finding, "serial.ports", port->kit);
	else if (model && !(model->form->needs & MODEL_NEEDS_SERIAL))
		fprintf(finding->out,
			"%s: serial.ports: %s is no kit of a serial port; name another, or leave it out\n",
			finding->name, port->kit);
	else if (model)
		compare_settings(finding, "serial.ports", model, port->settings, port->n_settings);
}

static void compare_usb(const struct finding *finding, const struct config_usb_kit *kit)
{
	const struct model *model = catalogue_find(finding->catalogue, kit->kit);

	if (!model)
		tell_kit(finding, "usb.kits", kit->kit);
	else if (!(model->form->needs & MODEL_IS_USB))
		fprintf(finding->out,
			"%s: usb.kits: %s does not speak over USB itself; set it in %s\n",
			finding->name, kit->kit, model->n_lines > 0 ? "gpio" : "serial.ports");
	else
		compare_settings(finding, "usb.kits", model, kit->settings, kit->n_settings);
}

/* --- what holds --- */

int catalogue_settings(const struct model *model, const struct config_setting *wished,
	size_t n_wished, double ret_settings[KIT_SETTINGS])
{
	int failed = 0;

	for (size_t i = 0; i < model->n_settings; i++)
		ret_settings[i] = model->settings[i].value;
	for (size_t i = 0; i < n_wished; i++) {
		int at = setting_of(model, wished[i].id);

		if (at < 0)
			failed = -EBADE;
		else if (!is_within(&model->settings[at], wished[i].value))
			failed = -EDOM;
		else
			ret_settings[at] = wished[i].value;
	}
	return failed;
}

int catalogue_usb_settings(
	const struct model *model, const struct config *config, double ret_settings[KIT_SETTINGS])
{
	static const struct config_usb_kit nothing = {0};
	const struct config_usb_kit *wished = &nothing;

	for (size_t i = 0; i < config->usb.n_kits; i++)
		if (strcmp(config->usb.kits[i].kit, model->id) == 0)
			wished = &config->usb.kits[i];
	return catalogue_settings(model, wished->settings, wished->n_settings, ret_settings);
}

int catalogue_pins(const struct model *model, const struct config_line *wished, size_t n_wished,
	unsigned ret_pins[MODEL_LINES])
{
	unsigned pins[MODEL_LINES];

	for (size_t i = 0; i < model->n_lines; i++) {
		int pin = model->lines[i].pin;

		for (size_t j = 0; j < n_wished; j++)
			if (strcmp(wished[j].id, model->lines[i].id) == 0)
				pin = (int)wished[j].pin;
		if (pin < 0)
			return -ENOENT;
		pins[i] = (unsigned)pin;
	}
	if (model->n_lines > 0)
		memcpy(ret_pins, pins, model->n_lines * sizeof *pins);
	return 0;
}

char *catalogue_compare(
	const struct catalogue *catalogue, const struct config *config, const char *name)
{
	char *sentences = NULL;
	size_t size;
	struct finding finding = {catalogue, name, open_memstream(&sentences, &size)};

	if (!finding.out)
		return NULL;
	for (size_t i = 0; i < config->n_gpio; i++)
		compare_gpio(&finding, &config->gpio[i]);
	for (size_t i = 0; i < config->serial.n_ports; i++)
		compare_port(&finding, &config->serial.ports[i]);
	for (size_t i = 0; i < config->usb.n_kits; i++)
		compare_usb(&finding, &config->usb.kits[i]);
	if (fclose(finding.out) == 0)
		return sentences;
	free(sentences);
	return NULL;
}
