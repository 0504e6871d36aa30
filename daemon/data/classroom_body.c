/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the body of an act, which anybody may have made. */
#include "data/classroom_chapters.h"

#include <math.h>

int64_t act_int(const struct act *act, const char *name)
{
	return json_integer_value(json_object_get(act->body, name));
}

const char *act_text(const struct act *act, const char *name)
{
	const char *text = json_string_value(json_object_get(act->body, name));

	return text ? text : "";
}

bool act_is_on(const struct act *act, const char *name)
{
	return json_is_true(json_object_get(act->body, name));
}

bool json_is_whole(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= 0;
}

bool json_is_id(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) > 0 &&
		json_integer_value(value) <= UINT32_MAX;
}

bool json_is_finite(const json_t *value)
{
	return json_is_number(value) && isfinite(json_number_value(value));
}

static bool is_of_type(const json_t *value, char type)
{
	switch (type | 0x20) {
	case 'i':
		return json_is_whole(value);
	case 'n':
		return json_is_finite(value);
	case 't':
		return json_is_string(value);
	case 'b':
		return json_is_boolean(value);
	case 'a':
		return json_is_array(value);
	default:
		return json_is_object(value);
	}
}

/* These members and no others. */
bool act_has_shape(const json_t *body, const struct act_member *members)
{
	size_t n = 0;

	if (!json_is_object(body))
		return false;
	for (size_t i = 0; i < ACT_MEMBERS && members[i].name; i++) {
		const json_t *value = json_object_get(body, members[i].name);

		if (!value && members[i].type >= 'a')
			return false;
		if (value && !is_of_type(value, members[i].type))
			return false;
		n += value != NULL;
	}
	return n == json_object_size(body);
}
