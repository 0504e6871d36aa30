/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/json_tree.h"

#include <math.h>

#include "live/json.h"

static void add_members(struct text *text, const json_t *object)
{
	const char *name, *between = "";
	const json_t *value;

	text_add_char(text, '{');
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		text_add(text, between);
		text_add_json(text, name);
		text_add_char(text, ':');
		json_tree(text, value);
		between = ",";
	}
	text_add_char(text, '}');
}

static void add_elements(struct text *text, const json_t *list)
{
	text_add_char(text, '[');
	for (size_t i = 0; i < json_array_size(list); i++) {
		text_add(text, i > 0 ? "," : "");
		json_tree(text, json_array_get(list, i));
	}
	text_add_char(text, ']');
}

void json_tree(struct text *text, const json_t *value)
{
	if (json_is_object(value))
		add_members(text, value);
	else if (json_is_array(value))
		add_elements(text, value);
	else if (json_is_string(value))
		text_add_json(text, json_string_value(value));
	else if (json_is_integer(value))
		text_add_int(text, json_integer_value(value));
	else if (json_is_real(value))
		json_number(text, json_real_value(value));
	else if (json_is_boolean(value))
		json_bool(text, json_is_true(value));
	else
		text_add(text, "null");
}

bool json_is_numbers(const json_t *object)
{
	const char *name;
	const json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		if (!json_is_number(value) || !isfinite(json_number_value(value)))
			return false;
	}
	return json_is_object(object);
}
