/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `onewire`: 1-Wire sensors that the kernel reads (Documentation/w1/slaves/w1_therm).
 *
 *     onewire:
 *       code: [28]             # the family code, the first two digits of the chip's number
 *     channels:
 *       - {id: temp, unit: Cel, from: temperature, ...}    # milli-degrees in the file
 *
 * The number that is burnt into the chip ("28-000005e2fdc3") is the device's identity, so it keeps
 * its sticker at any pin. A DS18B20 says 85 degrees, exactly, when it has not measured yet: after
 * power-on and when its supply broke down during a conversion (datasheet, "operation"). That is
 * believed only when the reading before was near it; so is 0 degrees behind another reading, which is
 * what a short of the wire looks like: all bits zero, and zero is their checksum. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "data/load.h"
#include "kits/protocols/kernel_text.h"
#include "sense/kit.h"

static const double not_measured = 85000, near_it = 5000; /* milli-degrees */

struct onewire_keys {
	char **code;
	unsigned n_code;
};

struct onewire {
	bool has_before;
	double before; /* milli-degrees */
};

/* --- kit.yaml --- */

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 2, 2)};
static const cyaml_schema_field_t keys[] = {
	CYAML_FIELD_SEQUENCE_COUNT(
		"code", CYAML_FLAG_POINTER, struct onewire_keys, code, n_code, &word, 1, 8),
	CYAML_FIELD_END,
};

static const char *check_code(const char *code)
{
	return strspn(code, "0123456789abcdef") == 2
		? NULL
		: "a 1-Wire family code such as 28, two hex digits";
}

static const struct rule rules[] = {
	{.path = "onewire.code[]", .check = check_code}, {.path = NULL}};

static int compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, void **ret_plan)
{
	double *factors = arena_take(arena, MODEL_CHANNELS * sizeof *factors);
	int before = report->count;

	if (!factors)
		return -ENOMEM;
	for (size_t i = 0; i < model->n_channels; i++) {
		char place[64];

		factors[i] = 1e-3;
		snprintf(place, sizeof place, "channels[%zu].from", i);
		if (strcmp(model->channels[i].from, "temperature") != 0)
			load_mistake(tree, report, place, "from: \"%.40s\" is not temperature",
				model->channels[i].from);
		snprintf(place, sizeof place, "channels[%zu].unit", i);
		if (strcmp(model->channels[i].unit, "Cel") != 0)
			load_mistake(tree, report, place, "unit: \"%.15s\" is not Cel",
				model->channels[i].unit);
	}
	if (report->count > before)
		return -EINVAL;
	*ret_plan = factors;
	return 0;
}

static enum model_kernel kernel_sensor(const struct model *model, const char *bus, const char *name)
{
	const struct onewire_keys *wanted = model->keys;

	for (unsigned i = 0; strcmp(bus, "w1") == 0 && i < wanted->n_code; i++)
		if (strncmp(wanted->code[i], name, 2) == 0 && name[2] == '-')
			return MODEL_KERNEL_FILES;
	return MODEL_NOT_KERNEL;
}

static const char *kernel_name(const struct model *model, size_t index)
{
	const struct onewire_keys *wanted = model->keys;

	return index < wanted->n_code ? wanted->code[index] : NULL;
}

static const struct model_form form = {
	.name = "onewire",
	.keys = keys,
	.size = sizeof(struct onewire_keys),
	.rules = rules,
	.kernel_sensor = kernel_sensor,
	.kernel_name = kernel_name,
	.compile = compile,
};

/* --- decoding --- */

static void open_onewire(struct kit *kit, void *state)
{
	char identity[IDENTITY_TEXT];
	struct text text = text_over(identity, sizeof identity);

	(void)state;
	text_addf(&text, "onewire:%s", kit_port(kit)->socket);
	kit_describe_model(kit, identity, STAMP_ARRIVAL);
}

/* "temperature 85000\n" out of the blue. */
static bool is_not_measured(struct onewire *onewire, const uint8_t *bytes, size_t n)
{
	const uint8_t *space = memchr(bytes, ' ', n);
	double value;

	if (!space ||
		!number_to_double((const char *)space + 1, n - (size_t)(space + 1 - bytes), &value))
		return false;
	bool is_far = onewire->has_before && fabs(onewire->before - value) > near_it;

	if ((value == not_measured && (is_far || !onewire->has_before)) || (value == 0 && is_far))
		return true;
	onewire->before = value;
	onewire->has_before = true;
	return false;
}

static void report_onewire(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	if (is_not_measured(state, bytes, n))
		kit_error(kit, "not-measured");
	else
		kernel_text_take(kit, kit_model(kit)->plan, bytes, n);
}

KIT_FAMILY(onewire) = {
	.name = "onewire",
	.state_size = sizeof(struct onewire),
	.form = &form,
	.needs_model = true,
	.troubles = kernel_troubles,
	.open = open_onewire,
	.report = report_onewire,
	.answer = kernel_text_answer,
};
