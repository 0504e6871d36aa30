/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop of a board whose sensors need no tasks of their own, asleep whenever there is nothing to
 * do. */
#pragma once

#include "core/board.h"

/* The clock, the line and the light must already work. `board` has a model, a uid, sources and a light;
 * its clock and line are filled in. `task`, or NULL, is called in each turn. */
_Noreturn void run(struct board *board, void (*task)(void));
