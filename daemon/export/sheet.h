/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An extract as a workbook for Excel, LibreOffice and WPS: the rows as in a CSV (sheets "数据 Data",
 * "数据 Data 2", ... of 1 048 575 rows each), charts of them that the program draws itself, and what a scientist
 * must know of them ("说明 About"). Main thread makes it; the product says the rest. */
#pragma once

#include "export/extract_product.h"

/* The options are copied; their format does not matter. -ENOMEM. */
int sheet_product_new(const struct extract_product_options *options, struct product **ret_product);
