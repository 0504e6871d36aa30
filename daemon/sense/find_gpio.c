/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What hangs at the board's pins cannot be seen: it is named in the configuration, with its kit and,
 * where they are not the kit's own, its pins and settings. A place is "gpio:KIT", a second one of the
 * same kit "gpio:KIT#2". The device is known by where it hangs: "gpio:pinctrl-bcm2711:17,27". */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "sense/catalogue_config.h"
#include "sense/finder.h"
#include "sense/gpio_chips.h"
#include "sense/transport_gpio.h"

enum {
	UNKNOWN_LINE = -ENOLINK,
	UNKNOWN_SETTING = -EBADE,
	SETTING_OUT_OF_RANGE = -EDOM,
	NO_PIN = -EDESTADDRREQ,
	NO_KIT_OF_PINS = -EPROTOTYPE,
};

/* Interrupt to stamp, on a board that has other things to do. */
static const int64_t uncertainty_ns = 50 * (int64_t)NS_PER_US;

/* clang-format off */
static const struct trouble troubles[] = {
	{-ENXIO, "this board has no such GPIO chip", "see gpiodetect, and write its label into gpio: chip",
		"这块板子上没有这个 GPIO 芯片", "用 gpiodetect 看看，把它的标签写进 gpio 的 chip"},
	{-ERANGE, "the chip has no such pin", "correct gpio: lines", "芯片上没有这个引脚", "改 gpio 的 lines"},
	{-EBUSY, "another program, driver or kit has one of its pins",
		"see gpioinfo for who, stop that, or move the kit to other pins in gpio: lines",
		"别的程序、驱动或器材占着它的一个引脚",
		"用 gpioinfo 看是谁，停掉它，或者在 gpio 的 lines 里换引脚"},
	{-EACCES, NULL, "add the user to the group gpio", "没有权限", "把用户加进 gpio 组"},
	{-EPERM, NULL, "add the user to the group gpio", "没有权限", "把用户加进 gpio 组"},
	{-ENOENT, "there is no kit of this name", "see kitlog kits, and correct gpio: kit",
		"没有叫这个名字的器材", "用 kitlog kits 看看，改 gpio 的 kit"},
	{NO_KIT_OF_PINS, "is no kit for pins", "plug it in where it belongs and take it out of gpio",
		"不是接引脚的器材", "接到该接的口上，并从 gpio 里去掉"},
	{NO_PIN, "neither the kit nor the configuration names all its pins", "add them to gpio: lines",
		"器材和配置都没有写全引脚", "在 gpio 的 lines 里补上"},
	{UNKNOWN_LINE, "gpio: lines names a line that the kit does not have", "take an id of its kit.yaml",
		"gpio 的 lines 里有器材没有的线", "写它的 kit.yaml 里的 id"},
	{UNKNOWN_SETTING, "gpio: settings names a setting that the kit does not have",
		"take an id of its kit.yaml", "gpio 的 settings 里有器材没有的设置", "写它的 kit.yaml 里的 id"},
	{SETTING_OUT_OF_RANGE, "a value in gpio: settings is out of the kit's range",
		"mind its unit; the range is in its kit.yaml",
		"gpio 的 settings 里有一个值超出范围", "注意单位；范围在它的 kit.yaml 里"},
	{0, NULL, "check the kit's entry under gpio", "打不开", "检查 gpio 里这个器材的那一项"},
};
/* clang-format on */

/* --- which there are --- */

enum { PLACE_TEXT = 48 };

static void name_place(const struct config *config, size_t index, char ret_path[PLACE_TEXT])
{
	struct text path = text_over(ret_path, PLACE_TEXT);
	unsigned number = 1;

	for (size_t i = 0; i < index; i++)
		number += strcmp(config->gpio[i].kit, config->gpio[index].kit) == 0;
	text_addf(&path, "gpio:%s", config->gpio[index].kit);
	if (number > 1)
		text_addf(&path, "#%u", number);
}

static void list(const struct finder_context *context,
	void (*found)(void *self, const char *path, bool is_named), void *self)
{
	char path[PLACE_TEXT];

	for (size_t i = 0; i < context->config->n_gpio; i++) {
		name_place(context->config, i, path);
		found(self, path, true);
	}
}

static const struct config_gpio *entry_of(const struct config *config, const char *path)
{
	char at[PLACE_TEXT];

	for (size_t i = 0; i < config->n_gpio; i++) {
		name_place(config, i, at);
		if (strcmp(at, path) == 0)
			return &config->gpio[i];
	}
	return NULL;
}

/* --- its lines --- */

static bool has_line(const struct model *model, const char *id)
{
	for (size_t i = 0; i < model->n_lines; i++)
		if (strcmp(model->lines[i].id, id) == 0)
			return true;
	return false;
}

static int choose_lines(const struct config_gpio *entry, const struct model *model,
	struct gpio_line ret_lines[MODEL_LINES])
{
	static const enum gpio_bias biases[] = {
		[MODEL_BIAS_NONE] = GPIO_AS_IS,
		[MODEL_BIAS_PULL_UP] = GPIO_PULL_UP,
		[MODEL_BIAS_PULL_DOWN] = GPIO_PULL_DOWN,
	};
	unsigned pins[MODEL_LINES];

	for (size_t i = 0; i < entry->n_lines; i++)
		if (!has_line(model, entry->lines[i].id))
			return UNKNOWN_LINE;
	if (catalogue_pins(model, entry->lines, entry->n_lines, pins))
		return NO_PIN;
	for (size_t i = 0; i < model->n_lines; i++) {
		const struct model_line *line = &model->lines[i];

		ret_lines[i] = (struct gpio_line){.pin = pins[i],
			.bias = biases[line->bias],
			.is_active_low = line->is_active_low,
			.is_output = line->is_output};
	}
	return 0;
}

/* --- opening --- */

static void name_socket(const struct gpio_chip *chip, const struct gpio_line *lines, size_t n,
	struct kit_port *about)
{
	struct text socket = text_over(about->socket, sizeof about->socket);

	text_addf(&socket, "gpio:%s:", chip->label[0] ? chip->label : chip->name);
	for (size_t i = 0; i < n; i++)
		text_addf(&socket, "%s%u", i ? "," : "", lines[i].pin);
}

static int open_lines(const struct gpio_chip *chip, const struct gpio_line *lines, size_t n,
	struct transport **ret_transport)
{
	struct gpio *gpio;
	int failed = gpio_open(chip->path, lines, n, &gpio);

	if (failed)
		return failed;
	failed = transport_gpio_new(gpio, lines, n, ret_transport);
	if (failed)
		gpio_close(gpio);
	return failed;
}

static int open_gpio(const struct finder_context *context, const char *path,
	struct transport **ret_transport, struct kit_port *ret_about, bool *ret_is_late)
{
	const struct config_gpio *entry = entry_of(context->config, path);
	const struct model *model = entry ? catalogue_find(context->catalogue, entry->kit) : NULL;
	struct kit_port about = {.transport = KIT_GPIO, .n_models = 1, .is_sure = true};
	struct gpio_line lines[MODEL_LINES];
	struct gpio_chip chip;
	int failed;

	(void)ret_is_late;
	if (!model)
		return -ENOENT;
	if (model->n_lines == 0)
		return NO_KIT_OF_PINS;
	about.models[0] = model;
	about.uncertainty_ns = uncertainty_ns;
	text_copy(about.path, sizeof about.path, path);
	text_copy(about.kit, sizeof about.kit, entry->kit);
	failed = choose_lines(entry, model, lines);
	if (!failed)
		failed = catalogue_settings(
			model, entry->settings, entry->n_settings, about.settings);
	if (!failed)
		failed = gpio_find(entry->chip, &chip);
	if (failed)
		return failed;
	name_socket(&chip, lines, model->n_lines, &about);
	failed = open_lines(&chip, lines, model->n_lines, ret_transport);
	if (!failed)
		*ret_about = about;
	/* The chip went between the look and the opening. */
	return failed == -ENOENT || failed == -ENODEV ? -ENXIO : failed;
}

static bool refused(
	const struct finder_context *context, const char *path, char *ret_node, size_t size)
{
	(void)context;
	(void)path;
	return gpio_refused(ret_node, size);
}

const struct finder finder_gpio = {
	.name = "gpio",
	.subsystem = "gpio",
	.list = list,
	.open = open_gpio,
	.troubles = troubles,
	.refused = refused,
	.group = "gpio",
	.is_fixed = true,
};
