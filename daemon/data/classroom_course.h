/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What classroom.c keeps of each session, for the files beside it: which may be asked (classroom_may.c), and
 * which devices runs had (classroom_devices.c). Inside data/classroom*.c only. */
#pragma once

#include "data/classroom.h"

struct done {
	struct act act;
	bool is_undone;
};

struct course {
	struct session state;
	struct done *acts;
	size_t n, room;
	size_t n_joins, n_leaves; /* among them */
};

struct classroom {
	struct course **courses; /* by the number of the session */
	size_t n, room;
};

struct course *classroom_course(const struct classroom *classroom, uint32_t session); /* NULL */
struct done *course_find(const struct course *course, int64_t act);                   /* NULL */

/* May this be asked for now? Limits, and what would take data from somebody: rules that may change from one
 * release to the next, and so are no part of the fold. What was answered as done once stays done. */
enum act_verdict classroom_may(const struct classroom *classroom, const struct act *act);
