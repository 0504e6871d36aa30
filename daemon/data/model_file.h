/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kit.yaml as it is written: texts are texts, what is absent is NULL. Private to the files
 * model*.c; model.h has what becomes of it. */
#pragma once

#include "data/load.h"
#include "data/model.h"

struct written_match {
	char *usb, *manufacturer, *product, *serial_number, *ask, *answer;
};

struct written_line {
	char *id;
	int *pin;
	enum model_bias bias;
	bool is_active_low, output;
};

struct written_setting {
	char *id;
	struct model_text name;
	char *unit;
	double value, range[2];
};

struct written_channel {
	char *id;
	struct model_text name;
	char *quantity, *unit;
	double range[2], resolution;
	char *accuracy, *from, *when;
	double *scale;
	double offset;
	bool zero, mark;
	unsigned calibrate;
	char *recheck, *rate;
};

struct written_kit {
	char *id;
	struct model_text name;
	char *model;
	struct written_match *match;
	unsigned n_match;
	char *serial;
	struct written_line *gpio;
	unsigned n_gpio;
	char *driver, *rate, *max_rate, *latency, *warmup;
	struct written_setting *settings;
	unsigned n_settings;
	struct written_channel *channels;
	unsigned n_channels;
	struct model_text *wiring, *safety, *traps, *unverified;
	unsigned n_wiring, n_safety, n_traps, n_unverified;
	struct model_trouble *troubles;
	unsigned n_troubles;
	void *families[]; /* one per form, in the forms' order: its mapping, or NULL */
};

/* What a tree is read by: the fixed keys and one per form. */
struct model_schema {
	cyaml_schema_value_t value;
	struct rule *rules;
};

/* Makes it in the arena. 0 or -ENOMEM. */
int model_schema_make(
	const struct model_forms *forms, struct arena *arena, struct model_schema *ret_schema);

/* What several keys must be to each other, in words. *ret_form is the family when there is exactly
 * one, else NULL. */
void model_check(const struct written_kit *written, const struct model_forms *forms,
	const char *folder_name, const struct tree *tree, struct report *report,
	const struct model_form **ret_form);

/* The driver named, or NULL. */
const struct model_driver *model_driver_find(const struct model_forms *forms, const char *name);
