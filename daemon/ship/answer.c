/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classes by status, but for web pages and one status that InfluxDB 2.0 chose badly. The words are
 * looked for in the places where InfluxDB 1.x ("error"), 2.x ("message") and 3 ("error_message" per
 * line, "error") put them; by a tolerant scan, not a JSON parser, because only the first KiB of an
 * answer is kept. */
#include "ship/answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

bool answer_is_page(const char *content_type)
{
	return content_type && strncasecmp(content_type, "text/html", 9) == 0;
}

/* 1.x and 2.x: "points beyond retention policy dropped=3"; later ones: "dropped 3 points outside
 * retention policy of duration 168h0m0s". */
static bool is_about_expired(const char *words)
{
	return strstr(words, "beyond retention policy") ||
		strstr(words, "outside retention policy");
}

enum answer answer_classify(
	int status, const char *content_type, const char *words, bool tells_error)
{
	bool is_page = answer_is_page(content_type);

	if (status >= 200 && status < 300)
		return is_page || tells_error ? ANSWER_LATER : ANSWER_TAKEN;
	switch (status) {
	case 400:
	case 422:
		return is_page ? ANSWER_LATER : ANSWER_BAD_LINES;
	case 500:
		return is_about_expired(words) ? ANSWER_BAD_LINES : ANSWER_LATER;
	case 413:
		return ANSWER_TOO_LARGE;
	case 401:
	case 403:
	case 404:
		return ANSWER_REFUSED;
	default:
		return ANSWER_LATER;
	}
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The inside of the JSON string that follows "key": in the body; its end is the closing quote or
 * the end of what there is. */
static const char *find_string(const char *body, size_t n, const char *key, size_t *ret_n)
{
	size_t length = strlen(key);

	for (const char *at = body; (at = memmem(at, n - (size_t)(at - body), key, length)); at++) {
		const char *end = body + n, *p = at + length, *start;

		while (p < end && is_space(*p))
			p++;
		if (p == end || *p != ':')
			continue;
		p++;
		while (p < end && is_space(*p))
			p++;
		if (p == end || *p != '"')
			continue;
		start = ++p;
		while (p < end && *p != '"')
			p += *p == '\\' && p + 1 < end ? 2 : 1;
		*ret_n = (size_t)((p < end ? p : end) - start);
		return start;
	}
	return NULL;
}

/* Appends n bytes as one line: runs of white space and control characters become one space, and
 * with is_json a backslash takes the next character as it is (\n and the like become a space). */
static void add_line(struct text *text, const char *bytes, size_t n, bool is_json)
{
	bool was_space = true;

	for (size_t i = 0; i < n && !text->is_cut; i++) {
		char c = bytes[i];

		if (is_json && c == '\\' && i + 1 < n) {
			c = bytes[++i];
			if (strchr("nrtbf", c))
				c = ' ';
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			c = ' ';
		if (c == ' ' && was_space)
			continue;
		was_space = c == ' ';
		text_add_char(text, c);
	}
	while (text->length && text->at[text->length - 1] == ' ')
		text->at[--text->length] = '\0';
}

bool answer_tells_error(const char *body, size_t n)
{
	static const char *const keys[] = {"\"error\"", "\"error_message\""};
	size_t length;

	while (n && is_space(*body)) {
		body++;
		n--;
	}
	for (size_t i = 0; n && *body == '{' && i < sizeof(keys) / sizeof(*keys); i++)
		if (find_string(body, n, keys[i], &length) && length > 0)
			return true;
	return false;
}

void answer_words(const char *body, size_t n, char *ret_words, size_t size)
{
	static const char *const keys[] = {"\"error_message\"", "\"message\"", "\"error\""};
	struct text text = text_over(ret_words, size);
	const char *words = NULL;
	size_t length = 0;

	while (n && is_space(*body)) {
		body++;
		n--;
	}
	if (n && *body == '<') {
		text_add(&text, "a web page");
		return;
	}
	if (n && *body == '{')
		for (size_t i = 0; i < sizeof(keys) / sizeof(*keys) && !words; i++)
			words = find_string(body, n, keys[i], &length);
	if (words)
		add_line(&text, words, length, true);
	else
		add_line(&text, body, n, false);
	/* What was cut in mid-character loses that character; what never was UTF-8 is not
	 * repeated. */
	for (int cut = 0; cut < 4 && !utf8_is_valid(ret_words, strlen(ret_words)); cut++)
		ret_words[strlen(ret_words) - 1] = '\0';
	if (!utf8_is_valid(ret_words, strlen(ret_words)))
		text_copy(ret_words, size, "unreadable words");
}

bool answer_is_all_expired(const char *words, size_t n_lines)
{
	const size_t length = strlen("dropped");
	const char *dropped = strstr(words, "dropped");

	return dropped && is_about_expired(words) && strspn(dropped + length, "= ") == 1 &&
		strtoull(dropped + length + 1, NULL, 10) == n_lines;
}
