/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "fit/digits.h"
#include "fit/words.h"
#include "http/html.h"
#include "export/paper_page.h"

static void add_parameters(struct writing *w, const struct fit_result *fit)
{
	bool is_english = w->data->options->is_english;
	struct text *text = w->text;

	paper_begin_wide(w, true);
	text_addf(text,
		"<table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
		"<th scope=\"col\">95 %%</th></tr></thead><tbody>\n",
		is_english ? "Parameter" : "参数",
		is_english ? "Value and standard uncertainty" : "值和标准不确定度");
	for (unsigned i = 0; i < fit->n_parameters; i++) {
		text_add(text, "<tr><td>");
		html_add(text, fit_parameter_id(fit->model, i));
		text_add(text, "</td><td class=\"n\">");
		digits_add_both(text, fit->values[i], fit->errors[i]);
		text_add(text, "</td><td class=\"n\">");
		digits_add(text, fit->low[i], fit->errors[i]);
		text_add(text, " … ");
		digits_add(text, fit->high[i], fit->errors[i]);
		text_add(text, "</td></tr>\n");
	}
	paper_end_table(w);
}

static void add_formula(const struct fit_result *fit, struct text *text)
{
	char room[128];
	struct text formula = text_over(room, sizeof room);

	for (const char *at = fit_model_formula(fit->model); *at; at++)
		text_add_char(&formula, *at == '@' ? 't' : *at);
	html_add(text, formula.at);
}

void paper_write_fit(struct writing *w)
{
	const struct paper_data *data = w->data;
	const struct fit_result *fit = &data->fit;
	struct text *text = w->text;
	bool is_english = data->options->is_english;
	const struct fit_naming naming = {true, "s", data->fit_channel.unit, false};
	const char *zh_name, *en_name;
	char zh[1024], en[1024];
	struct text zh_text = text_over(zh, sizeof zh), en_text = text_over(en, sizeof en);

	if (!data->has_fit)
		return;
	fit_model_name(fit->model, &zh_name, &en_name);
	text_addf(text, "<h2>%s</h2>\n<p>", is_english ? "Fit" : "拟合");
	html_add(text, is_english ? en_name : zh_name);
	text_add(text, ": ");
	add_formula(fit, text);
	text_addf(text, " (n = %zu", fit->n);
	if (isfinite(fit->r2))
		text_addf(text, ", R² = %.4f", fit->r2);
	text_add(text, ")</p>\n<p>");
	fit_sentence(fit, &naming, &zh_text, &en_text);
	html_add(text, is_english ? en : zh);
	text_add(text, "</p>\n");
	if (fit_has_numbers(fit->why))
		add_parameters(w, fit);
}
