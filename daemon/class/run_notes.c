/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/run_notes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "class/run_streams.h"

/* ---------------------------------------------------------------- readings */

json_t *run_notes_reading(const struct reading *reading, struct instant zero)
{
	return json_pack("{s:i, s:I, s:O, s:O?}", "group", (int)reading->group, "at_us",
		(json_int_t)((reading->at.ns - zero.ns) / NS_PER_US), "typed", reading->typed,
		"values", reading->values);
}

/* Whose a stream is. */
struct name {
	uint32_t stream, sticker;
	char name[NAME_TEXT];
};
struct names {
	struct name *list;
	size_t n;
};

static int take_device(void *self, const struct device *device)
{
	struct names *names = self;
	void *grown = realloc(names->list, (names->n + device->n_streams) * sizeof *names->list);

	if (!grown && names->n + device->n_streams > 0)
		return -ENOMEM;
	names->list = grown;
	for (uint32_t i = 0; i < device->n_streams; i++) {
		struct name *to = &names->list[names->n++];

		to->stream = device->streams[i].id;
		to->sticker = device->sticker;
		text_copy(to->name, sizeof to->name, device->streams[i].name);
	}
	return 0;
}

/* "12:t" as "3 main:t"; what cannot be told stays. */
static void name_of(const struct names *names, const char *key, struct text *to)
{
	int64_t stream;
	size_t n = number_to_int(key, strlen(key), &stream);

	for (size_t i = 0; n > 0 && key[n] == ':' && i < names->n; i++)
		if (names->list[i].stream == stream) {
			text_addf(to, "%u %s", names->list[i].sticker, names->list[i].name);
			key += n;
			break;
		}
	text_add(to, key);
}

static int name_values(const struct names *names, json_t *reading)
{
	json_t *named = json_object(), *value;
	const char *key;

	json_object_foreach(json_object_get(reading, "values"), key, value)
	{
		char room[NAME_TEXT + 64];
		struct text name = text_over(room, sizeof room);

		name_of(names, key, &name);
		json_object_set(named, name.at, value);
	}
	return json_object_set_new(reading, "values", named) == 0 ? 0 : -ENOMEM;
}

int run_notes_name_values(struct reader *reader, json_t *readings)
{
	struct names names = {.n = 0};
	int r = json_array_size(readings) ? reader_devices(reader, take_device, &names) : 0;

	for (size_t i = 0; i < json_array_size(readings) && r == 0; i++)
		r = name_values(&names, json_array_get(readings, i));
	free(names.list);
	return r;
}

json_t *run_notes_prediction(const json_t *prediction)
{
	json_t *told = prediction ? json_deep_copy(prediction) : NULL;

	json_object_del(told, "group");
	json_object_del(told, "token");
	return told;
}

/* ---------------------------------------------------------------- of one run */

static int add_readings(const struct classroom *room, const struct session *session,
	const struct run *run, struct run_notes *notes)
{
	struct reading reading;

	for (size_t place = 0; readings_next(room, session, &place, &reading);) {
		if (reading.run != run->id || (run->id == 0 && reading.group != run->group))
			continue;
		if (!notes->readings)
			notes->readings = json_array();
		if (json_array_append_new(notes->readings, run_notes_reading(&reading, run->from)) <
			0)
			return -ENOMEM;
	}
	return 0;
}

static int read_room(const struct classroom *room, const struct run *run, struct run_notes *notes)
{
	const struct session *session = classroom_session(room, run->session);

	if (!session)
		return 0;
	notes->is_revealed = session->is_revealed;
	notes->n_devices =
		classroom_run_devices(room, run->session, run->id, notes->devices, RUN_DEVICES);
	if (run->group >= 1 && run->group <= session->n_groups)
		notes->prediction = run_notes_prediction(session->groups[run->group].prediction);
	return add_readings(room, session, run, notes);
}

int run_notes_read(struct reader *reader, const struct run *run, struct run_notes *ret_notes)
{
	struct run_notes notes = {.n_devices = 0};
	struct classroom *room = NULL;
	int r = run->session ? run_room(reader, run->session, &room) : 0;

	if (r == 0 && room)
		r = read_room(room, run, &notes);
	if (r == 0)
		r = run_notes_name_values(reader, notes.readings);
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
