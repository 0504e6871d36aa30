/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See classes.h. A refusal names the thing and the next step; which sentence it is, is a table. */
#include "api/classes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/ask.h"
#include "api/handlers.h"
#include "live/json.h"

/* Of one group in a minute: no finger is quicker. */
enum { SAYINGS_A_MINUTE = 60 };

/* A page knows the board's time within about as much. */
static const int64_t AHEAD_NS = 2 * (int64_t)NS_PER_S;

/* ---------------------------------------------------------------- refusing */

struct refusal {
	unsigned status;
	const char *code, *zh, *en;
};

/* clang-format off */
static const struct refusal REFUSALS[] = {
	[ACT_BAD] = {400, "bad_act", "这一步没看懂。检查写的内容，再试一次。",
		"That was not understood. Check what was sent and try again."},
	[ACT_TOO_LONG] = {400, "too_long", "名称太长了，最多 31 个汉字，95 个字母。写短一点。",
		"The title is too long: at most 95 letters, or 31 Chinese characters. Make it shorter."},
	[ACT_NO_SESSION] = {404, "not_found", "没有这节课。看看课的列表（kitlog session list）。",
		"There is no such session. Look at the list (kitlog session list)."},
	[ACT_IS_ENDED] = {409, "is_ended", "这节课已经下课。开一节新课，或者撤销“下课”。",
		"This session has ended. Begin a new one, or undo its end."},
	[ACT_NO_GROUP] = {404, "no_group", "这节课没有这一组。看看一共有几组。",
		"This session has no such group. Look how many it has."},
	[ACT_HAS_RUNS] = {409, "has_runs", "要去掉的组里有记录，不能去掉。",
		"A group that would go has runs, so it has to stay."},
	[ACT_RECORDS] = {409, "is_running", "这一组正在记录。先停下，再开始。",
		"That group is recording. Stop it first."},
	[ACT_RECORDS_NOT] = {409, "is_stopped", "这一组没有在记录。", "That group is not recording."},
	[ACT_NO_RUN] = {404, "no_run", "没有这次记录。看看记录的列表（kitlog run list）。",
		"There is no such run. Look at the list of runs (kitlog run list)."},
	[ACT_TAKEN] = {409, "is_taken", "这台器材在另一节课里用着。先在那边放开它。",
		"Another session uses that kit. Release it there first."},
	[ACT_NO_MEMBER] = {404, "not_joined", "还没有加入。扫码或者输入 4 个数字。",
		"Not joined yet. Scan the code or type the 4 digits."},
	[ACT_NO_ACT] = {404, "no_act", "这节课没有做过这一步。看看课的日志（kitlog session log）。",
		"Nothing of that number was done here. Look at the log (kitlog session log)."},
	[ACT_IS_FOR_GOOD] = {409, "for_good", "这一步不能撤销。", "This cannot be undone."},
	[ACT_IS_UNDONE] = {409, "is_undone", "这一步已经撤销了。", "This has been undone already."},
	[ACT_IS_STOOD_ON] = {409, "is_stood_on", "后面的步骤要靠这一步。先撤销后面的。",
		"What was done later stands on this. Undo that first."},
	[ACT_FULL] = {409, "is_full", "这里满了。去掉一些，或者开一节新课。",
		"There is no more room here. Take something away, or begin a new session."},
	[ACT_CODE] = {409, "code_taken", "这 4 个数字在另一节课里用着。再试一次。",
		"Another session has these 4 digits. Try again."},
	[ACT_IS_FIXED] = {409, "prediction_fixed", "这一组已经有记录，或者已经揭晓，预测不再改。看看数据像不像预测。",
		"The group has a run, or all is revealed: its prediction stays. See how the data compare."},
	[ACT_HAS_GUESSED] = {403, "has_guessed",
		"这一组已经猜过了；揭晓以前只有猜的那台设备能看、能改，要重猜就请老师在日志里撤销。",
		"The group has guessed; until the reveal only the device that did can see and change it, so to guess "
		"anew ask the teacher to undo it in the log."},
};
/* clang-format on */

static void refuse_card(struct request *request, int error)
{
	request_add_header(request, "Retry-After", "5");
	if (error == -ENOSPC || error == -EDQUOT)
		request_refuse(request, 503, "card_full",
			"存储卡满了，什么都没有改。删掉卡上别的文件，再试一次。",
			"The card is full, so nothing was done. Remove other files from it and try "
			"again.");
	else
		request_refuse(request, 503, "card_refuses",
			"存储卡写不进去，什么都没有改。看看卡有没有插好，或者换一张。",
			"The card cannot be written, so nothing was done. Look whether it sits "
			"well, or replace it.");
}

void classes_refuse(struct request *request, int result)
{
	switch (result) {
	case -ENOSPC:
	case -EDQUOT:
	case -EROFS:
	case -EIO:
		refuse_card(request, result);
		return;
	case -EMSGSIZE: /* what no title is: a drawing, or what was typed */
		request_refuse(request, 400, "too_long", "内容太多了。写少一点，再试一次。",
			"That is too much at once. Make it shorter and try again.");
		return;
	default:
		break;
	}
	if (result <= 0 || result >= ACT_NO_MEMORY) {
		refuse_busy(request);
		return;
	}
	request_refuse(request, REFUSALS[result].status, REFUSALS[result].code, REFUSALS[result].zh,
		REFUSALS[result].en);
}

/* ---------------------------------------------------------------- answering */

void classes_answer(struct parts *parts, struct request *request, int result, const struct act *act)
{
	if (result == 0)
		settle_wait(&parts->acts, request, act->session, act->id);
	else
		classes_refuse(request, result);
}

void classes_refuse_together(struct request *request)
{
	request_refuse(request, 404, "not_together", "这块板子没有参加这节课，没有动它。",
		"This board is not in this lesson; it was left as it is.");
}

void classes_answer_session(
	struct parts *parts, struct request *request, const struct session *session)
{
	struct text text = answer_begin(parts);

	classes_write(parts, session, &text);
	text_add_char(&text, '\n');
	answer_send(request, 200, &text);
}

const struct session *classes_open(struct parts *parts, struct request *request)
{
	const struct session *session;
	uint32_t id;

	if (!ask_id(request, 0, &id))
		return NULL;
	if (!parts->sessions.is_known) {
		refuse_busy(request);
		return NULL;
	}
	session = classroom_session(parts->sessions.room, id);
	if (!session && id <= parts->sessions.last_session) /* ended, and on the card only */
		request_refuse(request, 409, "is_ended", "这节课早已下课，不能再改。开一节新课。",
			"This session ended long ago and stays as it is. Begin a new one.");
	else if (!session)
		classes_refuse(request, ACT_NO_SESSION);
	return session;
}

const char *classes_token(const struct request *request)
{
	return request_cookie(request, "kitlog_group");
}

unsigned classes_member(
	const struct parts *parts, const struct request *request, const struct session *session)
{
	const struct session_member *member;
	const char *token = classes_token(request);

	return token && parts->sessions.is_known &&
			classroom_joined(parts->sessions.room, token, &member) == session
		? member->group
		: 0;
}

bool classes_group(struct parts *parts, struct request *request, const struct session **ret_session,
	unsigned *ret_group, int *ret_who)
{
	const struct session *session = classes_open(parts, request);
	uint32_t number;

	if (!session || !ask_id(request, 1, &number))
		return false;
	if (number > session->n_groups) {
		classes_refuse(request, ACT_NO_GROUP);
		return false;
	}
	if (parts_is_teacher(parts, request)) {
		*ret_who = ACT_BY_TEACHER;
	} else if (classes_member(parts, request, session) == number) {
		*ret_who = (int)number;
	} else {
		request_refuse(request, 403, "not_your_group", "先加入这一组，再做这一步。",
			"Join this group first.");
		return false;
	}
	*ret_session = session;
	*ret_group = number;
	return true;
}

/* ---------------------------------------------------------------- what groups say */

static bool is_too_often(const struct saying *saying)
{
	const struct classroom *room = saying->parts->sessions.room;
	struct instant since =
		instant_add(clock_now(saying->parts->clock), -60 * (int64_t)NS_PER_S);
	unsigned n = 0;

	for (size_t i = classroom_acts(room, saying->session->id); i-- > 0;) {
		const struct act *act = classroom_act(room, saying->session->id, i).act;

		if (act->at.ns < since.ns)
			break;
		n += act->who == saying->who && act->kind != ACT_JOIN;
	}
	return n >= SAYINGS_A_MINUTE;
}

/* False: refused. */
bool classes_hear(void *self, struct request *request, struct saying *ret_saying)
{
	*ret_saying = (struct saying){.parts = self, .request = request};
	if (!classes_group(
		    self, request, &ret_saying->session, &ret_saying->group, &ret_saying->who))
		return false;
	if (ret_saying->who != ACT_BY_TEACHER && is_too_often(ret_saying)) {
		request_add_header(request, "Retry-After", "60");
		request_refuse(request, 429, "too_often", "这一组按得太快了。等一分钟再试。",
			"This group is too quick. Wait a minute and try again.");
		return false;
	}
	return ask_body(request, &ret_saying->asked);
}

void classes_say(const struct saying *saying, enum act_kind kind, json_t *body)
{
	const struct act *act = NULL;

	int r = sessions_do_body(
		&saying->parts->sessions, saying->session->id, saying->who, kind, body, &act);
	classes_answer(saying->parts, saying->request, r, act);
}

/* When it was; false: refused. */
bool classes_ask_at(const struct saying *saying, struct instant *ret_at)
{
	struct instant now = clock_now(saying->parts->clock);

	*ret_at = now;
	if (!ask_member_instant(saying->request, saying->asked, "at_us", ret_at))
		return false;
	if (ret_at->ns > now.ns && instant_since(*ret_at, now) <= AHEAD_NS)
		*ret_at = now;
	if (ret_at->ns <= now.ns)
		return true;
	refuse_parameter(saying->request, "at_us", "不能晚于现在", "must not lie in the future");
	return false;
}
