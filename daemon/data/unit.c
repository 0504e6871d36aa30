/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A unit is products with '/' between them, a product is factors with '.' between them, a factor is
 * an atom with perhaps a power behind it. Text in braces is a remark. */
#include "data/unit.h"

#include <ctype.h>
#include <string.h>

enum { FACTOR = 64, PRODUCT = 256 };

/* clang-format off */
/* Atoms whose UCUM spelling is not what people write. */
static const char *const atoms[][2] = {
	{"Cel", "°C"}, {"[degF]", "°F"}, {"deg", "°"}, {"'", "′"}, {"''", "″"}, {"Ohm", "Ω"},
	{"kOhm", "kΩ"}, {"MOhm", "MΩ"}, {"[ppm]", "ppm"}, {"[ppb]", "ppb"}, {"[ppth]", "‰"},
	{"[pH]", ""}, {"B[SPL]", "B"}, {"dB[SPL]", "dB"}, {"l", "L"}, {"ml", "mL"}, {"ar", "a"},
	{"[g]", "g₀"}, {"bar", "bar"}, {"mbar", "mbar"}, {"m[H2O]", "mH₂O"}, {"d", "d"}, {"1", ""},
};
static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
/* clang-format on */

/* NULL: not in the table. */
static const char *find_atom(const char *name)
{
	for (size_t i = 0; i < sizeof atoms / sizeof *atoms; i++)
		if (strcmp(atoms[i][0], name) == 0)
			return atoms[i][1];
	return NULL;
}

static void add_atom(struct text *text, const char *name)
{
	const char *atom = find_atom(name);

	if (!atom && name[0] == 'u' && isalpha((unsigned char)name[1])) {
		text_add(text, "µ");
		add_atom(text, name + 1);
	} else if (atom) {
		text_add(text, atom);
	} else {
		for (; *name; name++)
			if (*name != '[' && *name != ']')
				text_add_char(text, *name);
	}
}

static void add_power(struct text *text, const char *power)
{
	for (; *power; power++)
		if (*power != '+')
			text_add(text, *power == '-' ? "⁻" : raised[*power - '0']);
}

static void without_remarks(const char *at, size_t n, struct text *ret_text)
{
	for (const char *end = at + n; at < end; at++) {
		const char *close = *at == '{' ? memchr(at, '}', (size_t)(end - at)) : NULL;

		if (close)
			at = close;
		else
			text_add_char(ret_text, *at);
	}
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void add_factor(struct text *text, const char *at, size_t n)
{
	char name[FACTOR], power[FACTOR];
	struct text bare = text_over(name, sizeof name);
	size_t from, before = text->length;

	without_remarks(at, n, &bare);
	if (find_atom(name)) {
		text_add(text, find_atom(name));
		return;
	}
	for (from = bare.length; from > 0 && is_digit(name[from - 1]);)
		from--;
	if (from > 0 && from < bare.length && strchr("+-", name[from - 1]))
		from--;
	strcpy(power, name + from);
	name[from] = '\0';
	add_atom(text, name);
	if (text->length > before)
		add_power(text, power);
}

static void add_product(struct text *text, const char *at, size_t n)
{
	const char *end = at + n;

	while (at <= end) {
		const char *dot = memchr(at, '.', (size_t)(end - at));
		size_t length = (size_t)((dot ? dot : end) - at);
		char buffer[FACTOR];
		struct text factor = text_over(buffer, sizeof buffer);

		add_factor(&factor, at, length);
		if (factor.length > 0 && text->length > 0)
			text_add_char(text, ' ');
		text_add(text, factor.at);
		at += length + 1;
	}
}

void unit_add_for_people(struct text *text, const char *ucum)
{
	bool has_top = false, has_any = false;

	for (const char *at = ucum, *next; at; at = next) {
		size_t n = strcspn(at, "/");
		char buffer[PRODUCT];
		struct text product = text_over(buffer, sizeof buffer);

		next = at[n] ? at + n + 1 : NULL;
		add_product(&product, at, n);
		if (product.length == 0)
			continue;
		if (at == ucum)
			has_top = true;
		else if (has_top || has_any)
			text_add_char(text, has_top ? '/' : ' ');
		text_add(text, product.at);
		if (at != ucum && !has_top)
			text_add(text, "⁻¹");
		has_any = true;
	}
}
