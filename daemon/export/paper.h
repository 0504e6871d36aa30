/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run on paper: a page of HTML that prints to A4, as a science contest wants it. Question, prediction,
 * apparatus, chart, figures, what is uncertain, what is missing, where it all comes from; and room to write
 * what only the group can say. One language; no script; every text from outside is escaped. It is made on the
 * board of what is on the card, and of one run it is always the same.
 *
 * Main thread makes it; the product says the rest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "data/lesson.h"
#include "fit/fit.h"
#include "class/run_notes.h"
#include "export/about.h"
#include "history/fit_points.h"
#include "http/product.h"
#include "sense/catalogue.h"

struct paper_options {
	const char *board, *directory; /* of the store. Borrowed for the product's life */
	struct run run;                /* over, or up to now */
	uint32_t import;               /* export/import.h; 0: the board's own */
	uint32_t streams[ABOUT_STREAMS];
	size_t n_streams; /* 0: all that have a part in it */
	bool is_english;
	enum run_notes_hide hides; /* what is not for whoever asks */
	const struct catalogue
		*kits; /* what kits are called; NULL: nobody knows. Borrowed likewise */
	const struct lesson *lesson; /* that it is of; NULL: none, or not known. Held */
	/* A fit to draw and tell; FIT_MODELS: what the lesson fits against time, where that fits the whole run. Of y its stream and id are asked for, and from and to. */
	enum fit_model model;
	struct fit_range fit;
};

/* -ENOMEM. */
int paper_product_new(const struct paper_options *options, struct product **ret_product);
