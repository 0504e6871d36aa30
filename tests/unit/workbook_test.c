/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* A workbook's XML, and what of strings gets into it and into a report. That Excel's readers take the whole
 * is tests/system/exports_test.py. */
#include <string.h>

#include "http/html.h"
#include "export/paper_chart.h"
#include "export/workbook.h"
#include "export/workbook_xml.h"
#include "support/cmocka_all.h"

static char room[1 << 16];

static void escapes(const char *string, const char *wanted)
{
	struct text text = text_over(room, sizeof room);

	xml_add(&text, string);
	assert_string_equal(text.at, wanted);
}

static void a_string_is_never_markup_nor_an_escape(void **state)
{
	struct text text = text_over(room, sizeof room);

	(void)state;
	escapes("=1+2 <b>&\"'", "=1+2 &lt;b&gt;&amp;&quot;'");
	escapes("a\x01\x1f\nb", "a\nb");
	escapes("_x0041_ _x004_ _x004G_", "_x005F_x0041_ _x004_ _x004G_");
	escapes("\xEF\xBF\xBE温\xEF\xBF\xBF", "温");
	escapes("\xFF", "?");
	html_add(&text, "<script>'\"&\xE6\xB8\xA9");
	assert_string_equal(text.at, "&lt;script&gt;&#39;&quot;&amp;温");
}

static void columns_count_as_letters(void **state)
{
	static const struct {
		unsigned column;
		const char *letters;
	} CASES[] = {{0, "A"}, {25, "Z"}, {26, "AA"}, {701, "ZZ"}, {702, "AAA"}, {16383, "XFD"}};

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		struct text text = text_over(room, sizeof room);

		xml_add_column(&text, CASES[i].column);
		assert_string_equal(text.at, CASES[i].letters);
	}
}

/* What was written of it is gone, and there are only so many. */
static void a_sheet_has_an_end(void **state)
{
	struct workbook *book;
	size_t n, most = 0;

	(void)state;
	assert_int_equal(workbook_new(&book), 0);
	assert_int_equal(workbook_begin_sheet(book, "数据 Data", true), 0);
	for (int i = 0; i < 2000; i++) {
		assert_false(workbook_is_sheet_full(book));
		workbook_number(book, i);
		assert_int_equal(workbook_end_row(book), 0);
		if (workbook_waiting(book) > 1000) {
			workbook_take(book, &n);
			most = n > most ? n : most;
		}
	}
	assert_true(most < 200000); /* nothing is kept behind */
	assert_int_equal(workbook_rows(book), 2000);
	for (unsigned i = 1; i < WORKBOOK_SHEETS; i++)
		assert_int_equal(workbook_begin_sheet(book, "x", false), 0);
	assert_true(workbook_begin_sheet(book, "x", false) < 0);
	workbook_free(book);
}

static void a_chart_breaks_at_gaps_and_keeps_spikes(void **state)
{
	const struct chart_point points[] = {
		{0, 1, 1, 1, false}, {1, 2, 1, 9, false}, {5, 2, 2, 2, true}};
	const struct chart chart = {.y_title = "<温度> / °C",
		.x_title = "t / s",
		.x_high = 10,
		.lines = {{.name = "a", .points = points, .n = 3}},
		.n_lines = 1};
	struct text text = text_over(room, sizeof room);
	char *line, *end;

	(void)state;
	chart_draw(&chart, &text);
	assert_non_null(strstr(text.at, "&lt;温度&gt; / °C"));
	assert_non_null(strstr(text.at, "class=\"band\""));
	line = strstr(text.at, "<path class=\"line\" d=\"M");
	assert_non_null(line);
	end = strstr(line + 25, "\"");
	*end = '\0';
	assert_non_null(strchr(line + 25, 'M')); /* begins anew behind the gap */
	text_reset(&text);
	chart_draw(&(struct chart){.x_high = 1}, &text);
	assert_string_equal(text.at, "");
}

/* Such are neighbours, or nearly: a step from one tick leads nowhere. */
static void an_axis_ends_where_doubles_are_as_wide_as_its_steps(void **state)
{
	static const double pairs[][2] = {
		{1e16, 1e16 + 2}, {-1e16 - 2, -1e16}, {0, 5e-324}, {-0.85e308, 0.85e308}};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		double low = pairs[i][0], high = pairs[i][1];
		const struct chart_point points[] = {
			{low, low, low, low, false}, {high, high, high, high, false}};
		const struct chart chart = {.x_low = low,
			.x_high = high,
			.lines = {{.name = "a", .points = points, .n = 2}},
			.n_lines = 1};
		struct text text = text_over(room, sizeof room);

		chart_draw(&chart, &text);
		assert_non_null(strstr(text.at, "</svg>"));
	}
}

static void axes_have_round_steps(void **state)
{
	(void)state;
	assert_true(chart_step(0, 10, 5) == 2);
	assert_true(chart_step(0, 0.07, 6) == 0.02);
	assert_true(chart_step(-1e9, 1e9, 8) == 5e8);
	assert_true(chart_step(3, 3, 8) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_string_is_never_markup_nor_an_escape),
		cmocka_unit_test(columns_count_as_letters),
		cmocka_unit_test(a_sheet_has_an_end),
		cmocka_unit_test(a_chart_breaks_at_gaps_and_keeps_spikes),
		cmocka_unit_test(an_axis_ends_where_doubles_are_as_wide_as_its_steps),
		cmocka_unit_test(axes_have_round_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
