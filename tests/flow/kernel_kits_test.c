/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each kit on I2C or 1-Wire, played by the files that its driver in the kernel has (names, units,
 * scales and offsets of Documentation/ABI/testing/sysfs-bus-iio and of the driver itself): it is
 * found, and what the chip measures comes in our units. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/flag.h"
#include "support/kernel_desk.h"

enum { FILES = 12 };

struct file {
	const char *name, *text;
};

/* A chip on the bus: what its driver calls itself, and its files. */
struct chip {
	const char *address, *name;
	struct file files[FILES];
};

static void write_files(struct desk *desk, const struct file *files)
{
	char path[128];

	for (const struct file *file = files; file->name; file++) {
		snprintf(path, sizeof path, "bus/iio/devices/iio:device0/%s", file->name);
		desk_write_file(desk, path, file->text);
	}
}

static void play(struct desk *desk, const struct chip *chip)
{
	kernel_desk_plug(desk, "0", chip->address, chip->name);
	write_files(desk, chip->files);
	kernel_desk_open(desk);
	AWAIT(desk->n_rows >= 1);
}

/* The newest value of a channel is this, to the digits that the kit shows. */
static bool reads(const struct desk *desk, const char *id, double wanted)
{
	const struct stream *stream = &desk->device.streams[0];

	for (uint32_t c = 0; c < stream->n_channels; c++) {
		const struct channel *channel = &stream->channels[c];

		if (strcmp(channel->id, id) == 0)
			return fabs(desk->last.values[c] - wanted) <= channel->resolution / 2;
	}
	return false;
}

static bool has_none(const struct desk *desk, const char *id)
{
	const struct stream *stream = &desk->device.streams[0];

	for (uint32_t c = 0; c < stream->n_channels; c++)
		if (strcmp(stream->channels[c].id, id) == 0)
			return isnan(desk->last.values[c]);
	return false;
}

static bool is_flagged(const struct desk *desk, size_t channel)
{
	const struct channel *of = &desk->device.streams[0].channels[channel];

	return flag_of_value(desk->last.values[channel], of->low, of->high, of->resolution) != 0;
}

/* --- ADS1115: one scale per input, in millivolts a step --- */

static const struct chip ads1115 = {"1-0048", "ads1015\n",
	{{"in_voltage0_raw", "26400\n"}, {"in_voltage0_scale", "0.125000000\n"},
		{"in_voltage1_raw", "-8\n"}, {"in_voltage1_scale", "0.125000000\n"},
		{"in_voltage2_raw", "0\n"}, {"in_voltage2_scale", "0.125000000\n"},
		{"in_voltage3_raw", "16000\n"}, {"in_voltage3_scale", "0.187500000\n"},
		{"sampling_frequency", "128\n"}}};

static void an_ads1115_gives_each_input_by_its_own_scale(void **state)
{
	static const struct file later[] = {{"in_voltage0_raw", "8000\n"},
		{"in_voltage1_raw", "1\n"}, {"in_voltage3_raw", "-32768\n"}, {0}};
	struct desk *desk = *state;

	play(desk, &ads1115);
	assert_string_equal(desk->device.kit, "ads1115");
	assert_string_equal(desk->device.identity, "port:iio:1-0048:ads1015");
	assert_string_equal(desk->device.streams[0].channels[0].unit, "V");
	assert_true(reads(desk, "a0", 3.3));
	assert_true(reads(desk, "a1", -0.001));
	assert_true(reads(desk, "a2", 0));
	assert_true(reads(desk, "a3", 3));
	write_files(desk, later);
	AWAIT(reads(desk, "a0", 1) && reads(desk, "a1", 0.000125) && reads(desk, "a3", -6.144));
	assert_true(reads(desk, "a2", 0));
	AWAIT(!desk->health.trouble[0]); /* a file that is half written was one */
}

/* The device tree switches inputs on one by one: who left one out has no file for it. */
static void an_ads1115_with_three_inputs_gives_three(void **state)
{
	struct chip three = ads1115;
	struct desk *desk = *state;

	three.files[6] = (struct file){0};
	play(desk, &three);
	assert_true(reads(desk, "a0", 3.3));
	assert_true(has_none(desk, "a3"));
	AWAIT(desk->n_rows >= 3);
	assert_string_equal(desk->health.trouble, "");
}

static void an_ads1115_that_does_not_answer_says_so_and_comes_back(void **state)
{
	static const struct file broken[] = {{"in_voltage0_raw", "\n"}, {"in_voltage1_raw", "\n"},
		{"in_voltage2_raw", "\n"}, {"in_voltage3_raw", "\n"}, {0}};
	struct desk *desk = *state;

	play(desk, &ads1115);
	write_files(desk, broken); /* a wire is loose */
	AWAIT(desk->health.trouble[0]);
	assert_string_equal(desk->health.trouble, "bus");
	write_files(desk, ads1115.files);
	AWAIT(!desk->health.trouble[0]);
	assert_true(reads(desk, "a0", 3.3));
}

/* --- SCD4x: a share of one hundred, a temperature with an offset in steps --- */

static void an_scd41_gives_parts_per_million(void **state)
{
	static const struct chip chip = {"1-0062", "scd41\n",
		{{"in_concentration_co2_raw", "612\n"},
			{"in_concentration_co2_scale", "0.000100000\n"}, {"in_temp_raw", "25000\n"},
			{"in_temp_scale", "2.670288\n"}, {"in_temp_offset", "-16852.105\n"},
			{"in_humidityrelative_raw", "29491\n"},
			{"in_humidityrelative_scale", "1.525878\n"}}};
	struct desk *desk = *state;

	play(desk, &chip);
	assert_string_equal(desk->device.kit, "scd4x");
	assert_true(reads(desk, "co2", 612));
	assert_true(reads(desk, "temp", 175 * 25000 / 65536.0 - 45));
	assert_true(reads(desk, "humidity", 45));
}

/* --- BH1750: raw counts, 1/1.2 lux each --- */

static void a_bh1750_gives_lux(void **state)
{
	static const struct chip chip = {"1-0023", "bh1750\n",
		{{"in_illuminance_raw", "1200\n"}, {"in_illuminance_scale", "0.833333\n"}}};
	static const struct file dark[] = {{"in_illuminance_raw", "0\n"}, {0}};
	static const struct file sun[] = {{"in_illuminance_raw", "65535\n"}, {0}};
	struct desk *desk = *state;

	play(desk, &chip);
	assert_string_equal(desk->device.kit, "bh1750");
	assert_true(reads(desk, "light", 1000));
	write_files(desk, dark);
	AWAIT(reads(desk, "light", 0));
	write_files(desk, sun); /* as far as the chip counts */
	AWAIT(is_flagged(desk, 0));
}

/* --- BMP280 and BMP388, whose driver calls itself bmp380: millidegrees and kilopascals --- */

static void a_bmp388_gives_hectopascals(void **state)
{
	static const struct chip chip = {"1-0076", "bmp380\n",
		{{"in_temp_input", "21870\n"}, {"in_pressure_input", "101.325000000\n"}}};
	static const struct file upstairs[] = {{"in_pressure_input", "101.286000000\n"}, {0}};
	struct desk *desk = *state;

	play(desk, &chip);
	assert_string_equal(desk->device.kit, "bmp280");
	assert_true(reads(desk, "temp", 21.87));
	assert_true(reads(desk, "pressure", 1013.25));
	write_files(desk, upstairs); /* one floor of 3.3 m */
	AWAIT(reads(desk, "pressure", 1012.86));
}

/* --- MPU6050: what it cannot follow stands at the end of its range --- */

static void an_mpu6050_that_is_shaken_too_hard_is_out_of_its_range(void **state)
{
	static const struct chip chip = {"1-0068", "mpu6050\n",
		{{"in_accel_x_raw", "32767\n"}, {"in_accel_y_raw", "-32768\n"},
			{"in_accel_z_raw", "32700\n"}, {"in_accel_scale", "0.000598550\n"}}};
	struct desk *desk = *state;

	play(desk, &chip);
	assert_string_equal(desk->device.kit, "mpu6050");
	assert_true(is_flagged(desk, 0));
	assert_true(is_flagged(desk, 1));
	assert_false(is_flagged(desk, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KERNEL_TEST(an_ads1115_gives_each_input_by_its_own_scale),
		KERNEL_TEST(an_ads1115_with_three_inputs_gives_three),
		KERNEL_TEST(an_ads1115_that_does_not_answer_says_so_and_comes_back),
		KERNEL_TEST(an_scd41_gives_parts_per_million),
		KERNEL_TEST(a_bh1750_gives_lux),
		KERNEL_TEST(a_bmp388_gives_hectopascals),
		KERNEL_TEST(an_mpu6050_that_is_shaken_too_hard_is_out_of_its_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
