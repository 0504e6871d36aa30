/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "data/rounding.h"
#include "data/unit.h"
#include "fit/digits.h"
#include "http/html.h"
#include "export/paper_page.h"
#include "history/stated.h"

enum { MOST_GAPS = 30 };

/* --- apparatus --- */

/* What the board calls it in this language, and what it says of itself where that is more than its kit's id. */
static void paper_add_kit(struct writing *w, const struct about_stream *of)
{
	const struct model *known = catalogue_find(w->data->options->kits, of->kit);
	const char *name = known ? paper_words(w, &known->name) : "";
	size_t id = strlen(of->kit);

	text_add(w->text, "<td>");
	html_add(w->text, name[0] ? name : of->model[0] ? of->model : of->kit);
	if (name[0] && of->model[0] && strncmp(of->model, of->kit, id) != 0 &&
		strcmp(of->model, name) != 0) {
		text_add(w->text, " · ");
		html_add(w->text, of->model);
	}
	text_add(w->text, "</td>");
}

void paper_add_apparatus(struct writing *w)
{
	static const char *const HEADS[][2] = {{"号码", "Number"}, {"器材", "Kit"},
		{"量", "Quantity"}, {"单位", "Unit"}, {"分辨力", "Resolution"}, {"量程", "Range"},
		{"每秒读数", "Per second"}, {"校准", "Calibration"}};

	paper_heading(w, "器材", "Apparatus");
	paper_begin_table(w, HEADS, sizeof HEADS / sizeof *HEADS);
	for (size_t i = 0; i < w->about->n_streams; i++) {
		const struct about_stream *of = &w->about->streams[i];

		for (uint32_t c = 0; c < of->stream.n_channels; c++) {
			const struct channel *channel = &of->stream.channels[c];
			const char *by = w->data->streams[i].channels[c].by;
			char room[128];
			struct text cell = text_over(room, sizeof room);

			text_addf(w->text, "<tr><td class=\"n\">%u</td>", of->sticker);
			paper_add_kit(w, of);
			paper_cell(w, paper_name(w, of, channel));
			unit_add_for_people(&cell, channel->unit);
			paper_cell(w, cell.at);
			paper_number_cell(w, channel->resolution > 0 ? channel->resolution : NAN);
			text_reset(&cell);
			if (channel->low < channel->high) {
				text_add_double(&cell, channel->low);
				text_add(&cell, " … ");
				text_add_double(&cell, channel->high);
			}
			paper_cell(w, cell.at);
			text_reset(&cell);
			if (of->stream.period_ns > 0)
				text_addf(&cell, "%.4g", 1e9 / (double)of->stream.period_ns);
			paper_cell(w, cell.at);
			paper_cell(w, by ? by : paper_say(w, "没有校准", "none"));
			text_add(w->text, "</tr>\n");
		}
	}
	paper_end_table(w);
}

/* To what the kit can tell apart; where nobody knows that, to what its readings scatter; 0: neither. */
static double step_of(const struct channel *channel, const struct paper_channel *of)
{
	if (channel->resolution > 0)
		return channel->resolution;
	return of->n_meant > 1 ? sqrt(of->squares / (double)(of->n_meant - 1)) / 10 : 0;
}

/* To a tenth of what the kit can tell apart; where nobody knows that, as many digits as most kits have. */
static void add_mean(struct text *text, const struct channel *channel, double mean)
{
	double rounding = rounding_of(100 * channel->resolution);

	if (rounding > 0)
		text_add_double(text, rounding_apply(rounding, mean));
	else
		text_addf(text, "%.6g", mean);
}

/* Where the lesson takes means: how far the readings scatter, and how sure their mean is. */
static void add_means(struct writing *w)
{
	static const char *const HEADS[][2] = {{"量", "Quantity"}, {"单位", "Unit"},
		{"读数个数 n", "Readings n"}, {"标准差 s", "Standard deviation s"},
		{"平均 ± s/√n", "Mean ± s/√n"}};
	bool has_any = false;

	for (size_t i = 0; i < w->about->n_streams; i++)
		for (uint32_t c = 0; c < w->about->streams[i].stream.n_channels; c++) {
			const struct channel *channel = &w->about->streams[i].stream.channels[c];
			const struct paper_channel *of = &w->data->streams[i].channels[c];
			char room[CHART_NAME];
			struct text cell = text_over(room, sizeof room);

			if (of->n_meant < 2)
				continue;
			if (!has_any)
				paper_begin_table(w, HEADS, sizeof HEADS / sizeof *HEADS);
			has_any = true;
			double n = (double)of->n_meant, sd = sqrt(of->squares / (n - 1));

			paper_add_channel(w, &w->about->streams[i], channel, &cell);
			text_add(w->text, "<tr>");
			paper_cell(w, cell.at);
			text_reset(&cell);
			unit_add_for_people(&cell, channel->unit);
			paper_cell(w, cell.at);
			paper_number_cell(w, n);
			text_add(w->text, "<td class=\"n\">");
			paper_add_value(w->text, sd, sd / 10); /* two digits */
			text_add(w->text, "</td><td class=\"n\">");
			if (sd > 0)
				digits_add_both(w->text, of->mean, sd / sqrt(n));
			else
				add_mean(w->text, channel, of->mean);
			text_add(w->text, "</td></tr>\n");
		}
	if (has_any)
		paper_end_table(w);
}

void paper_add_figures(struct writing *w)
{
	static const char *const HEADS[][2] = {{"量", "Quantity"}, {"单位", "Unit"},
		{"读数个数", "Readings"}, {"最初", "First"}, {"最后", "Last"}, {"最小", "Least"},
		{"最大", "Greatest"}, {"平均", "Mean"}};

	paper_begin_table(w, HEADS, sizeof HEADS / sizeof *HEADS);
	for (size_t i = 0; i < w->about->n_streams; i++)
		for (uint32_t c = 0; c < w->about->streams[i].stream.n_channels; c++) {
			const struct channel *channel = &w->about->streams[i].stream.channels[c];
			const struct paper_channel *of = &w->data->streams[i].channels[c];
			char room[CHART_NAME];
			struct text cell = text_over(room, sizeof room);

			paper_add_channel(w, &w->about->streams[i], channel, &cell);
			text_add(w->text, "<tr>");
			paper_cell(w, cell.at);
			text_reset(&cell);
			unit_add_for_people(&cell, channel->unit);
			paper_cell(w, cell.at);
			paper_number_cell(w, (double)of->n);
			const double told[] = {of->first, of->last, of->min, of->max};

			for (size_t k = 0; k < sizeof told / sizeof *told; k++)
				paper_value_cell(
					w, of->n > 0 ? told[k] : NAN, step_of(channel, of));
			text_add(w->text, "<td class=\"n\">");
			if (of->n > 0)
				add_mean(w->text, channel, of->sum / (double)of->n);
			text_add(w->text, "</td></tr>\n");
		}
	paper_end_table(w);
	add_means(w);
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

	return paper_say(w, WORDS[reason][0], WORDS[reason][1]);
}

static const char *source_words(const struct writing *w, enum stamp_source source)
{
	switch (source) {
	case STAMP_DEVICE:
		return paper_say(w, "按器材自己的时钟。", "by the kit's own clock.");
	case STAMP_ARRIVAL:
		return paper_say(w, "按收到的时刻。", "taken when it arrived.");
	case STAMP_KERNEL:
		break;
	}
	return paper_say(w, "由内核打上。", "taken by the kernel.");
}

void paper_add_uncertainty(struct writing *w)
{
	paper_heading(w, "不确定度", "Uncertainty");
	for (size_t i = 0; i < w->about->n_streams; i++) {
		const struct about_stream *of = &w->about->streams[i];

		text_add(w->text, "<p>");
		text_addf(w->text, paper_say(w, "%u 号的时刻：", "Stamps of %u: "), of->sticker);
		if (w->data->streams[i].worst_ns > 0) {
			stated_add_span(w->text, w->data->streams[i].worst_ns);
			text_add(w->text,
				paper_say(w, "（100 次里有 95 次在内），", " (95 of 100), "));
		}
		text_addf(w->text, "%s</p>\n", source_words(w, of->stream.stamps));
	}
	text_addf(w->text, "<p>%s</p>\n",
		paper_say(w, "数值最少差半个分辨力；器材的准确度看它的说明。",
			"A value is uncertain by half its resolution at least; for its accuracy see the "
			"kit's description."));
}

void paper_add_gaps(struct writing *w)
{
	static const char *const HEADS[][2] = {{"从 / s", "From / s"}, {"到 / s", "To / s"},
		{"谁的", "Whose"}, {"为什么", "Why"}, {"缺的读数", "Readings lost"}};
	const struct about *about = w->about;

	paper_heading(w, "缺口", "Gaps");
	if (about->n_gaps == 0) {
		text_addf(w->text, "<p>%s</p>\n", paper_say(w, "没有缺口。", "There are none."));
		return;
	}
	paper_begin_table(w, HEADS, sizeof HEADS / sizeof *HEADS);
	for (size_t i = 0; i < about->n_gaps && i < MOST_GAPS; i++) {
		const struct about_gap *gap = &about->gaps[i];

		text_addf(w->text, "<tr><td class=\"n\">%.3f</td><td class=\"n\">%.3f</td>",
			(double)gap->gap.from.ns / NS_PER_S, (double)gap->gap.to.ns / NS_PER_S);
		if (gap->stream < about->n_streams)
			text_addf(w->text, "<td>%u</td>", about->streams[gap->stream].sticker);
		else
			paper_cell(w, paper_say(w, "全部", "all"));
		paper_cell(w, reason_words(w, gap->gap.reason));
		text_add(w->text, "<td class=\"n\">");
		if (gap->gap.lost_rows > 0)
			text_addf(w->text, "%" PRIu64, gap->gap.lost_rows);
		text_add(w->text, "</td></tr>\n");
	}
	paper_end_table(w);
	if (about->n_gaps > MOST_GAPS)
		text_addf(w->text, paper_say(w, "<p>还有 %zu 个。</p>\n", "<p>And %zu more.</p>\n"),
			about->n_gaps - MOST_GAPS);
}
