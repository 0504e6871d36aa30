/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readings of a run as a CSV file to send. Main thread makes it; the product says the rest. */
#pragma once

#include "export/extract_product.h"

/* Of options.asked; the options are copied. -ENOMEM. Refuses with 404 when nothing was
 * typed, with 403 where whoever asks may not see it: of a session that ended long ago the journal says so. */
int typed_product_new(const struct extract_product_options *options, struct product **ret_product);
