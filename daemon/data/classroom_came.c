/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session that is not this board's alone: it goes on here after another, or on several at once. */
#include "data/classroom_chapters.h"

#include <stdlib.h>
#include <string.h>

static bool has_come(const struct session *session, uint32_t run)
{
	for (size_t i = 0; i < session->n_came; i++)
		if (session->came[i].run == run)
			return true;
	return false;
}

enum act_verdict act_judge_came(const struct session *session, const struct act *act)
{
	const char *origin = act_text(act, "origin");
	const json_t *runs = json_object_get(act->body, "runs"), *pair;
	size_t i, n_new = 0;

	if (!*origin || strlen(origin) >= SESSION_ORIGIN ||
		(session->origin[0] && strcmp(session->origin, origin) != 0))
		return ACT_BAD;
	json_array_foreach(runs, i, pair)
	{
		int64_t group = json_integer_value(json_array_get(pair, 0));

		if (json_array_size(pair) != 2 || !json_is_whole(json_array_get(pair, 0)) ||
			!json_is_id(json_array_get(pair, 1)))
			return ACT_BAD;
		if (group != 0 && !session_has_group(session, group))
			return ACT_NO_GROUP;
		n_new += !has_come(session, (uint32_t)json_integer_value(json_array_get(pair, 1)));
	}
	return session->n_came + n_new > SESSION_CAME ? ACT_FULL : ACT_FITS;
}

enum act_verdict act_do_came(struct session *session, const struct act *act)
{
	const json_t *runs = json_object_get(act->body, "runs"), *pair;
	size_t i, n = session->n_came + json_array_size(runs);
	struct session_came *grown = n ? realloc(session->came, n * sizeof *grown) : NULL;

	if (n && !grown)
		return ACT_NO_MEMORY;
	session->came = grown;
	text_copy(session->origin, sizeof session->origin, act_text(act, "origin"));
	json_array_foreach(runs, i, pair)
	{
		uint32_t run = (uint32_t)json_integer_value(json_array_get(pair, 1));

		if (!has_come(session, run))
			session->came[session->n_came++] = (struct session_came){.run = run,
				.group = (unsigned)json_integer_value(json_array_get(pair, 0))};
	}
	return ACT_FITS;
}

enum act_verdict act_judge_together(const struct session *session, const struct act *act)
{
	const char *id = act_text(act, "id");

	(void)session;
	return strspn(id, "0123456789abcdef") == SESSION_TOGETHER - 1 && !id[SESSION_TOGETHER - 1]
		? ACT_FITS
		: ACT_BAD;
}

enum act_verdict act_do_together(struct session *session, const struct act *act)
{
	text_copy(session->together, sizeof session->together, act_text(act, "id"));
	return ACT_FITS;
}
