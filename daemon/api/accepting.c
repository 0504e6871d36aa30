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
	const struct lesson_accept *accept, const struct worth *worth, const json_t *typed)
{
	struct accepted_one one = {ACCEPTANCE_UNKNOWN, 0, 0, NAN};
	size_t i = worth_find(worth, accept->channel);

	if (i == worth->count)
		return one;
	one.n = samples_of(worth, i, lesson, typed);
	one.ns = worth->ns[i];
	one.value = isfinite(worth->values[i]) ? worth->values[i] : NAN;
	if (one.n < accept->least_samples || one.ns < accept->least_ns)
		one.is = ACCEPTANCE_FAILS;
	else if (accept->has_range && !isnan(one.value))
		one.is = one.value >= accept->low && one.value <= accept->high ? ACCEPTANCE_HOLDS
									       : ACCEPTANCE_FAILS;
	else if (!accept->has_range)
		one.is = ACCEPTANCE_HOLDS;
	return one;
}

void accepting_judge(const struct lesson *lesson, const struct result_run *run, const json_t *typed,
	struct accepted *ret_accepted)
{
	struct worth worth;

	worth_weigh(lesson, run, &worth);
	*ret_accepted = (struct accepted){.run = run->run, .to_ns = run->to.ns};
	for (size_t i = 0; i < lesson->n_accept && i < ACCEPTANCES; i++)
		ret_accepted->of[ret_accepted->n++] =
			judge_one(lesson, &lesson->accept[i], &worth, typed);
}

/* ---------------------------------------------------------------- which wait */

struct question {
	struct job job;
	struct parts *parts;
	uint32_t session;
	unsigned n_readings;
	size_t n_calibrations;
	struct results *results;
	json_t *typed;
	size_t run; /* among those of results */
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

	question->results->next = question->run;
	question->result = reader ? results_step(question->results, reader) : -ENODEV;
}

static void free_question(struct question *question)
{
	results_free(question->results);
	json_decref(question->typed);
	free(question);
}

static void was_read(struct job *job)
{
	struct question *question = CONTAINER(job, struct question, job);
	struct parts *parts = question->parts;
	struct acceptances *acceptances = &parts->acceptances;
	const struct result_run *run = &question->results->runs[question->run];

	acceptances->is_asking = false;
	if (job->has_run && question->result >= 0) {
		struct accepted accepted;

		result_memory_take(&parts->result_memory, run);
		accepting_judge(question->results->lesson, run, question->typed, &accepted);
		accepted.n_readings = question->n_readings;
		accepted.n_calibrations = question->n_calibrations;
		acceptances_put(acceptances, &accepted);
		announce_session(
			parts, classroom_session(parts->sessions.room, question->session), NULL);
	}
	free_question(question);
}

/* False: it cannot be asked now. */
static bool ask_run(struct parts *parts, const struct session *session, size_t i,
	const struct lesson *lesson, json_t *typed, unsigned n_readings)
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
		.n_readings = n_readings,
		.n_calibrations = parts->calibrations.n};
	if (results_new(parts->sessions.room, session, lesson, clock_now(parts->clock),
		    parts->store.durable, &question->results) < 0) {
		free_question(question);
		return false;
	}
	result_memory_recall(&parts->result_memory, question->results);
	if (work_submit(parts->slow, &question->job) == 0)
		return true;
	free_question(question);
	return false;
}

/* The last run of each group, when it is over, on the card, and not judged as it is now. True: one is
 * being read. */
static bool look_at(struct parts *parts, const struct session *session, const struct lesson *lesson)
{
	unsigned seen = 0;

	for (size_t i = session->n_runs; i-- > 0;) {
		const struct session_run *run = &session->runs[i];
		const struct accepted *known =
			acceptances_find(&parts->acceptances, run->run, run->to);
		unsigned n_readings;

		if (seen & 1u << run->group)
			continue;
		seen |= 1u << run->group;
		if (run->to.ns > parts->store.durable.ns)
			continue;
		json_t *typed = count_typed(parts->sessions.room, session, run, &n_readings);

		if (known && known->n_readings == n_readings &&
			known->n_calibrations == parts->calibrations.n)
			json_decref(typed);
		else
			return ask_run(parts, session, i, lesson, typed, n_readings);
	}
	return false;
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
		const struct lesson *lesson = session_is_open(session) && session->lesson[0]
			? shelf_find(parts->shelf, session->lesson)
			: NULL;

		if (lesson && lesson->n_accept)
			acceptances->is_asking = look_at(parts, session, lesson);
	}
}
