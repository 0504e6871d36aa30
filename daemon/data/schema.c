/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One function per kind of value, in the order of libcyaml's types; check_value chooses. */
#include "data/schema.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "data/syntax.h"
#include "data/word.h"

enum { KEYS_MAX = 64, EXPECTED_TEXT = 320 };

struct walk {
	const struct rule *rules;
	struct report *report;
	struct text path; /* of the value in hand: "serial.ports[].speed" */
	char buffer[256];
};

/* A name for the value in hand that fits into a sentence. */
struct subject {
	char text[80];
};

static struct subject subject_of(const struct walk *walk)
{
	const char *dot = strrchr(walk->path.at, '.'), *key = dot ? dot + 1 : walk->path.at;
	size_t n = strlen(key);
	struct subject subject;
	struct text text = text_over(subject.text, sizeof subject.text);

	if (n == 0)
		text_add(&text, "the file");
	else if (n > 2 && strcmp(key + n - 2, "[]") == 0)
		text_addf(&text, "this entry of %.*s", (int)n - 2, key);
	else
		text_add(&text, key);
	return subject;
}

/* The beginning of a word, with no half of a character at its end. */
enum { QUOTED = 61 };
struct quote {
	char text[QUOTED + 3];
};

static struct quote quote(const char *word)
{
	struct quote quote;

	if (!text_copy(quote.text, QUOTED, word))
		strcat(quote.text, "\xE2\x80\xA6");
	return quote;
}

static const struct rule *rule_of(const struct walk *walk)
{
	static const struct rule none = {0};
	const char *path = walk->path.at;
	size_t n = walk->path.length;

	for (const struct rule *rule = walk->rules; rule->path; rule++) {
		const char *tail = rule->path + 1;

		if (strcmp(rule->path, path) == 0)
			return rule;
		if (*rule->path == '*' && n >= strlen(tail) &&
			strcmp(path + n - strlen(tail), tail) == 0)
			return rule;
	}
	return &none;
}

/* A full-width sign, a missing space: then that is the mistake to speak of, not what it led to.
 * Inside quotes it was meant, and a colon is missing only where a map should be. */
static bool is_slip(struct walk *walk, const struct node *node, bool is_map_expected)
{
	if (node->kind != NODE_WORD || node->is_quoted)
		return false;
	if (!is_map_expected && strchr(node->word, ':'))
		return false;
	return syntax_explain_word(node->word, node->line, node->column, walk->report);
}

static void wrong(struct walk *walk, const struct node *node, const char *expected)
{
	struct subject subject = subject_of(walk);
	size_t step = strcspn(expected, ";"); /* what to do stands behind it */

	if (is_slip(walk, node, false))
		return;
	if (node->kind == NODE_WORD && rule_of(walk)->is_private)
		report_add(walk->report, node->line, node->column, "%s: what stands here is not %s",
			subject.text, expected);
	else if (node->kind == NODE_WORD)
		report_add(walk->report, node->line, node->column, "%s: \"%s\" is not %s",
			subject.text, quote(node->word).text, expected);
	else
		report_add(walk->report, node->line, node->column,
			"%s: a %s stands where %.*s was expected%s", subject.text,
			node->kind == NODE_LIST ? "list" : "map", (int)step, expected,
			expected + step);
}

static bool is_empty_word(const struct node *node)
{
	return node->kind == NODE_WORD && node->length == 0;
}

/* "a, b or c" */
static void add_choices(struct text *text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			text_add(text, i + 1 == n ? " or " : ", ");
		text_add(text, names[i]);
	}
}

static void check_choice(
	struct walk *walk, const struct node *node, const cyaml_schema_value_t *schema)
{
	const char *names[KEYS_MAX];
	size_t n = schema->enumeration.count;
	char buffer[EXPECTED_TEXT];
	struct text expected = text_over(buffer, sizeof buffer);

	assert(n <= KEYS_MAX);
	for (size_t i = 0; i < n; i++) {
		names[i] = schema->enumeration.strings[i].str;
		if (node->kind == NODE_WORD && strcmp(node->word, names[i]) == 0)
			return;
	}
	add_choices(&expected, names, n);
	const char *near = node->kind == NODE_WORD ? word_nearest(node->word, names, n) : NULL;
	if (near)
		text_addf(&expected, "; did you mean %s?", near);
	wrong(walk, node, expected.at);
}

/* YAML has six ways to write a truth, and libcyaml takes any other word for true. Ours are two. */
static void check_bool(struct walk *walk, const struct node *node)
{
	static const char *const yes[] = {
		"true", "True", "TRUE", "on", "On", "ON", "Yes", "YES", "1"};
	static const char *const no[] = {
		"false", "False", "FALSE", "off", "Off", "OFF", "No", "NO", "0"};

	if (node->kind != NODE_WORD) {
		wrong(walk, node, "yes or no");
		return;
	}
	if (strcmp(node->word, "yes") == 0 || strcmp(node->word, "no") == 0)
		return;
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (strcmp(node->word, yes[i]) == 0 || strcmp(node->word, no[i]) == 0) {
			wrong(walk, node,
				strcmp(node->word, yes[i]) == 0 ? "yes or no; write yes"
								: "yes or no; write no");
			return;
		}
	}
	wrong(walk, node, "yes or no");
}

/* What the integer holds that libcyaml will write it to. */
static void range_of_type(const cyaml_schema_value_t *schema, int64_t *ret_low, int64_t *ret_high)
{
	unsigned bits = (unsigned)schema->data_size * 8 - (schema->type == CYAML_INT);

	*ret_high = bits >= 63 ? INT64_MAX : (INT64_C(1) << bits) - 1;
	*ret_low = schema->type == CYAML_INT ? -*ret_high - 1 : 0;
}

static void check_number(
	struct walk *walk, const struct node *node, const cyaml_schema_value_t *schema)
{
	const struct rule *rule = rule_of(walk);
	bool is_float = schema->type == CYAML_FLOAT, is_bounded = rule->low < rule->high;
	const char *expected = is_float ? "a number" : "a whole number";
	char buffer[EXPECTED_TEXT];
	struct text range = text_over(buffer, sizeof buffer);
	double value = 0;
	int64_t whole = 0, low, high;

	if (node->kind == NODE_WORD) {
		expected =
			is_float ? word_number(node->word, &value) : word_whole(node->word, &whole);
	}
	if (expected) {
		wrong(walk, node, expected);
		return;
	}
	value = is_float ? value : (double)whole;
	range_of_type(schema, &low, &high);
	if (is_bounded && (value < rule->low || value > rule->high)) {
		if (isinf(rule->high))
			text_addf(&range, "at least %.12g", rule->low);
		else
			text_addf(&range, "between %.12g and %.12g", rule->low, rule->high);
		wrong(walk, node, range.at);
	} else if (!is_float && (whole < low || whole > high)) {
		text_addf(&range, "between %" PRId64 " and %" PRId64, low, high);
		wrong(walk, node, range.at);
	} else if (rule->check && (expected = rule->check(node->word))) {
		wrong(walk, node, expected);
	}
}

/* A list or map of words as it is written within one line: "[a, b]", "{a: b}". False: more is in it. */
static bool add_in_one_line(struct text *text, const struct node *node)
{
	bool is_map = node->kind == NODE_MAP, is_key = true;

	text_add_char(text, is_map ? '{' : '[');
	for (const struct node *child = node->first; child; child = child->next) {
		if (child->kind != NODE_WORD)
			return false;
		text_add(text, child->word);
		if (child->next)
			text_add(text, is_map && is_key ? ": " : ", ");
		is_key = !is_key;
	}
	text_add_char(text, is_map ? '}' : ']');
	return !text->is_cut;
}

static bool would_take(const struct rule *rule, const char *word, size_t most)
{
	return strlen(word) <= most && !(rule->check && rule->check(word));
}

/* A list or map where a text belongs: a text with a bracket in front, which lacks quotes, or an entry
 * that needs no list. What would be refused again is not advised. */
static void refuse_text_of_many(
	struct walk *walk, const struct node *node, const cyaml_schema_value_t *schema)
{
	const struct rule *rule = rule_of(walk);
	const struct node *only = node->kind == NODE_LIST && node->count == 1 ? node->first : NULL;
	const char *reason = rule->check ? rule->check("") : NULL;
	char buffer[EXPECTED_TEXT], quoted_buffer[EXPECTED_TEXT];
	struct text expected = text_over(buffer, sizeof buffer);
	struct text quoted = text_over(quoted_buffer, sizeof quoted_buffer);

	text_add_bytes(&expected, reason ? reason : "a text",
		reason ? strcspn(reason, ";") : strlen("a text"));
	if (add_in_one_line(&quoted, node) && would_take(rule, quoted.at, schema->string.max))
		text_add(&expected, "; put it in quotes if it is meant so");
	else if (only && only->kind == NODE_WORD && !rule->is_private &&
		would_take(rule, only->word, schema->string.max))
		text_addf(&expected, "; write %s", quote(only->word).text);
	wrong(walk, node, expected.at);
}

static void check_text(
	struct walk *walk, const struct node *node, const cyaml_schema_value_t *schema)
{
	const struct rule *rule = rule_of(walk);
	char buffer[EXPECTED_TEXT];
	struct text expected = text_over(buffer, sizeof buffer);

	if (node->kind != NODE_WORD) {
		refuse_text_of_many(walk, node, schema);
		return;
	}
	if (node->length == 0) {
		report_add(walk->report, node->line, node->column,
			"%s: nothing stands after the colon; write a text, or leave the key out",
			subject_of(walk).text);
		return;
	}
	if (node->length > schema->string.max) {
		const char *reason = rule->check ? rule->check(node->word) : NULL;

		text_addf(&expected, "a text of at most %u bytes", schema->string.max);
		wrong(walk, node, reason ? reason : expected.at);
		return;
	}
	if (word_has_control(node->word)) {
		wrong(walk, node, "a text without control characters");
		return;
	}
	const char *reason = rule->check ? rule->check(node->word) : NULL;
	if (reason)
		wrong(walk, node, reason);
}

static void check_value(
	struct walk *walk, const struct node *node, const cyaml_schema_value_t *schema);

/* The value of a key, or an entry ("[]"), with the path that leads to it. */
static void check_below(struct walk *walk, const char *name, const struct node *node,
	const cyaml_schema_value_t *schema)
{
	size_t length = walk->path.length;

	if (length > 0 && *name != '[')
		text_add_char(&walk->path, '.');
	text_add(&walk->path, name);
	assert(!walk->path.is_cut); /* schemas are ours, and TREE_DEPTH bounds the walk */
	check_value(walk, node, schema);
	walk->path.length = length;
	walk->path.at[length] = '\0';
}

/* Says that nothing is called so. Returns the name that is meant, if it looks like one, else NULL. */
static const char *unknown_key(
	struct walk *walk, const struct node *key, const char *const *names, size_t n)
{
	const char *near = word_nearest(key->word, names, n);
	bool is_top = walk->path.length == 0;
	struct subject subject = subject_of(walk);
	char buffer[EXPECTED_TEXT];
	struct text text = text_over(buffer, sizeof buffer);

	if (!near && is_slip(walk, key, true))
		return NULL;
	if (near) {
		text_addf(&text, "did you mean %s?", near);
	} else {
		text_add(&text, "expected ");
		add_choices(&text, names, n);
	}
	if (is_top)
		report_add(walk->report, key->line, key->column, "\"%s\" is not a key here; %s",
			quote(key->word).text, text.at);
	else
		report_add(walk->report, key->line, key->column, "\"%s\" is not a key of %s; %s",
			quote(key->word).text, subject.text, text.at);
	return near;
}

static void not_a_map(struct walk *walk, const struct node *node)
{
	struct subject subject = subject_of(walk);

	if (is_empty_word(node))
		report_add(walk->report, node->line, node->column,
			"%s: nothing stands below it; write its keys, indented, or leave it out",
			subject.text);
	else if (node->kind == NODE_LIST)
		report_add(walk->report, node->line, node->column,
			"%s: a list stands here; write keys and values, each as \"key: value\"",
			subject.text);
	else if (!is_slip(walk, node, true))
		report_add(walk->report, node->line, node->column,
			"%s: \"%s\" stands alone; write keys and values, each as \"key: value\"",
			subject.text, quote(node->word).text);
}

/* A key that is there but for a full-width sign, or a space behind its colon, is told as that, by itself. */
static void missing_key(struct walk *walk, const struct node *map, const char *name)
{
	const size_t n = strlen(name);

	for (const struct node *key = map->first; key; key = key->next->next) {
		const struct node *value = key->next;

		if (key->kind == NODE_WORD && key->length > n && memcmp(key->word, name, n) == 0 &&
			(key->word[n] == ':' || strncmp(key->word + n, "\xEF\xBC\x9A", 3) == 0))
			return;
		if (value->kind == NODE_WORD && !value->is_quoted &&
			syntax_explain_missing(
				name, value->word, value->line, value->column, walk->report))
			return;
	}
	report_add(walk->report, map->line, map->column, "%s: the key \"%s\" is missing",
		subject_of(walk).text, name);
}

static void check_map(struct walk *walk, const struct node *map, const cyaml_schema_value_t *schema)
{
	const cyaml_schema_field_t *fields = schema->mapping.fields;
	const char *names[KEYS_MAX];
	bool is_seen[KEYS_MAX] = {false}, is_meant[KEYS_MAX] = {false}; /* by another word */
	size_t n = 0;

	if (map->kind != NODE_MAP) {
		not_a_map(walk, map);
		return;
	}
	for (; fields[n].key; n++) {
		assert(n < KEYS_MAX);
		names[n] = fields[n].key;
	}
	for (const struct node *key = map->first; key; key = key->next->next) {
		size_t i = 0;

		if (key->kind != NODE_WORD) {
			report_add(walk->report, key->line, key->column,
				"a key is one word; write \"key: value\"");
			continue;
		}
		while (i < n && strcmp(names[i], key->word) != 0)
			i++;
		if (i == n) {
			const char *meant = unknown_key(walk, key, names, n);

			for (size_t k = 0; k < n; k++)
				is_meant[k] |= names[k] == meant;
		} else if (is_seen[i]) {
			report_add(walk->report, key->line, key->column,
				"\"%s\" stands twice in %s; keep one", key->word,
				subject_of(walk).text);
		} else {
			is_seen[i] = true;
			check_below(walk, key->word, key->next, &fields[i].value);
		}
	}
	for (size_t i = 0; i < n; i++)
		if (!is_seen[i] && !is_meant[i] && !(fields[i].value.flags & CYAML_FLAG_OPTIONAL))
			missing_key(walk, map, names[i]);
}

static bool is_of_two_numbers(const cyaml_schema_value_t *schema)
{
	return schema->type == CYAML_SEQUENCE_FIXED && schema->sequence.max == 2 &&
		schema->sequence.entry->type == CYAML_FLOAT;
}

/* "two numbers in brackets; write [-20, 80]": those of "-20..80", "-20 80", "0-80", if that is what
 * stands there. */
static void add_pair(struct text *text, const struct node *node)
{
	const char *word = node->kind == NODE_WORD ? node->word : "", *rest;
	double low, high;
	size_t n = number_to_double(word, strlen(word), &low), m = 0;

	rest = word + n + strspn(word + n, " .,:~/;");
	if (rest == word + n && *rest == '-')
		rest++;
	if (n > 0 && rest > word + n)
		m = number_to_double(rest, strlen(rest), &high);
	if (m > 0 && !rest[m])
		text_addf(text, "two numbers in brackets; write [%.12g, %.12g]", low, high);
	else
		text_add(text, "two numbers in brackets, such as [-20, 80]");
}

static void not_a_list(
	struct walk *walk, const struct node *node, const cyaml_schema_value_t *schema)
{
	bool is_of_maps =
		schema->type != CYAML_FLAGS && schema->sequence.entry->type == CYAML_MAPPING;
	bool is_pair = is_of_two_numbers(schema);
	char buffer[EXPECTED_TEXT];
	struct text expected = text_over(buffer, sizeof buffer);

	if (is_empty_word(node)) {
		report_add(walk->report, node->line, node->column,
			"%s: nothing stands after the colon; write a list, or leave the key out",
			subject_of(walk).text);
		return;
	}
	if (is_pair)
		add_pair(&expected, node);
	else if (is_of_maps)
		text_add(&expected, "a list; start each entry with \"- \"");
	else if (node->kind == NODE_WORD)
		text_addf(&expected, "a list; write [%s]", quote(node->word).text);
	else
		text_add(&expected, "a list such as [first, second]");
	wrong(walk, node, expected.at);
}

static void check_list(
	struct walk *walk, const struct node *list, const cyaml_schema_value_t *schema)
{
	if (list->kind != NODE_LIST) {
		not_a_list(walk, list, schema);
		return;
	}
	if (schema->type == CYAML_FLAGS) {
		for (const struct node *entry = list->first; entry; entry = entry->next)
			check_choice(walk, entry, schema);
		return;
	}
	unsigned low = schema->sequence.min, high = schema->sequence.max;
	if (list->count < low || list->count > high) {
		const char *bound = low == high ? "exactly"
			: list->count < low     ? "at least"
						: "at most";

		report_add(walk->report, list->line, list->column, "%s: %u %s; expected %s %u%s",
			subject_of(walk).text, list->count, list->count == 1 ? "entry" : "entries",
			bound, list->count < low ? low : high,
			is_of_two_numbers(schema) ? ", such as [-20, 80]" : "");
	}
	for (const struct node *entry = list->first; entry; entry = entry->next)
		check_below(walk, "[]", entry, schema->sequence.entry);
}

static void check_value(
	struct walk *walk, const struct node *node, const cyaml_schema_value_t *schema)
{
	switch (schema->type) {
	case CYAML_INT:
	case CYAML_UINT:
	case CYAML_FLOAT:
		check_number(walk, node, schema);
		break;
	case CYAML_BOOL:
		check_bool(walk, node);
		break;
	case CYAML_ENUM:
		check_choice(walk, node, schema);
		break;
	case CYAML_STRING:
		check_text(walk, node, schema);
		break;
	case CYAML_MAPPING:
		check_map(walk, node, schema);
		break;
	case CYAML_FLAGS:
	case CYAML_SEQUENCE:
	case CYAML_SEQUENCE_FIXED:
		check_list(walk, node, schema);
		break;
	default:
		assert(false); /* a type that our descriptions do not use */
	}
}

void schema_check(const struct tree *tree, const cyaml_schema_value_t *schema,
	const struct rule *rules, struct report *report)
{
	struct walk walk = {.rules = rules, .report = report};

	walk.path = text_over(walk.buffer, sizeof walk.buffer);
	check_value(&walk, tree->root, schema);
}
