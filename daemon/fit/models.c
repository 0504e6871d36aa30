/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of models. Each stands in models_NAME.c, with its curve, its derivatives, where its shapes are
 * looked for and the units of its parameters, and nowhere else; what a fit of it means in words is in
 * words.c. The derivatives are held to the curve by a test. */
#include "fit/models_form.h"

#include <string.h>

/* Counts have no curve over x; poisson.c fits them. */
static const struct form form_poisson = {.id = "poisson",
	.zh = "随机计数",
	.en = "Poisson",
	.formula = "P(N) = m^N exp(-m) / N!",
	.expression = "m",
	.n = 2,
	.parameters = {{"m", 0, 0, NEED_NOT}, {"rate", 0, -1, NEED_NOT}}};

static const struct form *const forms[FIT_MODELS] = {
	[FIT_PROPORTIONAL] = &form_proportional,
	[FIT_LINEAR] = &form_linear,
	[FIT_QUADRATIC] = &form_quadratic,
	[FIT_POWER] = &form_power,
	[FIT_EXPONENTIAL] = &form_exponential,
	[FIT_DECAY] = &form_decay,
	[FIT_LOGARITHM] = &form_logarithm,
	[FIT_SINE] = &form_sine,
	[FIT_DAMPED] = &form_damped,
	[FIT_GAUSSIAN] = &form_gaussian,
	[FIT_POISSON] = &form_poisson,
};

const struct form *form_of(enum fit_model model)
{
	return forms[model];
}

enum fit_model fit_model_find(const char *id)
{
	enum fit_model model = FIT_PROPORTIONAL;

	while (model < FIT_MODELS && strcmp(forms[model]->id, id) != 0)
		model++;
	return model;
}

const char *fit_model_id(enum fit_model model)
{
	return forms[model]->id;
}

void fit_model_name(enum fit_model model, const char **ret_zh, const char **ret_en)
{
	*ret_zh = forms[model]->zh;
	*ret_en = forms[model]->en;
}

unsigned fit_model_parameters(enum fit_model model)
{
	return forms[model]->n;
}

const char *fit_parameter_id(enum fit_model model, unsigned parameter)
{
	return forms[model]->parameters[parameter].id;
}

void fit_parameter_units(
	enum fit_model model, unsigned parameter, int *ret_power_of_y, int *ret_power_of_x)
{
	*ret_power_of_y = forms[model]->parameters[parameter].y;
	*ret_power_of_x = forms[model]->parameters[parameter].x;
}

const char *fit_model_formula(enum fit_model model)
{
	return forms[model]->formula;
}

const char *fit_model_expression(enum fit_model model)
{
	return forms[model]->expression;
}
