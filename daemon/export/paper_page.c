/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/paper_page.h"

#include <math.h>
#include <string.h>

#include "data/quantity.h"
#include "fit/digits.h"
#include "http/html.h"

const char *paper_say(const struct writing *w, const char *zh, const char *en)
{
	return w->data->options->is_english ? en : zh;
}

const char *paper_words(const struct writing *w, const struct model_text *words)
{
	const char *first = w->data->options->is_english ? words->en : words->zh;
	const char *other = w->data->options->is_english ? words->zh : words->en;

	return first && first[0] ? first : other ? other : "";
}

/* The need that it serves, if it has a name in the report's language; NULL. */
static const struct model_text *need_name(
	const struct writing *w, const struct about_stream *of, const struct channel *channel)
{
	const struct lesson *lesson = w->data->options->lesson;
	const uint32_t at = (uint32_t)(channel - of->stream.channels);

	for (size_t i = 0; lesson && i < lesson->n_needs; i++)
		if (w->data->needs[i].stream == of->stream.id && w->data->needs[i].channel == at)
			return &lesson->needs[i].name;
	return NULL;
}

/* Of a board that printed a label of its own, what it measures. */
static const char *plain_name(const struct writing *w, const struct channel *channel)
{
	const struct quantity *quantity = quantity_find(channel->quantity);

	if (!w->data->options->is_english && quantity && quantity->zh &&
		strcmp(channel->name_zh, channel->id) == 0)
		return quantity->zh;
	return w->data->options->is_english && channel->name_en[0] ? channel->name_en
								   : channel->name_zh;
}

const char *paper_name(
	const struct writing *w, const struct about_stream *of, const struct channel *channel)
{
	const struct model_text *name = need_name(w, of, channel);
	const char *said = name ? paper_words(w, name) : "";

	return said[0] ? said : plain_name(w, channel);
}

void paper_heading(struct writing *w, const char *zh, const char *en)
{
	text_addf(w->text, "<h2>%s</h2>\n", paper_say(w, zh, en));
}

void paper_cell(struct writing *w, const char *string)
{
	text_add(w->text, "<td>");
	html_add(w->text, string);
	text_add(w->text, "</td>");
}

void paper_number_cell(struct writing *w, double value)
{
	text_add(w->text, "<td class=\"n\">");
	if (isfinite(value))
		text_add_double(w->text, value);
	text_add(w->text, "</td>");
}

void paper_add_value(struct text *text, double value, double step)
{
	if (!isfinite(value))
		return;
	/* As digits_of takes an uncertainty that begins with 2: to the digit of the step. */
	if (step > 0 && isfinite(step))
		digits_add(text, value, 2 * pow(10, floor(log10(step) + 1e-12)));
	else
		text_addf(text, "%.5g", value);
}

void paper_value_cell(struct writing *w, double value, double step)
{
	text_add(w->text, "<td class=\"n\">");
	paper_add_value(w->text, value, step);
	text_add(w->text, "</td>");
}

void paper_begin_wide(struct writing *w, bool is_table)
{
	text_addf(w->text, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"%s\">",
		is_table ? paper_say(w, "表", "Table") : paper_say(w, "图", "Chart"));
}

void paper_end_wide(struct writing *w)
{
	text_add(w->text, "</div>\n");
}

void paper_begin_table(struct writing *w, const char *const heads[][2], size_t n)
{
	paper_begin_wide(w, true);
	text_add(w->text, "<table><thead><tr>");
	for (size_t i = 0; i < n; i++)
		text_addf(w->text, "<th scope=\"col\">%s</th>",
			paper_say(w, heads[i][0], heads[i][1]));
	text_add(w->text, "</tr></thead><tbody>\n");
}

void paper_end_table(struct writing *w)
{
	text_add(w->text, "</tbody></table>");
	paper_end_wide(w);
}

void paper_add_channel(const struct writing *w, const struct about_stream *of,
	const struct channel *channel, struct text *to)
{
	if (w->about->n_streams > 1)
		text_addf(to, "%u ", of->sticker);
	text_add(to, paper_name(w, of, channel));
}
