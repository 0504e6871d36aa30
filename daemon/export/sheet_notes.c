/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a workbook comes from people: readings and prediction; and whether the run was good enough. */
#include <math.h>
#include <time.h>

#include "export/accept_words.h"
#include "export/sheet_about.h"

/* --- readings --- */

static void add_times(struct workbook *book, const struct exporter *exporter, struct instant at)
{
	struct wall wall;
	struct tm tm;

	workbook_number(book, (double)instant_since(at, exporter->origin) / NS_PER_S);
	time_t whole = 0;
	bool has_wall = exporter->wall && wall_map_at(exporter->wall, at, &wall, NULL);

	if (has_wall)
		whole = (time_t)(wall.ns / NS_PER_S);
	if (has_wall && localtime_r(&whole, &tm))
		workbook_date(book, wall.ns + tm.tm_gmtoff * (int64_t)NS_PER_S);
	else
		workbook_skip(book, 1);
}

static int add_head(struct workbook *book, const struct typed_table *table)
{
	workbook_text(book, "time_s");
	workbook_text(book, "clock");
	workbook_text(book, "组 group");
	for (size_t c = 0; c < table->n; c++) {
		char room[TYPED_HEAD];
		struct text words = text_over(room, sizeof room);

		typed_table_add_head(table, c, &words);
		workbook_text(book, words.at);
	}
	return workbook_end_row(book);
}

int sheet_add_readings(struct workbook *book, const struct sheet_facts *facts)
{
	const struct typed_table *table = facts->readings;
	const struct extract *extract = facts->extract;
	int r = table ? workbook_begin_sheet(book, "读数 Readings", true) : 0;

	if (table && r == 0)
		r = add_head(book, table);
	for (size_t i = 0; table && i < json_array_size(table->readings) && r == 0; i++) {
		int64_t ns = typed_table_ns(table, i);

		add_times(book, &extract->exporter, instant_add(extract->options.asked.from, ns));
		workbook_number(book, typed_table_group(table, i));
		for (size_t c = 0; c < table->n; c++)
			workbook_number(book, typed_table_value(table, i, c));
		r = workbook_end_row(book);
	}
	return r;
}

/* --- prediction --- */

static void add_choice(struct workbook *book, const struct lesson *lesson, int64_t choice)
{
	char room[512];
	struct text words = text_over(room, sizeof room);

	if (lesson && (uint64_t)choice < lesson->predict.n_choices) {
		const struct model_text *told = &lesson->predict.choices[choice];

		text_addf(&words, "%s%s%s", told->zh ? told->zh : "",
			told->zh && told->en ? " " : "", told->en ? told->en : "");
	} else if (choice >= 0 && choice < ABOUT_CHOICES) {
		text_addf(&words, "选项 choice %lld", (long long)choice + 1);
	} else {
		text_add(&words, "选项 choice ?");
	}
	workbook_text(book, words.at);
}

static int add_curve(struct workbook *book, const json_t *points)
{
	int r = 0;

	workbook_text(book, "画的曲线：时间 drawn curve: time / s");
	workbook_text(book, "值 value");
	r = workbook_end_row(book);
	for (size_t i = 0; i < json_array_size(points) && r == 0; i++) {
		const json_t *point = json_array_get(points, i);

		workbook_skip(book, 1);
		workbook_number(book, json_number_value(json_array_get(point, 0)));
		workbook_number(book, json_number_value(json_array_get(point, 1)));
		r = workbook_end_row(book);
	}
	return r;
}

static int add_accepted(struct workbook *book, const json_t *one)
{
	static const enum accept_language LANGUAGES[] = {ACCEPT_ZH, ACCEPT_EN};
	char room[512];

	workbook_text(book, "够好吗 good enough");
	for (size_t i = 0; i < 2; i++) {
		struct text words = text_over(room, sizeof room);

		accept_add_name(one, LANGUAGES[i], &words);
		text_add(&words, ": ");
		accept_add_asked(one, LANGUAGES[i], &words);
		workbook_text(book, words.at);
		text_reset(&words);
		accept_add_found(one, LANGUAGES[i], &words);
		workbook_text(book, words.at);
		text_reset(&words);
		accept_add_verdict(one, LANGUAGES[i], &words);
		workbook_text(book, words.at);
	}
	return workbook_end_row(book);
}

int sheet_add_accept(struct workbook *book, const struct sheet_facts *facts)
{
	const json_t *accept = facts->about ? facts->about->accept : NULL;
	int r = 0;

	for (size_t i = 0; i < json_array_size(accept) && r == 0; i++)
		r = add_accepted(book, json_array_get(accept, i));
	return r;
}

int sheet_add_prediction(struct workbook *book, const struct sheet_facts *facts)
{
	const json_t *prediction = facts->about ? facts->about->prediction : NULL;
	const json_t *choice = json_object_get(prediction, "choice");
	const json_t *value = json_object_get(prediction, "value");

	if (!prediction)
		return 0;
	workbook_text(book, "预测 prediction");
	if (json_is_integer(choice))
		add_choice(book, facts->lesson, json_integer_value(choice));
	else if (json_is_number(value))
		workbook_number(book, json_number_value(value));
	else
		return add_curve(book, json_object_get(prediction, "points"));
	return workbook_end_row(book);
}
