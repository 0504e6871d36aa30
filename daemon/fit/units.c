/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fit/units.h"

#include <stdlib.h>
#include <string.h>

static bool is_none(const char *unit)
{
	return *unit == '\0' || strcmp(unit, "1") == 0;
}

static bool is_composed(const char *unit)
{
	return strpbrk(unit, "./0123456789") != NULL;
}

/* "m/s" by s is "m/s2" and not "m/s/s": the power of x that y already has below its line, and how much
 * of y stands before it. */
static int power_in(const char *y, const char *x, size_t *ret_before)
{
	const char *slash = strrchr(y, '/');
	size_t n = strlen(x);

	*ret_before = strlen(y);
	if (!slash || strncmp(slash + 1, x, n) != 0 ||
		strspn(slash + 1 + n, "0123456789") != strlen(slash + 1 + n))
		return 0;
	*ret_before = (size_t)(slash - y);
	return slash[1 + n] ? -atoi(slash + 1 + n) : -1;
}

static void add_x(struct text *text, const char *x, int power)
{
	text_add(text, is_composed(x) && power > 1 ? "(" : "");
	text_add(text, x);
	text_add(text, is_composed(x) && power > 1 ? ")" : "");
	if (power > 1)
		text_add_int(text, power);
}

void units_compose(struct text *text, const char *y, const char *x, int power)
{
	size_t before = is_none(y) ? 0 : strlen(y);

	if (!is_none(x) && !is_none(y) && !is_composed(x) && power != 0)
		power += power_in(y, x, &before);
	if (is_none(x))
		power = 0;
	text_add_bytes(text, y, before);
	if (power > 0) {
		text_add(text, before > 0 ? "." : "");
		add_x(text, x, power);
	} else if (power < 0 && is_composed(x)) {
		for (int i = 0; i > power; i--)
			text_addf(text, "/(%s)", x);
	} else if (power < 0) {
		text_add_char(text, '/');
		add_x(text, x, -power);
	}
}

void units_add(
	struct text *text, enum fit_model model, unsigned parameter, const char *y, const char *x)
{
	int power_of_y, power_of_x;
	bool is_wave = model == FIT_SINE || model == FIT_DAMPED;

	fit_parameter_units(model, parameter, &power_of_y, &power_of_x);
	if (is_wave && strcmp(fit_parameter_id(model, parameter), "phi") == 0)
		text_add(text, "rad");
	else if (is_wave && power_of_x == -1 && strcmp(x, "s") == 0)
		text_add(text, "Hz");
	else
		units_compose(text, power_of_y ? y : "", x, power_of_x);
}
