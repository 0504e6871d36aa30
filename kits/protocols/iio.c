/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `iio`: sensors that the kernel reads (Documentation/ABI/testing/sysfs-bus-iio): BME280,
 * BH1750, ADS1115, MPU6050, SCD4x and some hundred others on I2C and SPI.
 *
 *     iio:
 *       name: [bme280]         # what the file `name` of the device says, any of them
 *       buffered: yes          # by its interrupt, through /dev/iio:deviceN, instead of in turns
 *     channels:
 *       - {id: temp, unit: Cel, from: in_temp_input, ...}
 *       - {id: ax, unit: m/s2, from: in_accel_x, ...}    # _input, or _raw with scale and offset
 *
 * The kernel has units of its own, one for each type of channel; the table below makes ours of
 * them, by the channel's `unit`. All channels of a device are read together. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/load.h"
#include "kits/protocols/kernel_text.h"
#include "sense/kit.h"

static const double lost_beats = 1.8; /* an interrupt may come late, not by a beat */

struct iio_keys {
	char **name;
	unsigned n_name;
	bool buffered;
};

/* --- kit.yaml --- */

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 40)};
static const cyaml_schema_field_t keys[] = {
	CYAML_FIELD_SEQUENCE_COUNT(
		"name", CYAML_FLAG_POINTER, struct iio_keys, name, n_name, &word, 1, 8),
	CYAML_FIELD_BOOL("buffered", CYAML_FLAG_OPTIONAL, struct iio_keys, buffered),
	CYAML_FIELD_END,
};

/* clang-format off */
/* The kernel's unit of a type times `factor` is the UCUM unit. Longer types stand before shorter. */
static const struct { const char *type, *unit; double factor; } units[] = {
	{"temp", "Cel", 1e-3}, {"temp", "mCel", 1},
	{"humidityrelative", "%", 1e-3},
	{"pressure", "hPa", 10}, {"pressure", "kPa", 1}, {"pressure", "Pa", 1000}, {"pressure", "mbar", 10},
	{"illuminance", "lx", 1}, {"illuminance", "klx", 1e-3},
	{"accel", "m/s2", 1}, {"anglvel", "rad/s", 1}, {"anglvel", "deg/s", 57.29577951308232}, /* 180/pi */
	{"magn", "G", 1}, {"magn", "T", 1e-4}, {"magn", "mT", 0.1}, {"magn", "uT", 100},
	{"voltage", "mV", 1}, {"voltage", "V", 1e-3}, {"voltage", "uV", 1000},
	{"current", "mA", 1}, {"current", "A", 1e-3}, {"current", "uA", 1000},
	{"power", "mW", 1}, {"power", "W", 1e-3},
	{"resistance", "Ohm", 1}, {"resistance", "kOhm", 1e-3},
	{"distance", "m", 1}, {"distance", "cm", 100}, {"distance", "mm", 1000},
	{"massconcentration", "ug/m3", 1}, {"massconcentration", "mg/m3", 1e-3},
	{"concentration", "%", 1}, {"concentration", "[ppm]", 1e4}, {"concentration", "[ppb]", 1e7},
	{"ph", "[pH]", 1}, {"electricalconductivity", "S/m", 1}, {"electricalconductivity", "uS/cm", 1e4},
	{"angl", "rad", 1}, {"angl", "deg", 57.29577951308232},
	{"intensity", "1", 1}, {"proximity", "1", 1}, {"count", "1", 1}, {"steps", "1", 1}, {"uvindex", "1", 1},
};
/* clang-format on */

enum { UNITS = sizeof units / sizeof *units };

static bool is_type(const char *from, const char *type)
{
	size_t n = strlen(type);

	return strncmp(from, "in_", 3) == 0 && strncmp(from + 3, type, n) == 0 &&
		(strchr("_0123456789-", from[3 + n]) != NULL);
}

/* 0: the kernel's unit of this file is not the channel's; *ret_expected says which would be. */
static double factor_of(const char *from, const char *unit, const char **ret_expected)
{
	*ret_expected = NULL;
	for (size_t i = 0; i < UNITS; i++) {
		if (!is_type(from, units[i].type))
			continue;
		if (strcmp(units[i].unit, unit) == 0)
			return units[i].factor;
		if (!*ret_expected)
			*ret_expected = units[i].unit;
	}
	return 0;
}

static void check_channel(const struct model *model, size_t i, const struct tree *tree,
	struct report *report, double *ret_factor)
{
	const struct model_channel *channel = &model->channels[i];
	const char *expected;
	char place[64];

	*ret_factor = factor_of(channel->from, channel->unit, &expected);
	if (*ret_factor == 0 && !expected) {
		snprintf(place, sizeof place, "channels[%zu].from", i);
		load_mistake(tree, report, place,
			"from: \"%.40s\" is not a file of the kernel such as in_temp_input or in_accel_x",
			channel->from);
	} else if (*ret_factor == 0) {
		snprintf(place, sizeof place, "channels[%zu].unit", i);
		load_mistake(tree, report, place,
			"unit: \"%.15s\" is not what %.40s can be turned into; write %s",
			channel->unit, channel->from, expected);
	}
	if (channel->rate_hz > 0) {
		snprintf(place, sizeof place, "channels[%zu].rate", i);
		load_mistake(tree, report, place,
			"rate: all channels of a device are read together; write the rate once, at the top");
	}
}

static int compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, void **ret_plan)
{
	double *factors = arena_take(arena, MODEL_CHANNELS * sizeof *factors);
	int before = report->count;

	if (!factors)
		return -ENOMEM;
	for (size_t i = 0; i < model->n_channels; i++)
		check_channel(model, i, tree, report, &factors[i]);
	if (report->count > before)
		return -EINVAL;
	*ret_plan = factors;
	return 0;
}

static enum model_kernel kernel_sensor(const struct model *model, const char *bus, const char *name)
{
	const struct iio_keys *wanted = model->keys;

	for (unsigned i = 0; strcmp(bus, "iio") == 0 && i < wanted->n_name; i++)
		if (strcmp(wanted->name[i], name) == 0)
			return wanted->buffered ? MODEL_KERNEL_BUFFER : MODEL_KERNEL_FILES;
	return MODEL_NOT_KERNEL;
}

static const char *kernel_name(const struct model *model, size_t index)
{
	const struct iio_keys *wanted = model->keys;

	return index < wanted->n_name ? wanted->name[index] : NULL;
}

static const struct model_form form = {
	.name = "iio",
	.keys = keys,
	.size = sizeof(struct iio_keys),
	.kernel_sensor = kernel_sensor,
	.kernel_name = kernel_name,
	.compile = compile,
};

/* --- decoding --- */

/* Of a buffer. */
struct iio {
	struct instant before; /* stamp of the scan before; 0: none */
};

static bool is_buffered(const struct kit *kit)
{
	const struct iio_keys *wanted = kit_model(kit)->keys;

	return wanted->buffered;
}

static void open_iio(struct kit *kit, void *state)
{
	(void)state;
	kit_describe_model(kit, NULL, is_buffered(kit) ? STAMP_KERNEL : STAMP_ARRIVAL);
}

/* The kernel drops scans in silence when its buffer is full; the beat of the stamps tells. */
static void notice_lost(struct kit *kit, struct iio *iio)
{
	double rate_hz = kit_port(kit)->rate_hz;
	struct instant at = kit_arrival(kit, 0);
	double beats = (double)instant_since(at, iio->before) * rate_hz / 1e9;

	if (iio->before.ns && rate_hz > 0 && beats > lost_beats)
		kit_lost(kit, 0, (uint64_t)llround(beats) - 1, GAP_RING);
	iio->before = at;
}

static void report_iio(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	if (is_buffered(kit))
		notice_lost(kit, state);
	kernel_text_take(kit, kit_model(kit)->plan, bytes, n);
}

KIT_FAMILY(iio) = {
	.name = "iio",
	.state_size = sizeof(struct iio),
	.form = &form,
	.needs_model = true,
	.troubles = kernel_troubles,
	.open = open_iio,
	.report = report_iio,
	.answer = kernel_text_answer,
};
