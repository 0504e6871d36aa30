/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names are cut at whole characters: they become names of channels. */
#include "kits/protocols/lines_reading.h"

#include <string.h>

#include "base/text.h"
#include "data/quantity.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Letters of ASCII and everything of other scripts. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

struct lines_word lines_trimmed(const char *from, const char *to)
{
	while (from < to && is_space(*from))
		from++;
	while (to > from && is_space(to[-1]))
		to--;
	return (struct lines_word){from, (size_t)(to - from)};
}

bool lines_is_label(struct lines_word word)
{
	return word.n > 0 && word.n < LINES_LABEL_MAX && is_letter(word.at[0]) &&
		!memchr(word.at, '\t', word.n) && utf8_is_valid(word.at, word.n);
}

void lines_split_unit(
	struct lines_word label, char ret_name[LINES_LABEL_MAX], char ret_unit[UNIT_TEXT])
{
	const char *at = label.at, *end = label.at + label.n, *cut = end;
	const char *ucum = NULL;
	char last = label.n ? end[-1] : '\0';
	struct lines_word name;

	if (last == ')' || last == ']') {
		for (cut = end - 1; cut > at && *cut != (last == ')' ? '(' : '[');)
			cut--;
		ucum = unit_of_text(cut + 1, (size_t)(end - 1 - (cut + 1)));
	} else {
		while (cut > at && cut[-1] != '_')
			cut--;
		if (cut > at) {
			ucum = unit_of_text(cut, (size_t)(end - cut));
			cut--;
		}
	}
	name = lines_trimmed(at, ucum && cut > at ? cut : end);
	text_copy(ret_unit, UNIT_TEXT, ucum && cut > at ? ucum : "");
	if (name.n >= LINES_LABEL_MAX)
		name.n = LINES_LABEL_MAX - 1;
	memcpy(ret_name, name.at, name.n);
	ret_name[name.n] = '\0';
	while (name.n > 0 && !utf8_is_valid(ret_name, name.n))
		ret_name[--name.n] = '\0'; /* a character cut in the middle */
}
