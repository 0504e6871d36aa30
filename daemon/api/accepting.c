/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/accepting.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "api/handlers.h"
#include "class/readings.h"
#include "class/worth.h"

/* ---------------------------------------------------------------- judging */

/* Of what is typed the samples are how often it was. */
static uint64_t samples_of(
	const struct worth *worth, size_t i, const struct lesson *lesson, const json_t *typed)
{
	for (size_t k = 0; k < lesson->n_typed; k++)
		if (strcmp(lesson->typed[k].id, worth->names[i]) == 0)
			return (uint64_t)json_integer_value(
				json_object_get(typed, lesson->typed[k].id));
	return worth->n[i];
}

static struct accepted_one judge_one(const struct lesson *lesson,
	const struct lesson_accept *accept, const struct worth *worth, const json_t *typed,
	bool goes_on)
{
	struct accepted_one one = {ACCEPTANCE_UNKNOWN, 0, 0, NAN};
	size_t i = worth_find(worth, accept->channel);

	if (i == worth->count)
		return one;
	one.n = samples_of(worth, i, lesson, typed);
	one.ns = worth->ns[i];
	one.value = isfinite(worth->values[i]) ? worth->values[i] : NAN;
	if (one.n < accept->least_samples || one.ns < accept->least_ns)
		one.is = goes_on ? ACCEPTANCE_UNKNOWN : ACCEPTANCE_FAILS;
	else if (accept->has_range && !isnan(one.value))
		one.is = one.value >= accept->low && one.value <= accept->high ? ACCEPTANCE_HOLDS
									       : ACCEPTANCE_FAILS;
	else if (!accept->has_range)
		one.is = ACCEPTANCE_HOLDS;
	return one;
}

void accepting_judge(const struct lesson *lesson, const struct result_run *run, const json_t *typed,
	struct accepted *accepted)
{
	struct worth worth;

	worth_weigh(lesson, run, &worth);
	accepted->n = 0;
	for (size_t i = 0; i < lesson->n_accept && i < ACCEPTANCES; i++)
		accepted->of[accepted->n++] = judge_one(
			lesson, &lesson->accept[i], &worth, typed, accepted->to_ns == INT64_MAX);
}

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

/* How often each number was typed of a run; all readings of its group in *ret_n. */
static json_t *count_typed(const struct classroom *room, const struct session *session,
	const struct session_run *run, unsigned *ret_n)
{
	json_t *counts = json_object();
	struct reading reading;
	size_t place = 0;

	*ret_n = 0;
	while (readings_next(room, session, &place, &reading)) {
		const char *name;
		const json_t *value;

		*ret_n += reading.group == run->group;
		if (reading.run != run->run)
			continue;
		json_object_foreach((json_t *)reading.typed, name, value) json_object_set_new(
			counts, name,
			json_integer(json_integer_value(json_object_get(counts, name)) + 1));
	}
	return counts;
}

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

	acceptances->is_asking = false;
	/* The lesson may have been read again meanwhile. */
	if (job->has_run && question->has_reader && is_of_shelf(parts, question->results->lesson)) {
		accepted->is_unread = question->result < 0;
		if (!accepted->is_unread) {
			result_memory_take(&parts->result_memory, run);
			accepting_judge(question->results->lesson, run, question->typed, accepted);
		}
		acceptances_put(acceptances, accepted);
		announce_session(
			parts, classroom_session(parts->sessions.room, question->session), NULL);
	}
	free_question(question);
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
			.to_ns = run->to.ns,
			.at = clock_now(parts->clock),
			.n_calibrations = parts->calibrations.n};

		if (seen & 1u << run->group)
			continue;
		seen |= 1u << run->group;
		if (!can_be_judged(parts, session, run))
			continue;
		json_t *typed = count_typed(parts->sessions.room, session, run, &now.n_readings);

		if (acceptances_are_due(&parts->acceptances, &now))
			return ask_run(parts, session, i, lesson, typed, &now);
		json_decref(typed);
	}
	return false;
}

/* The end of a session stops what runs, and that is judged like any other. Later nobody is there to act
 * on it, and after a restart it is not read anew. */
static bool is_of_now(const struct parts *parts, const struct session *session)
{
	static const int64_t ended_ns = 900 * (int64_t)NS_PER_S;

	return session_is_open(session) ||
		clock_now(parts->clock).ns - session->ended.ns < ended_ns;
}

/* Whoever reads now reads by the newest calibration. */
static bool are_calibrations_kept(const struct parts *parts)
{
	const struct calibrations *all = &parts->calibrations;

	return all->n == 0 || all->list[all->n - 1].made.ns < parts->store.durable.ns;
}

void accepting_look(struct parts *parts)
{
	struct acceptances *acceptances = &parts->acceptances;

	if (!are_calibrations_kept(parts))
		return;

	for (size_t i = 0; parts->sessions.is_known && !acceptances->is_asking &&
		i < classroom_count(parts->sessions.room);
		i++) {
		const struct session *session = classroom_at(parts->sessions.room, i);
		const struct lesson *lesson = is_of_now(parts, session) && session->lesson[0]
			? shelf_find(parts->shelf, session->lesson)
			: NULL;

		if (lesson && lesson->n_accept)
			acceptances->is_asking = look_at(parts, session, lesson);
	}
}
