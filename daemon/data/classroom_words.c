/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a classroom says: who did it, which animal a group is, what was done. */
#include <string.h>

#include "base/number.h"
#include "data/classroom.h"

static const char by_group[] = "group ";

void act_who_write(int who, struct text *text)
{
	if (who > 0)
		text_addf(text, "%s%d", by_group, who);
	else
		text_add(text, who == ACT_BY_TEACHER ? "teacher" : "board");
}

bool act_who_read(const char *text, int *ret_who)
{
	int64_t number;
	size_t n;

	if (strcmp(text, "teacher") == 0 || strcmp(text, "board") == 0) {
		*ret_who = text[0] == 't' ? ACT_BY_TEACHER : ACT_BY_BOARD;
		return true;
	}
	if (strncmp(text, by_group, sizeof by_group - 1) != 0)
		return false;
	text += sizeof by_group - 1;
	n = number_to_int(text, strlen(text), &number);
	if (n == 0 || text[n] || number < 1 || number > CLASSROOM_GROUPS)
		return false;
	*ret_who = (int)number;
	return true;
}

/* The first six are drawn in the pages; all are animals of this district or of every picture book. */
struct animal group_animal(unsigned number)
{
	static const struct animal animals[CLASSROOM_GROUPS] = {
		{"兔", "Rabbit"},
		{"白鹭", "Egret"},
		{"乌龟", "Turtle"},
		{"鲤鱼", "Carp"},
		{"蝴蝶", "Butterfly"},
		{"猫", "Cat"},
		{"狗", "Dog"},
		{"熊猫", "Panda"},
		{"鲸", "Whale"},
		{"狐狸", "Fox"},
		{"猫头鹰", "Owl"},
		{"青蛙", "Frog"},
	};

	return animals[(number - 1) % CLASSROOM_GROUPS];
}

/* ---------------------------------------------------------------- the log */

/* A language to say it in. */
struct saying {
	struct text *text;
	bool is_zh;
};

static int64_t int_of(const struct act *act, const char *name)
{
	return json_integer_value(json_object_get(act->body, name));
}

static void say(const struct saying *saying, const char *zh, const char *en)
{
	text_add(saying->text, saying->is_zh ? zh : en);
}

/* "1、2、3 组", "Groups 1, 2 and 3"; of numbers, or of pairs that begin with one. */
static void say_groups(const struct saying *saying, const json_t *list)
{
	size_t n = json_array_size(list);

	say(saying, "", n > 1 ? "Groups " : "Group ");
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_array_get(list, i);

		if (json_is_array(value))
			value = json_array_get(value, 0);
		if (i > 0)
			say(saying, "、", i == n - 1 ? " and " : ", ");
		text_add_int(saying->text, json_integer_value(value));
	}
	say(saying, " 组", "");
}

static void say_group(const struct saying *saying, const struct act *act)
{
	text_addf(saying->text, saying->is_zh ? "%lld 组" : "Group %lld",
		(long long)int_of(act, "group"));
}

static void say_number(const struct saying *saying, const char *zh, const char *en, int64_t number)
{
	text_addf(saying->text, "%s%lld%s", saying->is_zh ? zh : en, (long long)number,
		saying->is_zh ? strchr(zh, '\0') + 1 : strchr(en, '\0') + 1);
}

/* zh and en hold what stands before and behind the number, each closed by NUL. */
#define NUMBER(before, behind) before "\0" behind

static void say_quoted(const struct saying *saying, const char *text)
{
	say(saying, "“", "\"");
	text_add_harmless(saying->text, text);
	say(saying, "”", "\"");
}

static const char *text_of(const struct act *act, const char *name)
{
	const char *text = json_string_value(json_object_get(act->body, name));

	return text ? text : "";
}

static void say_start(const struct saying *saying, const struct act *act)
{
	const json_t *runs = json_object_get(act->body, "runs");
	bool is_over = json_object_get(act->body, "to_ns") != NULL;
	int64_t before_s = (act->at.ns - int_of(act, "from_ns")) / NS_PER_S;

	say_groups(saying, runs);
	if (act->who == ACT_BY_BOARD) { /* else from_ns is when somebody pressed */
		say(saying, "触发了，开始记录", " triggered and starts");
		return;
	}
	if (is_over)
		say(saying, "补上一次记录",
			json_array_size(runs) > 1 ? " have a run made afterwards"
						  : " has a run made afterwards");
	else
		say(saying, "开始记录", json_array_size(runs) > 1 ? " start" : " starts");
	if (!is_over && before_s > 0)
		say_number(saying, NUMBER("，从 ", " 秒前算起"), NUMBER(", from ", " s before"),
			before_s);
}

static void say_predict(const struct saying *saying, const struct act *act)
{
	say_group(saying, act);
	say(saying, "画好了预测", " has a prediction");
}

/* What pages show. */
static void say_shown(const struct saying *saying, const struct act *act)
{
	bool is_on = json_is_true(json_object_get(act->body, "on"));

	switch (act->kind) {
	case ACT_FREEZE:
		say(saying, is_on ? "全班定格" : "不再定格",
			is_on ? "Screens frozen" : "Screens free");
		break;
	case ACT_RANGE:
		if (json_object_size(act->body))
			say(saying, "统一坐标", "Same axes for all");
		else
			say(saying, "各自的坐标", "Axes as each likes");
		break;
	case ACT_REVEAL:
		say(saying, is_on ? "揭晓" : "收起结果", is_on ? "Revealed" : "Hidden again");
		break;
	case ACT_PHASE:
		say_number(saying, NUMBER("进入第 ", " 段"), NUMBER("Phase ", ""),
			int_of(act, "index") + 1);
		break;
	case ACT_PAUSE:
		say(saying, is_on ? "课堂时钟暂停" : "课堂时钟继续",
			is_on ? "Lesson clock paused" : "Lesson clock goes on");
		break;
	case ACT_REPLAY:
		say_group(saying, act);
		if (int_of(act, "run"))
			say(saying, "看回放", " sees a replay");
		else
			say(saying, "看实时数据", " sees live data");
		break;
	default:
		break;
	}
}

static void say_one(const struct saying *saying, const struct act *act)
{
	switch (act->kind) {
	case ACT_MAKE:
		say(saying, "开课 ", "Session begun ");
		say_quoted(saying, text_of(act, "title"));
		break;
	case ACT_TITLE:
		say(saying, "改名为 ", "Renamed ");
		say_quoted(saying, text_of(act, "title"));
		break;
	case ACT_GROUPS:
		say_number(saying, NUMBER("分成 ", " 组"), NUMBER("", " groups"),
			int_of(act, "groups"));
		break;
	case ACT_ASSIGN:
		say_group(saying, act);
		say_number(saying, NUMBER("用 ", " 台器材"), NUMBER(" has ", " kits"),
			(int64_t)json_array_size(json_object_get(act->body, "devices")));
		break;
	case ACT_DEAL:
		say(saying, "给 ", "");
		say_groups(saying, json_object_get(act->body, "groups"));
		say(saying, "分器材", " got kits");
		break;
	case ACT_MAY_START:
		if (json_is_true(json_object_get(act->body, "groups")))
			say(saying, "各组可以自己开始", "Groups may start by themselves");
		else
			say(saying, "由老师开始", "The teacher starts");
		break;
	case ACT_START:
		say_start(saying, act);
		break;
	case ACT_STOP:
		say(saying, act->who == ACT_BY_BOARD ? "时间到，" : "",
			act->who == ACT_BY_BOARD ? "Time is up. " : "");
		say_groups(saying, json_object_get(act->body, "groups"));
		say(saying, "停止记录", " stopped");
		break;
	case ACT_ARM:
		say_groups(saying, json_object_get(act->body, "groups"));
		say(saying, "等触发", " armed");
		break;
	case ACT_RESUME:
		say_groups(saying, json_object_get(act->body, "runs"));
		say(saying, "接着上一次记录", " went on with the last run");
		break;
	case ACT_END:
		say(saying,
			json_is_true(json_object_get(act->body, "together")) ? "各块板子一起下课"
									     : "下课",
			json_is_true(json_object_get(act->body, "together"))
				? "Session ended, on all boards"
				: "Session ended");
		if (*text_of(act, "to"))
			say(saying, "，接着上在 ", ", and goes on at ");
		if (*text_of(act, "to"))
			say_quoted(saying, text_of(act, "to"));
		break;
	case ACT_CAME:
		say_number(saying, NUMBER("从另一块板子带来 ", " 次记录"),
			NUMBER("Came from another board, runs: ", ""),
			(int64_t)json_array_size(json_object_get(act->body, "runs")));
		break;
	case ACT_TOGETHER:
		say(saying, "和别的板子一起上", "Taught together with other boards");
		break;
	case ACT_UNDO:
		say_number(saying, NUMBER("撤销第 ", " 项"), NUMBER("Undone: no. ", ""),
			int_of(act, "act"));
		break;
	case ACT_JOIN:
		if (int_of(act, "group"))
			say_group(saying, act);
		say(saying, int_of(act, "group") ? "来了一台设备" : "来了一台设备，还没选组",
			int_of(act, "group") ? ": a browser joined"
					     : "A browser joined, without a group yet");
		break;
	case ACT_LEAVE:
		say(saying, "走了一台设备", "A browser left");
		break;
	case ACT_PREDICT:
		say_predict(saying, act);
		break;
	case ACT_READING:
		say_group(saying, act);
		say(saying, "保留一个读数", " kept a reading");
		break;
	case ACT_MARK:
		if (int_of(act, "group"))
			say_group(saying, act);
		say(saying, int_of(act, "group") ? "打标记 " : "给全班打标记 ",
			int_of(act, "group") ? " marked " : "Marked for all ");
		say_quoted(saying, text_of(act, "text"));
		break;
	default:
		say_shown(saying, act);
	}
}

void act_words(const struct act *act, struct text *zh, struct text *en)
{
	say_one(&(struct saying){zh, true}, act);
	say_one(&(struct saying){en, false}, act);
}
