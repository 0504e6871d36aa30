/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The channels of a kit whose values stand at fixed places of a frame or report: what `from` and
 * `when` of each mean, read once, and the raw values of one frame. Reading is main's, putting the
 * sense thread's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/field.h"
#include "data/model.h"
#include "sense/kit.h"

struct fields {
	size_t n; /* as many as the model has channels */
	struct fields_channel {
		struct field field;
		bool has_condition;
		struct field_condition condition;
	} channels[];
};

/* For model_form.compile. `bytes`: of a whole one, 0 when it may be of any length; `of` what holds
 * them, for people: "report". 0; -EINVAL with mistakes reported; -ENOMEM. */
int fields_compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, size_t bytes, const char *of, struct fields **ret_fields);

/* kit_put for each channel that this frame is for and that it holds. False: for none. */
bool fields_put(struct kit *kit, const struct fields *fields, const uint8_t *bytes, size_t n);
