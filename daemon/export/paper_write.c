/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data/unit.h"
#include "http/html.h"
#include "export/paper_page.h"
#include "history/stated.h"

enum { TITLE_TEXT = 512 };

/* Of 0.012 s: "12 ms"; of 3725 s: "1:02:05". */
static void add_duration(struct text *text, int64_t ns)
{
	int64_t s = ns / NS_PER_S;

	if (s < 60)
		text_addf(text, "%.3g s", (double)ns / NS_PER_S);
	else
		text_addf(text, "%lld:%02d:%02d", (long long)(s / 3600), (int)(s / 60 % 60),
			(int)(s % 60));
}

/* --- the head --- */

static void add_hour(struct writing *w)
{
	char date[48];
	struct tm tm;
	time_t seconds = (time_t)(w->about->wall_from.ns / NS_PER_S);

	if (!w->about->has_wall || !localtime_r(&seconds, &tm)) {
		text_add(w->text, paper_say(w, "钟点没人知道", "nobody has told the hour"));
		return;
	}
	strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm);
	text_add(w->text, date);
	if (w->about->wall_uncertainty_ns > 0) {
		text_add(w->text, " (");
		stated_add_span(w->text, w->about->wall_uncertainty_ns);
		text_add_char(w->text, ')');
	}
}

static const char *lesson_title(const struct writing *w)
{
	const struct lesson *lesson = w->data->options->lesson;

	return lesson ? paper_words(w, &lesson->title) : w->about->lesson;
}

static void add_title(struct writing *w, struct text *to)
{
	const struct paper_options *o = w->data->options;

	if (w->about->title[0])
		text_add(to, w->about->title);
	else if (lesson_title(w)[0])
		text_add(to, lesson_title(w));
	else
		text_addf(to, paper_say(w, "第 %u 次记录", "Run %u"), o->run.number);
}

static void add_head(struct writing *w)
{
	const struct paper_options *o = w->data->options;
	char room[TITLE_TEXT];
	struct text title = text_over(room, sizeof room);
	/* An import has no group of its own, but what is in it has. */
	uint32_t group = o->import ? about_group(w->about) : o->run.group;

	add_title(w, &title);
	text_addf(w->text,
		"<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>",
		paper_say(w, "zh-CN", "en"));
	html_add(w->text, title.at);
	text_add(w->text,
		" · kitlog</title><link rel=\"stylesheet\" href=\"/css/report.css\"></head>"
		"<body><main>\n<p class=\"bar\">");
	text_addf(w->text, "%s</p>\n<h1>",
		paper_say(w, "打印：浏览器菜单里选“打印”，纸张 A4。",
			"To print, choose Print in the browser's menu, on A4."));
	html_add(w->text, title.at);
	text_add(w->text, "</h1>\n<p class=\"facts\">");
	if (lesson_title(w)[0] && strcmp(lesson_title(w), title.at) != 0) {
		html_add(w->text, lesson_title(w));
		text_add(w->text, " · ");
	}
	if (group > 0)
		text_addf(w->text, paper_say(w, "第 %u 组 · ", "Group %u · "), group);
	add_hour(w);
	text_add(w->text, paper_say(w, " · 时长 ", " · for "));
	add_duration(w->text, w->about->duration_ns);
	text_add(w->text, " · ");
	html_add(w->text, w->about->board);
	text_add(w->text, "</p>\n");
	if (w->about->is_simulated)
		text_addf(w->text, "<p><strong>%s</strong></p>\n",
			paper_say(w, "这是模拟的数据，不是测出来的。",
				"These data are simulated, not measured."));
	else if (o->import)
		text_addf(w->text, "<p><strong>%s</strong></p>\n",
			paper_say(w, "这是导入的数据，不是这块板子记的。",
				"These data were imported, not recorded by this board."));
}

static void add_paragraph(struct writing *w, const char *words)
{
	if (!words[0])
		return;
	text_add(w->text, "<p>");
	html_add(w->text, words);
	text_add(w->text, "</p>\n");
}

/* What is known, or room to write it. */
static void add_question(struct writing *w)
{
	const struct lesson *lesson = w->data->options->lesson;
	const char *question = lesson ? paper_words(w, &lesson->question) : "";

	paper_heading(w, "问题", "Question");
	add_paragraph(w, question);
	if (!question[0])
		text_add(w->text, "<div class=\"write low\"></div>\n");
}

/* The words of the lesson for a choice by its place; a curve is in the chart. */
static void add_predicted(struct writing *w, const json_t *prediction)
{
	const struct lesson *lesson = w->data->options->lesson;
	const json_t *choice = json_object_get(prediction, "choice");
	const json_t *value = json_object_get(prediction, "value");
	char room[64];
	struct text text = text_over(room, sizeof room);

	if (json_is_integer(choice) && lesson &&
		(size_t)json_integer_value(choice) < lesson->predict.n_choices) {
		add_paragraph(
			w, paper_words(w, &lesson->predict.choices[json_integer_value(choice)]));
	} else if (json_is_number(value)) {
		text_add_double(&text, json_number_value(value));
		if (lesson && lesson->predict.unit) {
			text_add_char(&text, ' ');
			unit_add_for_people(&text, lesson->predict.unit);
		}
		add_paragraph(w, text.at);
	} else if (json_object_get(prediction, "points")) {
		add_paragraph(w,
			paper_say(w, "画在图上，点线。", "Drawn in the chart, as a dotted line."));
	}
}

static void add_prediction(struct writing *w)
{
	const struct lesson *lesson = w->data->options->lesson;

	paper_heading(w, "预测", "Prediction");
	if (lesson)
		add_paragraph(w, paper_words(w, &lesson->predict.ask));
	if (w->data->about.prediction)
		add_predicted(w, w->data->about.prediction);
	else
		text_add(w->text, "<div class=\"write low\"></div>\n");
}

static void add_foot(struct writing *w)
{
	paper_heading(w, "结论", "Conclusion");
	text_add(w->text, "<div class=\"write\"></div>\n<footer><p>");
	text_addf(w->text, "kitlog " KITLOG_VERSION " · %s", paper_say(w, "板子 ", "board "));
	html_add(w->text, w->about->board);
	text_addf(w->text, paper_say(w, " · 记录 %u · 原始数据：", " · run %u · raw data: "),
		w->data->options->run.id);
	text_addf(w->text, "<a href=\"/api/v1/runs/%u/package\">%s</a></p>\n<p>",
		w->data->options->run.id, paper_say(w, "数据包", "package"));
	for (size_t i = 0; i < w->about->n_streams; i++) {
		text_addf(w->text, "%s%u = ", i > 0 ? "; " : "", w->about->streams[i].sticker);
		html_add(w->text, w->about->streams[i].kit);
		text_add_char(w->text, ' ');
		html_add(w->text, w->about->streams[i].identity);
	}
	text_add(w->text, "</p></footer>\n</main></body></html>\n");
}

void paper_write(const struct paper_data *data, struct text *text)
{
	struct writing w = {.data = data, .about = &data->about, .text = text};
	bool has_streams = data->about.n_streams > 0; /* else it is of what was typed alone */

	add_head(&w);
	add_question(&w);
	add_prediction(&w);
	if (has_streams)
		paper_add_apparatus(&w);
	paper_add_charts(&w);
	if (has_streams)
		paper_add_figures(&w);
	paper_add_readings(&w);
	paper_add_accept(&w);
	paper_add_point(&w);
	paper_write_fit(&w);
	if (has_streams)
		paper_add_uncertainty(&w);
	paper_add_gaps(&w);
	add_foot(&w);
}
