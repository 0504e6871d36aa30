/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounded text: what fits is there, what does not leaves no trace but the flag, and no input can
 * make JSON or UTF-8 that is none. */
#include <locale.h>
#include <string.h>

#include "base/text.h"
#include "support/cmocka_all.h"

static void text_joins_what_it_is_given(void **state)
{
	char buffer[128];
	struct text text = text_over(buffer, sizeof buffer);

	(void)state;
	assert_string_equal(text.at, "");
	text_add(&text, "a=");
	text_add_int(&text, -5);
	text_add_char(&text, ' ');
	text_add_uint(&text, UINT64_MAX);
	text_add_char(&text, ' ');
	text_add_double(&text, 21.3);
	text_add_char(&text, ' ');
	text_add_hex(&text, "\x00\xAf\x10", 3);
	text_addf(&text, " %s-%d", "x", 7);
	text_add_bytes(&text, "yz!", 2);
	assert_string_equal(text.at, "a=-5 18446744073709551615 21.3 00af10 x-7yz");
	assert_int_equal(text.length, strlen(text.at));
	assert_false(text.is_cut);
}

static void text_takes_exactly_what_fits_and_is_closed_by_nul(void **state)
{
	char buffer[6] = "#####";
	struct text text = text_over(buffer, sizeof buffer);

	(void)state;
	text_add(&text, "12345");
	assert_false(text.is_cut);
	assert_string_equal(text.at, "12345");
	text_add(&text, "");
	assert_false(text.is_cut);
	text_add_char(&text, '6');
	assert_true(text.is_cut);
	assert_string_equal(text.at, "12345");
}

static void text_leaves_out_whole_what_does_not_fit_and_all_after_it(void **state)
{
	char buffer[8];
	struct text text = text_over(buffer, sizeof buffer);

	(void)state;
	text_add(&text, "abc");
	text_add(&text, "defgh");
	assert_true(text.is_cut);
	assert_string_equal(text.at, "abc");
	text_add(&text, "d");
	text_addf(&text, "%d", 1);
	text_add_json(&text, "");
	assert_string_equal(text.at, "abc");
	text_reset(&text);
	assert_false(text.is_cut);
	assert_string_equal(text.at, "");
	text_add(&text, "d");
	assert_string_equal(text.at, "d");
}

static void formatted_hex_and_json_are_whole_or_absent(void **state)
{
	char buffer[8];
	struct text text = text_over(buffer, sizeof buffer);

	(void)state;
	text_add(&text, "ab");
	text_addf(&text, "%s", "123456");
	assert_string_equal(text.at, "ab");
	assert_true(text.is_cut);

	text_reset(&text);
	text_add_hex(&text, "1234", 4);
	assert_string_equal(text.at, "");
	assert_true(text.is_cut);

	text_reset(&text);
	text_add_json(&text, "123456");
	assert_string_equal(text.at, "");
	assert_true(text.is_cut);

	text_reset(&text);
	text_add_json(&text, "12345");
	assert_string_equal(text.at, "\"12345\"");
	assert_false(text.is_cut);
}

static void a_text_of_one_byte_is_an_empty_string(void **state)
{
	char buffer[1];
	struct text text = text_over(buffer, sizeof buffer);

	(void)state;
	text_add_char(&text, 'x');
	assert_true(text.is_cut);
	assert_string_equal(text.at, "");
}

static void numbers_do_not_follow_the_locale(void **state)
{
	char buffer[32];
	struct text text = text_over(buffer, sizeof buffer);

	(void)state;
	if (!setlocale(LC_NUMERIC, "de_DE.UTF-8")) {
		print_message("skipped: no locale de_DE.UTF-8, whose numbers have a comma\n");
		skip();
	}
	text_add_double(&text, 0.5);
	setlocale(LC_NUMERIC, "C");
	assert_string_equal(text.at, "0.5");
}

static void assert_json(const char *string, const char *expected)
{
	char buffer[128];
	struct text text = text_over(buffer, sizeof buffer);

	text_add_json(&text, string);
	assert_string_equal(text.at, expected);
}

static void json_escapes_what_would_end_a_string_or_a_script(void **state)
{
	(void)state;
	assert_json("", "\"\"");
	assert_json("say \"hi\" \\", "\"say \\\"hi\\\" \\\\\"");
	assert_json("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
	assert_json("\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"");
	assert_json("</script>", "\"\\u003c/script>\"");
	assert_json("温度 ℃ 😀", "\"温度 ℃ 😀\"");
}

static void json_replaces_bytes_that_are_not_utf8(void **state)
{
	(void)state;
	assert_json("a\xFFz", "\"a\xEF\xBF\xBDz\"");
	assert_json("\xE6\xB8", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""); /* cut in the middle */
	assert_json("\xC0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""); /* overlong NUL */
}

static void harmless_text_cannot_start_a_line_or_speak_to_a_terminal(void **state)
{
	char buffer[64];
	struct text text = text_over(buffer, sizeof buffer);

	(void)state;
	text_add_harmless(&text, "温度\n\x1b[2J\x7f\xC2\x9B\xC2\xA0\xFF\xE6\xB8");
	assert_string_equal(text.at, "温度\\x0a\\x1b[2J\\x7f\\xc2\\x9b\xC2\xA0\\xff\\xe6\\xb8");
	text = text_over(buffer, 8);
	text_add_harmless(&text, "a\nb\nc"); /* no half of "\x0a" */
	assert_string_equal(text.at, "a\\x0ab");
	assert_true(text.is_cut);
}

static void assert_utf8(const char *string, bool is_valid)
{
	assert_int_equal(utf8_is_valid(string, strlen(string)), is_valid);
}

static void utf8_is_told_from_its_forgeries(void **state)
{
	(void)state;
	assert_utf8("", true);
	assert_utf8("plain", true);
	assert_utf8("\xC2\x80 \xDF\xBF", true);
	assert_utf8("\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF", true);
	assert_utf8("\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF", true);
	assert_utf8("\x80", false);             /* continuation without a start */
	assert_utf8("\xC1\xBF", false);         /* overlong */
	assert_utf8("\xE0\x9F\xBF", false);     /* overlong */
	assert_utf8("\xF0\x8F\xBF\xBF", false); /* overlong */
	assert_utf8("\xED\xA0\x80", false);     /* surrogate */
	assert_utf8("\xF4\x90\x80\x80", false); /* above U+10FFFF */
	assert_utf8("\xF5\x80\x80\x80", false);
	assert_utf8("\xE6\xB8", false); /* cut */
	assert_utf8("\xE6\xB8z", false);
	assert_utf8("\xF0\x90\x80z", false);
	assert_true(utf8_is_valid("\0", 1)); /* NUL is a character like any other here */
	assert_false(utf8_is_valid("温", 2));
}

static void every_encoded_code_point_is_valid_but_surrogates(void **state)
{
	(void)state;
	for (uint32_t c = 0x80; c < 0x110000; c++) {
		char s[4];
		size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};

		for (size_t i = n; i-- > 1;)
			s[i] = (char)(0x80 | ((c >> (6 * (n - 1 - i))) & 0x3F));
		s[0] = (char)(first[n] | (c >> (6 * (n - 1))));
		assert_int_equal(utf8_is_valid(s, n), c < 0xD800 || c > 0xDFFF);
	}
}

static void copies_do_not_cut_a_character(void **state)
{
	char buffer[6];

	(void)state;
	assert_true(text_copy(buffer, sizeof buffer, "12345"));
	assert_string_equal(buffer, "12345");
	assert_false(text_copy(buffer, sizeof buffer, "123456"));
	assert_string_equal(buffer, "12345");
	assert_false(text_copy(buffer, sizeof buffer, "温度")); /* 3 + 3 bytes, room for 5 */
	assert_string_equal(buffer, "温");
	assert_false(text_copy(buffer, sizeof buffer, "1234é"));
	assert_string_equal(buffer, "1234");
	assert_false(text_copy(buffer, sizeof buffer, "12😀"));
	assert_string_equal(buffer, "12");
	assert_false(text_copy(buffer, sizeof buffer, "\x80\x80\x80\x80\x80\x80\x80"));
	assert_int_equal(strlen(buffer), 5); /* no UTF-8: any cut is as good */
	assert_false(text_copy(buffer, 1, "x"));
	assert_string_equal(buffer, "");
	assert_true(text_copy(buffer, 1, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_joins_what_it_is_given),
		cmocka_unit_test(text_takes_exactly_what_fits_and_is_closed_by_nul),
		cmocka_unit_test(text_leaves_out_whole_what_does_not_fit_and_all_after_it),
		cmocka_unit_test(formatted_hex_and_json_are_whole_or_absent),
		cmocka_unit_test(a_text_of_one_byte_is_an_empty_string),
		cmocka_unit_test(numbers_do_not_follow_the_locale),
		cmocka_unit_test(json_escapes_what_would_end_a_string_or_a_script),
		cmocka_unit_test(json_replaces_bytes_that_are_not_utf8),
		cmocka_unit_test(harmless_text_cannot_start_a_line_or_speak_to_a_terminal),
		cmocka_unit_test(utf8_is_told_from_its_forgeries),
		cmocka_unit_test(every_encoded_code_point_is_valid_but_surrogates),
		cmocka_unit_test(copies_do_not_cut_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
