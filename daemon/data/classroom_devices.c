/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which devices a run had, while it went on. */
#include "data/classroom_course.h"
#include "data/classroom_fold.h"

static bool has_any_device(const struct session *session)
{
	for (unsigned g = 1; g <= session->n_groups; g++)
		if (session->groups[g].n_devices)
			return true;
	return false;
}

static void note_devices(struct run_devices *of, const struct session *session)
{
	const struct session_group *group = &session->groups[session->runs[of->place].group];

	for (unsigned i = 0; i < group->n_devices; i++) {
		size_t k = 0;

		while (k < of->n && of->devices[k] != group->devices[i])
			k++;
		if (k == of->n && of->n < of->most)
			of->devices[of->n++] = group->devices[i];
		if (k < of->n && k < 32 && session_shares(session, group->devices[i]))
			of->shared |= 1u << k;
	}
	of->is_dealt |= has_any_device(session);
}

/* A run that has just begun, at this place in the session. */
static void begin_run(
	struct run_devices *runs, size_t n, const struct session *session, size_t place)
{
	for (size_t i = 0; i < n; i++)
		if (runs[i].run == session->runs[place].run) {
			runs[i].is_begun = true;
			runs[i].place = place;
			note_devices(&runs[i], session);
		}
}

static bool goes_on(const struct run_devices *of, const struct session *session)
{
	return of->is_begun && session->runs[of->place].to.ns == INT64_MAX;
}

/* Act by act, as it was then; once for all runs. */
void classroom_devices_of_runs(
	const struct classroom *classroom, uint32_t session, struct run_devices *runs, size_t n)
{
	const struct course *course = classroom_course(classroom, session);
	struct session state = {.id = 0};
	size_t n_begun = 0;

	for (size_t i = 0; course && i < course->n; i++) {
		const struct done *done = &course->acts[i];

		if (done->is_undone || done->act.kind == ACT_UNDO ||
			session_change(&state, &done->act))
			continue;
		while (n_begun < state.n_runs)
			begin_run(runs, n, &state, n_begun++);
		for (size_t k = 0; k < n; k++)
			if (goes_on(&runs[k], &state))
				note_devices(&runs[k], &state);
	}
	for (size_t k = 0; k < n; k++)
		if (runs[k].is_begun && runs[k].n == 0 && runs[k].most &&
			(runs[k].is_dealt || state.lesson[0]))
			runs[k].devices[runs[k].n++] = NO_DEVICE;
	session_clear(&state);
}

size_t classroom_run_devices(const struct classroom *classroom, uint32_t session, uint32_t run,
	uint32_t *ret_devices, size_t most)
{
	struct run_devices of = {.run = run, .devices = ret_devices, .most = most};

	classroom_devices_of_runs(classroom, session, &of, 1);
	return of.n;
}
