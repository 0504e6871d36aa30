/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/kitlog/session_move.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "export/imports.h"
#include "tools/kitlog/run_package.h"
#include "tools/kitlog/say.h"

/* Each group is one at least: what it typed comes as one. */
static size_t count_runs(const json_t *session)
{
	const json_t *groups = json_object_get(session, "groups"), *group;
	size_t i, n = json_array_size(json_object_get(session, "came"));

	json_array_foreach(groups, i, group)
	{
		size_t n_own = json_array_size(json_object_get(group, "runs"));

		n += n_own ? n_own : 1;
	}
	return n;
}

/* Before it is packed, since what came behind that would be nowhere. */
static int end(const struct call *call, json_int_t id, const char *to)
{
	char path[64];
	json_t *session, *body;
	bool is_over;

	snprintf(path, sizeof path, "/api/v1/sessions/%lld", (long long)id);
	session = board_get(call->board, path);
	if (!session)
		return 1;
	const char *state = json_string_value(json_object_get(session, "state"));

	is_over = state && strcmp(state, "ended") == 0;
	size_t n = count_runs(session);

	json_decref(session);
	if (n > IMPORTS_MOST) { /* else it would end here and go on nowhere */
		fprintf(stderr,
			say("kitlog session pack: 这节课的记录（各组记下的读数也算一次）超过 %d 次，一块板子放不下，没有打包；要紧的用 kitlog "
			    "run package 一次一次带\n",
				"kitlog session pack: the session has more than the %d runs that a board takes (what a group "
				"typed is one, too), so it was left as it is; take along those that matter by kitlog run "
				"package\n"),
			IMPORTS_MOST);
		return 1;
	}
	if (is_over)
		return 0;
	body = json_pack(
		"{ss ss}", "do", "end", "to", to ? to : say("另一块板子", "another board"));
	if (!body)
		return command_misused("session pack --to", to, say("UTF-8 文字", "UTF-8 text"));
	strcat(path, "/acts");
	session = board_post(call->board, path, body);
	json_decref(body);
	json_decref(session);
	return session ? 0 : 1;
}

int session_pack(const struct call *call, json_int_t session, const char *to, const char *file)
{
	int result = end(call, session, to);

	if (result)
		return result;
	result = session_package_moving(call, session, file);
	if (result)
		fprintf(stderr,
			say("kitlog session pack: 课已经下了，还没打包；再运行一次，或者 kitlog session undo 接着上\n",
				"kitlog session pack: the session has ended and is not packed; say it once more, or go on "
				"with it here by kitlog session undo\n"));
	else if (!call->is_json)
		fprintf(stderr,
			say("在另一块板子上：kitlog session take 这个文件\n",
				"On the other board: kitlog session take FILE\n"));
	return result;
}

static json_t *look(const struct call *call, json_int_t id)
{
	char path[64];

	snprintf(path, sizeof path, "/api/v1/sessions/%lld", (long long)id);
	return board_get(call->board, path);
}

json_t *session_take(const struct call *call, const char *path)
{
	FILE *file = fopen(path, "re");
	json_t *answer, *session = NULL;
	json_int_t id;

	if (!file) {
		fprintf(stderr,
			say("kitlog session take: %s 读不了：%s；看看路径对不对\n",
				"kitlog session take: %s cannot be read: %s; look whether the path is right\n"),
			path, strerror(errno));
		return NULL;
	}
	answer = board_send(call->board, "/api/v1/import", "application/zip", file);
	fclose(file);
	if (!answer)
		return NULL;
	id = json_integer_value(json_object_get(answer, "session"));
	if (id)
		session = look(call, id);
	else
		fprintf(stderr,
			say("kitlog session take: %s 只是存档，记录已经导入；要接着上课，在原来的板子上用 kitlog session pack 打包\n",
				"kitlog session take: %s is for keeping, and its runs were imported; for a session that goes on, "
				"pack it on its board by kitlog session pack\n"),
			path);
	if (session && !call->is_json)
		printf(say("带来 %zu 次记录，已经有的 %lld 次\n",
			       "runs that came: %zu, that were here: %lld\n"),
			json_array_size(json_object_get(answer, "runs")),
			json_integer_value(json_object_get(answer, "were_here")));
	json_decref(answer);
	return session;
}
