/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The virtual kit's board: a model as its only source, a port as its line, this machine's clock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/board.h"
#include "model.h"
#include "port.h"

struct kit_options {
	const struct model *model;
	uint8_t uid[8];
	uint64_t seed;
	uint32_t period_us; /* 0: the model's own */
	uint32_t clock_us;  /* what the kit's clock shows at the start */
	int32_t skew_ppb;   /* how much too fast it runs */
	double drop;        /* share of sent bytes that get lost, 0 … 1 */
	double garbage;     /* share of sent frames that noise is put behind, 0 … 1 */
	bool is_quiet;      /* do not tell when it blinks */
};

struct kit;

/* The port stays the caller's and must outlive the kit. */
int kit_new(const struct kit_options *options, struct port *port, struct kit **ret);
void kit_free(struct kit *kit);

const struct board *kit_board(const struct kit *kit); /* lives as long as the kit */

/* Whether received bytes are waiting that the core has not taken yet. */
bool kit_has_input(const struct kit *kit);
