/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session as the API tells it, see classes.h; what of it depends on the kits is told anew when that
 * changes. */
#include "api/classes.h"

#include "api/handlers.h"
#include "live/json.h"
#include "api/plugged.h"

static void add_wall(const struct parts *parts, struct instant at, struct text *text)
{
	struct wall wall;

	if (walltime_at(&parts->walltime, at, &wall, NULL))
		text_add_int(text, wall.ns / NS_PER_US);
	else
		text_add(text, "null");
}

static void add_instant(struct text *text, bool is_there, struct instant at)
{
	if (is_there)
		text_add_int(text, instant_us(at));
	else
		text_add(text, "null");
}

static bool is_well(const struct parts *parts, uint32_t id)
{
	struct trouble_words problem = {.zh = ""};
	bool is_gone = true, is_gone_at;
	const struct device *device = live_device(parts->live, id, &is_gone);

	if (!device || is_gone)
		return false;
	live_device_at(parts->live, device->port, &is_gone_at, &problem);
	return !problem.zh[0];
}

bool classes_is_ready(const struct parts *parts, const struct session *session, unsigned number)
{
	const struct session_group *group = &session->groups[number];

	if (group->replay)
		return true;
	for (unsigned i = 0; i < group->n_devices; i++)
		if (!is_well(parts, group->devices[i]))
			return false;
	return group->n_devices > 0 && classes_lacked_need(parts, session, number) == LESSON_NEEDS;
}

/* Of the last run, once it is over. */
static void add_acceptances(const struct parts *parts, const struct session *session,
	unsigned number, struct text *text)
{
	const struct session_run *last = session_last_run(session, number);

	text_add(text, ",\"accept\":");
	if (last && session->lesson[0])
		acceptances_write(&parts->acceptances, shelf_find(parts->shelf, session->lesson),
			last->run, last->to, text);
	else
		text_add(text, "null");
}

static void add_devices(
	const struct session *session, const struct session_group *group, struct text *text)
{
	const char *comma = "";

	text_add(text, ",\"devices\":[");
	for (unsigned i = 0; i < group->n_devices; i++)
		text_addf(text, "%s%u", i ? "," : "", group->devices[i]);
	text_add(text, "],\"shared\":[");
	for (unsigned i = 0; i < group->n_devices; i++)
		if (session_shares(session, group->devices[i])) {
			text_addf(text, "%s%u", comma, group->devices[i]);
			comma = ",";
		}
	text_add_char(text, ']');
}

static void add_group(const struct parts *parts, const struct session *session, unsigned number,
	struct text *text)
{
	const struct session_group *group = &session->groups[number];
	unsigned n_joined = 0;
	bool is_first = true;

	for (size_t i = 0; i < session->n_members; i++)
		n_joined += session->members[i].group == number;
	text_addf(text, "{\"number\":%u,\"animal\":", number);
	json_words(text, group_animal(number).zh, group_animal(number).en);
	add_devices(session, group, text);
	text_addf(text, ",\"joined\":%u", n_joined);
	json_id(text, "run", group->run);
	text_add(text, ",\"ends_us\":");
	add_instant(text, group->run && group->ends.ns != INT64_MAX, group->ends);
	text_add(text, ",\"armed_us\":");
	add_instant(text, group->armed.ns, group->armed);
	text_add(text, ",\"runs\":[");
	for (size_t i = 0; i < session->n_runs; i++) {
		if (session->runs[i].group != number)
			continue;
		text_addf(text, "%s%u", is_first ? "" : ",", session->runs[i].run);
		is_first = false;
	}
	text_add_char(text, ']');
	add_acceptances(parts, session, number, text);
	text_add(text, ",\"has_prediction\":");
	json_bool(text, group->prediction != NULL);
	text_add(text, ",\"may_predict\":");
	json_bool(text, session_is_open(session) && session_may_predict(session, number));
	text_add(text, ",\"is_ready\":");
	json_bool(text, classes_is_ready(parts, session, number));
	text_add(text, ",\"replay\":");
	if (group->replay)
		text_addf(text, "{\"run\":%u,\"since_us\":%lld}", group->replay,
			(long long)instant_us(group->replay_since));
	else
		text_add(text, "null");
	text_add_char(text, '}');
}

static void add_phase(const struct session *session, struct text *text)
{
	if (!session->has_phase) {
		text_add(text, "null");
		return;
	}
	text_addf(text, "{\"index\":%u,\"since_us\":%lld,\"paused_us\":", session->phase,
		(long long)instant_us(session->phase_since));
	if (session->is_paused)
		text_add_int(text, instant_us(session->paused));
	else
		text_add(text, "null");
	text_add_char(text, '}');
}

/* Those that somebody deleted are gone. */
static void add_came(const struct parts *parts, const struct session *session, struct text *text)
{
	bool is_first = true;

	if (!session->origin[0])
		return;
	text_add(text, ",\"came\":[");
	for (size_t i = 0; i < session->n_came; i++) {
		const struct session_came *came = &session->came[i];

		if (!parts_find_run(parts, came->run))
			continue;
		text_addf(text, "%s{\"run\":%u,\"group\":%u}", is_first ? "" : ",", came->run,
			came->group);
		is_first = false;
	}
	text_add_char(text, ']');
}

void classes_write(const struct parts *parts, const struct session *session, struct text *text)
{
	bool is_open = session_is_open(session);
	struct deal deal;

	text_addf(text, "{\"id\":%u,\"code\":", session->id);
	json_text(text, is_open ? session->code : "");
	text_add(text, ",\"lesson\":");
	json_text(text, session->lesson);
	text_add(text, ",\"title\":");
	text_add_json(text, session->title);
	text_add(text, ",\"is_project\":");
	json_bool(text, session->is_project);
	text_addf(text, ",\"state\":\"%s\",\"made_us\":%lld,\"wall_made_us\":",
		!is_open                              ? "ended"
			: session_is_running(session) ? "running"
						      : "open",
		(long long)instant_us(session->made));
	add_wall(parts, session->made, text);
	text_add(text, ",\"ended_us\":");
	if (is_open)
		text_add(text, "null");
	else
		text_add_int(text, instant_us(session->ended));
	text_add(text, ",\"groups\":[");
	for (unsigned i = 1; i <= session->n_groups; i++) {
		text_add(text, i > 1 ? "," : "");
		add_group(parts, session, i, text);
	}
	text_addf(text, "],\"can_deal\":%u,\"phase\":", plugged_deal(parts, session, &deal));
	add_phase(session, text);
	text_add(text, ",\"is_frozen\":");
	json_bool(text, session->is_frozen);
	text_add(text, ",\"frozen_us\":");
	if (session->is_frozen)
		text_add_int(text, instant_us(session->frozen));
	else
		text_add(text, "null");
	text_add(text, ",\"y_range\":");
	if (session->has_range)
		json_numbers(text, (const double[]){session->low, session->high}, 1, 2);
	else
		text_add(text, "null");
	text_add(text, ",\"is_revealed\":");
	json_bool(text, session->is_revealed);
	text_addf(text, ",\"may_start\":\"%s\"", session->groups_may_start ? "groups" : "teacher");
	if (session->together[0]) {
		text_add(text, ",\"together\":");
		text_add_json(text, session->together);
	}
	add_came(parts, session, text);
	text_add_char(text, '}');
}

/* ---------------------------------------------------------------- readiness */

static unsigned ready_groups(const struct parts *parts, const struct session *session)
{
	unsigned ready = 0;

	for (unsigned i = 1; i <= session->n_groups; i++)
		ready |= classes_is_ready(parts, session, i) ? 1u << i : 0;
	return ready;
}

static struct ready ready_now(const struct parts *parts, const struct session *session)
{
	struct deal deal;

	return (struct ready){.session = session->id,
		.groups = ready_groups(parts, session),
		.can_deal = plugged_deal(parts, session, &deal)};
}

/* The place of a session, or one in which none is that is open; NULL: all are taken. */
static struct ready *place_of(struct parts *parts, const struct session *session)
{
	struct ready *free = NULL;

	for (size_t i = 0; i < PARTS_READY; i++) {
		struct ready *of = &parts->ready[i];
		const struct session *other = classroom_session(parts->sessions.room, of->session);

		if (of->session == session->id)
			return of;
		if (!other || !session_is_open(other))
			free = of;
	}
	return free;
}

void classes_told(struct parts *parts, const struct session *session)
{
	struct ready *of = session_is_open(session) ? place_of(parts, session) : NULL;

	if (of)
		*of = ready_now(parts, session);
}

void classes_watch(struct parts *parts)
{
	const struct classroom *room = parts->sessions.room;

	for (size_t i = 0; parts->sessions.is_known && i < classroom_count(room); i++) {
		const struct session *session = classroom_at(room, i);
		struct ready *of = session_is_open(session) ? place_of(parts, session) : NULL, now;

		if (!of)
			continue;
		now = ready_now(parts, session);
		if (of->session == now.session &&
			(of->groups != now.groups || of->can_deal != now.can_deal))
			announce_session(parts, session, NULL);
		*of = now;
	}
}
