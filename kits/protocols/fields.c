/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kits/protocols/fields.h"

#include <errno.h>
#include <stdio.h>

#include "data/load.h"

enum { PATH_BYTES = 40 };

/* A word that its reader refused: expected is what the reader said. */
static bool is_good(const struct tree *tree, struct report *report, size_t channel, const char *key,
	const char *word, const char *expected)
{
	char path[PATH_BYTES];

	if (!expected)
		return true;
	snprintf(path, sizeof(path), "channels[%zu].%s", channel, key);
	load_mistake(tree, report, path, "%s: \"%s\" is not %s", key, word, expected);
	return false;
}

static bool is_inside(const struct tree *tree, struct report *report, size_t channel,
	const char *key, const struct field *field, size_t bytes, const char *of)
{
	char path[PATH_BYTES];

	if (bytes == 0 || field_fits(field, bytes))
		return true;
	snprintf(path, sizeof(path), "channels[%zu].%s", channel, key);
	load_mistake(tree, report, path, "%s: bytes %d to %d lie outside the %zu bytes of a %s",
		key, field->offset, field->offset + field->size - 1, bytes, of);
	return false;
}

static bool read_channel(const struct model *model, const struct tree *tree, struct report *report,
	size_t index, size_t bytes, const char *of, struct fields_channel *ret)
{
	const struct model_channel *channel = &model->channels[index];

	if (!is_good(tree, report, index, "from", channel->from,
		    field_read(channel->from, &ret->field)) ||
		!is_inside(tree, report, index, "from", &ret->field, bytes, of))
		return false;
	ret->has_condition = channel->when != NULL;
	return !channel->when ||
		(is_good(tree, report, index, "when", channel->when,
			 field_read_condition(channel->when, &ret->condition)) &&
			is_inside(tree, report, index, "when", &ret->condition.field, bytes, of));
}

int fields_compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, size_t bytes, const char *of, struct fields **ret_fields)
{
	struct fields *fields = arena_take(
		arena, sizeof(*fields) + model->n_channels * sizeof(struct fields_channel));
	bool is_all_good = true;

	if (!fields)
		return -ENOMEM;
	fields->n = model->n_channels;
	for (size_t i = 0; i < fields->n; i++)
		if (!read_channel(model, tree, report, i, bytes, of, &fields->channels[i]))
			is_all_good = false;
	if (!is_all_good)
		return -EINVAL;
	*ret_fields = fields;
	return 0;
}

bool fields_put(struct kit *kit, const struct fields *fields, const uint8_t *bytes, size_t n)
{
	bool is_any = false;

	for (size_t i = 0; i < fields->n; i++) {
		const struct fields_channel *channel = &fields->channels[i];

		if (!field_fits(&channel->field, n) ||
			(channel->has_condition && !field_holds(&channel->condition, bytes, n)))
			continue;
		kit_put(kit, (unsigned)i, field_value(&channel->field, bytes));
		is_any = true;
	}
	return is_any;
}
