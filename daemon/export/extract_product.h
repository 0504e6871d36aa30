/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An extract (CSV, line protocol) as a file to send. Main thread makes it; the product says the rest. */
#pragma once

#include "data/lesson.h"
#include "keep/keep.h"
#include "sense/catalogue.h"
#include "class/run_notes.h"
#include "export/extract.h"
#include "http/product.h"

struct extract_product_options {
	struct extract_options extract;
	const struct catalogue
		*catalogue; /* whose warm-ups flag rows; NULL: nobody knows the kits */
	struct keep *keep;  /* to keep a better map that had to be made */
	const struct store_status *store;

	/* of options.asked, for a workbook and for readings: */
	const char *directory;       /* of the store */
	const struct lesson *lesson; /* NULL: none, or not known. Held */
	enum run_notes_hide hides;   /* what is not for whoever asks */
};

/* The options are copied. -ENOMEM. Refuses with 404 when there is no row and no such stream, or when
 * line protocol would have no row because nobody has told the hour of any. */
int extract_product_new(
	const struct extract_product_options *options, struct product **ret_product);

/* For other products that are made of an extract: what the kinds' functions of the same names do. */
void extract_product_lack(struct extract *extract, struct instant kept_to);
void extract_product_keep_made(
	const struct extract *extract, const struct extract_product_options *options);
bool extract_product_refuse(const struct extract *extract, struct request *request, int result);
