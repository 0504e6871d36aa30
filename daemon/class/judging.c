/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/judging.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "class/readings.h"
#include "class/run_streams.h"
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

void judging_judge(const struct lesson *lesson, const struct result_run *run, const json_t *typed,
	struct accepted *accepted)
{
	struct worth worth;

	worth_weigh(lesson, run, &worth);
	accepted->n = 0;
	for (size_t i = 0; i < lesson->n_accept && i < ACCEPTANCES; i++)
		accepted->of[accepted->n++] = judge_one(
			lesson, &lesson->accept[i], &worth, typed, accepted->to_ns == INT64_MAX);
}

json_t *judging_count_typed(const struct classroom *room, const struct session *session,
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

/* ---------------------------------------------------------------- of one run */

static int judge_of(struct reader *reader, const struct classroom *room,
	const struct session *session, const struct run *run, const struct lesson *lesson,
	struct accepted *accepted)
{
	struct results *results;
	size_t i = 0;
	unsigned n;
	int r;

	while (session && i < session->n_runs && session->runs[i].run != run->id)
		i++;
	if (!session || i == session->n_runs)
		return -ENOENT;
	r = results_new(room, session, lesson, run->to, (struct instant){0}, &results);
	if (r < 0)
		return r;
	results->next = i;
	r = results_step(results, reader);
	json_t *typed = judging_count_typed(room, session, &session->runs[i], &n);

	*accepted = (struct accepted){.run = run->id, .to_ns = session->runs[i].to.ns};
	if (r >= 0)
		judging_judge(lesson, &results->runs[i], typed, accepted);
	json_decref(typed);
	results_free(results);
	return r < 0 ? r : 0;
}

int judging_read(struct reader *reader, const struct run *run, const struct lesson *lesson,
	struct accepted *ret_accepted)
{
	struct classroom *room;
	int r;

	if (!run->session || !lesson || lesson->n_accept == 0)
		return -ENOENT;
	r = run_room(reader, run->session, &room);
	if (r < 0)
		return r;
	r = judge_of(
		reader, room, classroom_session(room, run->session), run, lesson, ret_accepted);
	classroom_free(room);
	return r;
}

/* ---------------------------------------------------------------- in words */

static json_t *both(const struct model_text *words)
{
	return json_pack(
		"{s:s, s:s}", "zh", words->zh ? words->zh : "", "en", words->en ? words->en : "");
}

static json_t *number_or_null(bool is_known, double value)
{
	return is_known ? json_real(value) : json_null();
}

static json_t *tell_one(const struct lesson *lesson, const struct lesson_accept *accept,
	const struct accepted_one *one, bool has_values)
{
	const struct model_text *name = lesson_name(lesson, accept->channel);
	const char *unit = lesson_unit(lesson, accept->channel);

	return json_pack("{s:s, s:o, s:s, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "channel",
		accept->channel, "name", name ? both(name) : json_null(), "unit", unit ? unit : "",
		"n", (json_int_t)one->n, "least",
		accept->least_samples ? json_integer(accept->least_samples) : json_null(), "us",
		(json_int_t)(one->ns / NS_PER_US), "least_us",
		accept->least_ns ? json_integer(accept->least_ns / NS_PER_US) : json_null(), "low",
		number_or_null(accept->has_range, accept->low), "high",
		number_or_null(accept->has_range, accept->high), "value",
		number_or_null(has_values && isfinite(one->value), one->value), "holds",
		one->is == ACCEPTANCE_UNKNOWN ? json_null()
					      : json_boolean(one->is == ACCEPTANCE_HOLDS),
		"otherwise", both(&accept->otherwise));
}

json_t *judging_tell(const struct lesson *lesson, const struct accepted *accepted, bool has_values)
{
	json_t *list = json_array();

	for (size_t i = 0; i < accepted->n; i++)
		json_array_append_new(
			list, tell_one(lesson, &lesson->accept[i], &accepted->of[i], has_values));
	return list;
}
