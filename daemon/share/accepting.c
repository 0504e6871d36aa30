/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/accepting.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "data/formula.h"
#include "share/handlers.h"

/* ---------------------------------------------------------------- judging */

/* What the ids of a lesson are worth in this run. */
struct worth {
	const char *names[FORMULA_NAMES];
	double values[FORMULA_NAMES];
	uint64_t n[FORMULA_NAMES];
	size_t count;
};

static void add(struct worth *worth, const char *name, double value, uint64_t n)
{
	if (worth->count == FORMULA_NAMES)
		return;
	worth->names[worth->count] = name;
	worth->values[worth->count] = value;
	worth->n[worth->count++] = n;
}

static const struct result_channel *channel_of(const struct result_run *run, const char *id)
{
	for (size_t i = 0; i < run->n_channels; i++)
		if (strcmp(run->channels[i].id, id) == 0)
			return &run->channels[i];
	return NULL;
}

static double compute(const struct worth *worth, const char *is)
{
	char buffer[160];
	struct text why = text_over(buffer, sizeof buffer);
	struct formula *formula;

	if (formula_open(is, worth->names, worth->count, &why, &formula) < 0)
		return NAN;
	double value = formula_value(formula, worth->values);

	formula_close(formula);
	return value;
}

/* A formula has as many samples as the longest of its columns may have. */
static struct worth weigh(
	const struct lesson *lesson, const struct result_run *run, const json_t *typed)
{
	struct worth worth = {.count = 0};
	uint64_t longest = 0;

	for (size_t i = 0; i < lesson->n_needs; i++) {
		const struct result_channel *channel = channel_of(run, lesson->needs[i].id);
		uint64_t n = channel ? channel->n : 0;

		add(&worth, lesson->needs[i].id, n ? channel->mean : NAN, n);
		longest = n > longest ? n : longest;
	}
	for (size_t i = 0; i < lesson->n_typed; i++) {
		const char *id = lesson->typed[i].id;
		const json_t *value = json_object_get(run->typed, id);

		add(&worth, id, value ? json_number_value(value) : NAN,
			(uint64_t)json_integer_value(json_object_get(typed, id)));
	}
	add(&worth, "time", NAN, 0);
	for (size_t i = 0; i < lesson->n_formulas; i++)
		add(&worth, lesson->formulas[i].id, compute(&worth, lesson->formulas[i].is),
			longest);
	return worth;
}

static struct accepted_one judge_one(const struct lesson_accept *accept, const struct worth *worth)
{
	struct accepted_one one = {ACCEPTANCE_UNKNOWN, 0, NAN};
	size_t i = 0;

	while (i < worth->count && strcmp(worth->names[i], accept->channel) != 0)
		i++;
	if (i == worth->count)
		return one;
	one.n = worth->n[i];
	one.value = isfinite(worth->values[i]) ? worth->values[i] : NAN;
	if (one.n < accept->least_samples)
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
	const struct worth worth = weigh(lesson, run, typed);

	*ret_accepted = (struct accepted){.run = run->run, .to_ns = run->to.ns};
	for (size_t i = 0; i < lesson->n_accept && i < ACCEPTANCES; i++)
		ret_accepted->of[ret_accepted->n++] = judge_one(&lesson->accept[i], &worth);
}

/* ---------------------------------------------------------------- which wait */

struct question {
	struct job job;
	struct parts *parts;
	uint32_t session;
	unsigned n_readings;
	struct results *results;
	json_t *typed;
	size_t run; /* among those of results */
	int result;
};

/* What was typed of a run is what comes from it on until the next, as in results: of a group's last run,
 * and of its only one all of it. How often each was; all readings of the group in *ret_n. */
static json_t *count_typed(const struct classroom *room, const struct session *session,
	const struct session_run *run, bool is_only, unsigned *ret_n)
{
	json_t *counts = json_object();

	*ret_n = 0;
	for (size_t i = 0; i < classroom_acts(room, session->id); i++) {
		const struct act_told told = classroom_act(room, session->id, i);
		const json_t *body = told.act->body, *value;
		const char *name;

		if (told.act->kind != ACT_READING || told.is_undone ||
			json_integer_value(json_object_get(body, "group")) != run->group)
			continue;
		++*ret_n;
		if (!is_only && json_integer_value(json_object_get(body, "at_ns")) < run->from.ns)
			continue;
		json_object_foreach(
			json_object_get(body, "typed"), name, value) json_object_set_new(counts,
			name, json_integer(json_integer_value(json_object_get(counts, name)) + 1));
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

		accepting_judge(question->results->lesson, run, question->typed, &accepted);
		accepted.n_readings = question->n_readings;
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
		.n_readings = n_readings};
	if (results_new(parts->sessions.room, session, lesson, clock_now(parts->clock),
		    &question->results) == 0 &&
		work_submit(parts->slow, &question->job) == 0)
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
		bool is_only = true;
		unsigned n_readings;

		if (seen & 1u << run->group)
			continue;
		seen |= 1u << run->group;
		if (run->to.ns > parts->store.durable.ns)
			continue;
		for (size_t k = 0; k < i; k++)
			is_only &= session->runs[k].group != run->group;
		json_t *typed =
			count_typed(parts->sessions.room, session, run, is_only, &n_readings);

		if (known && known->n_readings == n_readings)
			json_decref(typed);
		else
			return ask_run(parts, session, i, lesson, typed, n_readings);
	}
	return false;
}

void accepting_look(struct parts *parts)
{
	struct acceptances *acceptances = &parts->acceptances;

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
