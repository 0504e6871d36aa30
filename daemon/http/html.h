/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as it may stand in HTML or SVG, in an element or between double quotes. Pure. */
#pragma once

#include "base/text.h"

/* & < > " ' escaped, so that nothing in it is ever taken for markup; what is no UTF-8 is a question
 * mark. */
void html_add(struct text *text, const char *string);
