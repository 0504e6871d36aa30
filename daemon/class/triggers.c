/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See triggers.h. Which group waits is the classroom's; here is only how far its search has come, so that a
 * search whose group waits no longer, or since another instant, is begun anew. */
#include "class/triggers.h"

#include <string.h>

#include "data/serving.h"

/* ---------------------------------------------------------------- what is searched */

/* The index of the channel that the lesson's trigger looks at, if it is one of this stream's. */
static bool find_channel(const struct triggers *triggers, const struct session *session,
	const struct session_group *group, const struct lesson *lesson, const struct stream *stream,
	uint32_t *ret_channel)
{
	const struct device *devices[GROUP_DEVICES];
	struct serving serving[LESSON_NEEDS];
	uint32_t shared = 0;
	size_t n = 0;

	for (unsigned i = 0; i < group->n_devices; i++) {
		bool is_gone;
		const struct device *device =
			live_device(*triggers->live, group->devices[i], &is_gone);

		if (!device)
			continue;
		shared |= (uint32_t)session_shares(session, device->id) << n;
		devices[n++] = device;
	}
	serving_find(lesson, devices, n, shared, serving);
	for (size_t i = 0; i < lesson->n_needs; i++)
		if (serving[i].stream && serving[i].stream->id == stream->id &&
			strcmp(lesson->needs[i].id, lesson->trigger.channel) == 0) {
			*ret_channel = serving[i].channel;
			return true;
		}
	return false;
}

static bool has(const struct session_group *group, uint32_t device)
{
	for (unsigned i = 0; i < group->n_devices; i++)
		if (group->devices[i] == device)
			return true;
	return false;
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
			uint32_t channel = 0;

			if (!group->armed.ns || !has(group, stream->device))
				continue;
			lesson = lesson ? lesson : lesson_of(triggers, session);
			if (!lesson ||
				!find_channel(triggers, session, group, lesson, stream, &channel))
				continue;
			search = search_of(triggers, session, g, lesson);
			if (!search || search->found.ns)
				continue;
			take_rows(search, current, channel, rows);
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
