/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Line protocol: exact texts for the rules, and a round trip of random names and values through a
 * decoder that was written from the rules alone. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "data/line.h"
#include "support/cmocka_all.h"
#include "support/draw.h"
#include "support/line_decoder.h"

static char buffer[8192];
static struct text text;

static int clear(void **state)
{
	(void)state;
	text = text_over(buffer, sizeof buffer);
	return 0;
}

static void assert_head(
	const char *measurement, const struct line_tag *tags, size_t n, const char *expected)
{
	const char *why = NULL;

	text_reset(&text);
	assert_int_equal(line_add_head(&text, measurement, tags, n, &why), 0);
	assert_null(why);
	assert_string_equal(text.at, expected);
}

/* The reason's beginning; the text must be as before. */
static void assert_refused_head(
	const char *measurement, const struct line_tag *tags, size_t n, const char *reason)
{
	const char *why = "";

	text_reset(&text);
	text_add(&text, "before\n");
	assert_int_equal(line_add_head(&text, measurement, tags, n, &why), -EINVAL);
	assert_non_null(strstr(why, reason));
	assert_string_equal(text.at, "before\n");
	assert_false(text.is_cut);
}

static void a_head_is_the_measurement_and_its_sorted_tags(void **state)
{
	const struct line_tag tags[] = {{"sticker", "3"}, {"board", "b"}, {"Z", "z"}, {"é", "e"}};

	(void)state;
	assert_head("cup", NULL, 0, "cup");
	assert_head("cup", tags, 4, "cup,Z=z,board=b,sticker=3,é=e");
}

static void empty_tags_are_left_out(void **state)
{
	const struct line_tag tags[] = {{"b", ""}, {"a", "1"}, {"c", NULL}};

	(void)state;
	assert_head("m", tags, 3, "m,a=1");
}

static void each_part_escapes_what_would_end_it(void **state)
{
	const struct line_tag tags[] = {{"k ,=\"k", "v ,=\"v"}};

	(void)state;
	assert_head("m ,=\"m", tags, 1, "m\\ \\,=\"m,k\\ \\,\\=\"k=v\\ \\,\\=\"v");
}

static void a_backslash_before_an_ordinary_character_stays(void **state)
{
	const struct line_tag tags[] = {{"k\\k", "C:\\temp\\x"}};

	(void)state;
	assert_head("m\\m", tags, 1, "m\\m,k\\k=C:\\temp\\x");
}

static void a_backslash_that_servers_read_differently_is_refused(void **state)
{
	static const char *const bad[] = {
		"a\\", "\\", "a\\\\b", "a\\,b", "a\\ b", "a\\=b", "a\\\"b"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct line_tag value = {"k", bad[i]}, key = {bad[i], "v"};
		const char *why = NULL;

		assert_refused_head(bad[i], NULL, 0, "backslash");
		assert_refused_head("m", &value, 1, "backslash");
		assert_refused_head("m", &key, 1, "backslash");
		if (!strchr(bad[i], '"')) {
			assert_int_equal(line_add_key(&text, bad[i], &why), -EINVAL);
			assert_non_null(strstr(why, "backslash"));
		}
	}
}

static void a_control_character_is_refused_or_becomes_its_picture(void **state)
{
	const struct line_tag tags[] = {
		{"b", "x\nm,t=forged v=1 1\n"}, {"c", "\r\t\x01\x1f\x7f"},
		{"d", "d\\\n"}, /* not a backslash at the end */
	};
	const struct line_tag key = {"a\nb", "v"};
	const char *why;

	(void)state;
	assert_head("m", tags, 3, "m,b=x␊m\\,t\\=forged\\ v\\=1\\ 1␊,c=␍␉␁␟␡,d=d\\␊");
	text_reset(&text);
	assert_int_equal(line_add_string_field(&text, "s", "a\nm v=1\n", &why), 0);
	assert_string_equal(text.at, "s=\"a␊m v=1␊\"");
	assert_refused_head("m\nn", NULL, 0, "control character");
	assert_refused_head("m", &key, 1, "control character");
	assert_int_equal(line_add_key(&text, "a\x7f", &why), -EINVAL);
}

static void names_that_servers_keep_for_themselves_are_refused(void **state)
{
	const struct line_tag time = {"time", "x"}, hidden = {"_field", "x"}, value = {"k", "_x"};
	const char *why = NULL;

	(void)state;
	assert_refused_head("", NULL, 0, "empty");
	assert_refused_head("_m", NULL, 0, "begins with _");
	assert_refused_head("#m", NULL, 0, "begins with #");
	assert_refused_head("m", &time, 1, "\"time\"");
	assert_refused_head("m", &hidden, 1, "begins with _");
	assert_head("m#", &value, 1, "m#,k=_x");
	assert_int_equal(line_add_key(&text, "time", &why), -EINVAL);
	assert_int_equal(line_add_key(&text, "_v", &why), -EINVAL);
	assert_int_equal(line_add_key(&text, "", &why), -EINVAL);
	assert_int_equal(line_add_key(&text, "a\"b", &why), -EINVAL);
	assert_non_null(strstr(why, "quotation mark"));
}

static void text_that_is_no_utf8_is_refused_everywhere(void **state)
{
	static const char *const bad[] = {"a\xFF", "\xE6\xB8", "\xC0\xAC", "\xED\xA0\x80"};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct line_tag value = {"k", bad[i]}, key = {bad[i], "v"};

		assert_refused_head(bad[i], NULL, 0, "not valid UTF-8");
		assert_refused_head("m", &value, 1, "not valid UTF-8");
		assert_refused_head("m", &key, 1, "not valid UTF-8");
		assert_int_equal(line_add_key(&text, bad[i], &why), -EINVAL);
		assert_int_equal(line_add_string_field(&text, "s", bad[i], &why), -EINVAL);
		assert_string_equal(text.at, "before\n");
	}
}

static void two_tags_of_one_name_or_too_many_are_refused(void **state)
{
	const struct line_tag twice[] = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
	struct line_tag many[17];
	char keys[17][4];

	(void)state;
	assert_refused_head("m", twice, 3, "same name");
	for (size_t i = 0; i < 17; i++) {
		snprintf(keys[i], sizeof keys[i], "k%02zu", i);
		many[i] = (struct line_tag){keys[i], "v"};
	}
	assert_refused_head("m", many, 17, "more than 16");
	many[3].value = ""; /* an empty one does not count */
	const char *why;
	assert_int_equal(line_add_head(&text, "m", many, 17, &why), 0);
}

/* --- rows --- */

static const char *const three[] = {"temp", "hum", "p"};

static int add_row(const double *values, size_t n)
{
	return line_add_row(
		&text, "cup,b=1", 7, three, values, n, (struct wall){1700000000000000001});
}

static void a_row_is_head_fields_stamp_and_newline(void **state)
{
	const double values[] = {21.5, 40, -0.25};

	(void)state;
	assert_int_equal(add_row(values, 3), 0);
	assert_string_equal(text.at, "cup,b=1 temp=21.5,hum=40,p=-0.25 1700000000000000001\n");
	assert_int_equal(add_row(values, 1), 0);
	assert_string_equal(text.at + text.length - 38, "cup,b=1 temp=21.5 1700000000000000001\n");
	assert_int_equal(text.length, strlen(text.at));
	text_reset(&text);
	assert_int_equal(
		line_add_row(&text, "m", 1, three, values, 1, (struct wall){INT64_MIN}), 0);
	assert_string_equal(text.at, "m temp=21.5 -9223372036854775808\n");
}

static void what_said_nothing_is_not_written(void **state)
{
	const double first[] = {NAN, 40, NAN}, last[] = {NAN, NAN, 1e300};

	(void)state;
	assert_int_equal(add_row(first, 3), 0);
	assert_int_equal(add_row(last, 3), 0);
	assert_string_equal(text.at,
		"cup,b=1 hum=40 1700000000000000001\n"
		"cup,b=1 p=1e+300 1700000000000000001\n");
}

static void a_row_without_a_number_or_with_infinity_is_refused(void **state)
{
	const double none[] = {NAN, NAN, NAN}, infinite[] = {1, -(double)INFINITY, 2};

	(void)state;
	text_add(&text, "before\n");
	assert_int_equal(add_row(none, 3), -EDOM);
	assert_int_equal(add_row(none, 0), -EDOM);
	assert_int_equal(add_row(infinite, 3), -EDOM);
	assert_string_equal(text.at, "before\n");
}

static void a_row_fits_exactly_or_leaves_no_trace(void **state)
{
	static const char expected[] = "cup,b=1 temp=21.5,hum=40,p=-0.25 1700000000000000001\n";
	const double values[] = {21.5, 40, -0.25};

	(void)state;
	for (size_t size = 1; size <= sizeof expected + 80; size++) {
		memset(buffer, '#', sizeof buffer);
		text = text_over(buffer, size);
		bool fits = size >= sizeof expected;

		assert_int_equal(add_row(values, 3), fits ? 0 : -ENOSPC);
		assert_string_equal(text.at, fits ? expected : "");
		assert_int_equal(buffer[size], '#'); /* not a byte behind its end */
		assert_false(text.is_cut);
	}
	text.is_cut = true;
	assert_int_equal(add_row(values, 3), -ENOSPC);
}

/* --- single fields --- */

static void single_fields_have_their_types(void **state)
{
	const char *why;

	(void)state;
	assert_int_equal(line_add_int_field(&text, "n m", INT64_MIN, &why), 0);
	text_add_char(&text, ',');
	assert_int_equal(line_add_double_field(&text, "d", 0.1, &why), 0);
	text_add_char(&text, ',');
	assert_int_equal(line_add_string_field(&text, "s", "say \"hi\", a=b \\ 温", &why), 0);
	assert_string_equal(
		text.at, "n\\ m=-9223372036854775808i,d=0.1,s=\"say \\\"hi\\\", a=b \\\\ 温\"");
}

static void a_field_that_is_refused_or_does_not_fit_leaves_no_trace(void **state)
{
	const char *why = NULL;

	(void)state;
	text_add(&text, "x ");
	assert_int_equal(line_add_double_field(&text, "d", NAN, &why), -EINVAL);
	assert_int_equal(line_add_double_field(&text, "d", INFINITY, &why), -EINVAL);
	assert_non_null(strstr(why, "finite"));
	assert_int_equal(line_add_int_field(&text, "time", 1, &why), -EINVAL);
	for (size_t size = 3; size < 12; size++) {
		struct text small = text_over(buffer, size);

		text_add(&small, "x ");
		assert_int_equal(line_add_int_field(&small, "key", 12345, &why), -ENOSPC);
		assert_int_equal(line_add_double_field(&small, "key", 123456, &why), -ENOSPC);
		assert_int_equal(line_add_string_field(&small, "key", "12345", &why), -ENOSPC);
		assert_int_equal(line_add_key(&small, "a long key", &why), -ENOSPC);
		assert_int_equal(line_add_head(&small, "a long name", NULL, 0, &why), -ENOSPC);
		assert_string_equal(small.at, "x ");
		assert_false(small.is_cut);
	}
}

/* --- there and back --- */

enum { TAGS = 4, FIELDS = 3, NAME = 24 };

/* Made of what matters to the encoding; one in three also of what is refused in most places. */
static void any_name(struct draw *random, char *ret_name)
{
	static const char *const pieces[] = {"a", "b", "Z", "0", ",", " ", "=", "温", "é", "😀", "'",
		"{", "~", "-", "_", "#", "time", "\"", "\\", "\n", "\r", "\t", "\x7f", "\xFF",
		"\xE6"};
	size_t n_pieces = draw_below(random, 3) ? 14 : sizeof pieces / sizeof *pieces;
	size_t n = (size_t)draw_below(random, 7);

	*ret_name = '\0';
	for (size_t i = 0; i < n; i++) {
		const char *piece = pieces[draw_below(random, n_pieces)];

		if (strlen(ret_name) + strlen(piece) < NAME)
			strcat(ret_name, piece);
	}
}

static double any_value(struct draw *random)
{
	uint64_t bits = draw(random);
	double value;

	switch (draw_below(random, 4)) {
	case 0:
		memcpy(&value, &bits, sizeof value);
		return value;
	case 1:
		return NAN;
	default:
		return (double)draw_between(random, -99999, 99999) / 100;
	}
}

static void assert_tags(const struct decoded_line *line, const struct line_tag *tags)
{
	size_t n = 0;

	for (size_t i = 0; i < TAGS; i++) {
		bool is_found = false;

		if (!*tags[i].value)
			continue;
		n++;
		for (size_t j = 0; j < line->n_tags; j++)
			is_found |= strcmp(line->tags[j].key, tags[i].key) == 0 &&
				strcmp(line->tags[j].value, tags[i].value) == 0;
		assert_true(is_found);
	}
	assert_int_equal(line->n_tags, n);
}

static void whatever_is_not_refused_reads_back_the_same(void **state)
{
	static struct decoded_line line;
	struct draw random = {10};
	int good = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char measurement[NAME], names[TAGS][2][NAME], fields[FIELDS][NAME],
			keys[FIELDS][4 * NAME];
		const char *escaped[FIELDS], *why;
		struct line_tag tags[TAGS];
		double values[FIELDS];
		char head[1024];
		struct text of_head = text_over(head, sizeof head);
		bool is_good = true;

		any_name(&random, measurement);
		for (size_t j = 0; j < TAGS; j++) {
			any_name(&random, names[j][0]);
			any_name(&random, names[j][1]);
			tags[j] = (struct line_tag){names[j][0], names[j][1]};
		}
		for (size_t j = 0; j < FIELDS; j++) {
			struct text key = text_over(keys[j], sizeof keys[j]);

			any_name(&random, fields[j]);
			is_good &= line_add_key(&key, fields[j], &why) == 0;
			escaped[j] = key.at;
			values[j] = any_value(&random);
		}
		struct wall stamp = {(int64_t)draw(&random)};

		is_good &= line_add_head(&of_head, measurement, tags, TAGS, &why) == 0;
		text_reset(&text);
		if (!is_good ||
			line_add_row(&text, head, of_head.length, escaped, values, FIELDS, stamp) !=
				0)
			continue;
		good++;

		const char *wrong = line_decode(text.at, text.length, &line);
		if (wrong)
			fail_msg("%s: %s", wrong, text.at);
		for (size_t j = 0; j < line.n_tags; j++)
			line_unpicture(line.tags[j].value);
		assert_string_equal(line.measurement, measurement);
		assert_tags(&line, tags);
		assert_true(line.stamp == stamp.ns);
		size_t at = 0;
		for (size_t j = 0; j < FIELDS; j++) {
			if (isnan(values[j]))
				continue;
			assert_string_equal(line.fields[at].key, fields[j]);
			assert_memory_equal(&line.fields[at].number, &values[j], sizeof values[j]);
			at++;
		}
		assert_int_equal(line.n_fields, at);
	}
	assert_true(good > 2000); /* or it would prove little */
}

#define CLEARED(test) cmocka_unit_test_setup(test, clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLEARED(a_head_is_the_measurement_and_its_sorted_tags),
		CLEARED(empty_tags_are_left_out),
		CLEARED(each_part_escapes_what_would_end_it),
		CLEARED(a_backslash_before_an_ordinary_character_stays),
		CLEARED(a_backslash_that_servers_read_differently_is_refused),
		CLEARED(a_control_character_is_refused_or_becomes_its_picture),
		CLEARED(names_that_servers_keep_for_themselves_are_refused),
		CLEARED(text_that_is_no_utf8_is_refused_everywhere),
		CLEARED(two_tags_of_one_name_or_too_many_are_refused),
		CLEARED(a_row_is_head_fields_stamp_and_newline),
		CLEARED(what_said_nothing_is_not_written),
		CLEARED(a_row_without_a_number_or_with_infinity_is_refused),
		CLEARED(a_row_fits_exactly_or_leaves_no_trace),
		CLEARED(single_fields_have_their_types),
		CLEARED(a_field_that_is_refused_or_does_not_fit_leaves_no_trace),
		CLEARED(whatever_is_not_refused_reads_back_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
