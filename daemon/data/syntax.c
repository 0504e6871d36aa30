/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slips, looked for in the line where libyaml gave up and in the one above it. */
#include "data/syntax.h"

#include <string.h>

struct span {
	const char *at;
	size_t n;
};

/* What an input method or an editor slips in between ASCII signs, and what to type instead. */
static const struct {
	const char *bytes, *say;
} slips[] = {
	{"\xEF\xBC\x8C", "the full-width comma \xEF\xBC\x8C; type \", \""},
	{"\xE3\x80\x81", "the Chinese list comma \xE3\x80\x81; type \", \""},
	{"\xEF\xBC\x9B", "the full-width semicolon \xEF\xBC\x9B; type \", \""},
	{"\xE3\x80\x80", "a full-width space; type ordinary spaces"},
	{"\xC2\xA0", "a no-break space; type ordinary spaces"},
	{"\xE3\x80\x90", "a full-width bracket; type ["},
	{"\xEF\xBC\xBB", "a full-width bracket; type ["},
	{"\xEF\xBD\x9B", "a full-width brace; type {"},
	{"\t", "a tab; indent with two spaces"},
};

/* Bytes of the line break that begins here, 0 when there is none. libyaml counts lines by more than
 * the newline: a carriage return alone, U+0085, U+2028 and U+2029 end one too, and who counts
 * differently looks into the wrong line. */
static size_t line_break(const char *at, size_t left)
{
	static const char *const breaks[] = {
		"\r\n", "\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};

	for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
		size_t n = strlen(breaks[i]);

		if (n <= left && memcmp(at, breaks[i], n) == 0)
			return n;
	}
	return 0;
}

static struct span line_of(struct span text, int line)
{
	size_t start = 0, end = 0, n = 0;

	for (; line > 0; line--) {
		start = end + n;
		n = 0;
		for (end = start; end < text.n; end++) {
			n = line_break(text.at + end, text.n - end);
			if (n > 0)
				break;
		}
	}
	return (struct span){text.at + start, end - start};
}

static int characters(const char *at, size_t n)
{
	int count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)at[i] & 0xC0) != 0x80;
	return count;
}

static bool is_key_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_';
}

/* "key：value" or "key:value", where a colon and a space are meant. `before`: columns before the
 * span. */
static bool explain_colon(struct span line, int number, int before, struct report *report)
{
	size_t start = 0, end;

	while (start < line.n && (line.at[start] == ' ' || line.at[start] == '-'))
		start++;
	for (end = start; end < line.n && is_key_letter(line.at[end]); end++)
		;
	int width = (int)(end - start), column = before + (int)end + 1;
	const char *colon = line.at + end;
	size_t left = line.n - end;

	if (width == 0)
		return false;
	if (left >= 3 && memcmp(colon, "\xEF\xBC\x9A", 3) == 0) {
		report_add(report, number, column,
			"\"%.*s\" is followed by the full-width colon \xEF\xBC\x9A; type \": \" "
			"(colon and space)",
			width, line.at + start);
		return true;
	}
	if (left >= 2 && colon[0] == ':' && colon[1] != ' ') {
		report_add(report, number, column + 1, "\"%.*s:\" needs a space after its colon",
			width, line.at + start);
		return true;
	}
	return false;
}

/* Bytes of the key that stands here, a colon of either kind behind it; 0: none does. */
static size_t key_at(struct span line, size_t at)
{
	size_t end = at;

	while (end < line.n && is_key_letter(line.at[end]))
		end++;
	if (end < line.n && line.at[end] == ':')
		return end - at;
	return line.n - end >= 3 && memcmp(line.at + end, "\xEF\xBC\x9A", 3) == 0 ? end - at : 0;
}

/* "{zh: 温度，en: Temperature}": the comma is one of the text, but for the key behind it. */
static bool explain_comma(struct span line, int number, int before, struct report *report)
{
	for (size_t i = 0; i + 3 < line.n; i++) {
		size_t at = i + 3, width;

		if (memcmp(line.at + i, "\xEF\xBC\x8C", 3) != 0)
			continue;
		while (at < line.n && line.at[at] == ' ')
			at++;
		width = key_at(line, at);
		if (width == 0)
			continue;
		report_add(report, number, before + characters(line.at, i) + 1,
			"\"%.*s\" follows the full-width comma \xEF\xBC\x8C; type \", \" (comma and "
			"space)",
			(int)width, line.at + at);
		return true;
	}
	return false;
}

/* The same where the next key stands on the next line. */
static bool explain_comma_at_end(struct span line, int number, struct report *report)
{
	while (line.n > 0 && line.at[line.n - 1] == ' ')
		line.n--;
	if (line.n < 3 || memcmp(line.at + line.n - 3, "\xEF\xBC\x8C", 3) != 0)
		return false;
	report_add(report, number, characters(line.at, line.n),
		"this line ends with the full-width comma \xEF\xBC\x8C; type \",\"");
	return true;
}

/* "{id: a, range：[0, 1]}": a key with a full-width colon in the middle of a line. */
static bool explain_inner_colon(struct span line, int number, struct report *report)
{
	for (size_t i = 0; i < line.n; i++) {
		size_t at = i + 1, width;

		if (line.at[i] != '{' && line.at[i] != ',')
			continue;
		while (at < line.n && line.at[at] == ' ')
			at++;
		width = key_at(line, at);
		if (width > 0 && line.at[at + width] != ':')
			return explain_colon((struct span){line.at + at, line.n - at}, number,
				characters(line.at, at), report);
	}
	return false;
}

/* Inside Chinese text the same signs are right: a slip follows an ASCII sign, or nothing. */
static bool explain_slip(struct span line, int number, int before, struct report *report)
{
	for (size_t i = 0; i < line.n; i++) {
		if (i > 0 && (unsigned char)line.at[i - 1] > 127)
			continue;
		for (size_t j = 0; j < sizeof slips / sizeof *slips; j++) {
			size_t n = strlen(slips[j].bytes);

			if (i + n > line.n || memcmp(line.at + i, slips[j].bytes, n) != 0)
				continue;
			report_add(report, number, before + characters(line.at, i) + 1,
				"this line holds %s", slips[j].say);
			return true;
		}
	}
	return false;
}

static bool explain_line(struct span line, int number, struct report *report)
{
	return explain_colon(line, number, 0, report) || explain_comma(line, number, 0, report) ||
		explain_inner_colon(line, number, report) || explain_slip(line, number, 0, report);
}

/* libyaml notices some slips a line too late. */
static bool explain_line_above(struct span line, int number, struct report *report)
{
	return explain_colon(line, number, 0, report) || explain_comma_at_end(line, number, report);
}

static size_t character_at(struct span line, size_t i)
{
	size_t n = 1;

	while (i + n < line.n && ((unsigned char)line.at[i + n] & 0xC0) == 0x80)
		n++;
	return n;
}

/* The sign at a column, which libyaml counts in characters. Empty at the end of the line. */
static struct span sign_at(struct span line, size_t column)
{
	size_t i = 0;

	for (; column > 0 && i < line.n; column--)
		i += character_at(line, i);
	return (struct span){line.at + i, i < line.n ? character_at(line, i) : 0};
}

static void explain_bytes(const yaml_parser_t *parser, struct span text, struct report *report)
{
	size_t offset = parser->problem_offset < text.n ? parser->problem_offset : text.n;
	size_t start = 0; /* of the line */
	int line = 1, column;

	for (size_t i = 0, n; i < offset; i += n ? n : 1) {
		n = line_break(text.at + i, offset - i);
		line += n > 0;
		start = n > 0 ? i + n : start;
	}
	column = characters(text.at + start, offset - start) + 1;
	unsigned byte = offset < text.n ? (unsigned char)text.at[offset] : 0;
	/* libyaml refuses control characters here too; those are UTF-8, but no text. */
	if (byte < 0x80)
		report_add(report, line, column, "byte 0x%02X is a control character; leave it out",
			byte);
	else
		report_add(report, line, column,
			"byte 0x%02X is not UTF-8 text; save the file as UTF-8", byte);
}

void syntax_explain(const yaml_parser_t *parser, const char *bytes, size_t n, int quote_line,
	struct report *report)
{
	const struct span text = {bytes, n};
	const char *problem = parser->problem ? parser->problem : "unknown";
	const char *context = parser->context ? parser->context : "";
	int number = (int)parser->problem_mark.line + 1;
	int column = (int)parser->problem_mark.column + 1;
	int opened = (int)parser->context_mark.line + 1;
	struct span line = line_of(text, number);

	if (parser->error == YAML_READER_ERROR) {
		explain_bytes(parser, text, report);
		return;
	}
	if (parser->error == YAML_MEMORY_ERROR) {
		report_add(report, 0, 0, "out of memory");
		return;
	}
	if (strstr(context, "quoted scalar")) {
		report_add(report, opened, (int)parser->context_mark.column + 1,
			"this quote is never closed; close it, or leave it out");
		return;
	}
	if (quote_line > 0) {
		report_add(report, quote_line, 1,
			"a quote opened on this line is closed only on line %d; close it here",
			number);
		return;
	}
	if (explain_line(line, number, report))
		return;
	if (number > 1 && explain_line_above(line_of(text, number - 1), number - 1, report))
		return;

	struct span sign = sign_at(line, parser->problem_mark.column);
	if (strstr(problem, "mapping values are not allowed"))
		report_add(report, number, column,
			"a second \": \" on one line; put the text in quotes, or start the next key "
			"on its own line");
	else if (strstr(problem, "cannot start any token"))
		report_add(report, number, column,
			"a value cannot begin with %.*s; put it in quotes", (int)sign.n, sign.at);
	else if (strstr(problem, "expected ',' or"))
		report_add(report, number, column,
			"a list or map in brackets, opened on line %d, is not closed; expected , or "
			"] or }",
			opened);
	else if (strstr(context, "block mapping") || strstr(context, "block collection"))
		report_add(report, number, column,
			"this line's indentation fits no line above; keys of one level start in the "
			"same column");
	else
		report_add(report, number, column, "not YAML here: %s; look at this line and above",
			problem);
}

bool syntax_explain_word(const char *word, int line, int column, struct report *report)
{
	struct span span = {word, strlen(word)};

	return explain_colon(span, line, column - 1, report) ||
		explain_comma(span, line, column - 1, report) ||
		explain_slip(span, line, column - 1, report);
}

bool syntax_explain_missing(
	const char *key, const char *word, int line, int column, struct report *report)
{
	const size_t n = strlen(key);

	for (const char *at = word; (at = strstr(at, "\xEF\xBC\x8C")); at++) {
		struct span rest = {at + 3, strlen(at + 3)};

		for (; rest.n > 0 && *rest.at == ' '; rest.n--)
			rest.at++;
		if (key_at(rest, 0) == n && memcmp(rest.at, key, n) == 0)
			return explain_comma((struct span){at, strlen(at)}, line,
				column - 1 + characters(word, (size_t)(at - word)), report);
	}
	return false;
}
