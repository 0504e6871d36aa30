/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/readings.h"

/* Is `a` rather than `b` the run of what was typed then? */
static bool suits_better(
	const struct session_run *a, const struct session_run *b, struct instant at)
{
	bool has_begun = a->from.ns <= at.ns;

	if (has_begun != (b->from.ns <= at.ns))
		return has_begun;
	return has_begun ? a->from.ns >= b->from.ns : a->from.ns < b->from.ns;
}

uint32_t readings_run(const struct session *session, int64_t group, struct instant at)
{
	const struct session_run *found = NULL;

	for (size_t i = 0; i < session->n_runs; i++) {
		const struct session_run *run = &session->runs[i];

		if (run->group == group && (!found || suits_better(run, found, at)))
			found = run;
	}
	return found ? found->run : 0;
}

static struct reading read_act(const struct session *session, const struct act *act)
{
	int64_t group = json_integer_value(json_object_get(act->body, "group"));
	struct instant at = {json_integer_value(json_object_get(act->body, "at_ns"))};

	return (struct reading){.id = act->id,
		.group = (unsigned)group,
		.at = at,
		.run = readings_run(session, group, at),
		.typed = json_object_get(act->body, "typed"),
		.values = json_object_get(act->body, "values")};
}

bool readings_next(const struct classroom *room, const struct session *session, size_t *place,
	struct reading *ret_reading)
{
	size_t n = classroom_acts(room, session->id);

	while (*place < n) {
		struct act_told told = classroom_act(room, session->id, (*place)++);

		if (told.act->kind == ACT_READING && !told.is_undone) {
			*ret_reading = read_act(session, told.act);
			return true;
		}
	}
	return false;
}
