/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/paper_data.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data/unit.h"
#include "share/html.h"
#include "share/stated.h"

enum { TITLE_TEXT = 512, MOST_GAPS = 30, MOST_MARKS = 40, MOST_CHARTS = 6 };

struct writing {
	const struct paper_data *data;
	const struct about *about;
	struct text *text;
};

static const char *say(const struct writing *w, const char *zh, const char *en)
{
	return w->data->options->is_english ? en : zh;
}

static const char *name_of(const struct writing *w, const struct channel *channel)
{
	return w->data->options->is_english && channel->name_en[0] ? channel->name_en
								   : channel->name_zh;
}

static void add_heading(struct writing *w, const char *zh, const char *en)
{
	text_addf(w->text, "<h2>%s</h2>\n", say(w, zh, en));
}

static void add_cell(struct writing *w, const char *string)
{
	text_add(w->text, "<td>");
	html_add(w->text, string);
	text_add(w->text, "</td>");
}

static void add_number_cell(struct writing *w, double value)
{
	text_add(w->text, "<td class=\"n\">");
	if (isfinite(value))
		text_add_double(w->text, value);
	text_add(w->text, "</td>");
}

static void add_heads(struct writing *w, const char *const heads[][2], size_t n)
{
	text_add(w->text, "<div class=\"wide\"><table><thead><tr>");
	for (size_t i = 0; i < n; i++)
		text_addf(w->text, "<th scope=\"col\">%s</th>", say(w, heads[i][0], heads[i][1]));
	text_add(w->text, "</tr></thead><tbody>\n");
}

static void end_table(struct writing *w)
{
	text_add(w->text, "</tbody></table></div>\n");
}

/* "3 温度"; the sticker only where there are several kits. */
static void add_channel_name(struct writing *w, const struct about_stream *of,
	const struct channel *channel, struct text *to)
{
	if (w->about->n_streams > 1)
		text_addf(to, "%u ", of->sticker);
	text_add(to, name_of(w, channel));
}

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
		text_add(w->text, say(w, "钟点没人知道", "nobody has told the hour"));
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

/* "" where nothing is said. */
static const char *words_of(const struct writing *w, const struct model_text *words)
{
	const char *first = w->data->options->is_english ? words->en : words->zh;
	const char *other = w->data->options->is_english ? words->zh : words->en;

	return first && first[0] ? first : other ? other : "";
}

static const char *lesson_title(const struct writing *w)
{
	const struct lesson *lesson = w->data->options->lesson;

	return lesson ? words_of(w, &lesson->title) : w->about->lesson;
}

static void add_title(struct writing *w, struct text *to)
{
	const struct paper_options *o = w->data->options;

	if (w->about->title[0])
		text_add(to, w->about->title);
	else if (lesson_title(w)[0])
		text_add(to, lesson_title(w));
	else
		text_addf(to, say(w, "第 %u 次记录", "Run %u"), o->run.number);
}

static void add_head(struct writing *w)
{
	const struct paper_options *o = w->data->options;
	char room[TITLE_TEXT];
	struct text title = text_over(room, sizeof room);

	add_title(w, &title);
	text_addf(w->text,
		"<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>",
		say(w, "zh-CN", "en"));
	html_add(w->text, title.at);
	text_add(w->text,
		" · kitlog</title><link rel=\"stylesheet\" href=\"/css/report.css\"></head>"
		"<body><main>\n<p class=\"bar\">");
	text_addf(w->text, "%s</p>\n<h1>",
		say(w, "打印：浏览器菜单里选“打印”，纸张 A4。",
			"To print, choose Print in the browser's menu, on A4."));
	html_add(w->text, title.at);
	text_add(w->text, "</h1>\n<p class=\"facts\">");
	if (lesson_title(w)[0] && strcmp(lesson_title(w), title.at) != 0) {
		html_add(w->text, lesson_title(w));
		text_add(w->text, " · ");
	}
	if (w->about->streams[0].group > 0)
		text_addf(
			w->text, say(w, "第 %u 组 · ", "Group %u · "), w->about->streams[0].group);
	add_hour(w);
	text_add(w->text, say(w, " · 时长 ", " · for "));
	add_duration(w->text, w->about->duration_ns);
	text_add(w->text, " · ");
	html_add(w->text, w->about->board);
	text_add(w->text, "</p>\n");
	if (w->about->is_simulated)
		text_addf(w->text, "<p><strong>%s</strong></p>\n",
			say(w, "这是模拟的数据，不是测出来的。",
				"These data are simulated, not measured."));
	else if (o->import)
		text_addf(w->text, "<p><strong>%s</strong></p>\n",
			say(w, "这是导入的数据，不是这块板子记的。",
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
	const char *question = lesson ? words_of(w, &lesson->question) : "";

	add_heading(w, "问题", "Question");
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
		add_paragraph(w, words_of(w, &lesson->predict.choices[json_integer_value(choice)]));
	} else if (json_is_number(value)) {
		text_add_double(&text, json_number_value(value));
		add_paragraph(w, text.at);
	} else if (json_object_get(prediction, "points")) {
		add_paragraph(
			w, say(w, "画在图上，点线。", "Drawn in the chart, as a dotted line."));
	}
}

static void add_prediction(struct writing *w)
{
	const struct lesson *lesson = w->data->options->lesson;

	add_heading(w, "预测", "Prediction");
	if (lesson)
		add_paragraph(w, words_of(w, &lesson->predict.ask));
	if (w->data->notes.prediction)
		add_predicted(w, w->data->notes.prediction);
	else
		text_add(w->text, "<div class=\"write low\"></div>\n");
}

/* --- apparatus --- */

static void add_apparatus(struct writing *w)
{
	static const char *const HEADS[][2] = {{"号码", "Number"}, {"器材", "Kit"},
		{"量", "Quantity"}, {"单位", "Unit"}, {"分辨力", "Resolution"}, {"量程", "Range"},
		{"每秒读数", "Per second"}, {"校准", "Calibration"}};

	add_heading(w, "器材", "Apparatus");
	add_heads(w, HEADS, sizeof HEADS / sizeof *HEADS);
	for (size_t i = 0; i < w->about->n_streams; i++) {
		const struct about_stream *of = &w->about->streams[i];

		for (uint32_t c = 0; c < of->stream.n_channels; c++) {
			const struct channel *channel = &of->stream.channels[c];
			const char *by = w->data->streams[i].channels[c].by;
			char room[128];
			struct text cell = text_over(room, sizeof room);

			text_addf(w->text, "<tr><td class=\"n\">%u</td>", of->sticker);
			add_cell(w, of->model[0] ? of->model : of->kit);
			add_cell(w, name_of(w, channel));
			unit_add_for_people(&cell, channel->unit);
			add_cell(w, cell.at);
			add_number_cell(w, channel->resolution > 0 ? channel->resolution : NAN);
			text_reset(&cell);
			if (channel->low < channel->high) {
				text_add_double(&cell, channel->low);
				text_add(&cell, " … ");
				text_add_double(&cell, channel->high);
			}
			add_cell(w, cell.at);
			text_reset(&cell);
			if (of->stream.period_ns > 0)
				text_addf(&cell, "%.4g", 1e9 / (double)of->stream.period_ns);
			add_cell(w, cell.at);
			add_cell(w, by ? by : say(w, "没有校准", "none"));
			text_add(w->text, "</tr>\n");
		}
	}
	end_table(w);
}

/* --- charts --- */

/* All channels of one unit: true when there is a point. */
static bool fill_chart(struct writing *w, const char *unit, struct chart *chart)
{
	struct text title = text_over(chart->y_title, sizeof chart->y_title);
	char words[CHART_NAME];
	struct text people = text_over(words, sizeof words);
	bool has_points = false, is_mixed = false;
	const char *first = "";

	for (size_t i = 0; i < w->about->n_streams; i++)
		for (uint32_t c = 0; c < w->about->streams[i].stream.n_channels; c++) {
			const struct channel *channel = &w->about->streams[i].stream.channels[c];
			const struct paper_channel *of = &w->data->streams[i].channels[c];

			if (strcmp(channel->unit, unit) != 0 || chart->n_lines == CHART_LINES ||
				of->n_points == 0)
				continue;
			struct chart_line *line = &chart->lines[chart->n_lines++];
			struct text name = text_over(line->name, sizeof line->name);

			add_channel_name(w, &w->about->streams[i], channel, &name);
			line->points = of->points;
			line->n = of->n_points;
			if (!has_points)
				first = name_of(w, channel);
			else if (strcmp(first, name_of(w, channel)) != 0)
				is_mixed = true;
			has_points = true;
		}
	unit_add_for_people(&people, unit);
	text_add(&title, is_mixed ? "" : first);
	if (people.length > 0)
		text_addf(&title, is_mixed ? "%s" : " / %s", people.at);
	else if (is_mixed)
		text_add(&title, say(w, "数值", "Value"));
	return has_points;
}

static bool is_told_before(const struct writing *w, size_t stream, uint32_t channel)
{
	const char *unit = w->about->streams[stream].stream.channels[channel].unit;

	for (size_t i = 0; i <= stream; i++) {
		uint32_t n = i < stream ? w->about->streams[i].stream.n_channels : channel;

		for (uint32_t c = 0; c < n; c++)
			if (strcmp(w->about->streams[i].stream.channels[c].unit, unit) == 0)
				return true;
	}
	return false;
}

static double fitted(const void *self, double x)
{
	return fit_value(self, x);
}

static void add_curve(const struct writing *w, const char *unit, struct chart *chart)
{
	if (!w->data->has_fit || !fit_has_numbers(w->data->fit.why) ||
		strcmp(w->data->fit_channel.unit, unit) != 0)
		return;
	chart->curve = fitted;
	chart->self = &w->data->fit;
	chart->curve_low = w->data->fit_low;
	chart->curve_high = w->data->fit_high;
}

/* Of the first channel, which is what was asked for. */
static void add_stroke(const struct writing *w, const char *unit, struct chart *chart)
{
	const json_t *points = json_object_get(w->data->notes.prediction, "points");
	size_t n = json_array_size(points);
	struct chart_point *stroke;

	if (n == 0 || strcmp(w->about->streams[0].stream.channels[0].unit, unit) != 0)
		return;
	stroke = calloc(n, sizeof *stroke);
	for (size_t i = 0; stroke && i < n; i++) {
		const json_t *point = json_array_get(points, i);

		stroke[i].x = json_number_value(json_array_get(point, 0));
		stroke[i].mean = json_number_value(json_array_get(point, 1));
		stroke[i].low = stroke[i].high = stroke[i].mean;
	}
	chart->stroke = stroke;
	chart->n_stroke = stroke ? n : 0;
}

static void add_chart(struct writing *w, const char *unit)
{
	double marks[MOST_MARKS];
	struct chart *chart = calloc(1, sizeof *chart);

	if (!chart)
		return;
	for (size_t i = 0; i < w->about->n_marks && i < MOST_MARKS; i++)
		marks[i] = (double)w->about->marks[i].at.ns / NS_PER_S;
	chart->marks = marks;
	chart->n_marks = w->about->n_marks < MOST_MARKS ? w->about->n_marks : MOST_MARKS;
	chart->x_high = (double)w->about->duration_ns / NS_PER_S;
	text_copy(chart->x_title, sizeof chart->x_title, say(w, "时间 / s", "Time / s"));
	add_curve(w, unit, chart);
	add_stroke(w, unit, chart);
	if (fill_chart(w, unit, chart))
		chart_draw(chart, w->text);
	free((void *)(uintptr_t)chart->stroke);
	free(chart);
}

static void add_charts(struct writing *w)
{
	unsigned n = 0;

	add_heading(w, "数据", "Data");
	for (size_t i = 0; i < w->about->n_streams; i++)
		for (uint32_t c = 0; c < w->about->streams[i].stream.n_channels; c++)
			if (!is_told_before(w, i, c) && n++ < MOST_CHARTS)
				add_chart(w, w->about->streams[i].stream.channels[c].unit);
	for (size_t i = 0; i < w->about->n_marks && i < MOST_MARKS; i++) {
		text_addf(w->text, "<p>%zu: %.3f s ", i + 1,
			(double)w->about->marks[i].at.ns / NS_PER_S);
		html_add(w->text, w->about->marks[i].text);
		text_add(w->text, " (");
		html_add(w->text, w->about->marks[i].author);
		text_add(w->text, ")</p>\n");
	}
}

static void add_figures(struct writing *w)
{
	static const char *const HEADS[][2] = {{"量", "Quantity"}, {"单位", "Unit"},
		{"读数个数", "Readings"}, {"最初", "First"}, {"最后", "Last"}, {"最小", "Least"},
		{"最大", "Greatest"}, {"平均", "Mean"}};

	add_heads(w, HEADS, sizeof HEADS / sizeof *HEADS);
	for (size_t i = 0; i < w->about->n_streams; i++)
		for (uint32_t c = 0; c < w->about->streams[i].stream.n_channels; c++) {
			const struct channel *channel = &w->about->streams[i].stream.channels[c];
			const struct paper_channel *of = &w->data->streams[i].channels[c];
			char room[CHART_NAME];
			struct text cell = text_over(room, sizeof room);

			add_channel_name(w, &w->about->streams[i], channel, &cell);
			text_add(w->text, "<tr>");
			add_cell(w, cell.at);
			text_reset(&cell);
			unit_add_for_people(&cell, channel->unit);
			add_cell(w, cell.at);
			add_number_cell(w, (double)of->n);
			add_number_cell(w, of->n > 0 ? of->first : NAN);
			add_number_cell(w, of->n > 0 ? of->last : NAN);
			add_number_cell(w, of->n > 0 ? of->min : NAN);
			add_number_cell(w, of->n > 0 ? of->max : NAN);
			text_add(w->text, "<td class=\"n\">");
			if (of->n > 0)
				text_addf(w->text, "%.6g", of->sum / (double)of->n);
			text_add(w->text, "</td></tr>\n");
		}
	end_table(w);
}

/* --- what is uncertain, what is missing --- */

static const char *reason_words(const struct writing *w, enum gap_reason reason)
{
	static const char *const WORDS[][2] = {
		[GAP_UNPLUGGED] = {"拔掉了", "unplugged"},
		[GAP_WIRE] = {"线上丢了", "lost on the wire"},
		[GAP_DEVICE] = {"器材自己丢了", "lost by the kit itself"},
		[GAP_RING] = {"板子来不及", "the board could not keep up"},
		[GAP_STOPPED] = {"板子停了", "the board was stopped"},
		[GAP_RESET] = {"器材重新启动了", "the kit restarted"},
		[GAP_STORE] = {"存储卡没有收下", "the card did not take it"},
		[GAP_EXPIRED] = {"为腾地方删掉了", "removed to make room"},
		[GAP_SILENT] = {"没有读数", "no reading came"},
		[GAP_SUSPENDED] = {"板子睡着了", "the board slept"},
	};

	return say(w, WORDS[reason][0], WORDS[reason][1]);
}

static const char *source_words(const struct writing *w, enum stamp_source source)
{
	switch (source) {
	case STAMP_DEVICE:
		return say(w, "按器材自己的时钟。", "by the kit's own clock.");
	case STAMP_ARRIVAL:
		return say(w, "按收到的时刻。", "taken when it arrived.");
	case STAMP_KERNEL:
		break;
	}
	return say(w, "由内核打上。", "taken by the kernel.");
}

static void add_uncertainty(struct writing *w)
{
	add_heading(w, "不确定度", "Uncertainty");
	for (size_t i = 0; i < w->about->n_streams; i++) {
		const struct about_stream *of = &w->about->streams[i];

		text_add(w->text, "<p>");
		text_addf(w->text, say(w, "%u 号的时刻：", "Stamps of %u: "), of->sticker);
		if (w->data->streams[i].worst_ns > 0) {
			stated_add_span(w->text, w->data->streams[i].worst_ns);
			text_add(w->text, say(w, "（100 次里有 95 次在内），", " (95 of 100), "));
		}
		text_addf(w->text, "%s</p>\n", source_words(w, of->stream.stamps));
	}
	text_addf(w->text, "<p>%s</p>\n",
		say(w, "数值最少差半个分辨力；器材的准确度看它的说明。",
			"A value is uncertain by half its resolution at least; for its accuracy see the "
			"kit's description."));
}

static void add_gaps(struct writing *w)
{
	static const char *const HEADS[][2] = {{"从 / s", "From / s"}, {"到 / s", "To / s"},
		{"谁的", "Whose"}, {"为什么", "Why"}, {"缺的读数", "Readings lost"}};
	const struct about *about = w->about;

	add_heading(w, "缺口", "Gaps");
	if (about->n_gaps == 0) {
		text_addf(w->text, "<p>%s</p>\n", say(w, "没有缺口。", "There are none."));
		return;
	}
	add_heads(w, HEADS, sizeof HEADS / sizeof *HEADS);
	for (size_t i = 0; i < about->n_gaps && i < MOST_GAPS; i++) {
		const struct about_gap *gap = &about->gaps[i];

		text_addf(w->text, "<tr><td class=\"n\">%.3f</td><td class=\"n\">%.3f</td>",
			(double)gap->gap.from.ns / NS_PER_S, (double)gap->gap.to.ns / NS_PER_S);
		if (gap->stream < about->n_streams)
			text_addf(w->text, "<td>%u</td>", about->streams[gap->stream].sticker);
		else
			add_cell(w, say(w, "全部", "all"));
		add_cell(w, reason_words(w, gap->gap.reason));
		text_add(w->text, "<td class=\"n\">");
		if (gap->gap.lost_rows > 0)
			text_addf(w->text, "%" PRIu64, gap->gap.lost_rows);
		text_add(w->text, "</td></tr>\n");
	}
	end_table(w);
	if (about->n_gaps > MOST_GAPS)
		text_addf(w->text, say(w, "<p>还有 %zu 个。</p>\n", "<p>And %zu more.</p>\n"),
			about->n_gaps - MOST_GAPS);
}

static void add_foot(struct writing *w)
{
	add_heading(w, "结论", "Conclusion");
	text_add(w->text, "<div class=\"write\"></div>\n<footer><p>");
	text_addf(w->text, "kitlog " KITLOG_VERSION " · %s", say(w, "板子 ", "board "));
	html_add(w->text, w->about->board);
	text_addf(w->text, say(w, " · 记录 %u · 原始数据：", " · run %u · raw data: "),
		w->data->options->run.id);
	text_addf(w->text, "<a href=\"/api/v1/runs/%u/package\">%s</a></p>\n<p>",
		w->data->options->run.id, say(w, "数据包", "package"));
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

	add_head(&w);
	add_question(&w);
	add_prediction(&w);
	add_apparatus(&w);
	add_charts(&w);
	add_figures(&w);
	paper_write_fit(data, text);
	add_uncertainty(&w);
	add_gaps(&w);
	add_foot(&w);
}
