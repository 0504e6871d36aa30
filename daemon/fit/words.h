/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fit says, in one plain sentence of each language: what its parameters mean, or why it does not
 * fit and what to try. It never praises. Pure; any thread. */
#pragma once

#include "base/text.h"
#include "fit/result.h"

struct fit_naming {
	bool x_is_time;              /* and its unit is s */
	const char *x_unit, *y_unit; /* UCUM; "": none */
	bool is_of_points;           /* they are all there are: no other range can be selected */
};

void fit_sentence(const struct fit_result *result, const struct fit_naming *naming, struct text *zh,
	struct text *en);
