/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/paper_page.h"

#include <math.h>

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

const char *paper_name(const struct writing *w, const struct channel *channel)
{
	return w->data->options->is_english && channel->name_en[0] ? channel->name_en
								   : channel->name_zh;
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

void paper_begin_table(struct writing *w, const char *const heads[][2], size_t n)
{
	text_add(w->text, "<div class=\"wide\"><table><thead><tr>");
	for (size_t i = 0; i < n; i++)
		text_addf(w->text, "<th scope=\"col\">%s</th>",
			paper_say(w, heads[i][0], heads[i][1]));
	text_add(w->text, "</tr></thead><tbody>\n");
}

void paper_end_table(struct writing *w)
{
	text_add(w->text, "</tbody></table></div>\n");
}

void paper_add_channel(const struct writing *w, const struct about_stream *of,
	const struct channel *channel, struct text *to)
{
	if (w->about->n_streams > 1)
		text_addf(to, "%u ", of->sticker);
	text_add(to, paper_name(w, channel));
}
