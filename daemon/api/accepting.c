/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/accepting.h"

#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "api/handlers.h"

/* ---------------------------------------------------------------- which wait */

struct question {
	struct job job;
	struct parts *parts;
	uint32_t session;
	struct accepted accepted;
	struct results *results;
	json_t *typed;
	size_t run; /* among those of results */
	bool has_reader;
	int result;
};

/* ---------------------------------------------------------------- reading */

static void read_run(struct job *job, struct reader *reader)
{
	struct question *question = CONTAINER(job, struct question, job);

	question->has_reader = reader;
	question->results->next = question->run;
	question->result = reader ? results_step(question->results, reader) : -ENODEV;
}

static void free_question(struct question *question)
{
	results_free(question->results);
	json_decref(question->typed);
	free(question);
}

static bool is_of_shelf(const struct parts *parts, const struct lesson *lesson)
{
	return shelf_find(parts->shelf, lesson->id) == lesson;
}

static void was_read(struct job *job)
{
	struct question *question = CONTAINER(job, struct question, job);
	struct parts *parts = question->parts;
	struct acceptances *acceptances = &parts->acceptances;
	const struct result_run *run = &question->results->runs[question->run];
	struct accepted *accepted = &question->accepted;
	bool may_go_on = job->has_run && question->has_reader;

	acceptances->is_asking = false;
	/* The lesson may have been read again meanwhile. */
	if (may_go_on && is_of_shelf(parts, question->results->lesson)) {
		accepted->is_unread = question->result < 0;
		if (!accepted->is_unread) {
			result_memory_take(&parts->result_memory, run);
			judging_judge(question->results->lesson, run, question->typed, accepted);
		}
		acceptances_put(acceptances, accepted);
		announce_session(
			parts, classroom_session(parts->sessions.room, question->session), NULL);
	}
	free_question(question);
	/* The next one at once: a class stops together, and nobody is told that all is well meanwhile. */
	if (may_go_on)
		accepting_look(parts);
}

/* False: it cannot be asked now. */
static bool ask_run(struct parts *parts, const struct session *session, size_t i,
	const struct lesson *lesson, json_t *typed, const struct accepted *accepted)
{
	struct question *question = calloc(1, sizeof *question);

	if (!question) {
		json_decref(typed);
		return false;
	}
	*question = (struct question){.job = {.run = read_run, .done = was_read},
		.parts = parts,
		.session = session->id,
		.run = i,
		.typed = typed,
		.accepted = *accepted};
	if (results_new(parts->sessions.room, session, lesson, accepted->at, parts->store.durable,
		    &question->results) < 0) {
		free_question(question);
		return false;
	}
	result_memory_recall(&parts->result_memory, question->results);
	if (work_submit(parts->slow, &question->job) == 0)
		return true;
	free_question(question);
	return false;
}

/* Over and on the card; a project need not be. */
static bool can_be_judged(
	const struct parts *parts, const struct session *session, const struct session_run *run)
{
	return run->to.ns == INT64_MAX ? session->is_project
				       : run->to.ns <= parts->store.durable.ns;
}

/* The last run of each group, when it is not judged as it is now. True: one is being read. */
static bool look_at(struct parts *parts, const struct session *session, const struct lesson *lesson)
{
	unsigned seen = 0;

	for (size_t i = session->n_runs; i-- > 0;) {
		const struct session_run *run = &session->runs[i];
		struct accepted now = {.run = run->run,
			.from_ns = run->from.ns,
			.to_ns = run->to.ns,
			.at = clock_now(parts->clock),
			.n_calibrations = parts->calibrations.n};

		if (seen & 1u << run->group)
			continue;
		seen |= 1u << run->group;
		if (!can_be_judged(parts, session, run))
			continue;
		json_t *typed =
			judging_count_typed(parts->sessions.room, session, run, &now.n_readings);

		if (acceptances_are_due(&parts->acceptances, &now))
			return ask_run(parts, session, i, lesson, typed, &now);
		json_decref(typed);
	}
	return false;
}

/* Whoever reads now reads by the newest calibration. */
static bool are_calibrations_kept(const struct parts *parts)
{
	const struct calibrations *all = &parts->calibrations;

	return all->n == 0 || all->list[all->n - 1].made.ns < parts->store.durable.ns;
}

/* The end of a session stops what runs, and that is judged like any other. Later nobody is there to act
 * on it, and after a restart it is not read anew. */
void accepting_look(struct parts *parts)
{
	struct acceptances *acceptances = &parts->acceptances;
	struct instant now = clock_now(parts->clock);

	if (!are_calibrations_kept(parts))
		return;

	for (size_t i = 0; parts->sessions.is_known && !acceptances->is_asking &&
		i < classroom_count(parts->sessions.room);
		i++) {
		const struct session *session = classroom_at(parts->sessions.room, i);
		const struct lesson *lesson = session_is_of_now(session, now) && session->lesson[0]
			? shelf_find(parts->shelf, session->lesson)
			: NULL;

		if (lesson && lesson->n_accept)
			acceptances->is_asking = look_at(parts, session, lesson);
	}
}
