/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The models by name: formula, parameters, units. What they are to the solver is in models_form.h. Tables
 * only; pure; any thread. */
#pragma once

enum fit_model {
	FIT_PROPORTIONAL,
	FIT_LINEAR,
	FIT_QUADRATIC,
	FIT_POWER,
	FIT_EXPONENTIAL,
	FIT_DECAY, /* natural exponential with offset */
	FIT_LOGARITHM,
	FIT_SINE,
	FIT_DAMPED,
	FIT_GAUSSIAN,
	FIT_POISSON, /* random counts: fit/poisson.h */
	FIT_MODELS,
};

enum { FIT_PARAMETERS = 5 };

/* By its id, "linear"; FIT_MODELS: there is none. */
enum fit_model fit_model_find(const char *id);
const char *fit_model_id(enum fit_model model);
void fit_model_name(enum fit_model model, const char **ret_zh, const char **ret_en);
unsigned fit_model_parameters(enum fit_model model);
const char *fit_parameter_id(enum fit_model model, unsigned parameter);
/* The unit of a parameter is that of y to the first power, times that of x to the second. */
void fit_parameter_units(
	enum fit_model model, unsigned parameter, int *ret_power_of_y, int *ret_power_of_x);
/* "y = A exp(-@/tau) + C", @ standing for the variable; and as a program would write it, of x. */
const char *fit_model_formula(enum fit_model model);
const char *fit_model_expression(enum fit_model model);
