/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A form is matched as a pattern: what is literal in it must stand there, a number is where a number is
 * made, any text where a text is. Of the forms that fit, that with the most literal letters is it, so that
 * "id: ..." of its own comes before "KEY: ...". A word that somebody quotes could hold a piece of a form;
 * then the parts are cut elsewhere, and all of them stand there all the same. */
#include "data/chinese.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS = 9, PHRASE_DEPTH = 4, PHRASE_TEXT = 512, TRIES = 5000 };

struct span {
	const char *at;
	size_t n;
};

struct match {
	struct span parts[PARTS];
	size_t n;
	size_t literals; /* bytes */
	size_t tries;    /* that are left: a word that somebody quotes must not cost a second */
};

/* --- a form and a sentence --- */

static const char number_signs[] = "0123456789+-.eEinfaABCDF";

/* Behind the conversion that begins at `form`; what it stands for: 's', or another letter for a number. */
static const char *behind_conversion(const char *form, char *ret_kind)
{
	form++;
	form += strspn(form, "0123456789.*lz");
	*ret_kind = *form;
	return form + 1;
}

static bool fits(const char *form, const char *at, const char *end, struct match *match);

/* Numbers take all of their signs, texts as little as they can. */
static bool fits_conversion(
	const char *rest, bool is_text, const char *at, const char *end, struct match *match)
{
	size_t number = strspn(at, number_signs), index = match->n;
	size_t left = (size_t)(end - at);

	if (index == PARTS || (!is_text && (number == 0 || number > left)))
		return false;
	match->n++;
	for (size_t n = is_text ? 0 : number; n <= left && match->tries > 0; n++) {
		match->tries--;
		match->parts[index] = (struct span){at, n};
		match->n = index + 1;
		if (fits(rest, at + n, end, match))
			return true;
		if (!is_text)
			break;
	}
	match->n = index;
	return false;
}

static bool fits(const char *form, const char *at, const char *end, struct match *match)
{
	while (*form) {
		if (*form == '%' && form[1] != '%') {
			char kind;
			const char *rest = behind_conversion(form, &kind);

			if (kind == 's' && !*rest &&
				match->n < PARTS) { /* the last one has all of it */
				match->parts[match->n++] = (struct span){at, (size_t)(end - at)};
				return true;
			}
			return fits_conversion(rest, kind == 's', at, end, match);
		}
		if (at == end || *at != *form)
			return false;
		form += *form == '%' ? 2 : 1;
		at++;
	}
	return at == end;
}

static size_t literals_of(const char *form)
{
	size_t n = 0;
	char kind;

	while (*form) {
		if (*form == '%' && form[1] != '%') {
			form = behind_conversion(form, &kind);
		} else {
			form += *form == '%' ? 2 : 1;
			n++;
		}
	}
	return n;
}

/* A look at both ends tells most forms off. */
static bool may_fit(const char *form, struct span english)
{
	size_t n = strlen(form);
	bool is_signed = n > 0 && strchr("%s", form[n - 1]);

	if (english.n == 0 || (*form != '%' && *form != *english.at))
		return n == 0;
	return is_signed || form[n - 1] == english.at[english.n - 1] || strchr("dugX", form[n - 1]);
}

static const struct chinese *find(
	const struct chinese *table, struct span english, struct match *ret_match)
{
	const struct chinese *best = NULL;

	ret_match->literals = 0;
	for (const struct chinese *one = table; one->en; one++) {
		if (!may_fit(one->en, english))
			continue;

		struct match match = {.literals = literals_of(one->en), .tries = TRIES};

		if (best && match.literals <= ret_match->literals)
			continue;
		if (!fits(one->en, english.at, english.at + english.n, &match))
			continue;
		best = one;
		*ret_match = match;
	}
	return best;
}

/* --- writing --- */

static void add_phrase(struct text *text, struct span english, int depth);

/* "a, b": each by itself. */
static void add_each(struct text *text, struct span english, int depth)
{
	for (size_t i = 0, n; i < english.n; i += n + 2) {
		const char *comma = memmem(english.at + i, english.n - i, ", ", 2);

		n = comma ? (size_t)(comma - english.at) - i : english.n - i;
		text_add(text, i > 0 ? "、" : "");
		add_phrase(text, (struct span){english.at + i, n}, depth);
	}
}

static bool is_latin(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Does a character of Chinese writing begin, or end, with this byte at the edge, and no sign such as ：? */
static bool is_han(const char *first)
{
	return (unsigned char)*first >= 0xE4 && (unsigned char)*first <= 0xE9;
}

static bool ends_in_han(const struct text *text)
{
	return text->length >= 3 && is_han(text->at + text->length - 3);
}

/* A phrase may be in either writing: between the two there is a space. */
static void add_spaced(struct text *text, const char *phrase, const char *next)
{
	size_t n = strlen(phrase);

	if (ends_in_han(text) && is_latin(*phrase))
		text_add_char(text, ' ');
	text_add(text, phrase);
	if (n > 0 && is_latin(phrase[n - 1]) && is_han(next))
		text_add_char(text, ' ');
}

static void write_out(struct text *text, const char *zh, const struct match *match, int depth)
{
	for (; *zh; zh++) {
		size_t i = (size_t)(unsigned char)zh[1] - '1';
		char buffer[PHRASE_TEXT];
		struct text phrase = text_over(buffer, sizeof buffer);

		if (!strchr("%&^", *zh) || i >= match->n) {
			text_add_char(text, *zh);
			continue;
		}
		if (*zh == '%')
			text_add_bytes(text, match->parts[i].at, match->parts[i].n);
		else if (*zh == '^')
			add_each(&phrase, match->parts[i], depth);
		else
			add_phrase(&phrase, match->parts[i], depth);
		zh++;
		add_spaced(text, buffer, zh + 1);
	}
}

/* The reason without the step behind it, or the step alone: "a text; write it" in two. */
static bool add_half(struct text *text, struct span english)
{
	static const char stop[] = "；";
	bool is_tail = english.n > 0 && *english.at == ';';

	for (const struct chinese *one = chinese_phrases; english.n > 0 && one->en; one++) {
		const char *step = strchr(one->en, ';'), *zh_step = strstr(one->zh, stop);
		const char *half = is_tail ? step : one->en;
		size_t n;

		if (!step || !zh_step || strchr(one->en, '%'))
			continue;
		n = is_tail ? strlen(step) : (size_t)(step - one->en);
		if (n != english.n || memcmp(half, english.at, n) != 0)
			continue;
		if (is_tail)
			text_add(text, zh_step);
		else
			text_add_bytes(text, one->zh, (size_t)(zh_step - one->zh));
		return true;
	}
	return false;
}

/* "a, b or c" */
static void add_list(struct text *text, struct span english)
{
	static const struct {
		const char *en, *zh;
	} joints[] = {{", ", "、"}, {" or ", " 或 "}, {" and ", " 和 "}};

	for (size_t i = 0, n; i < english.n; i += n) {
		const char *joint = NULL;

		n = 1;
		for (size_t k = 0; k < sizeof joints / sizeof *joints && !joint; k++) {
			size_t length = strlen(joints[k].en);

			if (i + length <= english.n &&
				memcmp(english.at + i, joints[k].en, length) == 0) {
				joint = joints[k].zh;
				n = length;
			}
		}
		if (joint)
			text_add(text, joint);
		else
			text_add_char(text, english.at[i]);
	}
}

static void add_phrase(struct text *text, struct span english, int depth)
{
	struct match match;
	const struct chinese *phrase =
		depth < PHRASE_DEPTH ? find(chinese_phrases, english, &match) : NULL;

	if (phrase)
		write_out(text, phrase->zh, &match, depth + 1);
	else if (!add_half(text, english))
		add_list(text, english);
}

/* --- lines --- */

/* Behind ":7:9: " or ":7: "; NULL: no such place is in it. */
static const char *behind_place(const char *line)
{
	for (const char *at = line; (at = strchr(at, ':')); at++) {
		size_t n = strspn(at + 1, "0123456789"), m;
		const char *rest = at + 1 + n;

		if (n == 0)
			continue;
		m = *rest == ':' ? strspn(rest + 1, "0123456789") : 0;
		rest += m > 0 ? 1 + m : 0;
		if (strncmp(rest, ": ", 2) == 0)
			return rest + 2;
	}
	return NULL;
}

static const struct chinese *find_whole(const char *sentence, struct match *ret_match)
{
	return find(chinese_sentences, (struct span){sentence, strlen(sentence)}, ret_match);
}

/* Behind the place, or else behind the name of a file, which may hold ": " itself, and so may a sentence:
 * what fits best is the sentence; of two alike the shorter one, which has less of the name in it. */
static const struct chinese *find_sentence(
	const char *line, const char **ret_from, struct match *ret_match)
{
	const char *placed = behind_place(line);
	const struct chinese *best = placed ? find_whole(placed, ret_match) : NULL;

	if (best) {
		*ret_from = placed;
		return best;
	}
	for (const char *from = line; from;
		from = strstr(from, ": ") ? strstr(from, ": ") + 2 : NULL) {
		struct match match;
		const struct chinese *found = find_whole(from, &match);

		if (found && (!best || match.literals >= ret_match->literals)) {
			best = found;
			*ret_from = from;
			*ret_match = match;
		}
	}
	return best;
}

bool chinese_add(struct text *text, const char *line)
{
	struct match match;
	const char *from = line;
	const struct chinese *sentence = find_sentence(line, &from, &match);

	if (!sentence) {
		text_add(text, line);
		return false;
	}
	text_add_bytes(text, line, (size_t)(from - line));
	write_out(text, sentence->zh, &match, 0);
	return true;
}

char *chinese_lines(const char *lines)
{
	size_t size = 3 * strlen(lines) + PHRASE_TEXT;
	char *buffer = malloc(size), *copy = strdup(lines), *rest = NULL;

	if (!buffer || !copy) {
		free(buffer);
		free(copy);
		return NULL;
	}
	struct text text = text_over(buffer, size);

	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		chinese_add(&text, line);
		text_add_char(&text, '\n');
	}
	free(copy);
	return buffer;
}

bool chinese_is_wanted(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strncmp(value, "zh", 2) == 0;
	}
	return false;
}
