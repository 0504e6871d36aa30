/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/acceptances.h"

#include <math.h>
#include <string.h>

#include "live/json.h"

/* ACCEPTANCE_RUNS: it is not among them. */
static size_t place_of(const struct acceptances *acceptances, uint32_t run)
{
	size_t i = 0;

	while (i < ACCEPTANCE_RUNS && acceptances->runs[i].run != run)
		i++;
	return i;
}

const struct accepted *acceptances_find(
	const struct acceptances *acceptances, uint32_t run, struct instant to)
{
	size_t i = place_of(acceptances, run);

	return i < ACCEPTANCE_RUNS && acceptances->runs[i].to_ns == to.ns ? &acceptances->runs[i]
									  : NULL;
}

void acceptances_clear(struct acceptances *acceptances)
{
	memset(acceptances->runs, 0, sizeof acceptances->runs);
	acceptances->next = 0;
}

void acceptances_put(struct acceptances *acceptances, const struct accepted *accepted)
{
	size_t i = place_of(acceptances, accepted->run);

	if (i == ACCEPTANCE_RUNS) {
		i = acceptances->next;
		acceptances->next = (i + 1) % ACCEPTANCE_RUNS;
	}
	acceptances->runs[i] = *accepted;
}

/* A project is read from its begin on each time. A young one is soon: what is wrong with it is wrong from its
 * first day on. */
static const int64_t grows_ns = 3600 * (int64_t)NS_PER_S, changed_ns = 60 * (int64_t)NS_PER_S,
		     unread_ns = 600 * (int64_t)NS_PER_S;

bool acceptances_are_due(const struct acceptances *acceptances, const struct accepted *now)
{
	const struct accepted *known =
		acceptances_find(acceptances, now->run, (struct instant){now->to_ns});

	if (!known)
		return true;
	int64_t ago_ns = now->at.ns - known->at.ns;
	bool is_changed = known->n_readings != now->n_readings ||
		known->n_calibrations != now->n_calibrations;

	if (now->to_ns == INT64_MAX) {
		int64_t age_ns = known->at.ns - now->from_ns;

		if (is_changed || age_ns < changed_ns)
			return ago_ns >= changed_ns;
		return ago_ns >= (age_ns < grows_ns ? age_ns : grows_ns);
	}
	return is_changed || (known->is_unread && ago_ns >= unread_ns);
}

/* Without its value: what another group found is nobody's before the reveal. */
static void write_one(
	const struct lesson_accept *accept, const struct accepted_one *one, struct text *text)
{
	text_add(text, "{\"channel\":");
	text_add_json(text, accept->channel);
	text_addf(text, ",\"n\":%llu,\"least\":", (unsigned long long)one->n);
	json_number(text, accept->least_samples ? (double)accept->least_samples : NAN);
	text_addf(text, ",\"us\":%lld,\"least_us\":", (long long)(one->ns / NS_PER_US));
	if (accept->least_ns)
		text_add_int(text, accept->least_ns / NS_PER_US);
	else
		text_add(text, "null");
	text_add(text, ",\"holds\":");
	if (one->is == ACCEPTANCE_UNKNOWN)
		text_add(text, "null");
	else
		json_bool(text, one->is == ACCEPTANCE_HOLDS);
	text_add(text, ",\"otherwise\":");
	json_words(text, accept->otherwise.zh, accept->otherwise.en);
	text_add_char(text, '}');
}

void acceptances_write(const struct acceptances *acceptances, const struct lesson *lesson,
	uint32_t run, struct instant to, struct text *text)
{
	const struct accepted *accepted = acceptances_find(acceptances, run, to);

	if (!accepted || !lesson || accepted->n != lesson->n_accept) {
		text_add(text, "null");
		return;
	}
	text_add_char(text, '[');
	for (size_t i = 0; i < accepted->n; i++) {
		text_add(text, i ? "," : "");
		write_one(&lesson->accept[i], &accepted->of[i], text);
	}
	text_add_char(text, ']');
}
