/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libyaml's events become nodes; what is no YAML is put into words by data/syntax. */
#include "data/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "data/syntax.h"

enum { TREE_MEMORY = 2 * 1024 * 1024 };

struct builder {
	struct tree *tree;
	struct node *at; /* the open list or map */
	int depth;
	int quote_line; /* where a quoted text that ran over lines began, if it was the last event */
	struct report *report;
};

static struct node *add(struct builder *builder, enum node_kind kind, const yaml_mark_t *mark)
{
	struct node *parent = builder->at;
	struct node *node = NULL;

	if (builder->tree->n_words < TREE_WORDS)
		node = arena_take(&builder->tree->arena, sizeof *node);
	if (!node) {
		report_add(builder->report, (int)mark->line + 1, (int)mark->column + 1,
			"more than %d words; split the file", TREE_WORDS);
		return NULL;
	}
	builder->tree->n_words++;
	node->kind = kind;
	node->line = (int)mark->line + 1;
	node->column = (int)mark->column + 1;
	node->parent = parent;
	if (!parent) {
		builder->tree->root = node;
		return node;
	}
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	parent->count++;
	return node;
}

static bool open_branch(struct builder *builder, enum node_kind kind, const yaml_mark_t *mark)
{
	struct node *node = add(builder, kind, mark);

	if (!node)
		return false;
	if (builder->depth == TREE_DEPTH) {
		report_add(builder->report, node->line, node->column,
			"nested more than %d deep; write it flatter", TREE_DEPTH);
		return false;
	}
	builder->at = node;
	builder->depth++;
	return true;
}

static bool close_branch(struct builder *builder)
{
	if (builder->at->kind == NODE_MAP)
		builder->at->count /= 2;
	builder->at = builder->at->parent;
	builder->depth--;
	return true;
}

static bool add_word(struct builder *builder, const yaml_event_t *event)
{
	const char *word = (const char *)event->data.scalar.value;
	size_t n = event->data.scalar.length;
	bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (n == 0 && is_plain && !builder->at)
		return true; /* "---" and nothing else: an empty file */
	struct node *node = add(builder, NODE_WORD, &event->start_mark);

	if (!node)
		return false;
	if (memchr(word, '\0', n)) {
		report_add(builder->report, node->line, node->column,
			"a NUL character inside a text; leave it out");
		return false;
	}
	node->word = arena_copy(&builder->tree->arena, word, n);
	node->length = n;
	node->is_quoted = !is_plain;
	if (!node->word)
		report_add(builder->report, node->line, node->column, "out of memory");
	return node->word != NULL;
}

/* Is there an anchor, alias or explicit tag? */
static bool is_clever(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return true;
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor || event->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor || event->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor || event->data.mapping_start.tag;
	default:
		return false;
	}
}

/* One event into the tree. Returns false at the end and after a mistake. */
static bool take(struct builder *builder, const yaml_event_t *event, bool *is_second)
{
	int line = (int)event->start_mark.line + 1, column = (int)event->start_mark.column + 1;

	if (is_clever(event)) {
		report_add(builder->report, line, column,
			"anchors (&), aliases (*) and tags (!) are not used here; write the value "
			"out, in quotes if it is text");
		return false;
	}
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (*is_second)
			report_add(builder->report, line, column,
				"a second document (---) in one file; keep one");
		return !*is_second;
	case YAML_DOCUMENT_END_EVENT:
		*is_second = true;
		return true;
	case YAML_SCALAR_EVENT:
		return add_word(builder, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_branch(builder, NODE_LIST, &event->start_mark);
	case YAML_MAPPING_START_EVENT:
		return open_branch(builder, NODE_MAP, &event->start_mark);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_branch(builder);
	case YAML_STREAM_END_EVENT:
		return false;
	default:
		return true;
	}
}

/* A quote that was forgotten closes at the next one, some lines below; what follows that is no
 * YAML. The line where it opened is the one to look at. */
static int line_of_long_quote(const yaml_event_t *event)
{
	if (event->type != YAML_SCALAR_EVENT || event->end_mark.line == event->start_mark.line)
		return 0;
	if (event->data.scalar.style != YAML_SINGLE_QUOTED_SCALAR_STYLE &&
		event->data.scalar.style != YAML_DOUBLE_QUOTED_SCALAR_STYLE)
		return 0;
	return (int)event->start_mark.line + 1;
}

static void read_events(struct builder *builder, yaml_parser_t *parser, const char *bytes, size_t n)
{
	bool is_going = true, is_second = false;

	while (is_going) {
		yaml_event_t event;

		if (!yaml_parser_parse(parser, &event)) {
			syntax_explain(parser, bytes, n, builder->quote_line, builder->report);
			return;
		}
		builder->quote_line = line_of_long_quote(&event);
		is_going = take(builder, &event, &is_second);
		yaml_event_delete(&event);
	}
}

int tree_read(const char *bytes, size_t n, struct report *report, struct tree *ret_tree)
{
	struct builder builder = {.tree = ret_tree, .report = report};
	int before = report->count;
	yaml_parser_t parser;

	*ret_tree = (struct tree){.arena = arena_of(TREE_MEMORY)};
	if (n > TREE_BYTES) {
		report_add(report, 0, 0, "larger than %d KiB; is it the right file?",
			TREE_BYTES / 1024);
		return -EINVAL;
	}
	/* The byte order mark that editors on Windows leave: told its encoding, libyaml takes it for a
	 * column. */
	if (n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
		bytes += 3;
		n -= 3;
	}
	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, n);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	read_events(&builder, &parser, bytes, n);
	yaml_parser_delete(&parser);
	return report->count == before ? 0 : -EINVAL;
}

void tree_free(struct tree *tree)
{
	arena_free(&tree->arena);
	*tree = (struct tree){0};
}

/* One step of a path: "[3]" or "name", a dot before it. NULL when there is no such child. */
static const struct node *step(const struct node *at, const char **path)
{
	const char *from = *path;

	if (*from == '[') {
		char *end;
		unsigned long n = strtoul(from + 1, &end, 10);
		const struct node *child = at->kind == NODE_LIST ? at->first : NULL;

		for (*path = end + 1; child && n > 0; n--)
			child = child->next;
		return child;
	}
	from += *from == '.';
	size_t n = strcspn(from, ".[");

	*path = from + n;
	if (at->kind != NODE_MAP)
		return NULL;
	for (const struct node *key = at->first; key; key = key->next->next)
		if (key->kind == NODE_WORD && key->length == n && memcmp(key->word, from, n) == 0)
			return key->next;
	return NULL;
}

const struct node *tree_near(const struct tree *tree, const char *path)
{
	const struct node *at = tree->root;

	while (at && *path) {
		const struct node *child = step(at, &path);

		if (!child)
			break;
		at = child;
	}
	return at;
}

const struct node *tree_find(const struct tree *tree, const char *path)
{
	const struct node *at = tree->root;

	while (at && *path)
		at = step(at, &path);
	return at;
}

static const struct node *last_before(const struct node *at, int line, int column)
{
	const struct node *last = at;

	if (at->line > line || (at->line == line && at->column > column))
		return NULL;
	for (const struct node *child = at->first; child; child = child->next) {
		const struct node *below = last_before(child, line, column);

		last = below ? below : last;
	}
	return last;
}

const struct node *tree_at(const struct tree *tree, int line, int column)
{
	return tree->root ? last_before(tree->root, line, column) : NULL;
}

void tree_leave_out(struct tree *tree, const struct node *node)
{
	struct node *parent = node->parent, **at;

	if (!parent) {
		tree->root = NULL;
		return;
	}
	for (at = &parent->first; *at;) {
		struct node *first = *at, *last = parent->kind == NODE_MAP ? first->next : first;

		if (first == node || last == node) {
			*at = last->next;
			parent->count--;
			parent->is_cut = true;
			return;
		}
		at = &last->next;
	}
}
