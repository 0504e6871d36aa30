/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/sheet_about.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "data/unit.h"
#include "export/export_cell.h"

/* Programs draw as many points in a moment; of more a part is shown, and the title says so. */
enum { MOST_POINTS = 32000, FIRST_CHANNEL = 2 };

/* --- charts --- */

/* The chart of that unit; a new one, where there is none yet; NULL: there is no room. */
static struct workbook_chart *chart_for(const char *ucum, struct workbook_chart *charts, size_t *n)
{
	char unit[WORKBOOK_TITLE];
	struct text text = text_over(unit, sizeof unit);

	unit_add_for_people(&text, ucum ? ucum : "");
	for (size_t i = 0; i < *n; i++)
		if (strcmp(charts[i].y_title, unit) == 0)
			return charts[i].n_lines < WORKBOOK_LINES ? &charts[i] : NULL;
	if (*n == WORKBOOK_CHARTS)
		return NULL;
	text_copy(charts[*n].y_title, WORKBOOK_TITLE, unit);
	return &charts[(*n)++];
}

static void title_chart(const struct sheet_facts *facts, struct workbook_chart *chart)
{
	struct text title = text_over(chart->title, sizeof chart->title);
	uint32_t most = MOST_POINTS + 1;

	chart->first = 2;
	chart->last = facts->rows < most ? facts->rows : most;
	chart->bridges_blanks = facts->extract->exporter.n_streams > 1;
	text_add(&title,
		facts->extract->options.asked.title[0] ? facts->extract->options.asked.title
						       : "kitlog");
	if (facts->all_rows > MOST_POINTS)
		text_addf(&title, "（前 %d 行 / first %d rows）", MOST_POINTS, MOST_POINTS);
	text_copy(chart->x_title, sizeof chart->x_title, "时间 time / s");
	if (!chart->y_title[0])
		text_copy(chart->y_title, sizeof chart->y_title, chart->lines[0].name);
}

/* Its name is to be written. */
static struct text add_line_of(struct workbook_chart *chart, unsigned column)
{
	struct workbook_line *line = &chart->lines[chart->n_lines++];

	line->column = column;
	return text_over(line->name, sizeof line->name);
}

int sheet_add_charts(struct workbook *book, const struct sheet_facts *facts)
{
	static const struct workbook_chart NONE;
	const struct exporter *exporter = &facts->extract->exporter;
	struct workbook_chart charts[WORKBOOK_CHARTS] = {NONE};
	unsigned column = FIRST_CHANNEL;
	size_t n = 0;

	if (facts->rows < 2)
		return 0;
	for (size_t i = 0; i < exporter->n_streams; i++)
		for (size_t c = 0; c < exporter->streams[i].stream.n_channels; c++, column++) {
			const struct channel *channel = &exporter->streams[i].stream.channels[c];
			struct workbook_chart *chart = chart_for(channel->unit, charts, &n);

			if (!chart)
				continue;
			struct text name = add_line_of(chart, column);

			cell_add_whose(exporter, &exporter->streams[i], &name);
			text_addf(&name, "%s %s", channel->name_zh, channel->name_en);
		}
	for (size_t i = 0; i < exporter->n_formulas; i++, column++) {
		const struct lesson_formula *told =
			formula_columns_told(facts->extract->formulas, i);
		struct workbook_chart *chart = chart_for(told->unit, charts, &n);

		if (!chart)
			continue;
		struct text name = add_line_of(chart, column);

		cell_add_told(&told->name, told->id, "", &name);
	}
	for (size_t i = 0; i < n; i++)
		title_chart(facts, &charts[i]);
	return n > 0 ? workbook_add_charts(book, "图 Chart", charts, n) : 0;
}

/* --- about --- */

static int add_line(struct workbook *book, const char *name, const char *value)
{
	workbook_text(book, name);
	workbook_text(book, value);
	return workbook_end_row(book);
}

static int add_hour(struct workbook *book, const struct sheet_facts *facts)
{
	const struct exporter *exporter = &facts->extract->exporter;
	char room[WALL_TEXT + 64], hour[WALL_TEXT];
	struct text text = text_over(room, sizeof room);
	struct anchor anchor;
	struct wall wall;

	if (exporter->wall && wall_map_at(exporter->wall, exporter->origin, &wall, &anchor)) {
		text_addf(&text, "%s (%s, ", wall_text(wall, 6, hour),
			anchor_source_name(anchor.source));
		stated_add_span(&text, anchor.uncertainty_ns);
		text_add_char(&text, ')');
	} else {
		text_add(&text, "没人知道 nobody has told it");
	}
	return add_line(book, "time_s = 0 的钟点 hour (UTC)", text.at);
}

static const char *stamps_of(const struct extract *extract)
{
	switch (extract->options.stamps) {
	case STAMPS_REFINED:
		return "按结束后的最好时钟图 by the better map of after the end";
	case STAMPS_EVEN:
		return "按行号均匀 even, by index";
	case STAMPS_LIVE:
		break;
	}
	return "按记录时 as recorded";
}

static int add_general(struct workbook *book, const struct sheet_facts *facts)
{
	const struct extract *extract = facts->extract;
	char room[128];
	struct text text = text_over(room, sizeof room);
	int r = add_line(book, "标题 title", facts->extract->options.asked.title);

	if (r == 0)
		r = add_line(book, "板子 board", extract->options.board);
	if (r == 0)
		r = add_line(book, "程序 program", "kitlog " KITLOG_VERSION);
	if (r == 0)
		r = add_hour(book, facts);
	if (r == 0)
		r = add_line(book, "数值 values",
			extract->options.is_raw ? "器材说的原样 as the devices said them"
						: "校准后 calibrated, where it says so");
	if (r == 0)
		r = add_line(book, "时刻 stamps", stamps_of(extract));
	text_addf(&text, "%" PRIu64 "; %" PRIu64, facts->all_rows, facts->of_all.n);
	if (r == 0)
		r = add_line(book, "行数；整块板子的缺口 rows; gaps of the whole board", text.at);
	if (r == 0 && extract->options.asked.group > 0) {
		workbook_text(book, "组 group");
		workbook_number(book, extract->options.asked.group);
		r = workbook_end_row(book);
	}
	if (r == 0)
		r = sheet_add_prediction(book, facts);
	if (r == 0)
		r = sheet_add_accept(book, facts);
	return r == 0 ? workbook_end_row(book) : r;
}

static const char *const HEADS[] = {"列 column", "贴纸 sticker", "器材 kit", "型号 model",
	"设备 identity", "数据流 stream", "通道 channel", "名称 name (zh)", "名称 name (en)",
	"量 quantity", "单位 unit (UCUM)", "分辨力 resolution", "量程下限 low", "量程上限 high",
	"周期 period_s", "时刻来自 stamps by", "时刻 ±s (95 %) stamp_u_s", "校准 calibrations",
	"缺口 gaps", "缺的行 lost rows"};

static void add_range(struct workbook *book, const struct channel *channel)
{
	bool is_known = channel->low < channel->high;

	workbook_number(book, channel->resolution > 0 ? channel->resolution : NAN);
	workbook_number(book, is_known ? channel->low : NAN);
	workbook_number(book, is_known ? channel->high : NAN);
}

static double seconds_or_nothing(int64_t ns)
{
	return ns > 0 ? (double)ns / NS_PER_S : NAN;
}

static void add_letters(struct workbook *book, unsigned column)
{
	char letters[8];
	size_t at = sizeof letters - 1;

	letters[at] = '\0';
	for (unsigned n = column + 1; n > 0; n = (n - 1) / 26)
		letters[--at] = (char)('A' + (n - 1) % 26);
	workbook_text(book, letters + at);
}

/* What the lesson calculates: how stands where a channel has its quantity. */
static int add_formula(
	struct workbook *book, const struct formula_columns *formulas, size_t i, unsigned column)
{
	const struct lesson_formula *told = formula_columns_told(formulas, i);
	char room[sizeof((struct export_formula *)0)->head];
	struct text how = text_over(room, sizeof room);

	add_letters(book, column);
	workbook_skip(book, 5);
	workbook_text(book, told->id);
	workbook_text(book, told->name.zh ? told->name.zh : "");
	workbook_text(book, told->name.en ? told->name.en : "");
	text_add(&how, "算式 formula ");
	formula_columns_add_how(formulas, i, &how);
	workbook_text(book, how.at);
	workbook_text(book, told->unit ? told->unit : "");
	return workbook_end_row(book);
}

static int add_channel(struct workbook *book, const struct export_stream *of, size_t c,
	unsigned column, const struct sheet_gaps *gaps)
{
	const struct channel *channel = &of->stream.channels[c];

	add_letters(book, column);
	workbook_number(book, of->sticker);
	workbook_text(book, of->kit);
	workbook_text(book, of->model);
	workbook_text(book, of->identity);
	workbook_text(book, of->stream.name);
	workbook_text(book, channel->id);
	workbook_text(book, channel->name_zh);
	workbook_text(book, channel->name_en);
	workbook_text(book, channel->quantity);
	workbook_text(book, channel->unit);
	add_range(book, channel);
	workbook_number(book, seconds_or_nothing(of->stream.period_ns));
	workbook_text(book, stated_source(of->stream.stamps));
	workbook_number(book, seconds_or_nothing(of->worst_ns));
	workbook_text(book, of->by[c] ? of->by[c] : "");
	workbook_number(book, (double)gaps->n);
	workbook_number(book, (double)gaps->lost_rows);
	return workbook_end_row(book);
}

int sheet_add_about(struct workbook *book, const struct sheet_facts *facts)
{
	const struct exporter *exporter = &facts->extract->exporter;
	unsigned column = FIRST_CHANNEL;
	int r = workbook_begin_sheet(book, "说明 About", false);

	if (r == 0)
		r = add_general(book, facts);
	for (size_t i = 0; i < sizeof HEADS / sizeof *HEADS; i++)
		workbook_text(book, HEADS[i]);
	if (r == 0)
		r = workbook_end_row(book);
	for (size_t i = 0; i < exporter->n_streams; i++)
		for (size_t c = 0; c < exporter->streams[i].stream.n_channels && r == 0; c++)
			r = add_channel(book, &exporter->streams[i], c, column++, &facts->gaps[i]);
	for (size_t i = 0; i < exporter->n_formulas && r == 0; i++)
		r = add_formula(book, facts->extract->formulas, i, column++);
	return r;
}
