/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session by session, each folded from its own acts, so that a board of many years needs no more memory
 * than its longest session. */
#include "export/activity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "history/act_entry.h"
#include "export/export_cell.h"
#include "class/sessions.h"

enum { SESSIONS_A_STEP = 20 };

int activity_new(struct activity **ret_activity)
{
	struct activity *activity = calloc(1, sizeof *activity);

	if (!activity)
		return -ENOMEM;
	activity->before = UINT32_MAX;
	*ret_activity = activity;
	return 0;
}

void activity_free(struct activity *activity)
{
	if (!activity)
		return;
	wall_map_free(activity->wall);
	free(activity->rows);
	free(activity);
}

/* ---------------------------------------------------------------- one session */

void term_of(int year, int month, char ret_term[TERM_TEXT])
{
	int begins = month >= 9 ? year : year - 1;

	struct text text = text_over(ret_term, TERM_TEXT);

	text_addf(&text, "%d-%d-%d", begins, begins + 1, month >= 9 || month == 1 ? 1 : 2);
}

static void write_term(const struct activity *activity, struct instant at, char ret_term[TERM_TEXT])
{
	struct wall wall;
	struct tm local;
	time_t seconds;

	ret_term[0] = '\0';
	if (!wall_map_at(activity->wall, at, &wall, NULL))
		return;
	seconds = (time_t)(wall.ns / NS_PER_S);
	if (localtime_r(&seconds, &local))
		term_of(local.tm_year + 1900, local.tm_mon + 1, ret_term);
}

static bool is_row(const struct activity_row *row, const struct activity_row *like)
{
	return strcmp(row->term, like->term) == 0 && strcmp(row->lesson, like->lesson) == 0 &&
		strcmp(row->label, like->label) == 0;
}

static int find_row(
	struct activity *activity, const struct activity_row *like, struct activity_row **ret_row)
{
	for (size_t i = 0; i < activity->n; i++)
		if (is_row(&activity->rows[i], like)) {
			*ret_row = &activity->rows[i];
			return 0;
		}
	if (activity->n == activity->room) {
		size_t room = activity->room ? 2 * activity->room : 32;
		void *grown = realloc(activity->rows, room * sizeof *activity->rows);

		if (!grown)
			return -ENOMEM;
		activity->rows = grown;
		activity->room = room;
	}
	activity->rows[activity->n] = *like;
	*ret_row = &activity->rows[activity->n++];
	return 0;
}

static const char *token_of(const struct act *act)
{
	return json_string_value(json_object_get(act->body, "token"));
}

static int by_token(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Browsers that joined, each once, and the groups that they chose. */
static int count_visits(const struct classroom *room, uint32_t session,
	bool took_part[CLASSROOM_GROUPS + 1], uint64_t *ret_visits)
{
	size_t n_acts = classroom_acts(room, session), n = 0;
	const char **tokens = calloc(n_acts + 1, sizeof *tokens);

	if (!tokens)
		return -ENOMEM;
	for (size_t i = 0; i < n_acts; i++) {
		const struct act *act = classroom_act(room, session, i).act;

		if (act->kind != ACT_JOIN)
			continue;
		took_part[json_integer_value(json_object_get(act->body, "group"))] = true;
		tokens[n++] = token_of(act);
	}
	qsort(tokens, n, sizeof *tokens, by_token);
	*ret_visits = n > 0;
	for (size_t i = 1; i < n; i++)
		*ret_visits += strcmp(tokens[i - 1], tokens[i]) != 0;
	free(tokens);
	return 0;
}

static int count(
	struct activity *activity, const struct classroom *room, const struct session *session)
{
	bool took_part[CLASSROOM_GROUPS + 1] = {false};
	struct activity_row like = {.term = ""}, *row;
	uint64_t visits;
	int r;

	write_term(activity, session->made, like.term);
	text_copy(like.lesson, sizeof like.lesson, session->lesson);
	text_copy(like.label, sizeof like.label, session->title);
	r = count_visits(room, session->id, took_part, &visits);
	if (r == 0)
		r = find_row(activity, &like, &row);
	if (r < 0)
		return r;
	row->sessions++;
	row->projects += session->is_project;
	row->runs += session->n_runs;
	row->visits += visits;
	for (size_t i = 0; i < session->n_runs; i++)
		took_part[session->runs[i].group] = true;
	for (unsigned g = 1; g <= CLASSROOM_GROUPS; g++)
		row->groups += took_part[g];
	return 0;
}

static int count_session(struct activity *activity, struct reader *reader, uint32_t id)
{
	struct classroom *room = NULL;
	int r = classroom_new(&room);

	if (r == 0)
		r = reader_journal(reader, JOURNAL_SESSION, id, act_entry_take, room);
	const struct session *session = r < 0 ? NULL : classroom_session(room, id);
	if (session)
		r = count(activity, room, session);
	classroom_free(room);
	return r;
}

/* ---------------------------------------------------------------- all of them */

struct ids {
	uint32_t id[SESSIONS_A_STEP];
	size_t n;
};

static int take_id(void *self, uint32_t id)
{
	struct ids *ids = self;

	ids->id[ids->n++] = id;
	return ids->n == SESSIONS_A_STEP;
}

static int by_names(const void *a, const void *b)
{
	const struct activity_row *left = a, *right = b;
	int order = strcmp(left->term, right->term);

	if (order == 0)
		order = strcmp(left->lesson, right->lesson);
	return order ? order : strcmp(left->label, right->label);
}

int activity_step(struct activity *activity, struct reader *reader)
{
	struct ids ids = {.n = 0};
	int r = activity->wall ? 0 : reader_wall_map(reader, &activity->wall);

	if (r == 0)
		r = reader_journal_sessions(reader, activity->before, take_id, &ids);
	for (size_t i = 0; i < ids.n && r >= 0; i++) {
		activity->before = ids.id[i];
		r = count_session(activity, reader, ids.id[i]);
	}
	if (r < 0)
		return r;
	if (ids.n == SESSIONS_A_STEP)
		return 1;
	if (activity->n)
		qsort(activity->rows, activity->n, sizeof *activity->rows, by_names);
	return 0;
}

/* ---------------------------------------------------------------- writing */

static void add_counts(const struct activity_row *row, struct text *text)
{
	text_addf(text,
		",\"sessions\":%llu,\"projects\":%llu,\"runs\":%llu,\"groups\":%llu,\"visits\":%llu}",
		(unsigned long long)row->sessions, (unsigned long long)row->projects,
		(unsigned long long)row->runs, (unsigned long long)row->groups,
		(unsigned long long)row->visits);
}

static void add_lesson(const char *lesson, struct text *text)
{
	text_add(text, "\"lesson\":");
	if (lesson[0])
		text_add_json(text, lesson);
	else
		text_add(text, "null");
}

/* Of all terms and classes together. */
static bool add_up(const struct activity *activity, size_t first, struct activity_row *ret_sum)
{
	*ret_sum = activity->rows[first];
	for (size_t i = 0; i < activity->n; i++) {
		const struct activity_row *row = &activity->rows[i];

		if (i == first || strcmp(row->lesson, ret_sum->lesson) != 0)
			continue;
		if (i < first)
			return false;
		ret_sum->sessions += row->sessions;
		ret_sum->projects += row->projects;
		ret_sum->runs += row->runs;
		ret_sum->groups += row->groups;
		ret_sum->visits += row->visits;
	}
	return true;
}

void activity_write(const struct activity *activity, struct text *text)
{
	struct activity_row sum;
	bool is_first = true;

	text_add(text, "{\"lessons\":[");
	for (size_t i = 0; i < activity->n; i++) {
		if (!add_up(activity, i, &sum))
			continue;
		text_add(text, is_first ? "{" : ",{");
		add_lesson(sum.lesson, text);
		add_counts(&sum, text);
		is_first = false;
	}
	text_add(text, "],\"rows\":[");
	for (size_t i = 0; i < activity->n; i++) {
		const struct activity_row *row = &activity->rows[i];

		text_add(text, i ? ",{\"term\":" : "{\"term\":");
		if (row->term[0])
			text_add_json(text, row->term);
		else
			text_add(text, "null");
		text_add_char(text, ',');
		add_lesson(row->lesson, text);
		text_add(text, ",\"title\":");
		text_add_json(text, row->label);
		add_counts(row, text);
	}
	text_add(text, "]}\n");
}

/* What it is called in both languages; a lesson that is not there any more by its id. */
static void add_title(const char *id, const struct shelf *shelf, struct text *text)
{
	const struct lesson *lesson = id[0] ? shelf_find(shelf, id) : NULL;
	char title[512];
	struct text words = text_over(title, sizeof title);

	if (lesson)
		text_addf(&words, "%s %s", lesson->title.zh, lesson->title.en);
	cell_add(text, lesson ? title : id);
}

void activity_write_csv(
	const struct activity *activity, const struct shelf *shelf, struct text *text)
{
	text_add(text,
		"学期 term,课 lesson,班级 class,上课次数 sessions,项目 projects,记录 runs,"
		"小组 groups,学生到访 visits,课的编号 lesson id\n");
	for (size_t i = 0; i < activity->n; i++) {
		const struct activity_row *row = &activity->rows[i];

		cell_add(text, row->term);
		text_add_char(text, ',');
		add_title(row->lesson, shelf, text);
		text_add_char(text, ',');
		cell_add(text, row->label);
		text_addf(text, ",%llu,%llu,%llu,%llu,%llu,", (unsigned long long)row->sessions,
			(unsigned long long)row->projects, (unsigned long long)row->runs,
			(unsigned long long)row->groups, (unsigned long long)row->visits);
		cell_add(text, row->lesson);
		text_add_char(text, '\n');
	}
}
