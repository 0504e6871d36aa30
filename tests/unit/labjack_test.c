/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LabJack U3 against its published traces: what is asked, to the byte, and what becomes of the
 * answers of a box with and without a calibration of its own. */
#include <math.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/usb_bench.h"

static struct usb_bench bench;

static int tear_down(void **unused)
{
	(void)unused;
	usb_bench_close(&bench);
	return 0;
}

#define assert_near(value, expected, by) assert_true(fabs((value) - (expected)) <= (by))

/* An answer of n bytes whose data are there; the sums are added. */
static void answer(uint8_t *packet, uint8_t code, size_t n)
{
	unsigned sum = 0;
	uint16_t data = 0;

	for (size_t i = 6; i < n; i++)
		data = (uint16_t)(data + packet[i]);
	packet[1] = 0xf8;
	packet[2] = (uint8_t)((n - 6) / 2);
	packet[3] = code;
	packet[4] = (uint8_t)data;
	packet[5] = (uint8_t)(data >> 8);
	for (size_t i = 1; i < 6; i++)
		sum += packet[i];
	sum = (sum & 0xff) + (sum >> 8);
	packet[0] = (uint8_t)((sum & 0xff) + (sum >> 8));
	rig_report(&bench.rig, packet, n);
}

/* Four numbers of 64 bits, 32 of them behind the point. */
static void answer_block(const double *numbers)
{
	uint8_t packet[40] = {0};

	for (size_t i = 0; i < 4; i++) {
		int64_t fixed = numbers ? (int64_t)floor(numbers[i] * 4294967296.0) : -1;

		memcpy(packet + 8 + 8 * i, &fixed,
			sizeof(fixed)); /* this machine's low byte first */
	}
	answer(packet, 0x2d, sizeof(packet));
}

static void start(uint8_t version, const double *lv, const double *temperature,
	const double *slopes, const double *offsets)
{
	uint8_t config[38] = {[15] = 0x15, [16] = 0xcd, [17] = 0x5b, [18] = 0x07, [37] = version};
	uint8_t analog[12] = {0};

	usb_bench_open(&bench, "labjack-u3", 3);
	usb_bench_expect(&bench, 26, "0B F8 0A 08 00");
	answer(config, 0x08, sizeof(config));
	usb_bench_expect(&bench, 12, "1A F8 03 0B 13 00 04 00 00 00 0F 00");
	answer(analog, 0x0b, sizeof(analog));
	usb_bench_expect(&bench, 8, "27 F8 01 2D 00 00 00 00");
	answer_block(lv);
	usb_bench_expect(&bench, 8, "29 F8 01 2D 02 00 00 02");
	answer_block(temperature);
	usb_bench_expect(&bench, 8, "2A F8 01 2D 03 00 00 03");
	answer_block(slopes);
	usb_bench_expect(&bench, 8, "2B F8 01 2D 04 00 00 04");
	answer_block(offsets);
	usb_bench_expect(
		&bench, 22, "C5 F8 08 00 C4 00 00 01 00 1F 01 01 1F 01 02 1F 01 03 1F 01 1E 1F");
}

static void say_readings(void)
{
	uint8_t packet[20] = {
		[9] = 0x20, [10] = 0x8f, [15] = 0xff, [16] = 0xff, [17] = 0x00, [18] = 0x5a};

	answer(packet, 0x00, sizeof(packet));
	rig_pass_ms(&bench.rig, 25);
}

static void a_blank_lv_is_read_by_the_usual_figures(void **unused)
{
	(void)unused;
	start(2, NULL, NULL, NULL, NULL);
	assert_string_equal(rig_device(&bench.rig)->identity, "usb:0cd5:0003:123456789");
	say_readings();
	assert_near(usb_bench_value(&bench, "ain0"), 36640 * 0.000037231, 1e-6);
	assert_near(usb_bench_value(&bench, "ain3"), 65535 * 0.000037231, 1e-6);
	assert_near(usb_bench_value(&bench, "temp"), 23040 * 0.013021 - 273.15, 1e-3);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 0);
}

static void an_hv_is_read_by_its_own_calibration(void **unused)
{
	static const double lv[4] = {0.0000372, 0, 0, 0}, temperature[4] = {0.01302, 0, 0, 0},
			    slopes[4] = {0.0003141, 0.000314, 0.000314, 0.000315},
			    offsets[4] = {-10.31, -10.3, -10.3, -10.29};

	(void)unused;
	start(18, lv, temperature, slopes, offsets);
	say_readings();
	assert_near(usb_bench_value(&bench, "ain0"), 36640 * 0.0003141 - 10.31, 1e-4);
	assert_near(usb_bench_value(&bench, "ain1"), -10.3, 1e-4);
	assert_near(usb_bench_value(&bench, "ain3"), 65535 * 0.000315 - 10.29, 1e-4);
}

static void readings_are_asked_for_at_the_kits_rate(void **unused)
{
	(void)unused;
	start(2, NULL, NULL, NULL, NULL);
	say_readings();
	usb_bench_expect_nothing(&bench);
	rig_pass_ms(&bench.rig, 80);
	usb_bench_expect(
		&bench, 22, "C5 F8 08 00 C4 00 00 01 00 1F 01 01 1F 01 02 1F 01 03 1F 01 1E 1F");
}

static void what_is_damaged_or_unasked_gives_nothing(void **unused)
{
	uint8_t stale[10] = {0}, refused[20] = {[6] = 0x30};

	(void)unused;
	start(2, NULL, NULL, NULL, NULL);
	answer(stale, 0x2d, sizeof(stale));
	usb_bench_say(&bench, 20, "00 F8 07 00 00 00 01"); /* sums */
	usb_bench_say(&bench, 2, "B8 B8");
	answer(refused, 0x00, sizeof(refused));
	assert_int_equal(rig_health(&bench.rig).bad_frames, 4);
	assert_int_equal(bench.rig.n_rows, 0);
	rig_pass_ms(&bench.rig, 1000); /* and then from the beginning */
	usb_bench_expect(&bench, 26, "0B F8 0A 08 00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_blank_lv_is_read_by_the_usual_figures, tear_down),
		cmocka_unit_test_teardown(an_hv_is_read_by_its_own_calibration, tear_down),
		cmocka_unit_test_teardown(readings_are_asked_for_at_the_kits_rate, tear_down),
		cmocka_unit_test_teardown(what_is_damaged_or_unasked_gives_nothing, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
