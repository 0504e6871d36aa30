/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bench (support/rig.h) for one kit of the family `edges`: its kit.yaml is read, its lines are
 * moved by the test at exact instants, pulses that it asks for are counted. */
#pragma once

#include "data/model.h"
#include "support/rig.h"

enum { EDGES_BEGIN_NS = NS_PER_S }; /* of the board, when the kit is plugged in */

struct edges_rig {
	struct rig rig;
	struct arena arena;
	struct model *model;
	unsigned n_pulses, pulse_line, pulse_us;
};

/* Of yaml text, or of a kit's folder. Fails by cmocka's asserts when it has a mistake. */
void edges_rig_open(struct edges_rig *rig, const char *yaml);
void edges_rig_open_kit(struct edges_rig *rig, const char *folder);
void edges_rig_close(struct edges_rig *rig);

/* The line `id` goes up or down so many microseconds after the plugging in; time passes on the way,
 * with ticks. */
void edges_rig_move(struct edges_rig *rig, const char *id, bool is_up, double us);
void edges_rig_lose(struct edges_rig *rig, const char *id, bool is_up, double us, uint32_t n_lost);

/* Time passes until then. */
void edges_rig_pass(struct edges_rig *rig, double us);

/* The next value of a channel that is not NaN, from row *at on, which is moved behind it; fails when
 * there is none. *ret_us: its stamp, after the plugging in. */
double edges_rig_next(struct edges_rig *rig, const char *channel, size_t *at, double *ret_us);

/* How many values a channel has. */
size_t edges_rig_count(struct edges_rig *rig, const char *channel);
