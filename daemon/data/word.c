/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading words strictly, so that what is accepted means one thing to everybody. */
#include "data/word.h"

#include <string.h>

#include "base/clock.h"
#include "base/number.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool read_hex(const char *digits, int64_t *ret_value)
{
	int64_t value = 0;

	for (size_t i = 0; digits[i]; i++) {
		if (i == 15 || hex_digit(digits[i]) < 0)
			return false;
		value = value * 16 + hex_digit(digits[i]);
	}
	*ret_value = value;
	return *digits != '\0';
}

const char *word_whole(const char *word, int64_t *ret_value)
{
	static const char expected[] = "a whole number such as 12 or 0x0C";
	const char *digits = word + (*word == '-');
	size_t n = strlen(word);
	int64_t value;

	if (digits[0] == '0' && digits[1] == 'x') {
		if (!read_hex(digits + 2, &value))
			return expected;
		*ret_value = *word == '-' ? -value : value;
		return NULL;
	}
	if (!is_digit(*digits) || (*digits == '0' && digits[1]))
		return expected;
	if (number_to_int(word, n, &value) != n)
		return expected;
	*ret_value = value;
	return NULL;
}

const char *word_number(const char *word, double *ret_value)
{
	double value;
	size_t used = number_to_double(word, strlen(word), &value);

	if (used == 0)
		return "a number such as 0.1";
	if (word[used] == ',' && is_digit(word[used + 1]))
		return "a number with a point, such as 0.01";
	if (word[used] == '/')
		return "a plain number; divide, and write it as 0.01";
	if (word[used])
		return "a plain number; drop what follows the digits (the unit is known)";
	*ret_value = value;
	return NULL;
}

const char *word_duration(const char *word, int64_t *ret_ns)
{
	static const char expected[] = "a time with its unit (us, ms, s, min, h, d) such as 20 ms";
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {
		{"us", NS_PER_US},
		{"ms", NS_PER_MS},
		{"s", NS_PER_S},
		{"min", 60 * (int64_t)NS_PER_S},
		{"h", 3600 * (int64_t)NS_PER_S},
		{"d", 86400 * (int64_t)NS_PER_S},
	};
	const double most_ns = 36500 * 86400e9;
	double value;
	size_t used = number_to_double(word, strlen(word), &value);

	if (used == 0 || value < 0)
		return expected;
	word += used;
	word += strspn(word, " ");
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		double ns = value * (double)units[i].ns;

		if (strcmp(word, units[i].name) != 0)
			continue;
		if (!(ns <= most_ns))
			return "a time of at most 36500 d, which are 100 years";
		*ret_ns = (int64_t)(ns + 0.5);
		return NULL;
	}
	return expected;
}

bool word_has_control(const char *word)
{
	static const char *const unseen[] = {
		"\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF", "\xEF\xBF\xBE", "\xEF\xBF\xBF"};

	for (const char *at = word; *at; at++) {
		unsigned char c = (unsigned char)at[0];

		if ((c < 0x20 && c != '\n') || c == 0x7F)
			return true;
		if (c == 0xC2 && (unsigned char)at[1] < 0xA0)
			return true;
	}
	for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
		if (strstr(word, unseen[i]))
			return true;
	return false;
}

enum { WORD_MAX = 32, TOO_FAR = 3 };

/* How alike people find them: case, and '-' or '_', make no difference. */
static char folded(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Letters to insert, drop, change, or swap with their neighbour to get from one to the other. */
static int distance(const char *a, const char *b)
{
	int steps[WORD_MAX + 1][WORD_MAX + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > WORD_MAX || m > WORD_MAX)
		return TOO_FAR;
	for (size_t i = 0; i <= n; i++)
		steps[i][0] = (int)i;
	for (size_t j = 0; j <= m; j++)
		steps[0][j] = (int)j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			char x = folded(a[i - 1]), y = folded(b[j - 1]);
			int best = steps[i - 1][j - 1] + (x != y);

			best = least(best, steps[i - 1][j] + 1);
			best = least(best, steps[i][j - 1] + 1);
			if (i > 1 && j > 1 && x == folded(b[j - 2]) && y == folded(a[i - 2]))
				best = least(best, steps[i - 2][j - 2] + 1);
			steps[i][j] = best;
		}
	}
	return steps[n][m];
}

const char *word_nearest(const char *word, const char *const *list, size_t n)
{
	const char *best = NULL;
	int nearest = TOO_FAR;

	for (size_t i = 0; i < n; i++) {
		int d = distance(word, list[i]);

		/* Two of three letters changed is another word. */
		if (d < nearest && 2 * d < (int)strlen(list[i])) {
			nearest = d;
			best = list[i];
		}
	}
	return best;
}
