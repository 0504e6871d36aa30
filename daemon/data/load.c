/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libcyaml reads bytes, so the checked tree is written down again for it, without what was left out
 * of it (data/config_rescue.c). That costs some 50 us and gives a second opinion: what we let pass
 * and it refuses is a bug of ours, which the fuzzer looks for. */
#include "data/load.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A sign of a word becomes at most "\u003c", and each word gets quotes and what stands between. */
enum { WRITTEN_BYTES = 6 * TREE_BYTES + 8 * TREE_WORDS };

static void *take_memory(void *arena, void *old, size_t n)
{
	return arena_resize(arena, old, n);
}

static void keep_first_words(cyaml_log_t level, void *kept, const char *format, va_list arguments)
{
	struct text *text = kept;
	char words[160];

	if (level < CYAML_LOG_ERROR || text->length > 0)
		return;
	vsnprintf(words, sizeof words, format, arguments);
	text_add(text, words);
}

/* As JSON, which is YAML when no word holds a sign that nobody sees; the check refuses those. */
static void write_down(const struct node *node, struct text *text)
{
	bool is_map = node->kind == NODE_MAP, is_value = false;

	if (node->kind == NODE_WORD) {
		text_add_json(text, node->word);
		return;
	}
	text_add_char(text, is_map ? '{' : '[');
	for (const struct node *child = node->first; child; child = child->next) {
		write_down(child, text);
		is_value = is_map && !is_value; /* the next one, after a key */
		if (child->next)
			text_add(text, is_value ? ": " : ", ");
	}
	text_add_char(text, is_map ? '}' : ']');
}

/* libcyaml's turn. */
static int fill(const struct format *format, const struct text *yaml, struct arena *arena,
	struct report *report, void **ret_data)
{
	char buffer[200];
	struct text said = text_over(buffer, sizeof buffer);
	const cyaml_config_t config = {
		.log_fn = keep_first_words,
		.log_ctx = &said,
		.log_level = CYAML_LOG_ERROR,
		.mem_fn = take_memory,
		.mem_ctx = arena,
		.flags = CYAML_CFG_NO_ALIAS,
	};
	void *data = NULL;
	cyaml_err_t error = cyaml_load_data(
		(const uint8_t *)yaml->at, yaml->length, &config, format->schema, &data, NULL);

	if (error == CYAML_ERR_OOM)
		return -ENOMEM;
	if (error != CYAML_OK || !data) {
		report->is_dispute = true;
		report_add(report, 0, 0,
			"kitlog finds no mistake, but libcyaml does (%s: %s); please report this",
			cyaml_strerror(error), said.at);
		return -EINVAL;
	}
	*ret_data = data;
	return 0;
}

static int fill_from(const struct format *format, const struct node *root, struct arena *arena,
	struct report *report, void **ret_data)
{
	char *bytes = malloc(WRITTEN_BYTES);

	if (!bytes)
		return -ENOMEM;
	struct text yaml = text_over(bytes, WRITTEN_BYTES);

	write_down(root, &yaml);
	assert(!yaml.is_cut);
	int r = fill(format, &yaml, arena, report, ret_data);
	free(bytes);
	return r;
}

int load(const struct format *format, const struct tree *tree, struct arena *arena,
	struct report *report, void **ret_data)
{
	int before = report->count;
	void *data = NULL;

	if (!tree->root && format->may_be_empty) {
		*ret_data = NULL;
		return 0;
	}
	if (!tree->root)
		report_add(report, 1, 1, "the file is empty");
	else
		schema_check(tree, format->schema, format->rules, report);
	if (report->count > before)
		return -EINVAL;
	int r = fill_from(format, tree->root, arena, report, &data);
	if (r < 0)
		return r;
	if (format->check)
		format->check(data, tree, report);
	if (report->count > before)
		return -EINVAL;
	*ret_data = data;
	return 0;
}

void load_mistake(
	const struct tree *tree, struct report *report, const char *path, const char *format, ...)
{
	const struct node *node = tree_near(tree, path);
	char sentence[REPORT_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	report_add(report, node ? node->line : 0, node ? node->column : 0, "%s", sentence);
}
