/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An act is taken into the classroom first, because what runs it makes follows from the state behind
 * it; so room on the way to keep is made sure of before. */
#include "class/sessions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "history/act_entry.h"

#define LOG_TAG "sessions"
#include "base/log.h"

/* An undoing may concern all runs of one act, and each group has one of those. */
enum { RUNS_A_TIME = CLASSROOM_GROUPS };

/* ---------------------------------------------------------------- reading */

static int take(void *self, const struct journal_entry *entry)
{
	struct sessions *sessions = self;
	struct act act;
	enum act_verdict verdict = ACT_BAD;

	if (act_entry_read(entry, &act) == 0) {
		verdict = classroom_take(sessions->room, &act);
		json_decref(act.body);
	}
	if (verdict == ACT_NO_MEMORY)
		return -ENOMEM;
	if (verdict)
		log_warn("entry %u of the class journal does not fit those before it and is left "
			 "out; look through session %u",
			entry->id, entry->session);
	return 0;
}

/* The one that ended first, where there are more than are at hand; 0: there are not. */
static uint32_t ended_long_ago(const struct classroom *room)
{
	const struct session *first = NULL;
	size_t n_ended = 0;

	for (size_t i = 0; i < classroom_count(room); i++) {
		const struct session *session = classroom_at(room, i);

		if (session_is_open(session))
			continue;
		n_ended++;
		if (!first || session->ended.ns < first->ended.ns)
			first = session;
	}
	return n_ended > SESSIONS_ENDED ? first->id : 0;
}

static void forget_ended(struct sessions *sessions)
{
	uint32_t id;

	while ((id = ended_long_ago(sessions->room)))
		classroom_forget(sessions->room, id);
}

int sessions_load(struct sessions *sessions, struct reader *reader)
{
	int r;

	sessions_clear(sessions);
	r = classroom_new(&sessions->room);
	if (r == 0)
		r = reader_journal_newest(reader, &sessions->last_act, &sessions->last_session);
	if (r == 0)
		r = reader_journal(reader, JOURNAL_OPEN, SESSIONS_ENDED, take, sessions);
	if (r < 0) {
		sessions_clear(sessions);
		return r;
	}
	forget_ended(sessions);
	sessions->is_known = true;
	return 0;
}

void sessions_clear(struct sessions *sessions)
{
	classroom_free(sessions->room);
	sessions->room = NULL;
	sessions->is_known = false;
}

/* ---------------------------------------------------------------- doing */

struct made {
	struct run runs[RUNS_A_TIME];
	size_t n;
};

/* A run as it follows from the session; false: it stands so already. */
static bool differs(const struct sessions *sessions, const struct session *session,
	const struct session_run *from, struct run *ret_run)
{
	const struct run *known = runs_row(sessions->runs, from->run);
	struct run run = {.id = from->run};

	if (known && known->to.ns == from->to.ns && !known->is_withdrawn)
		return false;
	if (known) {
		run = *known;
	} else {
		run.session = session->id;
		run.group = from->group;
		text_copy(run.lesson, sizeof run.lesson, session->lesson);
		text_copy(run.title, sizeof run.title, session->title);
	}
	run.from = from->from;
	run.to = from->to;
	run.is_withdrawn = false;
	*ret_run = run;
	return true;
}

static bool has_run(const struct session *session, uint32_t run)
{
	for (size_t i = 0; i < session->n_runs; i++)
		if (session->runs[i].run == run)
			return true;
	return false;
}

static void collect(struct made *made, const struct run *run)
{
	if (made->n < RUNS_A_TIME)
		made->runs[made->n++] = *run;
}

/* What of the list of runs is not as the session has it. Numbers of a group count on behind one that
 * was withdrawn: people may have written it down. */
static void compare(const struct sessions *sessions, const struct session *session, bool is_undone,
	struct made *ret_made)
{
	struct run run;

	ret_made->n = 0;
	for (size_t i = 0; i < session->n_runs; i++)
		if (differs(sessions, session, &session->runs[i], &run))
			collect(ret_made, &run);
	for (size_t i = 0; is_undone && i < sessions->runs->n; i++) {
		run = sessions->runs->run[i];
		if (run.session != session->id || run.is_withdrawn || has_run(session, run.id))
			continue;
		run.is_withdrawn = true;
		collect(ret_made, &run);
	}
	for (size_t i = 0; i < ret_made->n; i++)
		ret_made->runs[i].number = runs_number(sessions->runs, &ret_made->runs[i]);
}

static struct journal_entry *write_entry(const struct act *act)
{
	char *body = json_dumps(act->body, JSON_COMPACT | JSON_PRESERVE_ORDER);
	size_t n = body ? strlen(body) : 0;
	struct journal_entry *entry = body ? calloc(1, journal_size(n)) : NULL;

	if (entry) {
		struct text who = text_over(entry->who, sizeof entry->who);

		entry->id = act->id;
		entry->session = act->session;
		entry->at = act->at;
		act_who_write(act->who, &who);
		text_copy(entry->kind, sizeof entry->kind, act_kind_name(act->kind));
		entry->n = (uint32_t)n;
		memcpy(entry->body, body, n);
	}
	free(body);
	return entry;
}

/* Whether there is anybody to give it to, before anything is done. */
static int look_ahead(const struct sessions *sessions)
{
	if (!sessions->is_known)
		return -EAGAIN;
	if (sessions->store && sessions->store->last_error)
		return sessions->store->last_error;
	if (!keep_has_room_for_act(sessions->keep, RUNS_A_TIME))
		return -EBUSY;
	return runs_reserve(sessions->runs, RUNS_A_TIME);
}

static void tell(struct sessions *sessions, const struct act *act, const struct made *made)
{
	for (size_t i = 0; i < made->n; i++)
		runs_put(sessions->runs, &made->runs[i]);
	for (size_t i = 0; sessions->ran && i < made->n; i++)
		if (!made->runs[i].is_withdrawn) /* that it is gone, the session says */
			sessions->ran(sessions->self, &made->runs[i]);
	if (sessions->done)
		sessions->done(
			sessions->self, classroom_session(sessions->room, act->session), act);
}

bool sessions_undone_mark(
	const struct sessions *sessions, const struct act *undo, struct mark *ret_mark)
{
	const struct act *act = undo->kind == ACT_UNDO
		? classroom_find(sessions->room, undo->session,
			  (uint32_t)json_integer_value(json_object_get(undo->body, "act")))
		: NULL;
	struct mark mark = {.session = undo->session, .is_withdrawn = true};
	struct text author = text_over(mark.author, sizeof mark.author);

	if (!act || act->kind != ACT_MARK)
		return false;
	mark.id = (uint32_t)json_integer_value(json_object_get(act->body, "mark"));
	mark.group = (uint32_t)json_integer_value(json_object_get(act->body, "group"));
	mark.at.ns = json_integer_value(json_object_get(act->body, "at_ns"));
	act_who_write(act->who, &author);
	text_copy(
		mark.text, sizeof mark.text, json_string_value(json_object_get(act->body, "text")));
	*ret_mark = mark;
	return true;
}

int sessions_do(struct sessions *sessions, const struct act *wanted, struct mark *mark,
	const struct act **ret_act)
{
	int r = look_ahead(sessions);
	struct act act = *wanted;
	struct mark undone;
	struct made made;

	if (r == 0 && mark && !sessions->marks->is_known)
		r = -EAGAIN;
	if (r < 0)
		return r;
	if (mark) {
		mark->id = sessions->marks->last_id + 1;
		json_object_set_new(act.body, "mark", json_integer(mark->id));
	} else if (sessions_undone_mark(sessions, &act, &undone)) {
		mark = &undone;
	}
	act.id = sessions->last_act + 1;
	act.at = clock_now(sessions->clock);
	if (act.kind == ACT_MAKE) {
		act.session = sessions->last_session + 1;
		forget_ended(sessions);
	}
	struct journal_entry *entry = write_entry(&act);
	if (!entry)
		return -ENOMEM;
	r = entry->n < JOURNAL_BODY ? (int)classroom_judge(sessions->room, &act) : -EMSGSIZE;
	if (r == 0)
		r = (int)classroom_take(sessions->room, &act);
	if (r == 0) {
		compare(sessions, classroom_session(sessions->room, act.session),
			act.kind == ACT_UNDO, &made);
		if (mark && act.kind == ACT_MARK)
			sessions->marks->last_id = mark->id;
		/* There is room for it: look_ahead. */
		r = keep_order_act(sessions->keep, entry, made.runs, made.n, mark);
	}
	free(entry);
	if (r != 0)
		return r;
	sessions->last_act = act.id;
	if (act.kind == ACT_MAKE)
		sessions->last_session = act.session;
	tell(sessions, &act, &made);
	*ret_act = classroom_find(sessions->room, act.session, act.id);
	return 0;
}

int sessions_do_body(struct sessions *sessions, uint32_t session, int who, enum act_kind kind,
	json_t *body, const struct act **ret_act)
{
	const struct act act = {.session = session, .who = who, .kind = kind, .body = body};
	int r = body ? sessions_do(sessions, &act, NULL, ret_act) : -ENOMEM;

	json_decref(body);
	return r;
}

json_t *sessions_start_body(const struct sessions *sessions, const struct session *session,
	unsigned groups, struct instant from, struct instant to, int64_t lasts_ns)
{
	uint32_t run = runs_next_id(sessions->runs);
	json_t *runs = json_array(), *body;

	if (from.ns == INT64_MAX)
		from = clock_now(sessions->clock);
	for (unsigned i = 1; i <= session->n_groups; i++)
		if (groups & 1u << i)
			json_array_append_new(runs, json_pack("[iI]", i, (json_int_t)run++));
	body = json_pack("{sIso}", "from_ns", (json_int_t)from.ns, "runs", runs);
	if (to.ns != INT64_MAX)
		json_object_set_new(body, "to_ns", json_integer(to.ns));
	else if (lasts_ns)
		json_object_set_new(body, "lasts_ns", json_integer(lasts_ns));
	return body;
}
