/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Line by line. What the pages show is little (web/js/markdown.js), so that nothing else can come out of
 * a lesson; whatever else Markdown knows would stand there as it was typed, and is said here instead. */
#include "data/lesson_text.h"

#include <ctype.h>
#include <string.h>

#include "base/number.h"
#include "data/word.h"

enum { ID = 32 };

static const char *const student_ids[] = {"title", "predict", "measure", "daily", "think"};
static const char *const teacher_ids[] = {"title", "before", "reveal", "ask"};

enum {
	STUDENT_IDS = sizeof student_ids / sizeof *student_ids,
	TEACHER_IDS = sizeof teacher_ids / sizeof *teacher_ids,
};

struct sight {
	const char *const *ids;
	size_t n_ids;
	struct report *report;
	struct lesson_sections *sections;
	int line;
};

/* --- headings --- */

/* "{#measure}" at the end of the line; empty when there is none. */
static void take_id(const char *line, size_t n, char ret_id[ID])
{
	size_t from;

	*ret_id = '\0';
	while (n > 0 && line[n - 1] == ' ')
		n--;
	if (n < 4 || line[n - 1] != '}')
		return;
	for (from = n - 1; from > 0 && line[from] != '{';)
		from--;
	if (line[from] != '{' || line[from + 1] != '#' || n - from - 3 >= ID)
		return;
	memcpy(ret_id, line + from + 2, n - from - 3);
	ret_id[n - from - 3] = '\0';
}

static void add_choices(struct text *text, const struct sight *sight)
{
	for (size_t i = 0; i < sight->n_ids; i++)
		text_addf(text, "%s{#%s}",
			i == 0                          ? ""
				: i + 1 == sight->n_ids ? " or "
							: ", ",
			sight->ids[i]);
}

static void refuse_id(const struct sight *sight, const char *id)
{
	char buffer[120];
	struct text choices = text_over(buffer, sizeof buffer);
	const char *near = *id ? word_nearest(id, sight->ids, sight->n_ids) : NULL;

	add_choices(&choices, sight);
	if (near)
		report_add(sight->report, sight->line, 1,
			"{#%s} is no section of this text; did you mean {#%s}?", id, near);
	else if (*id)
		report_add(sight->report, sight->line, 1,
			"{#%s} is no section of this text; expected %s", id, choices.at);
	else
		report_add(sight->report, sight->line, 1,
			"this heading has no id, so nobody knows when to show it; add %s",
			choices.at);
}

static void see_heading(struct sight *sight, const char *line, size_t n)
{
	struct lesson_sections *sections = sight->sections;
	char id[ID];
	size_t i = 0;

	take_id(line, n, id);
	while (i < sight->n_ids && strcmp(sight->ids[i], id) != 0)
		i++;
	if (i == sight->n_ids) {
		refuse_id(sight, id);
		return;
	}
	for (size_t k = 0; k < sections->n; k++)
		if (sections->ids[k] == sight->ids[i]) {
			report_add(sight->report, sight->line, 1,
				"{#%s} stands twice; put both sections under one heading", id);
			return;
		}
	sections->ids[sections->n++] = sight->ids[i]; /* each once: there is room */
}

/* --- what does not belong --- */

static size_t closed_code(const char *line, size_t i, size_t n)
{
	const char *end = memchr(line + i + 1, '`', n - i - 1);

	return end ? (size_t)(end - line) : i;
}

/* Columns are of characters, as everywhere. */
static int column_of(const char *line, size_t i)
{
	int column = 1;

	for (size_t k = 0; k < i; k++)
		column += ((unsigned char)line[k] & 0xC0) != 0x80;
	return column;
}

static bool is_html(const char *at, size_t n)
{
	return n > 1 && *at == '<' && (isalpha((unsigned char)at[1]) || strchr("/!?", at[1]));
}

/* "[words](place)" from its bracket on. */
static bool is_link(const char *at, size_t n)
{
	const char *end = *at == '[' ? memchr(at, ']', n) : NULL;

	return end && end + 1 < at + n && end[1] == '(';
}

static const char *unshown(const char *at, size_t n)
{
	if (is_html(at, n))
		return "HTML is shown as it stands; write Markdown, or a space behind <";
	if (n > 1 && *at == '!' && is_link(at + 1, n - 1))
		return "pictures are not shown; say it in words";
	if (is_link(at, n))
		return "a link is shown as it stands, and tablets in class reach nothing else; write what it says";
	return NULL;
}

/* By how a line begins. */
static const char *unshown_block(const char *line, size_t n)
{
	size_t indent = 0;

	while (indent < n && line[indent] == ' ')
		indent++;
	n -= indent;
	line += indent;
	if (n > 2 && (strncmp(line, "```", 3) == 0 || strncmp(line, "~~~", 3) == 0))
		return "a block of code is shown as it stands; write `code` within a line";
	if (n > 1 && *line == '|')
		return "a table is shown as it stands; make a list of it";
	if (n > 0 && *line == '>')
		return "a quotation is shown as it stands; leave the > out";
	return NULL;
}

static void see_line(const struct sight *sight, const char *line, size_t n)
{
	const char *wrong = unshown_block(line, n);

	if (wrong) {
		report_add(sight->report, sight->line, 1, "%s", wrong);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (line[i] == '`')
			i = closed_code(line, i, n);
		else if ((wrong = unshown(line + i, n - i))) {
			report_add(sight->report, sight->line, column_of(line, i), "%s", wrong);
			i += line[i] == '!'; /* once for a picture */
		}
	}
}

static bool is_heading(const char *line, size_t n)
{
	size_t hashes = 0;

	while (hashes < n && line[hashes] == '#')
		hashes++;
	return hashes > 0 && hashes <= 6 && hashes < n && line[hashes] == ' ';
}

void lesson_text_check(const char *text, bool is_teacher, struct report *report,
	struct lesson_sections *ret_sections)
{
	struct sight sight = {
		.ids = is_teacher ? teacher_ids : student_ids,
		.n_ids = is_teacher ? TEACHER_IDS : STUDENT_IDS,
		.report = report,
		.sections = ret_sections,
	};

	*ret_sections = (struct lesson_sections){.n = 0};
	for (const char *line = text, *end; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		size_t n = (size_t)(end - line);

		sight.line++;
		if (is_heading(line, n))
			see_heading(&sight, line, n);
		see_line(&sight, line, n);
	}
	if (ret_sections->n == 0 && report->count == 0)
		report_add(report, 1, 1, "no heading; begin with one such as # Title {#title}");
}

void lesson_text_compare(
	const struct lesson_sections *zh, const struct lesson_sections *en, struct report *report)
{
	size_t i = 0;

	while (i < zh->n && i < en->n && zh->ids[i] == en->ids[i])
		i++;
	if (i < zh->n && i < en->n)
		report_add(report, 0, 0,
			"{#%s} stands where the Chinese text has {#%s}; both have the same sections in the same order",
			en->ids[i], zh->ids[i]);
	else if (i < zh->n)
		report_add(report, 0, 0,
			"the section {#%s} of the Chinese text is missing here; translate it",
			zh->ids[i]);
	else if (i < en->n)
		report_add(report, 0, 0,
			"the section {#%s} is missing in the Chinese text; translate it, or take it out",
			en->ids[i]);
}

/* --- what must not be told --- */

/* Digits that say something: 3.95 has three, 20 one, 0.5 one. */
static unsigned digits_of(const char *word, size_t n, bool *ret_is_decimal)
{
	unsigned digits = 0, zeros = 0;

	*ret_is_decimal = memchr(word, '.', n) != NULL;
	for (size_t i = 0; i < n && (isdigit((unsigned char)word[i]) || word[i] == '.'); i++) {
		if (word[i] == '.' || (word[i] == '0' && digits == 0))
			continue;
		digits++;
		zeros = word[i] == '0' ? zeros + 1 : 0;
	}
	return *ret_is_decimal ? digits : digits - zeros;
}

static const struct lesson_expect *betrays(
	const struct lesson *lesson, const char *word, size_t n, double value)
{
	bool is_decimal;
	unsigned digits = digits_of(word, n, &is_decimal);

	for (size_t i = 0; i < lesson->n_expect && digits >= 2; i++) {
		const struct lesson_expect *expect = &lesson->expect[i];

		if (value == expect->low || value == expect->high ||
			(is_decimal && value > expect->low && value < expect->high))
			return expect;
	}
	return NULL;
}

void lesson_text_keeps_secret(const char *text, const struct lesson *lesson, struct report *report)
{
	const char *begin = text; /* of the line */
	int line = 1;

	for (const char *at = text; *at;) {
		double value;
		size_t n =
			isdigit((unsigned char)*at) ? number_to_double(at, strlen(at), &value) : 0;
		const struct lesson_expect *expect = n > 0 ? betrays(lesson, at, n, value) : NULL;

		if (expect)
			report_add(report, line, column_of(begin, (size_t)(at - begin)),
				"%.*s tells what is to be found out (%s in expect); students read this first: leave it out",
				(int)n, at, expect->what);
		if (*at == '\n') {
			line++;
			begin = at + 1;
		}
		at += n > 0 ? n : 1;
	}
}
