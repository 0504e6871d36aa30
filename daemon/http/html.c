/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/html.h"

#include <string.h>

void html_add(struct text *text, const char *string)
{
	if (!utf8_is_valid(string, strlen(string))) {
		text_add_char(text, '?');
		return;
	}
	for (; *string; string++) {
		switch (*string) {
		case '&':
			text_add(text, "&amp;");
			break;
		case '<':
			text_add(text, "&lt;");
			break;
		case '>':
			text_add(text, "&gt;");
			break;
		case '"':
			text_add(text, "&quot;");
			break;
		case '\'':
			text_add(text, "&#39;");
			break;
		default:
			text_add_char(text, *string);
		}
	}
}
