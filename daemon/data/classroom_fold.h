/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One act and one session, for classroom.c alone: whether it fits by what the session itself is, and
 * what it makes of it. Undoing, codes and devices of other sessions are classroom.c's. */
#pragma once

#include "data/classroom.h"

/* `session` is all zeros for an ACT_MAKE. */
enum act_verdict session_judge(const struct session *session, const struct act *act);

/* What fits. ACT_NO_MEMORY: and nothing is changed. The state borrows from the body. */
enum act_verdict session_change(struct session *session, const struct act *act);

/* Frees what it has. */
void session_clear(struct session *session);

bool act_can_be_undone(const struct act *act);
