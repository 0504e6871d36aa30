/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One chart for each unit. */
#include <stdlib.h>
#include <string.h>

#include "data/unit.h"
#include "http/html.h"
#include "export/paper_calculated.h"
#include "export/paper_page.h"

enum { MOST_MARKS = 40, MOST_CHARTS = 6 };

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

			paper_add_channel(w, &w->about->streams[i], channel, &name);
			line->points = of->points;
			line->n = of->n_points;
			if (!has_points)
				first = paper_name(w, &w->about->streams[i], channel);
			else if (strcmp(first, paper_name(w, &w->about->streams[i], channel)) != 0)
				is_mixed = true;
			has_points = true;
		}
	unit_add_for_people(&people, unit);
	text_add(&title, is_mixed ? "" : first);
	if (people.length > 0)
		text_addf(&title, is_mixed ? "%s" : " / %s", people.at);
	else if (is_mixed)
		text_add(&title, paper_say(w, "数值", "Value"));
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

static void set_stroke(const struct writing *w, struct chart *chart)
{
	const json_t *points = json_object_get(w->data->about.prediction, "points");
	size_t n = json_array_size(points);
	struct chart_point *stroke = n > 0 ? calloc(n, sizeof *stroke) : NULL;

	for (size_t i = 0; stroke && i < n; i++) {
		const json_t *point = json_array_get(points, i);

		stroke[i].x = json_number_value(json_array_get(point, 0));
		stroke[i].mean = json_number_value(json_array_get(point, 1));
		stroke[i].low = stroke[i].high = stroke[i].mean;
	}
	chart->stroke = stroke;
	chart->n_stroke = stroke ? n : 0;
}

/* Of what the lesson asked for; without a word of it of the first channel. What is calculated has a chart of its own. */
static bool is_stroke_of(const struct writing *w, const char *unit)
{
	const struct lesson *lesson = w->data->options->lesson;
	const char *y = lesson ? lesson->predict.y : NULL, *of = y ? lesson_unit(lesson, y) : NULL;

	return !paper_is_calculated(lesson, y) &&
		strcmp(of ? of : w->about->streams[0].stream.channels[0].unit, unit) == 0;
}

static void draw(struct writing *w, const struct chart *chart)
{
	paper_begin_wide(w, false);
	chart_draw(chart, w->text);
	paper_end_wide(w);
}

static void set_time(const struct writing *w, struct chart *chart, double marks[MOST_MARKS])
{
	for (size_t i = 0; i < w->about->n_marks && i < MOST_MARKS; i++)
		marks[i] = (double)w->about->marks[i].at.ns / NS_PER_S;
	chart->marks = marks;
	chart->n_marks = w->about->n_marks < MOST_MARKS ? w->about->n_marks : MOST_MARKS;
	chart->x_high = (double)w->about->duration_ns / NS_PER_S;
	text_copy(chart->x_title, sizeof chart->x_title, paper_say(w, "时间 / s", "Time / s"));
}

/* A formula of the lesson against time. */
static void add_calculated(struct writing *w, const char *id)
{
	const struct lesson *lesson = w->data->options->lesson;
	const struct model_text *name = lesson_name(lesson, id);
	const char *said = name ? paper_words(w, name) : "", *unit = lesson_unit(lesson, id);
	struct chart *chart = calloc(1, sizeof *chart);
	struct chart_point *points = NULL;
	double marks[MOST_MARKS];

	if (!chart)
		return;
	struct chart_line *line = &chart->lines[0];
	struct text title = text_over(chart->y_title, sizeof chart->y_title);
	char words[CHART_NAME];
	struct text people = text_over(words, sizeof words);

	unit_add_for_people(&people, unit ? unit : "");
	text_addf(&title, people.length > 0 ? "%s / %s" : "%s", said[0] ? said : id, people.at);
	text_copy(line->name, sizeof line->name, said[0] ? said : id);
	set_time(w, chart, marks);
	line->n = paper_calculate(w->data, id, &points);
	line->points = points;
	chart->n_lines = 1;
	if (lesson->predict.y && strcmp(lesson->predict.y, id) == 0)
		set_stroke(w, chart);
	if (line->n > 0)
		draw(w, chart);
	free(points);
	free((void *)(uintptr_t)chart->stroke);
	free(chart);
}

/* What is predicted, and what is plotted, where the lesson calculates it. */
static void add_all_calculated(struct writing *w)
{
	const struct lesson *lesson = w->data->options->lesson;
	const char *predicted = lesson ? lesson->predict.y : NULL;
	const char *plotted = lesson && lesson->plot.x && strcmp(lesson->plot.x, "time") == 0
		? lesson->plot.y
		: NULL;

	if (paper_is_calculated(lesson, predicted))
		add_calculated(w, predicted);
	if (paper_is_calculated(lesson, plotted) && (!predicted || strcmp(predicted, plotted) != 0))
		add_calculated(w, plotted);
}

static void add_chart(struct writing *w, const char *unit)
{
	double marks[MOST_MARKS];
	struct chart *chart = calloc(1, sizeof *chart);

	if (!chart)
		return;
	set_time(w, chart, marks);
	add_curve(w, unit, chart);
	if (is_stroke_of(w, unit))
		set_stroke(w, chart);
	if (fill_chart(w, unit, chart))
		draw(w, chart);
	free((void *)(uintptr_t)chart->stroke);
	free(chart);
}

void paper_add_charts(struct writing *w)
{
	unsigned n = 0;

	paper_heading(w, "数据", "Data");
	for (size_t i = 0; i < w->about->n_streams; i++)
		for (uint32_t c = 0; c < w->about->streams[i].stream.n_channels; c++)
			if (!is_told_before(w, i, c) && n++ < MOST_CHARTS)
				add_chart(w, w->about->streams[i].stream.channels[c].unit);
	add_all_calculated(w);
	for (size_t i = 0; i < w->about->n_marks && i < MOST_MARKS; i++) {
		text_addf(w->text, "<p>%zu: %.3f s ", i + 1,
			(double)w->about->marks[i].at.ns / NS_PER_S);
		html_add(w->text, w->about->marks[i].text);
		text_add(w->text, " (");
		html_add(w->text, w->about->marks[i].author);
		text_add(w->text, ")</p>\n");
	}
}
