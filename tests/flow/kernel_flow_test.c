/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sensors that the kernel reads, from their files in a folder that stands for sysfs to rows: found,
 * opened, read in turns by a thread of their own, turned into our units. The kits are kitlog's. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sense/kernel_sensor.h"
#include "support/kernel_desk.h"

static bool is_near(double value, double wanted)
{
	return fabs(value - wanted) < 1e-9;
}

static void a_bme280_is_found_and_its_units_are_ours(void **state)
{
	struct desk *desk = *state;

	kernel_desk_plug(desk, "0", "1-0076", "bme280\n");
	desk_write_file(desk, "bus/iio/devices/iio:device0/in_temp_input", "21870\n");
	desk_write_file(desk, "bus/iio/devices/iio:device0/in_pressure_input", "101.325000000\n");
	desk_write_file(desk, "bus/iio/devices/iio:device0/in_humidityrelative_input", "45210\n");
	kernel_desk_open(desk);
	AWAIT(desk->n_rows >= 3);
	assert_string_equal(desk->device.kit, "bme280");
	assert_string_equal(desk->device.identity, "port:iio:1-0076:bme280");
	assert_string_equal(desk->device.streams[0].channels[1].unit, "hPa");
	assert_true(desk->rows[0].values[0] == 21.87);
	assert_true(desk->rows[0].values[1] == 1013.25);
	assert_true(desk->rows[0].values[2] == 45.21);
	/* A second apart, by a beat that does not drift. */
	assert_in_range(desk->rows[2].stamp_ns - desk->rows[0].stamp_ns, 1500 * (int64_t)NS_PER_MS,
		4 * (int64_t)NS_PER_S);
	desk_write_file(desk, "bus/iio/devices/iio:device0/in_temp_input", "-1500\n");
	AWAIT(desk->last.values[0] == -1.5);
}

static void raw_readings_take_the_nearest_scale_and_offset(void **state)
{
	struct desk *desk = *state;

	kernel_desk_plug(desk, "3", "1-0068", "mpu6050\n");
	desk_write_file(desk, "bus/iio/devices/iio:device3/in_accel_x_raw", "-16384\n");
	desk_write_file(desk, "bus/iio/devices/iio:device3/in_accel_y_raw", "0\n");
	desk_write_file(desk, "bus/iio/devices/iio:device3/in_accel_z_raw", "16384\n");
	desk_write_file(desk, "bus/iio/devices/iio:device3/in_accel_scale", "0.000598550\n");
	desk_write_file(desk, "bus/iio/devices/iio:device3/in_accel_y_scale", "2\n");
	desk_write_file(desk, "bus/iio/devices/iio:device3/in_accel_y_offset", "1\n");
	desk_write_file(desk, "bus/iio/devices/iio:device3/in_anglvel_z_raw", "1000\n");
	desk_write_file(desk, "bus/iio/devices/iio:device3/in_anglvel_scale", "0.001\n");
	kernel_desk_open(desk);
	AWAIT(desk->n_rows >= 1);
	assert_string_equal(desk->device.kit, "mpu6050");
	assert_true(is_near(desk->rows[0].values[0], -9.8066432));
	assert_true(is_near(desk->rows[0].values[1], 2));
	assert_true(is_near(desk->rows[0].values[2], 9.8066432));
	assert_true(isnan(desk->rows[0].values[3])); /* this one has no gyroscope x */
	assert_true(fabs(desk->rows[0].values[5] - 57.29578) < 1e-5);
}

static void a_chip_without_a_kit_is_left_alone(void **state)
{
	struct desk *desk = *state;
	struct port_status status[4];

	kernel_desk_plug(desk, "0", "1-0048", "nobody-knows-it\n");
	desk_write_file(desk, "bus/iio/devices/iio:device0/in_temp_input", "21870\n");
	kernel_desk_plug(desk, "1", "1-0023", "bh1750\n");
	desk_write_file(desk, "bus/iio/devices/iio:device1/in_illuminance_raw", "120\n");
	desk_write_file(desk, "bus/iio/devices/iio:device1/in_illuminance_scale", "0.833333\n");
	kernel_desk_open(desk);
	AWAIT(desk->n_rows >= 1);
	assert_int_equal(desk->n_devices, 1);
	assert_int_equal(ports_status(desk->ports, status, 4), 1);
}

static void a_chip_that_is_another_one_is_said(void **state)
{
	struct desk *desk = *state;
	struct port_status status = {.is_open = true};

	kernel_desk_plug(desk, "0", "1-0023", "bh1750\n");
	kernel_desk_open(desk);
	AWAIT(ports_status(desk->ports, &status, 1) == 1 && status.problem[0]);
	assert_false(status.is_open);
	assert_non_null(strstr(status.problem, "none of the files"));
}

static void a_sensor_that_is_busy_says_so_and_goes_on(void **state)
{
	struct desk *desk = *state;

	kernel_desk_plug(desk, "0", "1-0023", "bh1750\n");
	desk_write_file(desk, "bus/iio/devices/iio:device0/in_illuminance_input", "busy\n");
	kernel_desk_open(desk);
	AWAIT(desk->health.trouble[0]);
	assert_string_equal(desk->health.trouble, "bus");
	assert_int_equal(desk->n_rows, 0);
	desk_write_file(desk, "bus/iio/devices/iio:device0/in_illuminance_input", "77.5\n");
	AWAIT(desk->n_rows >= 1 && !desk->health.trouble[0]);
	assert_true(is_near(desk->rows[0].values[0], 77.5));
}

static void one_file_that_fails_is_told_and_the_others_are_read(void **state)
{
	struct desk *desk = *state;

	kernel_desk_plug(desk, "0", "1-0076", "bme280\n");
	desk_write_file(desk, "bus/iio/devices/iio:device0/in_temp_input", "21870\n");
	desk_write_file(desk, "bus/iio/devices/iio:device0/in_pressure_input", "101.325\n");
	desk_write_file(desk, "bus/iio/devices/iio:device0/in_humidityrelative_input", "?\n");
	kernel_desk_open(desk);
	AWAIT(desk->n_rows >= 1 && desk->health.trouble[0]);
	assert_string_equal(desk->health.trouble, "bus");
	assert_true(desk->rows[0].values[0] == 21.87 && isnan(desk->rows[0].values[2]));
}

static void a_1_wire_probe_keeps_its_number_and_85_degrees_are_not_believed_at_first(void **state)
{
	struct desk *desk = *state;

	desk_make_folder(desk, "bus/w1/devices/28-000005e2fdc3");
	desk_write_file(desk, "bus/w1/devices/28-000005e2fdc3/name", "28-000005e2fdc3\n");
	desk_write_file(desk, "bus/w1/devices/28-000005e2fdc3/temperature", "85000\n");
	kernel_desk_open(desk);
	AWAIT(desk->health.trouble[0]);
	assert_string_equal(desk->health.trouble, "not-measured");
	assert_string_equal(desk->device.kit, "ds18b20");
	assert_string_equal(desk->device.identity, "onewire:28-000005e2fdc3");
	desk_write_file(desk, "bus/w1/devices/28-000005e2fdc3/temperature", "84500\n");
	AWAIT(desk->n_rows >= 1);
	assert_true(desk->rows[0].values[0] == 84.5);
	desk_write_file(desk, "bus/w1/devices/28-000005e2fdc3/temperature", "85000\n");
	AWAIT(desk->last.values[0] == 85); /* in hot water it is true */
	size_t before = desk->n_rows;

	desk_write_file(desk, "bus/w1/devices/28-000005e2fdc3/temperature",
		"0\n"); /* a short of the wire */
	AWAIT(desk->health.trouble[0]);
	assert_int_equal(desk->n_rows, before);
}

static void a_voltage_between_two_inputs_has_its_own_scale(void **state)
{
	struct desk *desk = *state;
	double scale, offset;
	char folder[100];

	desk_make_folder(desk, "bus/iio/devices/x");
	desk_write_file(desk, "bus/iio/devices/x/in_voltage0-voltage1_scale", "0.125\n");
	desk_write_file(desk, "bus/iio/devices/x/in_voltage_scale", "0.5\n");
	desk_write_file(desk, "bus/iio/devices/x/in_voltage_offset", "-3\n");
	snprintf(folder, sizeof folder, "%s/bus/iio/devices/x", desk->folder);
	kernel_sensor_scale(folder, "in_voltage0-voltage1", &scale, &offset);
	assert_true(scale == 0.125 && offset == -3);
	kernel_sensor_scale(folder, "in_voltage2", &scale, &offset);
	assert_true(scale == 0.5 && offset == -3);
	kernel_sensor_scale(folder, "in_temp", &scale, &offset);
	assert_true(scale == 1 && offset == 0);
	kernel_desk_open(desk);
}

static void must_read(struct desk *desk, const char *name, const char *words)
{
	char path[200], got[64] = "";
	int fd;

	snprintf(path, sizeof path, "%s/%s", desk->folder, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && read(fd, got, sizeof got - 1) > 0);
	close(fd);
	assert_string_equal(got, words);
}

/* Scans of two axes and the kernel's stamp, eight bytes apart; the fifth was dropped. */
static void write_scans(int fd, int64_t first_ns)
{
	for (int i = 0; i < 10; i++) {
		struct {
			int16_t x, y;
			int32_t nothing;
			int64_t stamp_ns;
		} scan = {(int16_t)(i * 100), (int16_t)-i, 0, first_ns + i * 10 * NS_PER_MS};

		if (i != 5)
			assert_int_equal(write(fd, &scan, sizeof scan), sizeof scan);
	}
}

/* A device with a buffer, and a kit of the school's own that reads it. */
static void plug_buffered(struct desk *desk, bool has_clock)
{
	/* clang-format off */
	static const char *const files[][2] = {
		{"scan_elements/in_accel_x_type", "le:s16/16>>0\n"}, {"scan_elements/in_accel_x_index", "0\n"},
		{"scan_elements/in_accel_y_type", "le:s16/16>>0\n"}, {"scan_elements/in_accel_y_index", "1\n"},
		{"scan_elements/in_timestamp_type", "le:s64/64>>0\n"}, {"scan_elements/in_timestamp_index", "2\n"},
		{"scan_elements/in_accel_x_en", "0\n"}, {"scan_elements/in_accel_y_en", "0\n"},
		{"scan_elements/in_timestamp_en", "0\n"}, {"scan_elements/in_accel_z_en", "1\n"}, {"buffer/enable", "0\n"}, {"buffer/length", "2\n"},
		{"in_accel_sampling_frequency", "50\n"},
		{"trigger/current_trigger", "\n"}, {"in_accel_scale", "0.01\n"},
	};
	/* clang-format on */
	static const char device[] = "bus/iio/devices/iio:device0/";
	char path[200];

	kernel_desk_plug(desk, "0", "1-0053", "adxl345\n");
	desk_make_folder(desk, "devices/1-0053/iio:device0/scan_elements");
	desk_make_folder(desk, "devices/1-0053/iio:device0/buffer");
	desk_make_folder(desk, "devices/1-0053/iio:device0/trigger");
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s%s", device, files[i][0]);
		desk_write_file(desk, path, files[i][1]);
	}
	if (has_clock)
		desk_write_file(
			desk, "bus/iio/devices/iio:device0/current_timestamp_clock", "realtime\n");
	desk_make_folder(desk, "dev");
	snprintf(path, sizeof path, "%s/dev/iio:device0", desk->folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	desk_make_folder(desk, "school");
	desk_make_folder(desk, "school/quick");
	desk_write_file(desk, "school/quick/kit.yaml",
		"kit: quick\nname: {zh: 快, en: Quick}\niio: {name: [adxl345], buffered: yes}\n"
		"rate: 100 Hz\nchannels:\n"
		"  - {id: ax, name: {zh: x, en: x}, quantity: acceleration, unit: m/s2,"
		" range: [-20, 20], resolution: 0.01, from: in_accel_x}\n"
		"  - {id: ay, name: {zh: y, en: y}, quantity: acceleration, unit: m/s2,"
		" range: [-20, 20], resolution: 0.01, from: in_accel_y}\n");
}

static void a_buffer_gives_scans_with_the_kernels_stamps_and_counts_those_it_dropped(void **state)
{
	struct desk *desk = *state;
	char path[200];
	int64_t first_ns;
	int fd;

	plug_buffered(desk, true);
	snprintf(path, sizeof path, "%s/dev/iio:device0", desk->folder);
	kernel_desk_open(desk);
	AWAIT(desk->n_devices == 1);
	assert_int_equal(desk->device.streams[0].stamps, STAMP_KERNEL);
	must_read(desk, "bus/iio/devices/iio:device0/scan_elements/in_accel_y_en", "1\n");
	must_read(desk, "bus/iio/devices/iio:device0/current_timestamp_clock", "monotonic");
	must_read(desk, "bus/iio/devices/iio:device0/in_accel_sampling_frequency", "100");
	must_read(desk, "bus/iio/devices/iio:device0/scan_elements/in_accel_z_en", "0\n");
	must_read(desk, "bus/iio/devices/iio:device0/trigger/current_trigger", "adxl345-dev0");

	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	first_ns = desk_now_ns(desk) - 200 * (int64_t)NS_PER_MS + 7;
	write_scans(fd, first_ns);
	AWAIT(desk->n_rows == 9);
	assert_int_equal(desk->rows[0].stamp_ns, first_ns); /* to the nanosecond */
	assert_int_equal(desk->rows[8].stamp_ns, first_ns + 90 * NS_PER_MS);
	assert_true(desk->rows[2].values[0] == 2 && desk->rows[2].values[1] == -0.02);
	AWAIT(desk->health.lost_rows == 1);
	close(fd); /* the device is gone: it is closed, and opened again since it is listed still */
	AWAIT(desk->n_devices == 2);
}

static void a_buffer_without_the_clock_of_the_board_is_refused_and_said(void **state)
{
	struct desk *desk = *state;
	struct port_status status = {.is_open = true};

	plug_buffered(desk, false);
	kernel_desk_open(desk);
	AWAIT(ports_status(desk->ports, &status, 1) == 1 && status.problem[0]);
	assert_false(status.is_open);
	assert_non_null(strstr(status.problem, "does not stamp scans"));
	must_read(desk, "bus/iio/devices/iio:device0/buffer/enable", "0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KERNEL_TEST(a_bme280_is_found_and_its_units_are_ours),
		KERNEL_TEST(raw_readings_take_the_nearest_scale_and_offset),
		KERNEL_TEST(a_chip_without_a_kit_is_left_alone),
		KERNEL_TEST(a_chip_that_is_another_one_is_said),
		KERNEL_TEST(one_file_that_fails_is_told_and_the_others_are_read),
		KERNEL_TEST(a_sensor_that_is_busy_says_so_and_goes_on),
		KERNEL_TEST(
			a_1_wire_probe_keeps_its_number_and_85_degrees_are_not_believed_at_first),
		KERNEL_TEST(
			a_buffer_gives_scans_with_the_kernels_stamps_and_counts_those_it_dropped),
		KERNEL_TEST(a_buffer_without_the_clock_of_the_board_is_refused_and_said),
		KERNEL_TEST(a_voltage_between_two_inputs_has_its_own_scale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
