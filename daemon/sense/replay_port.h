/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The port that a recording was made at. For replay.c alone. Pure. */
#pragma once

#include "data/model.h"
#include "data/report.h"
#include "sense/kit.h"
#include "sense/recording.h"

/* From the recording's first lines and the model (NULL: none). 0, or -EINVAL with a sentence in
 * the report. */
int replay_port(const struct recording *recording, const struct model *model, struct report *report,
	struct kit_port *ret_port);
