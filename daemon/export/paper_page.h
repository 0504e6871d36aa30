/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of a report's page are written with. Inside export/paper*.c only. */
#pragma once

#include "export/paper_data.h"

struct writing {
	const struct paper_data *data;
	const struct about *about;
	struct text *text;
};

const char *paper_say(const struct writing *w, const char *zh, const char *en);
const char *paper_words(
	const struct writing *w, const struct model_text *words); /* "" where nothing is said */
/* As the lesson calls what it measures, else as its kit does. */
const char *paper_name(
	const struct writing *w, const struct about_stream *of, const struct channel *channel);
/* "3 温度"; the sticker only where there are several kits. */
void paper_add_channel(const struct writing *w, const struct about_stream *of,
	const struct channel *channel, struct text *to);

void paper_heading(struct writing *w, const char *zh, const char *en);
void paper_cell(struct writing *w, const char *string);
void paper_number_cell(struct writing *w, double value); /* not finite: empty */
/* A value as far as `step` tells values apart; 0: nobody knows, then five digits count. Not finite: nothing. */
void paper_add_value(struct text *text, double value, double step);
void paper_value_cell(struct writing *w, double value, double step);
/* What is too wide for a phone scrolls within, by keys, too. */
void paper_begin_wide(struct writing *w, bool is_table);
void paper_end_wide(struct writing *w);
void paper_begin_table(struct writing *w, const char *const heads[][2], size_t n);
void paper_end_table(struct writing *w);

/* paper_plots.c */
void paper_add_charts(struct writing *w);
/* paper_tables.c */
void paper_add_apparatus(struct writing *w);
void paper_add_figures(struct writing *w);
void paper_add_uncertainty(struct writing *w);
void paper_add_gaps(struct writing *w);
/* paper_fit.c: what a fit says, if there is one */
void paper_write_fit(struct writing *w);
/* paper_notes.c */
void paper_add_readings(struct writing *w);
void paper_add_accept(struct writing *w);
void paper_add_point(struct writing *w);
