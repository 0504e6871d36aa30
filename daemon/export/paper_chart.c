/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/paper_chart.h"

#include <float.h>
#include <math.h>

#include "http/html.h"

/* Of the drawing, in its own units; A4 minus margins is about so wide. */
static const double WIDTH = 720, HEIGHT = 300;
static const double LEFT = 64, RIGHT = 140, TOP = 12, BOTTOM = 44;
enum { CURVE_STEPS = 240 };

/* Okabe and Ito's. */
static const char *const COLOURS[] = {
	"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b07d00", "#56b4e9", "#000000"};
static const char *const DASHES[] = {"", "7 3", "2 2", "10 3 2 3"};
enum { N_COLOURS = sizeof COLOURS / sizeof *COLOURS, N_DASHES = sizeof DASHES / sizeof *DASHES };

struct drawing {
	const struct chart *chart;
	struct text *text;
	double low, high; /* of y */
};

double chart_step(double low, double high, unsigned wanted)
{
	double rough = (high - low) / wanted, power;

	if (!(rough > 0) || !isfinite(rough))
		return 1;
	power = pow(10, floor(log10(rough)));
	for (unsigned i = 0; i < 3; i++)
		if (rough <= (double[]){1, 2, 5}[i] * power)
			return (double[]){1, 2, 5}[i] * power;
	return 10 * power;
}

static double px(const struct drawing *d, double x)
{
	return LEFT +
		(WIDTH - LEFT - RIGHT) * (x - d->chart->x_low) /
		(d->chart->x_high - d->chart->x_low);
}

static double py(const struct drawing *d, double y)
{
	double at = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (y - d->low) / (d->high - d->low);

	return fmax(TOP - 2, fmin(HEIGHT - BOTTOM + 2, at));
}

/* Half a unit more than the data on each side; a flat line lies in the middle. */
static bool find_range(struct drawing *d)
{
	double low = INFINITY, high = -INFINITY;

	for (size_t i = 0; i < d->chart->n_lines; i++)
		for (size_t k = 0; k < d->chart->lines[i].n; k++) {
			low = fmin(low, d->chart->lines[i].points[k].low);
			high = fmax(high, d->chart->lines[i].points[k].high);
		}
	if (!(low <= high))
		return false;
	double rest = high > low ? 0.05 * (high - low) : fmax(fabs(high) * 0.05, 0.5);

	d->low = low - rest;
	d->high = high + rest;
	return isfinite(d->low) && isfinite(d->high) && d->low < d->high;
}

static void add_number(struct text *text, double value, double step)
{
	int decimals = (int)ceil(-log10(step) - 1e-9);

	if (fabs(value) < step * 1e-6)
		value = 0;
	if (fabs(value) >= 1e7 || decimals > 6)
		text_addf(text, "%.3g", value);
	else
		text_addf(text, "%.*f", decimals > 0 ? decimals : 0, value);
}

/* What of an axis bears a number: multiples of the step, from first on. An axis on which doubles are
 * hardly nearer to each other than its steps has none. */
struct ticks {
	double step, first;
	unsigned n;
};

static struct ticks find_ticks(double low, double high, unsigned wanted)
{
	double step = chart_step(low, high, wanted);
	double most = fmax(fabs(low), fabs(high)), first, last;

	if (!(step > 0) || !(step >= 4 * DBL_EPSILON * most))
		return (struct ticks){.step = 1};
	first = ceil(low / step - 1e-9);
	last = floor(high / step + 1e-9);
	return (struct ticks){step, first, last >= first ? (unsigned)(last - first) + 1 : 0};
}

static void draw_axes(struct drawing *d)
{
	const struct chart *chart = d->chart;
	struct ticks ticks = find_ticks(d->low, d->high, 6);
	struct text *text = d->text;

	for (unsigned i = 0; i < ticks.n; i++) {
		double y = (ticks.first + i) * ticks.step;

		text_addf(text,
			"<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
			"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
			LEFT, WIDTH - RIGHT, py(d, y), py(d, y), LEFT - 6, py(d, y) + 4);
		add_number(text, y, ticks.step);
		text_add(text, "</text>");
	}
	ticks = find_ticks(chart->x_low, chart->x_high, 8);
	for (unsigned i = 0; i < ticks.n; i++) {
		double x = (ticks.first + i) * ticks.step;

		text_addf(text,
			"<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
			"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
			px(d, x), px(d, x), TOP, HEIGHT - BOTTOM, px(d, x), HEIGHT - BOTTOM + 16);
		add_number(text, x, ticks.step);
		text_add(text, "</text>");
	}
	text_addf(text,
		"<rect class=\"frame\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>"
		"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
		LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM, (LEFT + WIDTH - RIGHT) / 2,
		HEIGHT - 8);
	html_add(text, chart->x_title);
	text_addf(text,
		"</text><text transform=\"translate(14 %.1f) rotate(-90)\" text-anchor=\"middle\">",
		(TOP + HEIGHT - BOTTOM) / 2);
	html_add(text, chart->y_title);
	text_add(text, "</text>");
}

/* Least to greatest of each column, where there is anything between them. */
static void draw_band(struct drawing *d, const struct chart_line *line, const char *colour)
{
	bool is_open = false;

	for (size_t i = 0; i < line->n; i++) {
		const struct chart_point *p = &line->points[i];

		if (!(p->low < p->high))
			continue;
		text_addf(d->text,
			is_open ? "M%.1f %.1fV%.1f" : "<path class=\"band\" d=\"M%.1f %.1fV%.1f",
			px(d, p->x), py(d, p->low), py(d, p->high));
		is_open = true;
	}
	if (is_open)
		text_addf(d->text, "\" stroke=\"%s\"/>", colour);
}

/* To the right, below the name before it. */
static void draw_name(
	struct drawing *d, const char *name, size_t number, const char *colour, const char *dash)
{
	double x = WIDTH - RIGHT + 8, y = TOP + 10 + 16 * (double)number;

	text_addf(d->text,
		"<path class=\"line\" d=\"M%.1f %.1fh22\" stroke=\"%s\" stroke-dasharray=\"%s\"/>"
		"<text x=\"%.1f\" y=\"%.1f\">",
		x, y - 4, colour, dash, x + 26, y);
	html_add(d->text, name);
	text_add(d->text, "</text>");
}

static void draw_line(struct drawing *d, size_t number)
{
	const struct chart_line *line = &d->chart->lines[number];
	const char *colour = COLOURS[number % N_COLOURS];
	const char *dash = DASHES[number % N_DASHES];

	draw_band(d, line, colour);
	text_add(d->text, "<path class=\"line\" d=\"");
	for (size_t i = 0; i < line->n; i++) {
		const struct chart_point *p = &line->points[i];

		text_addf(d->text, "%c%.1f %.1f", i == 0 || p->is_after_gap ? 'M' : 'L',
			px(d, p->x), py(d, p->mean));
		if (p->is_after_gap || line->n == 1)
			text_add(d->text, "h.1"); /* so that a lonely point is seen */
	}
	text_addf(d->text, "\" stroke=\"%s\" stroke-dasharray=\"%s\"/>", colour, dash);
	draw_name(d, line->name, number, colour, dash);
}

static void draw_curve(struct drawing *d)
{
	const struct chart *chart = d->chart;
	bool is_open = false;

	if (!chart->curve || !(chart->curve_low < chart->curve_high))
		return;
	text_add(d->text, "<path class=\"fit\" d=\"");
	for (unsigned i = 0; i <= CURVE_STEPS; i++) {
		double x =
			chart->curve_low + (chart->curve_high - chart->curve_low) * i / CURVE_STEPS;
		double y = chart->curve(chart->self, x);

		if (isfinite(y))
			text_addf(d->text, "%c%.1f %.1f", is_open ? 'L' : 'M', px(d, x), py(d, y));
		is_open = isfinite(y);
	}
	text_add(d->text, "\"/>");
}

/* It was drawn for the time the lesson has, and the run may be shorter: an svg within shows nothing outside. */
static void draw_stroke(struct drawing *d)
{
	const struct chart *chart = d->chart;
	const double width = WIDTH - LEFT - RIGHT, height = HEIGHT - TOP - BOTTOM;

	if (chart->n_stroke == 0)
		return;
	text_addf(d->text,
		"<svg x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" viewBox=\"%.0f %.0f %.0f %.0f\">"
		"<path class=\"stroke\" d=\"",
		LEFT, TOP, width, height, LEFT, TOP, width, height);
	for (size_t i = 0; i < chart->n_stroke; i++)
		text_addf(d->text, "%c%.1f %.1f", i > 0 ? 'L' : 'M', px(d, chart->stroke[i].x),
			py(d, chart->stroke[i].mean));
	text_add(d->text, "\"/></svg>");
}

static void draw_marks(struct drawing *d)
{
	for (size_t i = 0; i < d->chart->n_marks; i++)
		text_addf(d->text,
			"<line class=\"mark\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
			"<text x=\"%.1f\" y=\"%.1f\">%zu</text>",
			px(d, d->chart->marks[i]), px(d, d->chart->marks[i]), TOP, HEIGHT - BOTTOM,
			px(d, d->chart->marks[i]) + 2, TOP + 10, i + 1);
}

void chart_draw(const struct chart *chart, struct text *text)
{
	struct drawing d = {.chart = chart, .text = text};

	if (!find_range(&d))
		return;
	text_addf(text, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);
	html_add(text, chart->y_title);
	text_add(text, "\">");
	draw_axes(&d);
	for (size_t i = 0; i < chart->n_lines; i++)
		if (chart->lines[i].n > 0)
			draw_line(&d, i);
	draw_curve(&d);
	draw_stroke(&d);
	draw_marks(&d);
	text_add(text, "</svg>\n");
}
