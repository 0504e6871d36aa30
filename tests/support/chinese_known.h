/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For fuzzers: is every sentence about a mistake known in Chinese, whatever word it quotes? */
#pragma once

#include <stdbool.h>
#include <string.h>

#include "data/chinese.h"
#include "data/report.h"

/* Lines as report_text gives them. What is cut at its end has no known form any more. */
static inline bool is_known_in_chinese(const char *lines)
{
	char line[REPORT_TEXT + 200], buffer[4 * sizeof line];

	for (const char *end; (end = strchr(lines, '\n')); lines = end + 1) {
		struct text zh = text_over(buffer, sizeof buffer);
		size_t n = (size_t)(end - lines);

		if (n >= REPORT_TEXT - 8)
			continue;
		memcpy(line, lines, n);
		line[n] = '\0';
		if (!chinese_add(&zh, line) || !utf8_is_valid(zh.at, zh.length))
			return false;
	}
	return true;
}
