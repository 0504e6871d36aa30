/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be saved of a configuration with mistakes: a board in a cupboard shall record, ship and
 * be seen, although somebody mistyped a key last week. Of the tree that was read the smallest thing
 * that holds a mistake is taken out, and what remains is checked again: a sink without its url is a
 * mistake too, and goes whole. */
#include "data/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/config_file.h"

enum { NAMES_TEXT = 400, PAGES_TEXT = 80, SENTENCE_TEXT = NAMES_TEXT + 800 };

/* --- leaving out --- */

/* Is it the map, or in the map, that something was taken out of? Then it is a mistake of ours. */
static bool is_consequence(const struct node *node)
{
	const struct node *map = node->kind == NODE_MAP ? node : node->parent;

	return map && map->is_cut && map->kind == NODE_MAP;
}

/* What holds the mistakes that were found; those of the file's writer join `all`. */
static void leave_out(struct tree *tree, const struct report *found, struct report *all)
{
	int n = found->count < REPORT_MAX ? found->count : REPORT_MAX;
	const struct node *nodes[REPORT_MAX];
	bool is_counted = all->count > REPORT_MAX; /* those that come up now, in an earlier turn */

	for (int i = 0; i < n; i++) {
		const struct mistake *mistake = &found->mistakes[i];

		nodes[i] = tree_at(tree, mistake->line, mistake->column);
		if (!is_counted && !(nodes[i] && is_consequence(nodes[i])))
			report_add(all, mistake->line, mistake->column, "%s", mistake->text);
	}
	if (!is_counted)
		all->count += found->count - n;
	for (int i = 0; i < n; i++) {
		if (nodes[i])
			tree_leave_out(tree, nodes[i]);
		else
			tree->root = NULL; /* nobody knows where the mistake is */
	}
}

/* Each turn takes something out of the tree; of an empty one nothing is refused. So it ends. */
static int rescue(struct tree *tree, struct report *all, struct config **ret_config)
{
	for (;;) {
		struct report found = {0};
		int failed = config_take(tree, &found, ret_config);

		if (failed != -EINVAL || !tree->root)
			return failed;
		leave_out(tree, &found, all);
	}
}

/* --- naming what was left out --- */

static const struct node *key_of(const struct node *value)
{
	const struct node *map = value->parent, *key = map->kind == NODE_MAP ? map->first : NULL;

	while (key && key->next != value)
		key = key->next;
	return key;
}

static unsigned number_of(const struct node *entry)
{
	unsigned number = 1;

	for (const struct node *at = entry->parent->first; at != entry; at = at->next)
		number++;
	return number;
}

/* "http.port", "entry 2 of sinks", "speed in entry 1 of serial.ports" */
static void add_name(struct text *text, const struct node *node)
{
	const struct node *parent = node->parent;
	bool is_entry = parent->kind == NODE_LIST, is_top = !parent->parent;
	bool is_in_entry = !is_top && parent->parent->kind == NODE_LIST;
	const struct node *owner = is_top || is_in_entry ? parent : key_of(parent);

	if (is_entry) {
		text_addf(text, "entry %u", number_of(node));
		if (!is_top) {
			text_add(text, " of ");
			add_name(text, owner);
		}
		return;
	}
	if (!is_top && !is_in_entry) {
		add_name(text, owner);
		text_add_char(text, '.');
	}
	text_add_harmless(text, node->word ? node->word : "?");
	if (is_in_entry) {
		text_add(text, " in ");
		add_name(text, owner);
	}
}

/* What of `whole` is not in `rest`, which is a part of it. */
static void add_left_out(struct text *text, const struct node *whole, const struct node *rest)
{
	const struct node *kept = rest->first;

	for (const struct node *node = whole->first; node; node = node->next) {
		if (kept && kept->line == node->line && kept->column == node->column) {
			add_left_out(text, node, kept);
			kept = kept->next;
			continue;
		}
		text_add(text, text->length ? ", " : "");
		add_name(text, node);
		if (whole->kind == NODE_MAP)
			node = node->next; /* its value */
	}
}

/* What goes on, and where: a daemon with another data folder has other runs and another PIN. */
static void add_outcome(struct text *text, const struct tree *whole, const struct tree *rest,
	const struct config *config)
{
	bool is_v6 = strchr(config->http.listen, ':');
	char buffer[NAMES_TEXT], pages_buffer[PAGES_TEXT];
	struct text names = text_over(buffer, sizeof buffer);
	struct text pages = text_over(pages_buffer, sizeof pages_buffer);

	if (whole->root && rest->root)
		add_left_out(&names, whole->root, rest->root);
	text_addf(&pages, is_v6 ? "[%s]:%u" : "%s:%u", config->http.listen, config->http.port);
	if (!rest->root)
		text_addf(text, "going on with the defaults: data in %s, pages at %s\n",
			config->data, pages.at);
	else if (names.is_cut)
		text_addf(text, "going on without %s and more: data in %s, pages at %s\n", names.at,
			config->data, pages.at);
	else
		text_addf(text, "going on without %s: data in %s, pages at %s\n", names.at,
			config->data, pages.at);
}

/* malloc'ed; NULL when memory is short. */
static char *tell(const struct report *all, const struct tree *whole, const struct tree *rest,
	const struct config *config)
{
	char sentence[SENTENCE_TEXT], *mistakes = report_text(all), *told = NULL;
	struct text text = text_over(sentence, sizeof sentence);

	add_outcome(&text, whole, rest, config);
	if (mistakes && asprintf(&told, "%s%s: %s", mistakes, all->file, sentence) < 0)
		told = NULL;
	free(mistakes);
	return told;
}

/* --- from bytes and from a file --- */

int config_parse_rest(
	const char *name, const char *yaml, size_t n, struct config **ret_config, char **ret_errors)
{
	struct report all = {.file = name}, ignored = {0};
	struct tree whole, rest;
	int failed = tree_read(yaml, n, &all, &rest);

	if (failed == -EINVAL)
		rest.root = NULL; /* what was read before the mistake may be half a map */
	if (!failed || failed == -EINVAL)
		failed = rescue(&rest, &all, ret_config);
	if (failed == -ENOMEM)
		report_add(&all, 0, 0, "out of memory");
	if (failed) {
		*ret_errors = report_text(&all);
	} else if (all.count > 0) {
		/* Once more, as nothing was left out of it; only for the names. */
		if (tree_read(yaml, n, &ignored, &whole) < 0)
			whole.root = NULL;
		*ret_errors = tell(&all, &whole, &rest, *ret_config);
		tree_free(&whole);
	}
	tree_free(&rest);
	return failed;
}

int config_load_rest(const char *path, struct config **ret_config, char **ret_errors)
{
	char *bytes = NULL;
	size_t n = 0;

	if (!path)
		return config_load(path, ret_config, ret_errors);
	int failed = config_read(path, &bytes, &n, ret_errors);

	if (!failed)
		failed = config_parse_rest(path, bytes, n, ret_config, ret_errors);
	free(bytes);
	return failed;
}
