/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/run_notes.h"

#include <errno.h>

#include "data/classroom.h"

static int add_reading(const struct run *run, const json_t *body, struct run_notes *notes)
{
	int64_t at_ns = json_integer_value(json_object_get(body, "at_ns"));
	json_t *reading;

	if (json_integer_value(json_object_get(body, "group")) != run->group ||
		at_ns < run->from.ns || at_ns >= run->to.ns)
		return 0;
	if (!notes->readings)
		notes->readings = json_array();
	reading = json_pack("{s:i, s:I, s:O}", "group", (int)run->group, "at_us",
		(json_int_t)((at_ns - run->from.ns) / NS_PER_US), "typed",
		json_object_get(body, "typed"));
	return reading && json_array_append_new(notes->readings, reading) == 0 ? 0 : -ENOMEM;
}

static int add_readings(
	const struct classroom *room, const struct run *run, struct run_notes *notes)
{
	size_t n = classroom_acts(room, run->session);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct act_told told = classroom_act(room, run->session, i);

		if (told.act->kind == ACT_READING && !told.is_undone)
			r = add_reading(run, told.act->body, notes);
	}
	return r;
}

static int read_room(const struct classroom *room, const struct run *run, struct run_notes *notes)
{
	const struct session *session = classroom_session(room, run->session);

	if (!session)
		return 0;
	notes->n_devices =
		classroom_run_devices(room, run->session, run->id, notes->devices, RUN_DEVICES);
	if (run->group >= 1 && run->group <= session->n_groups &&
		session->groups[run->group].prediction)
		notes->prediction = json_deep_copy(session->groups[run->group].prediction);
	return add_readings(room, run, notes);
}

int run_notes_read(struct reader *reader, const struct run *run, struct run_notes *ret_notes)
{
	struct run_notes notes = {.n_devices = 0};
	struct classroom *room = NULL;
	int r = run->session ? run_room(reader, run->session, &room) : 0;

	if (r == 0 && room)
		r = read_room(room, run, &notes);
	classroom_free(room);
	if (r < 0)
		run_notes_clear(&notes);
	else
		*ret_notes = notes;
	return r;
}

void run_notes_clear(struct run_notes *notes)
{
	json_decref(notes->readings);
	json_decref(notes->prediction);
	*notes = (struct run_notes){.n_devices = 0};
}

int run_notes_streams(struct reader *reader, const struct run_notes *notes, const struct run *range,
	struct instant kept, uint32_t ret_streams[WEAVE_STREAMS], size_t *ret_n)
{
	return run_streams(
		reader, range, kept, notes->devices, notes->n_devices, ret_streams, ret_n);
}
