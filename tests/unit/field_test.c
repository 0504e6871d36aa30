/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of frames: what a word means, what bytes are worth, and that nothing outside the frame is
 * ever looked at. */
#include <math.h>
#include <string.h>

#include "data/field.h"
#include "support/cmocka_all.h"

static double value_of(const char *word, const uint8_t *bytes)
{
	struct field field;
	const char *expected = field_read(word, &field);

	if (expected)
		fail_msg("\"%s\" is not %s", word, expected);
	return field_value(&field, bytes);
}

static void every_type_reads_its_bytes(void **unused)
{
	static const uint8_t bytes[] = {0x80, 0x01, 0x02, 0xFE, 0x40, 0x49, 0x0F, 0xDB};
	static const struct {
		const char *word;
		double value;
	} cases[] = {
		{"u8@0", 128},
		{"s8@0", -128},
		{"u16be@0", 0x8001},
		{"s16be@0", 0x8001 - 65536},
		{"u16le@1", 0x0201},
		{"s16le@2", -510},
		{"u24be@0", 0x800102},
		{"s24be@0", 0x800102 - (1 << 24)},
		{"u24le@1", 0xFE0201},
		{"s24le@1", 0xFE0201 - (1 << 24)},
		{"u32be@0", 0x800102FE},
		{"s32be@0", 0x800102FE - 4294967296.0},
		{"u32le@0", 0xFE020180},
		{"s32le@0", 0xFE020180 - 4294967296.0},
		{"f32be@4", (double)3.14159274F},
		{"u8@0 bits 7..7", 1},
		{"u16be@2 bits 11..4", 0x2F},
		{"u16be@2  bits  11..0", 0x2FE},
		{"s16be@2 bits 9..0", 0x2FE - 1024},
		{"u32be@4 bits 31..0", 0x40490FDB},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (value_of(cases[i].word, bytes) != cases[i].value)
			fail_msg("%s is %.17g, not %.17g", cases[i].word,
				value_of(cases[i].word, bytes), cases[i].value);
	assert_true(isnan(value_of("f32le@0", (const uint8_t[]){0, 0, 0xC0, 0x7F})));
}

static void what_is_no_field_is_refused(void **unused)
{
	static const char *const wrong[] = {"", "u16be", "u16be@", "u16be@-1", "u16@3", "int16@3",
		"u16be@3 ", "u16be@1024", "u16be@99999999999999999999", "u16be@3 bits",
		"u16be@3 bits 16..0", "u16be@3 bits 3..4", "u16be@3 bits 3", "u16be@3 bits 3..",
		"f32be@0 bits 7..0", "u8@0x3", " u8@0", "u8 @0", "u8@0 bits 3..0 x"};

	(void)unused;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct field field = {.offset = 77};
		/* A space at the end is no mistake: YAML takes it away in any case. */
		bool is_good = strcmp(wrong[i], "u16be@3 ") == 0;

		assert_int_equal(!field_read(wrong[i], &field), is_good);
		assert_int_equal(field.offset, is_good ? 3 : 77);
	}
}

static void a_field_knows_where_the_frame_ends(void **unused)
{
	struct field field;

	(void)unused;
	assert_null(field_read("u24be@6", &field));
	assert_true(field_fits(&field, 9));
	assert_false(field_fits(&field, 8));
	assert_false(field_fits(&field, 0));
}

static void a_condition_holds_or_not(void **unused)
{
	static const uint8_t frame[] = {0x50, 0xFF, 0x34};
	static const struct {
		const char *word;
		bool holds;
	} cases[] = {
		{"u8@0 = 0x50", true}, {"u8@0=80", true}, {"u8@0 = 81", false}, {"s8@1 = -1", true},
		{"u8@2 bits 3..0 = 4", true}, {"u16be@1 = 0xFF34", true},
		{"u8@3 = 0", false}, /* not in this frame */
	};
	static const char *const wrong[] = {"u8@0", "u8@0 = ", "u8@0 = x", "u8@0 = 256",
		"u8@0 = -1", "s8@0 = 128", "f32be@0 = 1", "u8@0 bits 3..0 = 16", "u8@0 == 1",
		"u8@0 = 1 2", ""};
	struct field_condition condition;

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(field_read_condition(cases[i].word, &condition));
		assert_int_equal(field_holds(&condition, frame, sizeof frame), cases[i].holds);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_non_null(field_read_condition(wrong[i], &condition));
}

static size_t length_of(const char *word, const uint8_t *bytes, size_t n)
{
	struct field_length length;

	assert_null(field_read_length(word, &length));
	return field_frame_length(&length, bytes, n);
}

static void a_frame_tells_its_length(void **unused)
{
	static const uint8_t frame[] = {0x42, 0x4D, 0x00, 0x1C, 0xFF, 0xFF};
	static const char *const wrong[] = {"", "0", "-1", "1025", "nine", "u32be@0", "s8@2",
		"u8@2 + ", "u8@2 + -1", "u8@2 + 2000", "u8@2 5", "f32be@0"};
	struct field_length length;

	(void)unused;
	assert_int_equal(length_of("9", frame, 0), 9);
	assert_int_equal(length_of("0x0C", frame, 0), 12);
	assert_int_equal(length_of("u16be@2 + 4", frame, 4), 32);
	assert_int_equal(length_of("u16be@2 + 4", frame, 3), 0); /* wait */
	assert_int_equal(length_of("u8@3", frame, 6), 28);
	/* These are no frames. */
	assert_true(length_of("u16be@4", frame, 6) > FIELD_FRAME_MOST);
	assert_true(length_of("u8@2", frame, 6) > FIELD_FRAME_MOST);
	assert_true(length_of("u8@2 + 2", frame, 6) > FIELD_FRAME_MOST);
	assert_int_equal(length_of("u8@2 + 3", frame, 6), 3);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_non_null(field_read_length(wrong[i], &length));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_reads_its_bytes),
		cmocka_unit_test(what_is_no_field_is_refused),
		cmocka_unit_test(a_field_knows_where_the_frame_ends),
		cmocka_unit_test(a_condition_holds_or_not),
		cmocka_unit_test(a_frame_tells_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
