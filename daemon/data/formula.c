/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our own look at the words first, in sentences for who wrote them; then muParser's at their order. */
#include "data/formula.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <muParserDLL.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "data/word.h"

struct formula {
	muParserHandle_t parser;
	size_t n_names;
	double values[FORMULA_NAMES];
};

static const char *const functions[] = {"sqrt", "ln", "log10", "exp", "sin", "cos", "tan", "abs"};

enum { FUNCTIONS = sizeof functions / sizeof *functions };

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define DIGITS "0123456789"
#define FUNCTION_LIST "sqrt ln log10 exp sin cos tan abs"

static const double pi = 3.14159265358979323846;

/* As much of a word as a sentence quotes; no id is as long. */
enum { QUOTED = 40 };

static int quoted(size_t n)
{
	return (int)(n < QUOTED ? n : QUOTED);
}

static bool is_function(const char *word)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (strcmp(functions[i], word) == 0)
			return true;
	return false;
}

bool formula_knows(const char *word)
{
	return is_function(word) || strcmp(word, "pi") == 0;
}

bool formula_names(const char *text, const char *id)
{
	for (const char *at = text + strcspn(text, LETTERS); *at; at += strcspn(at, LETTERS)) {
		size_t n = strspn(at, LETTERS DIGITS);

		if (strlen(id) == n && memcmp(at, id, n) == 0)
			return true;
		at += n;
	}
	return false;
}

/* --- words --- */

/* What a person types instead of the sign that a formula has, with an input method or a symbol table. */
static const struct {
	const char *sign, *instead;
} slips[] = {{"**", "^"}, {"×", "*"}, {"·", "*"}, {"÷", "/"}, {"−", "-"}, {"–", "-"}, {"²", "^2"},
	{"³", "^3"}, {"√", "sqrt( )"}, {"（", "("}, {"）", ")"}, {"＋", "+"}, {"－", "-"},
	{"＊", "*"}, {"／", "/"}, {"［", "("}, {"[", "("}, {"{", "("}, {"π", "pi"}};

static bool refuse_sign(const char *at, struct text *why)
{
	size_t n = 1;

	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
		if (strncmp(at, slips[i].sign, strlen(slips[i].sign)) == 0) {
			text_addf(why, "\"%s\" is no sign of a formula; write %s", slips[i].sign,
				slips[i].instead);
			return false;
		}
	while (((unsigned char)at[n] & 0xC0) == 0x80) /* the rest of a UTF-8 character */
		n++;
	text_addf(why, "\"%.*s\" is no sign of a formula; there are + - * / ^ ( )", (int)n, at);
	return false;
}

/* `rest` stands behind the name. */
static bool refuse_name(const char *word, const char *rest, const char *const *names,
	size_t n_names, struct text *why)
{
	const char *inside = rest + strspn(rest, " ");
	int n = quoted(strspn(inside, LETTERS DIGITS "."));
	const char *near = word_nearest(word, names, n_names);

	if (is_function(word))
		text_addf(why, "%s takes something in parentheses; write %s(%.*s)", word, word,
			n > 0 ? n : 1, n > 0 ? inside : "x");
	else if (near)
		text_addf(why, "nothing above is called \"%s\"; did you mean %s?", word, near);
	else
		text_addf(why,
			"nothing above is called \"%s\"; name an id of needs, typed or a formula above",
			word);
	return false;
}

static bool refuse_call(const char *word, bool is_known, struct text *why)
{
	const char *near = word_nearest(word, functions, FUNCTIONS);

	if (is_known)
		text_addf(why, "\"%s(\" lacks a sign; write %s*( to multiply", word, word);
	else if (near)
		text_addf(why, "\"%s\" is no function; did you mean %s?", word, near);
	else
		text_addf(why, "\"%s\" is no function; there are " FUNCTION_LIST, word);
	return false;
}

static bool is_name(const char *word, const char *const *names, size_t n_names)
{
	for (size_t i = 0; i < n_names; i++)
		if (strcmp(names[i], word) == 0)
			return true;
	return strcmp(word, "pi") == 0;
}

/* The word at `at`; NULL, with `why`, when it is neither. Steps behind it. */
static const char *take_name(
	const char *at, const char *const *names, size_t n_names, struct text *why)
{
	size_t n = strspn(at, LETTERS DIGITS), gap = strspn(at + n, " ");
	bool is_called = at[n + gap] == '(';
	char word[QUOTED + 1];

	text_copy(word, (size_t)quoted(n) + 1, at);
	bool is_known = n <= QUOTED && is_name(word, names, n_names);

	if (is_called ? is_function(word) : is_known)
		return at + n;
	if (is_called)
		refuse_call(word, is_known, why);
	else
		refuse_name(word, at + n, names, n_names, why);
	return NULL;
}

static const char *take_number(const char *at, struct text *why)
{
	double value;
	size_t n = number_to_double(at, strlen(at), &value);

	if (n == 0) {
		text_addf(why, "\"%.12s\" is no number", at);
		return NULL;
	}
	if (at[n] && strchr(LETTERS DIGITS ".(", at[n])) {
		int more = quoted(strspn(at + n, LETTERS DIGITS ".(")), less = quoted(n);

		text_addf(why, "\"%.*s%.*s\" lacks a sign; write %.*s*%.*s to multiply", less, at,
			more, at + n, less, at, more, at + n);
		return NULL;
	}
	return at + n;
}

/* Are these words of ours, whatever their order? */
static bool check_words(
	const char *text, const char *const *names, size_t n_names, struct text *why)
{
	const char *at = text;

	while (at && *at) {
		if (strncmp(at, "**", 2) == 0)
			return refuse_sign(at, why);
		if (strchr(" +-*/^()", *at))
			at++;
		else if (strchr(LETTERS, *at))
			at = take_name(at, names, n_names, why);
		else if (strchr(DIGITS ".", *at))
			at = take_number(at, why);
		else
			return refuse_sign(at, why);
	}
	return at != NULL;
}

/* --- their order --- */

/* Set, because without one muParser prints. */
static void keep_silent(muParserHandle_t parser)
{
	(void)parser;
}

/* By the parentheses, else by the place at which muParser stopped. */
static void explain_order(muParserHandle_t parser, const char *text, struct text *why)
{
	int open = 0, at = mupGetErrorPos(parser), n = (int)strlen(text);

	for (const char *c = text; *c && open >= 0; c++)
		open += (*c == '(') - (*c == ')');
	if (open > 0)
		text_add(why, "a parenthesis is not closed; add )");
	else if (open < 0)
		text_add(why, "a parenthesis is closed that was not opened; take ) out, or add (");
	else if (at < 0 || at >= n || text[at + (int)strspn(text + at, " )")] == '\0')
		text_add(why, "the formula ends too early; write what is missing at its end");
	else
		text_addf(why, "before \"%s\" something is missing, or too much; look there",
			text + at);
}

static int parse(struct formula *formula, const char *text, const char *const *names,
	size_t n_names, struct text *why)
{
	muParserHandle_t parser = mupCreate(muBASETYPE_FLOAT);

	if (!parser)
		return -ENOMEM;
	formula->parser = parser;
	formula->n_names = n_names;
	mupSetErrorHandler(parser, keep_silent);
	mupDefineConst(parser, "pi", pi);
	for (size_t i = 0; i < n_names; i++)
		mupDefineVar(parser, names[i], &formula->values[i]);
	mupSetExpr(parser, text);
	mupEval(parser);
	if (!mupError(parser))
		return 0;
	explain_order(parser, text, why);
	return -EINVAL;
}

int formula_open(const char *text, const char *const *names, size_t n_names, struct text *why,
	struct formula **ret_formula)
{
	struct formula *formula;

	assert(n_names <= FORMULA_NAMES);
	if (strlen(text) >= FORMULA_TEXT) {
		text_addf(why, "a formula has at most %d characters; split it into two",
			FORMULA_TEXT - 1);
		return -EINVAL;
	}
	if (!check_words(text, names, n_names, why))
		return -EINVAL;
	formula = calloc(1, sizeof *formula);
	int failed = formula ? parse(formula, text, names, n_names, why) : -ENOMEM;

	if (failed)
		formula_close(formula);
	else
		*ret_formula = formula;
	return failed;
}

void formula_close(struct formula *formula)
{
	if (!formula)
		return;
	if (formula->parser)
		mupRelease(formula->parser);
	free(formula);
}

double formula_value(struct formula *formula, const double *values)
{
	memcpy(formula->values, values, formula->n_names * sizeof *values);
	double value = mupEval(formula->parser);

	if (mupError(formula->parser)) {
		mupErrorReset(formula->parser);
		return NAN;
	}
	return value;
}
