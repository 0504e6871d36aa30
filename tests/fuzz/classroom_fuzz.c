/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any rows as the journal of a class: whatever they say is taken or left out, what is left out changes
 * nothing, the state keeps its rules, and the rows that were taken, read once more, make the same state: a
 * board that lost its power is where it was. What a person may ask for is always taken, too.
 *
 * Input: rows, a line each: `SESSION KIND WHO BODY`, as `1 start teacher {"from_ns":5,"runs":[[1,7]]}`; who
 * may be `group_3`. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history/act_entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 20;

enum { STATE_TEXT = 1 << 20, SESSIONS = 64 };

static char first[STATE_TEXT], second[STATE_TEXT];

static void must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "classroom_fuzz: %s\n", what);
	abort();
}

/* --- the state as text --- */

static void write_group(const struct session_group *group, struct text *text)
{
	char *prediction = group->prediction ? json_dumps(group->prediction, JSON_COMPACT) : NULL;

	must(group->n_devices <= GROUP_DEVICES, "a group has too many devices");
	for (unsigned i = 0; i < group->n_devices; i++)
		text_addf(text, " d%" PRIu32, group->devices[i]);
	text_addf(text, " run %" PRIu32 " to %" PRId64 " armed %" PRId64 " %" PRId64, group->run,
		group->ends.ns, group->armed.ns, group->armed_ns);
	text_addf(text, " replay %" PRIu32 " %" PRId64 " guess %s\n", group->replay,
		group->replay_since.ns, prediction ? prediction : "");
	free(prediction);
}

static void write_session(const struct session *session, struct text *text)
{
	must(session->n_groups >= 1 && session->n_groups <= CLASSROOM_GROUPS, "no groups");
	must(session->n_members <= SESSION_MEMBERS, "too many are in");
	must(utf8_is_valid(session->title, strlen(session->title)), "a title that is no UTF-8");
	text_addf(text, "%" PRIu32 " %s %s %s %d %" PRId64 " %" PRId64 " %d%d%d %" PRId64,
		session->id, session->code, session->lesson, session->title, session->is_project,
		session->made.ns, session->ended.ns, session->groups_may_start, session->is_frozen,
		session->is_revealed, session->frozen.ns);
	text_addf(text, " %d %a %a %d%d %u %" PRId64 " %" PRId64 "\n", session->has_range,
		session->low, session->high, session->has_phase, session->is_paused, session->phase,
		session->phase_since.ns, session->paused.ns);
	for (unsigned g = 1; g <= session->n_groups; g++)
		write_group(&session->groups[g], text);
	for (size_t i = 0; i < session->n_runs; i++) {
		const struct session_run *run = &session->runs[i];

		must(run->group <= CLASSROOM_GROUPS && run->from.ns <= run->to.ns, "a run");
		text_addf(text, "run %" PRIu32 " %u %" PRId64 " %" PRId64 "\n", run->run,
			run->group, run->from.ns, run->to.ns);
	}
	for (size_t i = 0; i < session->n_members; i++)
		text_addf(text, "in %s %u\n", session->members[i].token, session->members[i].group);
}

/* No two open sessions have one code, nor one device. */
static void check_others(const struct classroom *room, const struct session *session)
{
	unsigned group;

	if (!session_is_open(session))
		return;
	must(classroom_coded(room, session->code) == session, "a code of two sessions");
	for (unsigned g = 1; g <= session->n_groups; g++)
		for (unsigned i = 0; i < session->groups[g].n_devices; i++)
			must(classroom_owner(room, session->groups[g].devices[i], &group) ==
					session,
				"a device of two sessions");
}

static const char *state_of(const struct classroom *room, char buffer[STATE_TEXT])
{
	struct text text = text_over(buffer, STATE_TEXT);

	for (size_t i = 0; i < classroom_count(room); i++) {
		write_session(classroom_at(room, i), &text);
		check_others(room, classroom_at(room, i));
	}
	must(!text.is_cut, "more than this test has room for");
	return text.at;
}

/* --- rows --- */

static void check_words(const struct act *act)
{
	char zh_buffer[2048], en_buffer[2048];
	struct text zh = text_over(zh_buffer, sizeof zh_buffer);
	struct text en = text_over(en_buffer, sizeof en_buffer);

	act_words(act, &zh, &en);
	must(zh.length > 0 && utf8_is_valid(zh.at, zh.length), "no words in Chinese");
	must(en.length > 0 && utf8_is_valid(en.at, en.length), "no words in English");
}

static void take(struct classroom *room, const struct act *act)
{
	enum act_verdict judged = classroom_judge(room, act);
	size_t before = classroom_acts(room, act->session);

	state_of(room, first);
	enum act_verdict taken = classroom_take(room, act);
	const char *now = state_of(room, second);

	must(judged || !taken, "what may be asked for is not taken");
	if (taken) {
		must(classroom_acts(room, act->session) == before, "refused, and taken");
		must(strcmp(first, now) == 0, "refused, and done");
		return;
	}
	must(classroom_acts(room, act->session) == before + 1, "taken, and not there");
	check_words(act);
}

static void take_row(struct classroom *room, uint32_t id, const char *line, size_t n)
{
	static struct journal_entry *entry;
	struct act act;
	unsigned session;
	int used = 0;

	if (!entry)
		entry = malloc(journal_size(JOURNAL_BODY));
	must(entry != NULL, "no memory");
	if (sscanf(line, "%3u %15s %15s %n", &session, entry->kind, entry->who, &used) < 3 ||
		(size_t)used > n || n - (size_t)used >= JOURNAL_BODY)
		return;
	if (strchr(entry->who, '_'))
		*strchr(entry->who, '_') = ' ';
	entry->id = id;
	entry->session = session % SESSIONS;
	entry->at = entry->ship_from = (struct instant){(1000 + id) * (int64_t)NS_PER_S};
	entry->n = (uint32_t)(n - (size_t)used);
	memcpy(entry->body, line + used, entry->n);
	entry->body[entry->n] = '\0';
	if (act_entry_read(entry, &act) < 0)
		return;
	take(room, &act);
	json_decref(act.body);
}

/* Everything once more, in the order of their numbers. */
static struct classroom *read_again(const struct classroom *room, uint32_t last)
{
	struct classroom *again;

	must(classroom_new(&again) == 0, "no memory");
	for (uint32_t id = 1; id <= last; id++)
		for (size_t i = 0; i < classroom_count(room); i++) {
			const struct act *act = classroom_find(room, classroom_at(room, i)->id, id);

			if (act)
				must(classroom_take(again, act) == ACT_FITS,
					"what was taken once is not taken again");
		}
	return again;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct classroom *room, *again;
	char *rows = malloc(n + 1);
	uint32_t id = 0;

	must(rows && classroom_new(&room) == 0, "no memory");
	memcpy(rows, bytes, n);
	rows[n] = '\0';
	for (char *line = rows, *end; line < rows + n; line = end + 1) {
		end = memchr(line, '\n', (size_t)(rows + n - line));
		if (!end)
			end = rows + n;
		*end = '\0';
		take_row(room, ++id, line, (size_t)(end - line));
	}
	again = read_again(room, id);
	must(strcmp(state_of(room, first), state_of(again, second)) == 0,
		"read once more it is another state");
	classroom_free(again);
	classroom_free(room);
	free(rows);
	return 0;
}
