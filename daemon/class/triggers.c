/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See triggers.h. Which group waits is the classroom's; here is only how far its search has come, so that a
 * search whose group waits no longer, or since another instant, is begun anew. */
#include "class/triggers.h"

#include <string.h>

/* ---------------------------------------------------------------- what is searched */

struct place {
	uint32_t stream, index;
};

/* A device's channel that serves a need best; false: none does. */
static bool serve(const struct lesson_need *need, const struct device *device, unsigned *ret_rank,
	struct place *ret_place)
{
	bool is_found = false;

	for (uint32_t s = 0; s < device->n_streams; s++)
		for (uint32_t c = 0;
			device->streams[s].kind == STREAM_DATA && c < device->streams[s].n_channels;
			c++) {
			const struct channel *channel = &device->streams[s].channels[c];
			unsigned rank = lesson_need_rank(need, device->kit, channel->id);

			if (!lesson_need_fits(need, channel->quantity, channel->unit) ||
				(is_found && rank >= *ret_rank))
				continue;
			is_found = true;
			*ret_rank = rank;
			*ret_place = (struct place){device->streams[s].id, c};
		}
	return is_found;
}

/* Of the group's devices, as results have it: the kit that the lesson likes best, then the first. */
static bool find_place(const struct triggers *triggers, const struct session_group *group,
	const struct lesson_need *need, struct place *ret_place)
{
	unsigned best = 0;
	bool is_found = false;

	for (unsigned i = 0; i < group->n_devices; i++) {
		bool is_gone;
		unsigned rank = 0;
		struct place place = {0, 0};
		const struct device *device =
			live_device(*triggers->live, group->devices[i], &is_gone);

		if (!device || !serve(need, device, &rank, &place) || (is_found && rank >= best))
			continue;
		is_found = true;
		best = rank;
		*ret_place = place;
	}
	return is_found;
}

static const struct lesson_need *need_of(const struct lesson *lesson)
{
	for (size_t i = 0; i < lesson->n_needs; i++)
		if (strcmp(lesson->needs[i].id, lesson->trigger.channel) == 0)
			return &lesson->needs[i];
	return NULL;
}

static const struct lesson *lesson_of(
	const struct triggers *triggers, const struct session *session)
{
	const struct lesson *lesson =
		session->lesson[0] ? shelf_find(triggers->shelf, session->lesson) : NULL;

	return lesson && lesson->trigger.channel ? lesson : NULL;
}

/* ---------------------------------------------------------------- searches */

static bool is_waiting(const struct triggers *triggers, const struct trigger_search *search)
{
	const struct session *session =
		classroom_session(triggers->sessions->room, search->session);

	return search->session && session && session_is_open(session) &&
		search->group <= session->n_groups &&
		session->groups[search->group].armed.ns == search->armed.ns;
}

/* The search of a group, a new one in the place of one that is over. NULL: all places are taken. */
static struct trigger_search *search_of(struct triggers *triggers, const struct session *session,
	unsigned group, const struct lesson *lesson)
{
	struct instant armed = session->groups[group].armed;
	struct trigger_search *free = NULL;

	for (size_t i = 0; i < TRIGGERS; i++) {
		struct trigger_search *search = &triggers->searches[i];

		if (!is_waiting(triggers, search))
			free = search;
		else if (search->session == session->id && search->group == group)
			return search;
	}
	if (free)
		*free = (struct trigger_search){.session = session->id,
			.group = group,
			.armed = armed,
			.trigger = trigger_new(&lesson->trigger, lesson->mode)};
	return free;
}

/* The lesson's milliseconds before it are of the run: they are on the card, or on the way to it. */
static void start(struct triggers *triggers, struct trigger_search *search)
{
	const struct session *session =
		classroom_session(triggers->sessions->room, search->session);
	const struct lesson *lesson = lesson_of(triggers, session);
	const struct act *act;
	struct instant now = clock_now(triggers->sessions->clock);
	struct instant from = {search->found.ns - (lesson ? lesson->trigger.before_ns : 0)};

	/* A kit's own clock may be a little ahead. */
	from.ns = from.ns < 0 ? 0 : from.ns > now.ns ? now.ns : from.ns;
	json_t *body = sessions_start_body(triggers->sessions, session, 1u << search->group, from,
		(struct instant){INT64_MAX}, session->groups[search->group].armed_ns);

	/* Who undoes it waits for the next one. */
	if (sessions_do_body(
		    triggers->sessions, session->id, ACT_BY_BOARD, ACT_START, body, &act) == 0)
		search->session = 0;
}

static void take_rows(struct trigger_search *search, const struct current *current, uint32_t index,
	const struct feed_record *rows)
{
	for (uint32_t i = 0; i < rows->batch.n_rows && !search->found.ns; i++) {
		struct instant at = {rows->batch.stamps_ns[i]};
		double raw = rows->batch.values[i * rows->batch.n_channels + index];

		if (at.ns >= search->armed.ns &&
			trigger_take(&search->trigger, current_corrected(current, index, at, raw)))
			search->found = at;
	}
}

void triggers_take(struct triggers *triggers, const struct stream *stream,
	const struct current *current, const struct feed_record *rows)
{
	const struct classroom *room = triggers->sessions->room;

	for (size_t i = 0; triggers->sessions->is_known && i < classroom_count(room); i++) {
		const struct session *session = classroom_at(room, i);
		const struct lesson *lesson = NULL;

		for (unsigned g = 1; session_is_open(session) && g <= session->n_groups; g++) {
			const struct session_group *group = &session->groups[g];
			struct trigger_search *search;
			struct place place = {0, 0};

			if (!group->armed.ns)
				continue;
			lesson = lesson ? lesson : lesson_of(triggers, session);
			if (!lesson || !find_place(triggers, group, need_of(lesson), &place) ||
				place.stream != stream->id)
				continue;
			search = search_of(triggers, session, g, lesson);
			if (!search || search->found.ns)
				continue;
			take_rows(search, current, place.index, rows);
			if (search->found.ns)
				start(triggers, search);
		}
	}
}

void triggers_look(struct triggers *triggers)
{
	for (size_t i = 0; triggers->sessions->is_known && i < TRIGGERS; i++) {
		struct trigger_search *search = &triggers->searches[i];

		if (search->found.ns && is_waiting(triggers, search))
			start(triggers, search);
	}
}
