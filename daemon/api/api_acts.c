/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /sessions/{id}/acts, and /together/{id}/acts by the id that sessions of several boards share: what a teacher wants done becomes an act. Each kind reads what it needs of
 * the question, refuses by the word that cannot be, and fills in what the teacher left out. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "http/ask.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "api/plugged.h"

/* What somebody wants done. */
struct wish {
	struct parts *parts;
	struct request *request;
	const struct session *session;
	const json_t *asked;
};

/* NULL: refused. */
typedef json_t *make_wish(const struct wish *wish);

static json_t *wish_text(const struct wish *wish)
{
	const char *title = NULL;

	if (!ask_member_text(wish->request, wish->asked, "title", &title))
		return NULL;
	if (!title)
		refuse_parameter(wish->request, "title", "要写上", "is missing");
	return title ? json_pack("{ss}", "title", title) : NULL;
}

static json_t *wish_on(const struct wish *wish)
{
	bool is_on = true;

	return ask_member_bool(wish->request, wish->asked, "on", &is_on)
		? json_pack("{sb}", "on", is_on)
		: NULL;
}

static json_t *wish_pause(const struct wish *wish)
{
	if (wish->session->has_phase)
		return wish_on(wish);
	request_refuse(wish->request, 409, "no_phase", "课堂时钟还没有走。先进入一段。",
		"The lesson clock does not run. Begin a phase first.");
	return NULL;
}

/* A whole number that has to be there. */
static bool ask_number(
	const struct wish *wish, const char *name, int64_t least, int64_t most, int64_t *ret_number)
{
	*ret_number = -1;
	if (!ask_member_int(wish->request, wish->asked, name, ret_number))
		return false;
	if (*ret_number >= least && *ret_number <= most)
		return true;
	refuse_parameter(wish->request, name, "要写合适的整数", "must be a whole number that fits");
	return false;
}

static json_t *wish_groups(const struct wish *wish)
{
	int64_t groups;

	return ask_number(wish, "groups", 1, CLASSROOM_GROUPS, &groups)
		? json_pack("{sI}", "groups", (json_int_t)groups)
		: NULL;
}

static json_t *wish_phase(const struct wish *wish)
{
	int64_t index;

	return ask_number(wish, "index", 0, ACT_PHASES - 1, &index)
		? json_pack("{sI}", "index", (json_int_t)index)
		: NULL;
}

static json_t *wish_may_start(const struct wish *wish)
{
	const char *who = "";

	if (!ask_member_text(wish->request, wish->asked, "who", &who))
		return NULL;
	if (strcmp(who, "groups") != 0 && strcmp(who, "teacher") != 0) {
		refuse_parameter(wish->request, "who", "要写 groups 或 teacher",
			"must be groups or teacher");
		return NULL;
	}
	return json_pack("{sb}", "groups", strcmp(who, "groups") == 0);
}

static json_t *wish_range(const struct wish *wish)
{
	const json_t *low = json_object_get(wish->asked, "low");
	const json_t *high = json_object_get(wish->asked, "high");

	if (!json_is_number(low) && !json_is_number(high))
		return json_object();
	if (!json_is_number(low) || !json_is_number(high) ||
		json_number_value(low) >= json_number_value(high)) {
		refuse_parameter(wish->request, "low", "要比 high 小", "must be below high");
		return NULL;
	}
	return json_pack("{sfsf}", "low", json_number_value(low), "high", json_number_value(high));
}

static json_t *wish_assign(const struct wish *wish)
{
	const json_t *devices = json_object_get(wish->asked, "devices"), *value;
	int64_t group;
	bool is_gone;
	size_t i;

	bool is_shared = false;

	if (!ask_number(wish, "group", 1, CLASSROOM_GROUPS, &group) ||
		!ask_member_bool(wish->request, wish->asked, "is_shared", &is_shared))
		return NULL;
	if (!json_is_array(devices)) {
		refuse_parameter(wish->request, "devices", "要写成器材编号的列表",
			"must be a list of ids of kits");
		return NULL;
	}
	json_array_foreach(devices, i, value)
	{
		json_int_t id = json_integer_value(value);

		if (id <= 0 || id > UINT32_MAX ||
			!live_device(wish->parts->live, (uint32_t)id, &is_gone)) {
			refuse_unknown(wish->request,
				"没有这台器材。看看器材的列表（kitlog devices）。",
				"There is no such kit. Look at the list (kitlog devices).");
			return NULL;
		}
	}
	return json_pack(
		"{sIsOsb}", "group", (json_int_t)group, "devices", devices, "is_shared", is_shared);
}

static json_t *wish_deal(const struct wish *wish)
{
	struct deal deal;

	if (!session_is_open(wish->session)) {
		classes_refuse(wish->request, ACT_IS_ENDED);
		return NULL;
	}
	if (plugged_deal(wish->parts, wish->session, &deal))
		return plugged_deal_body(&deal);
	request_refuse(wish->request, 409, "nothing_to_deal",
		"没有能再分给各组的器材。插上器材，再分一次。",
		"There are no kits to deal to a group. Plug some in and deal again.");
	return NULL;
}

/* The groups named; bits. Of none: those that `otherwise` says. */
static bool ask_groups(const struct wish *wish, unsigned otherwise, unsigned *ret_groups)
{
	const json_t *groups = json_object_get(wish->asked, "groups"), *value;
	size_t i;

	*ret_groups = otherwise;
	if (!groups || json_is_null(groups))
		return true;
	*ret_groups = 0;
	if (!json_is_array(groups)) {
		refuse_parameter(wish->request, "groups", "要写成组号的列表",
			"must be a list of numbers of groups");
		return false;
	}
	json_array_foreach(groups, i, value)
	{
		json_int_t group = json_integer_value(value);

		if (group < 1 || group > wish->session->n_groups) {
			classes_refuse(wish->request, ACT_NO_GROUP);
			return false;
		}
		*ret_groups |= 1u << group;
	}
	if (!*ret_groups)
		refuse_parameter(
			wish->request, "groups", "至少要写一组", "must name at least one group");
	return *ret_groups != 0;
}

static json_t *wish_start(const struct wish *wish)
{
	unsigned recording = classes_recording(wish->session), groups;
	struct beginning begin;

	if (!classes_ask_beginning(
		    wish->parts, wish->request, wish->session, wish->asked, &begin) ||
		!ask_groups(wish,
			classes_equipped(wish->session) &
				~(begin.to.ns != INT64_MAX ? 0 : recording),
			&groups))
		return NULL;
	if (!groups)
		classes_refuse(wish->request, ACT_RECORDS);
	return groups ? sessions_start_body(&wish->parts->sessions, wish->session, groups,
				begin.from, begin.to, begin.lasts_ns)
		      : NULL;
}

static json_t *wish_arm(const struct wish *wish)
{
	int64_t lasts_ns;
	unsigned groups;

	if (!classes_ask_arming(
		    wish->parts, wish->request, wish->session, wish->asked, &lasts_ns) ||
		!ask_groups(wish,
			classes_equipped(wish->session) & ~classes_recording(wish->session),
			&groups))
		return NULL;
	if (!groups)
		classes_refuse(wish->request, ACT_RECORDS);
	else
		groups = classes_able(wish->parts, wish->request, wish->session, groups);
	return groups ? classes_arm_body(wish->session, groups, lasts_ns) : NULL;
}

static json_t *wish_stop(const struct wish *wish)
{
	unsigned groups;

	if (!ask_groups(
		    wish, classes_recording(wish->session) | classes_armed(wish->session), &groups))
		return NULL;
	if (!groups)
		classes_refuse(wish->request, ACT_RECORDS_NOT);
	return groups ? classes_groups_body(wish->session, groups) : NULL;
}

/* To which group something is added is said: all is nothing that anybody wants. */
static json_t *wish_resume(const struct wish *wish)
{
	unsigned groups;

	if (!ask_groups(wish, 0, &groups))
		return NULL;
	if (!groups)
		refuse_parameter(wish->request, "groups", "要写上", "is missing");
	return groups ? classes_resume_body(wish->request, wish->session, groups) : NULL;
}

static json_t *wish_replay(const struct wish *wish)
{
	int64_t group, run = 0;

	if (!ask_number(wish, "group", 1, CLASSROOM_GROUPS, &group) ||
		!ask_member_int(wish->request, wish->asked, "run", &run))
		return NULL;
	if (run != 0 && (run < 0 || run > UINT32_MAX || !parts_find_run(wish->parts, run))) {
		refuse_no_run(wish->request, run);
		return NULL;
	}
	return json_pack("{sIsI}", "group", (json_int_t)group, "run", (json_int_t)run);
}

/* Its words become a mark, too: it goes a way of its own. */
static void mark(const struct wish *wish)
{
	struct saying saying = {.parts = wish->parts,
		.request = wish->request,
		.session = wish->session,
		.who = ACT_BY_TEACHER,
		.asked = (json_t *)(uintptr_t)wish->asked};
	int64_t group = 0;

	if (!ask_member_int(wish->request, wish->asked, "group", &group))
		return;
	if (group < 0 || group > wish->session->n_groups) {
		classes_refuse(wish->request, ACT_NO_GROUP);
		return;
	}
	saying.group = (unsigned)group;
	classes_mark(&saying);
}

static json_t *wish_end(const struct wish *wish)
{
	const char *to = "";
	bool is_together = false;

	if (!ask_member_text(wish->request, wish->asked, "to", &to) ||
		!ask_member_bool(wish->request, wish->asked, "together", &is_together))
		return NULL;
	if (is_together)
		return json_pack("{sb}", "together", true);
	return *to ? json_pack("{ss}", "to", to) : json_object();
}

/* An end that is undone needs a code that leads nowhere else. */
static json_t *wish_undo(const struct wish *wish)
{
	char code[SESSION_CODE];
	int64_t id;
	uint32_t random = 0;

	if (!ask_number(wish, "act", 1, UINT32_MAX, &id))
		return NULL;
	if (session_is_open(wish->session) ||
		!classroom_coded(wish->parts->sessions.room, wish->session->code))
		return json_pack("{sI}", "act", (json_int_t)id);
	if (getrandom(&random, sizeof random, 0) != sizeof random) {
		refuse_busy(wish->request);
		return NULL;
	}
	if (!classroom_new_code(wish->parts->sessions.room, random, code)) {
		classes_refuse(wish->request, ACT_FULL);
		return NULL;
	}
	return json_pack("{sIss}", "act", (json_int_t)id, "code", code);
}

static const struct {
	enum act_kind kind;
	make_wish *make;
} WISHES[] = {
	{ACT_TITLE, wish_text},
	{ACT_GROUPS, wish_groups},
	{ACT_ASSIGN, wish_assign},
	{ACT_DEAL, wish_deal},
	{ACT_MAY_START, wish_may_start},
	{ACT_START, wish_start},
	{ACT_STOP, wish_stop},
	{ACT_ARM, wish_arm},
	{ACT_RESUME, wish_resume},
	{ACT_FREEZE, wish_on},
	{ACT_RANGE, wish_range},
	{ACT_REVEAL, wish_on},
	{ACT_PHASE, wish_phase},
	{ACT_PAUSE, wish_pause},
	{ACT_REPLAY, wish_replay},
	{ACT_END, wish_end},
	{ACT_UNDO, wish_undo},
};

static void do_wish(const struct wish *wish, const char *name)
{
	enum act_kind kind = act_kind_named(name);
	const struct act *act = NULL;

	if (kind == ACT_MARK) {
		mark(wish);
		return;
	}
	for (size_t i = 0; i < sizeof WISHES / sizeof *WISHES; i++) {
		json_t *body;

		if (WISHES[i].kind != kind)
			continue;
		body = WISHES[i].make(wish);
		if (!body)
			return;
		int r = sessions_do_body(&wish->parts->sessions, wish->session->id, ACT_BY_TEACHER,
			kind, body, &act);
		classes_answer(wish->parts, wish->request, r, act);
		return;
	}
	refuse_parameter(wish->request, "do",
		"要写 start、stop、arm、resume、assign、deal、groups、title、freeze、range、reveal、phase、pause、replay、"
		"mark、may_start、end 或 undo",
		"must be start, stop, arm, resume, assign, deal, groups, title, freeze, range, reveal, "
		"phase, pause, replay, mark, may_start, end or undo");
}

void handle_act(void *self, struct request *request)
{
	struct parts *parts = self;
	struct wish wish = {.parts = parts, .request = request};
	const char *name = "";
	json_t *asked;

	wish.session = classes_open(parts, request);
	if (!wish.session || !ask_body(request, &asked))
		return;
	wish.asked = asked;
	if (ask_member_text(request, asked, "do", &name))
		do_wish(&wish, name);
	json_decref(asked);
}

/* ---------------------------------------------------------------- of several boards */

/* Takes back that it ended, where it did on several boards at once: what was ended here alone stays so. */
static void reopen(struct wish *wish)
{
	const struct act *end = classroom_end(wish->parts->sessions.room, wish->session->id);

	if (!end) {
		classes_answer_session(wish->parts, wish->request, wish->session);
	} else if (!json_is_true(json_object_get(end->body, "together"))) {
		request_refuse(wish->request, 409, "ended_alone",
			"这节课在那里是单独下课的，没有重新打开。",
			"The lesson was ended there on its own; it was not reopened.");
	} else {
		json_t *asked = json_pack("{sI}", "act", (json_int_t)end->id);

		wish->asked = asked;
		if (asked)
			do_wish(wish, "undo");
		else
			refuse_busy(wish->request);
		json_decref(asked);
	}
}

void handle_together_act(void *self, struct request *request)
{
	struct parts *parts = self;
	struct wish wish = {.parts = parts, .request = request};
	const char *name = "";
	json_t *asked;

	if (!parts->sessions.is_known) {
		refuse_busy(request);
		return;
	}
	wish.session = classroom_together(parts->sessions.room, request_argument(request, 0));
	if (!wish.session) {
		classes_refuse_together(request);
		return;
	}
	if (!ask_body(request, &asked))
		return;
	wish.asked = asked;
	if (ask_member_text(request, asked, "do", &name)) {
		if (strcmp(name, "reopen") == 0)
			reopen(&wish);
		else
			do_wish(&wish, name);
	}
	json_decref(asked);
}
