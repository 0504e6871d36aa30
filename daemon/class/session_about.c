/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/session_about.h"

#include <errno.h>
#include <stdlib.h>

#include "live/json.h"
#include "live/json_tree.h"
#include "class/results.h"
#include "class/run_notes.h"
#include "class/run_streams.h"

struct session_about {
	struct session_about_options options;
	struct classroom *room;
	const struct session *session; /* in it */
	struct results *results;       /* NULL: they are not to be seen */
	json_t *readings;
	bool has_wall;
	struct wall wall;
};

static bool is_seen(const struct session_about *about, unsigned group)
{
	return about->options.shows_all || group == about->options.own;
}

static int collect_readings(struct session_about *about, struct reader *reader)
{
	struct reading reading;

	about->readings = json_array();
	for (size_t place = 0; readings_next(about->room, about->session, &place, &reading);) {
		json_t *told = is_seen(about, reading.group)
			? run_notes_reading(&reading, about->session->made)
			: NULL;

		if (!told)
			continue;
		json_object_set_new(
			told, "run", reading.run ? json_integer(reading.run) : json_null());
		json_array_append_new(about->readings, told);
	}
	return run_notes_name_values(reader, about->readings);
}

static void find_wall(struct session_about *about, struct reader *reader)
{
	struct wall_map *map;

	if (reader_wall_map(reader, &map) < 0)
		return;
	about->has_wall = wall_map_at(map, about->session->made, &about->wall, NULL);
	wall_map_free(map);
}

static int collect(struct session_about *about, struct reader *reader)
{
	int r = run_room(reader, about->options.session, &about->room);

	if (r < 0)
		return r;
	about->session = classroom_session(about->room, about->options.session);
	if (!about->session)
		return -ENOENT;
	about->options.shows_all |= about->session->is_revealed;
	r = collect_readings(about, reader);
	if (r == 0 && about->options.shows_all)
		r = results_new(about->room, about->session, about->options.lesson,
			about->options.now, (struct instant){0}, &about->results);
	find_wall(about, reader);
	return r;
}

int session_about_new(struct reader *reader, const struct session_about_options *options,
	struct session_about **ret_about)
{
	struct session_about *about = calloc(1, sizeof *about);
	int r;

	if (!about)
		return -ENOMEM;
	about->options = *options;
	r = collect(about, reader);
	if (r < 0)
		session_about_free(about);
	else
		*ret_about = about;
	return r;
}

void session_about_free(struct session_about *about)
{
	if (!about)
		return;
	results_free(about->results);
	json_decref(about->readings);
	classroom_free(about->room);
	free(about);
}

int session_about_step(struct session_about *about, struct reader *reader)
{
	return about->results ? results_step(about->results, reader) : 0;
}

/* ---------------------------------------------------------------- writing */

static int64_t since(const struct session_about *about, struct instant at)
{
	return instant_since(at, about->session->made) / NS_PER_US;
}

static void add_head(const struct session_about *about, struct text *text)
{
	const struct session *session = about->session;

	text_add(text, "{\"kitlog_session\":1,\n\"title\":");
	text_add_json(text, session->title);
	text_add(text, ",\"lesson\":");
	text_add_json(text, session->lesson);
	text_add(text, ",\"is_project\":");
	json_bool(text, session->is_project);
	text_add(text, ",\"board\":");
	text_add_json(text, about->options.board);
	text_add(text, ",\n\"wall_from_us\":");
	if (about->has_wall)
		text_add_int(text, about->wall.ns / NS_PER_US);
	else
		text_add(text, "null");
	text_add(text, ",\"duration_us\":");
	if (session_is_open(session))
		text_add(text, "null");
	else
		text_add_int(text, since(about, session->ended));
	if (!about->options.goes_on)
		return;
	/* Of all sessions of all boards: no two are made at one instant of a board's time. */
	text_add(text, ",\n\"goes_on\":{\"origin\":");
	char origin[SESSION_ORIGIN + 80];
	struct text own = text_over(origin, sizeof origin);

	if (session->origin[0])
		text_add(&own, session->origin);
	else
		text_addf(&own, "%s/%u/%lld", about->options.board, session->id,
			(long long)session->made.ns);
	text_add_json(text, own.at);
	text_addf(text, ",\"packed\":[%u,%lld]}", session->id, (long long)session->made.ns);
}

static void add_groups(const struct session_about *about, struct text *text)
{
	const struct session *session = about->session;

	text_add(text, ",\n\"groups\":[");
	for (unsigned i = 1; i <= session->n_groups; i++) {
		json_t *prediction = about->options.shows_all ||
				(is_seen(about, i) && about->options.has_guessed)
			? run_notes_prediction(session->groups[i].prediction)
			: NULL;

		text_addf(text, "%s{\"number\":%u,\"animal\":", i > 1 ? ",\n  " : "\n  ", i);
		json_words(text, group_animal(i).zh, group_animal(i).en);
		text_add(text, ",\"prediction\":");
		json_tree(text, prediction);
		text_add_char(text, '}');
		json_decref(prediction);
	}
	text_add_char(text, ']');
}

static void add_runs(const struct session_about *about, struct text *text)
{
	const struct session *session = about->session;

	text_add(text, ",\n\"runs\":[");
	for (size_t i = 0; i < session->n_runs; i++) {
		const struct session_run *run = &session->runs[i];

		text_addf(text, "%s{\"run\":%u,\"group\":%u,\"from_us\":%lld,\"to_us\":",
			i > 0 ? ",\n  " : "\n  ", run->run, run->group,
			(long long)since(about, run->from));
		if (run->to.ns == INT64_MAX)
			text_add(text, "null}");
		else
			text_addf(text, "%lld}", (long long)since(about, run->to));
	}
	text_add_char(text, ']');
}

static void add_readings(const struct session_about *about, struct text *text)
{
	text_add(text, ",\n\"readings\":[");
	for (size_t i = 0; i < json_array_size(about->readings); i++) {
		text_add(text, i > 0 ? ",\n  " : "\n  ");
		json_tree(text, json_array_get(about->readings, i));
	}
	text_add(text, "],\n\"results\":");
	if (about->results)
		results_write(about->results, text);
	else
		text_add(text, "null");
}

static void add_acts(const struct session_about *about, struct text *text)
{
	unsigned counts[ACT_KINDS] = {0};
	const char *between = "";

	for (size_t i = 0; i < classroom_acts(about->room, about->session->id); i++)
		counts[classroom_act(about->room, about->session->id, i).act->kind]++;
	text_add(text, ",\n\"acts\":{");
	for (unsigned kind = ACT_MAKE; kind < ACT_KINDS; kind++) {
		if (counts[kind] == 0)
			continue;
		text_addf(text, "%s\"%s\":%u", between, act_kind_name((enum act_kind)kind),
			counts[kind]);
		between = ",";
	}
	text_add(text, "}}\n");
}

void session_about_write(const struct session_about *about, struct text *text)
{
	add_head(about, text);
	add_groups(about, text);
	add_runs(about, text);
	add_readings(about, text);
	add_acts(about, text);
}
