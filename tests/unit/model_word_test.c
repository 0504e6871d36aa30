/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of a kit.yaml: what they mean, and that a word with a slip in it means nothing. */
#include <math.h>
#include <string.h>

#include "data/model_word.h"
#include "support/cmocka_all.h"

static void rates(void **unused)
{
	static const struct {
		const char *word;
		double hz; /* 0: refused */
	} cases[] = {
		{"10 Hz", 10},
		{"10Hz", 10},
		{"2 kHz", 2000},
		{"0.5 Hz", 0.5},
		{"1/60 Hz", 1.0 / 60},
		{"1 / 60 Hz", 1.0 / 60},
		{"every 5 min", 1.0 / 300},
		{"every 100 ms", 10},
		{"1e6 Hz", 1e6},
		{"1e7 Hz", 0},
		{"1 Herz", 0},
		{"10", 0},
		{"0 Hz", 0},
		{"-1 Hz", 0},
		{"1/0 Hz", 0},
		{"0/0 Hz", 0},
		{"every", 0},
		{"every 0 s", 0},
		{"every 5", 0},
		{"", 0},
		{"1e308/1e-308 Hz", 0},
		{"nan Hz", 0},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double hz = -1;
		bool is_read = !word_rate(cases[i].word, &hz);

		if (is_read != (cases[i].hz > 0) || (is_read && fabs(hz / cases[i].hz - 1) > 1e-12))
			fail_msg("\"%s\" is read as %g Hz", cases[i].word, hz);
	}
}

static void serial_settings(void **unused)
{
	static const char *const wrong[] = {"", "9600", "9600 8n1", "9601 8N1", "9600 9N1",
		"9600 8N3", "9600 8N1 ", "9600 8N1x", "Auto", "115200000000 8N1"};
	struct model_serial serial;

	(void)unused;
	assert_null(word_serial("9600 8N2", &serial));
	assert_true(serial.is_given && !serial.is_automatic);
	assert_int_equal(serial.speed, 9600);
	assert_int_equal(serial.bits, 8);
	assert_int_equal(serial.parity, 'N');
	assert_int_equal(serial.stop_bits, 2);
	assert_null(word_serial("1000000 7E1", &serial));
	assert_int_equal(serial.speed, 1000000);
	assert_int_equal(serial.parity, 'E');
	assert_null(word_serial("auto", &serial));
	assert_true(serial.is_given && serial.is_automatic);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_non_null(word_serial(wrong[i], &serial));
}

static void usb_ids(void **unused)
{
	static const char *const wrong[] = {"", "04d9", "04d9:", "04d9:a05", "04d9:a0522",
		"04d9-a052", "0x04d9:a052", "4d9:a052", "04d9:**", "*:a052", "04dg:a052"};
	uint16_t vendor, product;
	bool is_any;

	(void)unused;
	assert_null(word_usb("04d9:A052", &vendor, &product, &is_any));
	assert_int_equal(vendor, 0x04D9);
	assert_int_equal(product, 0xA052);
	assert_false(is_any);
	assert_null(word_usb("ffff:*", &vendor, &product, &is_any));
	assert_int_equal(vendor, 0xFFFF);
	assert_true(is_any);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_non_null(word_usb(wrong[i], &vendor, &product, &is_any));
}

static void bytes_in_hex_and_as_text(void **unused)
{
	static const char *const wrong[] = {"", " ", "1", "123", "01 0g", "01,02", "0x01", ". .",
		"...", "text ", "text a\\t", "text \\", "Text a"};
	struct model_bytes bytes;
	char much[MODEL_BYTES + 8] = "text ";

	(void)unused;
	assert_null(word_bytes("01 fE ..  0A", &bytes));
	assert_int_equal(bytes.n, 4);
	assert_memory_equal(bytes.bytes, "\x01\xFE\x00\x0A", 4);
	assert_memory_equal(bytes.mask, "\xFF\xFF\x00\xFF", 4);
	assert_non_null(word_bytes_to_send("01 ..", &bytes));
	assert_null(word_bytes_to_send("text <GETVER>>\\r\\n\\\\", &bytes));
	assert_int_equal(bytes.n, 12);
	assert_memory_equal(bytes.bytes, "<GETVER>>\r\n\\", 12);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_non_null(word_bytes(wrong[i], &bytes));
	memset(much + 5, 'x', MODEL_BYTES);
	assert_null(word_bytes(much, &bytes));
	strcat(much, "x");
	assert_non_null(word_bytes(much, &bytes));
}

static void accuracies(void **unused)
{
	static const struct {
		const char *word;
		struct model_accuracy is;
	} cases[] = {
		{"0.5", {0.5, 0, false}},
		{"3 %", {0, 0.03, false}},
		{"3%", {0, 0.03, false}},
		{"30 + 3 %", {30, 0.03, false}},
		{"100 or 7 %", {100, 0.07, true}},
		{"0", {0, 0, false}},
	};
	static const char *const wrong[] = {"", "-1", "3 % + 1", "1 + 2", "1 or 2", "1 or", "3 %%",
		"1 and 3 %", "1 + 3 % x", "0.3 Cel"};
	struct model_accuracy accuracy;

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(word_accuracy(cases[i].word, &accuracy));
		assert_true(accuracy.absolute == cases[i].is.absolute);
		assert_true(fabs(accuracy.relative - cases[i].is.relative) < 1e-15);
		assert_int_equal(accuracy.is_greater, cases[i].is.is_greater);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_non_null(word_accuracy(wrong[i], &accuracy));
}

static void ids(void **unused)
{
	(void)unused;
	assert_null(word_id("co2-zytemp"));
	assert_null(word_id("a2-4567890123456789_12345678901"));
	assert_non_null(word_id("a2345678901234567890123456789012"));
	assert_non_null(word_id(""));
	assert_non_null(word_id("2nd"));
	assert_non_null(word_id("Temp"));
	assert_non_null(word_id("../etc"));
	assert_null(word_kit_id("co2-zytemp"));
	assert_non_null(word_kit_id("co2_zytemp")); /* a sink would take it for another */
	assert_null(word_channel_id("temp_2"));
	assert_non_null(word_channel_id("temp-2"));
	assert_non_null(word_channel_id("a23456789012345678901234"));
}

static void a_star_is_any_text(void **unused)
{
	char pattern[201], text[2001];

	(void)unused;
	assert_true(word_matches("Go! Temp*", "Go! Temp ver 1.53"));
	assert_true(word_matches("Go! Temp*", "Go! Temp"));
	assert_false(word_matches("Go! Temp*", "Go! Link"));
	assert_false(word_matches("USB", "USB-zyTemp"));
	assert_true(word_matches("*zy*", "USB-zyTemp"));
	assert_true(word_matches("*ab", "aab"));
	assert_true(word_matches("a*b*c", "a-b-b-c"));
	assert_true(word_matches("", ""));
	assert_true(word_matches("**", ""));
	assert_false(word_matches("", "x"));
	/* What a backtracking matcher would need the age of the universe for. */
	for (size_t i = 0; i < 200; i += 2)
		memcpy(pattern + i, "*a", 2);
	strcpy(pattern + 198, "*b");
	memset(text, 'a', 2000);
	text[2000] = '\0';
	assert_false(word_matches(pattern, text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates),
		cmocka_unit_test(serial_settings),
		cmocka_unit_test(usb_ids),
		cmocka_unit_test(bytes_in_hex_and_as_text),
		cmocka_unit_test(accuracies),
		cmocka_unit_test(ids),
		cmocka_unit_test(a_star_is_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
