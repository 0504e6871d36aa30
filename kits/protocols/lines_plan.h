/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kit.yaml says about a board that prints text, made ready:
 *
 *     lines: {discover: yes}                    # channels are what the lines name
 *     lines: {format: csv, separator: ";"}      # or only lines of one kind
 *     channels:
 *       - {id: temp, from: Temp, ...}           # a label, or a name in a header
 *       - {id: light, from: column 2, ...}      # counted from 1
 *
 * Made once by the main thread, const afterwards. */
#pragma once

#include <stdbool.h>

#include "data/model.h"
#include "kits/protocols/lines_reading.h"

enum lines_format {
	LINES_AUTO,
	LINES_LABELS,
	LINES_COLUMNS,
	LINES_CSV,
	LINES_JSON,
	LINES_TUPLE,
};

struct lines_plan {
	enum lines_format format;
	char separator; /* 0: any */
	struct {
		unsigned column;             /* from 1; 0: by label */
		char label[LINES_LABEL_MAX]; /* as the kit.yaml writes it, without a unit */
	} channels[MODEL_CHANNELS];
};

extern const struct model_form lines_model_form;

/* Is a line of this kind what the plan wants? */
bool lines_plan_wants(
	const struct lines_plan *plan, enum lines_kind kind, const struct lines_reading *reading);

/* "labels", "columns", "csv", "json", "tuple": what such lines are called. */
const char *lines_format_name(enum lines_kind kind, char bracket, bool has_names);
