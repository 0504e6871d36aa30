/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of a report what people typed, and what their run is among those of the class. */
#include <math.h>
#include <string.h>

#include "data/unit.h"
#include "fit/digits.h"
#include "http/html.h"
#include "export/accept_words.h"
#include "export/paper_page.h"

enum { MOST_READINGS = 200, CELL = 256 };

static void add_unit(struct text *words, const char *unit)
{
	char room[64];
	struct text people = text_over(room, sizeof room);

	unit_add_for_people(&people, unit ? unit : "");
	if (people.length > 0)
		text_addf(words, " / %s", people.at);
}

/* "摆长 / m", or the id where the lesson does not know it. */
static void add_name(const struct writing *w, const char *id, struct text *words)
{
	const struct lesson *lesson = w->data->options->lesson;
	const struct model_text *name = lesson ? lesson_name(lesson, id) : NULL;
	const char *said = name ? paper_words(w, name) : "";

	text_add(words, said[0] ? said : id);
	if (name)
		add_unit(words, lesson_unit(lesson, id));
}

static void add_head(const struct writing *w, const struct typed_column *column,
	const struct typed_table *table, struct text *words)
{
	if (column->is_typed || !column->channel) {
		add_name(w, column->key, words);
		return;
	}
	if (table->has_stickers)
		text_addf(words, "%u ", column->of->sticker);
	text_add(words, paper_name(w, column->of, column->channel));
	add_unit(words, column->channel->unit);
}

static void add_row(struct writing *w, const struct typed_table *table, size_t i)
{
	text_addf(w->text, "<tr><td class=\"n\">%.3f</td>",
		(double)typed_table_ns(table, i) / NS_PER_S);
	for (size_t c = 0; c < table->n; c++) {
		const struct typed_column *column = &table->columns[c];
		double value = typed_table_value(table, i, c);

		if (column->is_typed)
			paper_number_cell(w, value); /* as it was typed */
		else
			paper_value_cell(
				w, value, column->channel ? column->channel->resolution : 0);
	}
	text_add(w->text, "</tr>\n");
}

void paper_add_readings(struct writing *w)
{
	const struct typed_table *table = w->data->readings;
	size_t n = table ? json_array_size(table->readings) : 0;

	if (n == 0)
		return;
	paper_heading(w, "记下的读数", "Readings kept");
	paper_begin_wide(w, true);
	text_addf(w->text, "<table><thead><tr><th scope=\"col\">%s</th>",
		paper_say(w, "时间 / s", "Time / s"));
	for (size_t c = 0; c < table->n; c++) {
		char room[CELL];
		struct text words = text_over(room, sizeof room);

		add_head(w, &table->columns[c], table, &words);
		text_add(w->text, "<th scope=\"col\">");
		html_add(w->text, words.at);
		text_add(w->text, "</th>");
	}
	text_add(w->text, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < n && i < MOST_READINGS; i++)
		add_row(w, table, i);
	paper_end_table(w);
	if (n > MOST_READINGS)
		text_addf(w->text, paper_say(w, "<p>还有 %zu 个。</p>\n", "<p>And %zu more.</p>\n"),
			n - MOST_READINGS);
}

typedef void add_words(const json_t *one, enum accept_language language, struct text *words);

/* What the lesson asks of a run, and what came of it. */
void paper_add_accept(struct writing *w)
{
	static const char *const HEADS[][2] = {
		{"量", "Quantity"}, {"要求", "Asked for"}, {"有的", "Found"}, {"结论", "Verdict"}};
	static add_words *const CELLS[] = {
		accept_add_name, accept_add_asked, accept_add_found, accept_add_verdict};
	const json_t *accept = w->about->accept;

	if (json_array_size(accept) == 0)
		return;
	paper_heading(w, "够好了吗", "Good enough?");
	paper_begin_table(w, HEADS, sizeof HEADS / sizeof *HEADS);
	for (size_t i = 0; i < json_array_size(accept); i++) {
		text_add(w->text, "<tr>");
		for (size_t c = 0; c < sizeof CELLS / sizeof *CELLS; c++) {
			char room[2 * CELL];
			struct text words = text_over(room, sizeof room);

			CELLS[c](json_array_get(accept, i),
				w->data->options->is_english ? ACCEPT_EN : ACCEPT_ZH, &words);
			paper_cell(w, words.at);
		}
		text_add(w->text, "</tr>\n");
	}
	paper_end_table(w);
}

static void add_coordinate(struct writing *w, const char *id, double value, double unsure)
{
	char room[CELL];
	struct text words = text_over(room, sizeof room);

	add_name(w, id, &words);
	html_add(w->text, words.at);
	text_add(w->text, " = ");
	if (unsure > 0)
		digits_add_both(w->text, value, unsure);
	else
		paper_add_value(w->text, value, 0);
}

void paper_add_point(struct writing *w)
{
	const struct lesson *lesson = w->data->options->lesson;

	if (!w->data->has_point)
		return;
	paper_heading(w, "全班图上的点", "Point in the plot of the class");
	text_add(w->text, "<p>");
	add_coordinate(w, lesson->class_plot.x, w->data->point.x, w->data->unsure.x);
	text_add(w->text, paper_say(w, "，", ", "));
	add_coordinate(w, lesson->class_plot.y, w->data->point.y, w->data->unsure.y);
	text_add(w->text, "</p>\n");
	if (w->data->unsure.x > 0 || w->data->unsure.y > 0)
		text_addf(w->text, "<p>%s</p>\n",
			paper_say(w,
				"± 是平均值的标准不确定度 s/√n，按公式算过来；填的数算作准的。",
				"± is the standard uncertainty of the mean, s/√n, carried through the "
				"formula; what was typed counts as exact."));
}
