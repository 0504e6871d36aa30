/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/moving.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "api/plugged.h"
#include "class/run_streams.h"
#include "http/files.h"

#define LOG_TAG "imports"
#include "base/log.h"

struct moving {
	json_t *json; /* the whole of session.json */
	const char *origin;
	json_t *runs; /* [[group, run id], ...] */
};

/* --- reading --- */

static int blame(struct about_fault *fault)
{
	snprintf(fault->zh, sizeof fault->zh,
		"session.json 读不懂，这节课没有接上；在原来的板子上用 kitlog session pack 重新打包。");
	snprintf(fault->en, sizeof fault->en,
		"session.json cannot be understood, so the session does not go on here; pack it again "
		"on its board (kitlog session pack).");
	return -EBADMSG;
}

static bool is_text(const json_t *json, const char *name, size_t size)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text && strlen(text) < size;
}

/* Lessons have ids; what is no id would be a path. */
static bool is_whole(const json_t *json)
{
	const json_t *groups = json_object_get(json, "groups");
	const char *lesson = json_string_value(json_object_get(json, "lesson"));
	const json_t *goes_on = json_object_get(json, "goes_on");

	return is_text(json, "title", SESSION_TITLE) && is_text(json, "lesson", SESSION_LESSON) &&
		strspn(lesson, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(lesson) &&
		json_array_size(groups) >= 1 && json_array_size(groups) <= CLASSROOM_GROUPS &&
		is_text(goes_on, "origin", SESSION_ORIGIN) &&
		*json_string_value(json_object_get(goes_on, "origin"));
}

/* Has this board's own journal the session that was packed? Packages of before do not say which it was. */
static int refuse_own(const json_t *json, struct reader *reader, struct about_fault *fault)
{
	const json_t *packed = json_object_get(json_object_get(json, "goes_on"), "packed");
	uint32_t id = (uint32_t)json_integer_value(json_array_get(packed, 0));
	const struct session *session;
	struct classroom *room;
	int r;

	if (!id)
		return 0;
	if ((r = run_room(reader, id, &room)) < 0)
		return r;
	session = classroom_session(room, id);
	if (session && session->made.ns == json_integer_value(json_array_get(packed, 1))) {
		r = -EEXIST;
		snprintf(fault->zh, sizeof fault->zh,
			"“%s”就是这块板子打包的，还在这里（第 %u 节课），没有再导入；要在这里接着上：kitlog session undo %u。",
			session->title, id, id);
		snprintf(fault->en, sizeof fault->en,
			"\"%s\" was packed on this board and is here still (session %u), so nothing was "
			"imported; to go on with it here: kitlog session undo %u.",
			session->title, id, id);
	}
	classroom_free(room);
	return r;
}

int moving_read(const char *folder, struct reader *reader, struct moving **ret_moving,
	struct about_fault *ret_fault)
{
	char path[600], *bytes;
	size_t n;
	json_t *json;

	*ret_moving = NULL;
	snprintf(path, sizeof path, "%s/session.json", folder);
	int r = file_load(path, &bytes, &n);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	json = json_loadb(bytes, n, 0, NULL);
	free(bytes);
	if (json && !json_object_get(json, "goes_on")) { /* to be kept, and to be read */
		json_decref(json);
		return 0;
	}
	r = json && is_whole(json) ? refuse_own(json, reader, ret_fault) : blame(ret_fault);
	if (r < 0) {
		json_decref(json);
		return r;
	}
	struct moving *moving = calloc(1, sizeof *moving);

	if (!moving) {
		json_decref(json);
		return -ENOMEM;
	}
	moving->json = json;
	moving->origin =
		json_string_value(json_object_get(json_object_get(json, "goes_on"), "origin"));
	moving->runs = json_array();
	*ret_moving = moving;
	return 0;
}

void moving_free(struct moving *moving)
{
	if (!moving)
		return;
	json_decref(moving->json);
	json_decref(moving->runs);
	free(moving);
}

/* --- opening --- */

void moving_add(struct moving *moving, const struct run *run)
{
	size_t n_groups = json_array_size(json_object_get(moving->json, "groups"));

	json_array_append_new(moving->runs,
		json_pack("[II]", (json_int_t)(run->group <= n_groups ? run->group : 0),
			(json_int_t)run->id));
}

static const struct session *find(const struct sessions *sessions, const char *origin)
{
	for (size_t i = 0; sessions->is_known && i < classroom_count(sessions->room); i++) {
		const struct session *session = classroom_at(sessions->room, i);

		if (session_is_open(session) && strcmp(session->origin, origin) == 0)
			return session;
	}
	return NULL;
}

static int make(const struct moving *moving, struct sessions *sessions, uint32_t *ret_session)
{
	const json_t *json = moving->json;
	const struct act *act = NULL;
	char code[SESSION_CODE];
	uint32_t random = 0;

	if (!sessions->is_known || getrandom(&random, sizeof random, 0) != sizeof random)
		return -EAGAIN;
	if (!classroom_new_code(sessions->room, random, code))
		return ACT_FULL;
	int r = sessions_do_body(sessions, 0, ACT_BY_TEACHER, ACT_MAKE,
		json_pack("{ss sO sO sI sb}", "code", code, "title", json_object_get(json, "title"),
			"lesson", json_object_get(json, "lesson"), "groups",
			(json_int_t)json_array_size(json_object_get(json, "groups")), "is_project",
			json_is_true(json_object_get(json, "is_project"))),
		&act);

	if (r == 0)
		*ret_session = act->session;
	return r;
}

/* What one group guessed; a guess that does not fit is none. */
static void guess(struct sessions *sessions, uint32_t session, const json_t *group)
{
	const json_t *prediction = json_object_get(group, "prediction");
	const struct act *act;
	json_t *body;

	if (!json_is_object(prediction))
		return;
	body = json_deep_copy(prediction);
	json_object_set(body, "group", json_object_get(group, "number"));
	sessions_do_body(sessions, session, ACT_BY_TEACHER, ACT_PREDICT, body, &act);
}

/* It is open whatever becomes of the kits: they can be dealt later, too. */
static void deal_kits(struct parts *parts, uint32_t id)
{
	const struct session *session = classroom_session(parts->sessions.room, id);
	const struct act *act;
	struct deal dealt;

	if (session && plugged_deal(parts, session, &dealt))
		sessions_do_body(&parts->sessions, id, ACT_BY_TEACHER, ACT_DEAL,
			plugged_deal_body(&dealt), &act);
}

/* What came is not in it, so it would be an empty class beside what was imported. The session where that fails, too. */
static uint32_t end_again(struct sessions *sessions, uint32_t id)
{
	const struct act *act;
	int r = sessions_do_body(sessions, id, ACT_BY_TEACHER, ACT_END, json_object(), &act);

	if (r != 0)
		log_err("session %u was opened for what comes from another board, has none of it, and "
			"cannot be ended: end it",
			id);
	return r != 0 ? id : 0;
}

int moving_open(const struct moving *moving, struct parts *parts, uint32_t *ret_session)
{
	struct sessions *sessions = &parts->sessions;
	const struct session *known = find(sessions, moving->origin);
	const struct act *act;
	uint32_t id = known ? known->id : 0;
	const json_t *group;
	size_t i;
	int r = id ? 0 : make(moving, sessions, &id);

	if (r == 0)
		r = sessions_do_body(sessions, id, ACT_BY_TEACHER, ACT_CAME,
			json_pack("{ss sO}", "origin", moving->origin, "runs", moving->runs), &act);
	if (r != 0) {
		*ret_session = id && !known ? end_again(sessions, id) : 0;
		return r;
	}
	if (!known) {
		json_array_foreach(json_object_get(moving->json, "groups"), i, group)
			guess(sessions, id, group);
		deal_kits(parts, id);
	}
	*ret_session = id;
	return 0;
}
