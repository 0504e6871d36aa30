/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/kitlog/flags.h"

#include <math.h>
#include <stdio.h>

#include "tools/kitlog/say.h"

static const struct {
	enum flag flag;
	char mark;
	const char *zh, *en;
} marks[] = {
	{FLAG_WARM_UP, '~', "预热中，读数还会变", "warming up: it still drifts"},
	{FLAG_OUT_OF_RANGE, '!', "超出量程，这个值不可信",
		"out of range: the instrument cannot measure that"},
};

enum { MARKS = sizeof marks / sizeof *marks };

static double number_of(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

unsigned flags_of_value(const json_t *channel, double value)
{
	bool is_outside = value < number_of(channel, "least") || value > number_of(channel, "most");

	return is_outside ? FLAG_OUT_OF_RANGE : 0;
}

unsigned flags_of_age(const json_t *device, json_int_t at_us)
{
	const json_t *until = json_object_get(device, "warming_until_us");

	return json_is_integer(until) && at_us < json_integer_value(until) ? FLAG_WARM_UP : 0;
}

void flags_add_marks(struct text *text, unsigned flags)
{
	text_add(text, flags ? " " : "");
	for (size_t i = 0; i < MARKS; i++)
		if (flags & marks[i].flag)
			text_add_char(text, marks[i].mark);
}

const char *flags_meaning(enum flag flag)
{
	size_t i = 0;

	while (marks[i].flag != flag)
		i++;
	return say(marks[i].zh, marks[i].en);
}

void flags_explain(unsigned flags)
{
	for (size_t i = 0; i < MARKS; i++)
		if (flags & marks[i].flag)
			printf("# %c %s\n", marks[i].mark, flags_meaning(marks[i].flag));
}
