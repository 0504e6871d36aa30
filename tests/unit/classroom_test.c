/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What follows from what teachers and groups do: several sessions side by side, groups, codes, runs,
 * and what undoing does to all of that. */
#include "data/classroom.h"

#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)
#define TOKEN "0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210"

static struct classroom *room;
static uint32_t last_act;
static int64_t now_s;

static int set_up(void **unused)
{
	(void)unused;
	last_act = 0;
	now_s = 1000;
	return classroom_new(&room);
}

static int tear_down(void **unused)
{
	(void)unused;
	classroom_free(room);
	return 0;
}

/* Somebody does something, a second after what was done before. Bodies are JSON with ' for ". */
static enum act_verdict by(int who, uint32_t session, enum act_kind kind, const char *body)
{
	char text[512];
	size_t n = strlen(body);

	assert_true(n < sizeof text);
	for (size_t i = 0; i <= n; i++)
		text[i] = (char)(body[i] == '\'' ? '"' : body[i]);
	struct act act = {.id = ++last_act,
		.session = session,
		.at = {++now_s * S},
		.who = who,
		.kind = kind,
		.body = json_loads(text, 0, NULL)};
	assert_non_null(act.body);
	enum act_verdict judged = classroom_judge(room, &act);
	if (!judged)
		assert_int_equal(classroom_take(room, &act), ACT_FITS);
	json_decref(act.body);
	return judged;
}

static enum act_verdict teacher(uint32_t session, enum act_kind kind, const char *body)
{
	return by(ACT_BY_TEACHER, session, kind, body);
}

static void make(uint32_t session, const char *body)
{
	assert_int_equal(teacher(session, ACT_MAKE, body), ACT_FITS);
}

static const char six[] =
	"{'code':'4827','title':'七（3）班','lesson':'pendulum','groups':6,'is_project':false}";
static const char jar[] =
	"{'code':'0007','title':'酵素','lesson':'ferment','groups':1,'is_project':true}";

static const struct session *of(uint32_t id)
{
	const struct session *session = classroom_session(room, id);

	assert_non_null(session);
	return session;
}

static void a_session_begins_as_it_was_made(void **unused)
{
	(void)unused;
	make(1, six);
	const struct session *s = of(1);
	assert_string_equal(s->code, "4827");
	assert_string_equal(s->title, "七（3）班");
	assert_string_equal(s->lesson, "pendulum");
	assert_false(s->is_project);
	assert_int_equal(s->n_groups, 6);
	assert_true(session_is_open(s));
	assert_int_equal(s->made.ns, 1001 * S);
	assert_false(s->groups_may_start || s->is_frozen || s->is_revealed || s->has_range ||
		s->has_phase);
}

static void sessions_run_side_by_side(void **unused)
{
	(void)unused;
	make(1, jar);
	make(2, six);
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':900000000000,'runs':[[1,1]]}"), ACT_FITS);
	assert_int_equal(
		teacher(2, ACT_START, "{'from_ns':1000000000000,'runs':[[1,2],[2,3]]}"), ACT_FITS);
	assert_int_equal(teacher(2, ACT_END, "{}"), ACT_FITS);
	assert_false(session_is_open(of(2)));
	assert_false(session_is_running(of(2)));
	assert_int_equal(of(2)->runs[1].to.ns, now_s * S);
	assert_true(session_is_running(of(1))); /* a lesson cannot disturb a project */
	assert_int_equal(of(1)->runs[0].to.ns, INT64_MAX);
	classroom_forget(room, 2);
	assert_null(classroom_session(room, 2));
	assert_int_equal(classroom_count(room), 1);
	assert_int_equal(teacher(2, ACT_FREEZE, "{'on':true}"), ACT_NO_SESSION);
}

static void a_code_leads_to_one_open_session_and_to_no_ended_one(void **unused)
{
	char code[SESSION_CODE];

	(void)unused;
	make(1, six);
	assert_int_equal(teacher(2, ACT_MAKE, six), ACT_CODE);
	assert_ptr_equal(classroom_coded(room, "4827"), of(1));
	assert_null(classroom_coded(room, "4828"));
	assert_true(classroom_new_code(room, 14827, code));
	assert_string_equal(code, "4828");
	assert_int_equal(teacher(1, ACT_END, "{}"), ACT_FITS);
	assert_null(classroom_coded(room, "4827"));
	assert_true(classroom_new_code(room, 4827, code));
	assert_string_equal(code, "4827");
	make(3, six);
	/* The first is open again, under another code. */
	assert_int_equal(teacher(1, ACT_UNDO, "{'act':3}"), ACT_CODE);
	assert_int_equal(teacher(1, ACT_UNDO, "{'act':3,'code':'0001'}"), ACT_FITS);
	assert_string_equal(of(1)->code, "0001");
	assert_string_equal(classroom_coded(room, "4827")->lesson, "pendulum");
	/* It keeps that when something else is undone. */
	assert_int_equal(teacher(1, ACT_FREEZE, "{'on':true}"), ACT_FITS);
	char undo[32];
	snprintf(undo, sizeof undo, "{'act':%u}", last_act);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_FITS);
	assert_string_equal(of(1)->code, "0001");
}

static void what_cannot_be_is_refused(void **unused)
{
	(void)unused;
	assert_int_equal(teacher(1, ACT_FREEZE, "{'on':true}"), ACT_NO_SESSION);
	assert_int_equal(teacher(1, ACT_MAKE, "{}"), ACT_BAD);
	assert_int_equal(
		teacher(1, ACT_MAKE,
			"{'code':'482','title':'','lesson':'','groups':6,'is_project':false}"),
		ACT_BAD);
	assert_int_equal(
		teacher(1, ACT_MAKE,
			"{'code':'4827','title':'','lesson':'','groups':13,'is_project':false}"),
		ACT_BAD);
	assert_int_equal(teacher(1, ACT_MAKE,
				 "{'code':'4827','title':'','groups':3,'is_project':false,'lesson':"
				 "'a-lesson-with-a-name-of-32-letters'}"),
		ACT_TOO_LONG);
	make(1, six);
	assert_int_equal(teacher(1, ACT_FREEZE, "{}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_FREEZE, "{'on':1}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_FREEZE, "{'on':true,'off':true}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_RANGE, "{'low':1}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_RANGE, "{'low':1,'high':1}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_PHASE, "{'index':-1}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_PAUSE, "{'on':true}"), ACT_BAD); /* no clock runs */
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':7,'devices':[]}"), ACT_NO_GROUP);
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':1,'devices':[3,3]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':1,'devices':[0]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':9,'runs':[]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':9,'runs':[[1,1],[1,2]]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':9,'runs':[[7,1]]}"), ACT_NO_GROUP);
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':9000000000000,'runs':[[1,1]]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_STOP, "{'groups':[1]}"), ACT_RECORDS_NOT);
	assert_int_equal(by(7, 1, ACT_MARK, "{'group':1,'at_ns':5,'text':'x'}"), ACT_NO_GROUP);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'value':1,'choice':1}"), ACT_BAD);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'points':[[1,2]]}"), ACT_BAD);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'points':[[1,2],[3]]}"), ACT_BAD);
	assert_int_equal(classroom_acts(room, 1), 1);
}

static void a_device_has_one_group_on_the_whole_board(void **unused)
{
	unsigned group;

	(void)unused;
	make(1, jar);
	make(2, six);
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':1,'devices':[13]}"), ACT_FITS);
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':1,'devices':[13]}"), ACT_TAKEN);
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':1,'devices':[11,12]}"), ACT_FITS);
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':2,'devices':[12]}"), ACT_FITS);
	assert_int_equal(of(2)->groups[1].n_devices, 1);
	assert_ptr_equal(classroom_owner(room, 12, &group), of(2));
	assert_int_equal(group, 2);
	assert_null(classroom_owner(room, 99, &group));
	/* What ended gives it back; what is open again wants it back in vain. */
	assert_int_equal(teacher(1, ACT_END, "{}"), ACT_FITS);
	uint32_t end = last_act;
	assert_null(classroom_owner(room, 13, &group));
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':3,'devices':[13]}"), ACT_FITS);
	char undo[32];
	snprintf(undo, sizeof undo, "{'act':%u}", end);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_TAKEN);
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':3,'devices':[]}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_FITS);
	assert_ptr_equal(classroom_owner(room, 13, &group), of(1));
}

static void groups_share_a_device_that_is_given_so(void **unused)
{
	unsigned group;

	(void)unused;
	make(1, jar);
	make(2, six);
	assert_int_equal(
		teacher(2, ACT_ASSIGN, "{'group':1,'devices':[11,13],'is_shared':true}"), ACT_FITS);
	assert_int_equal(
		teacher(2, ACT_ASSIGN, "{'group':2,'devices':[12,13],'is_shared':true}"), ACT_FITS);
	assert_int_equal(of(2)->groups[1].n_devices, 2);
	assert_int_equal(of(2)->groups[2].devices[1], 13);
	assert_ptr_equal(classroom_owner(room, 13, &group), of(2));
	assert_int_equal(group, 0);
	assert_ptr_equal(classroom_owner(room, 12, &group), of(2));
	assert_int_equal(group, 2);
	assert_int_equal(
		teacher(1, ACT_ASSIGN, "{'group':1,'devices':[13],'is_shared':true}"), ACT_TAKEN);
	/* One more for a group leaves it what it shares. */
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':1,'devices':[11,13,14]}"), ACT_FITS);
	assert_int_equal(of(2)->groups[2].n_devices, 2);
	/* Who gets it alone takes it from all. */
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':3,'devices':[13]}"), ACT_FITS);
	assert_int_equal(of(2)->groups[1].n_devices, 2);
	assert_int_equal(of(2)->groups[2].n_devices, 1);
	assert_ptr_equal(classroom_owner(room, 13, &group), of(2));
	assert_int_equal(group, 3);
}

/* Dealing is one act: it is told as one, and undone as one. */
static void what_is_dealt_is_dealt_to_all_at_once(void **unused)
{
	unsigned group;
	char undo[32];

	(void)unused;
	make(1, jar);
	make(2, six);
	assert_int_equal(teacher(1, ACT_DEAL, "{'groups':[[1,[13]]]}"), ACT_FITS);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[]}"), ACT_BAD);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[1]}"), ACT_BAD);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[1,13]]}"), ACT_BAD);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[1,[0]]]}"), ACT_BAD);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[1,[3]],[1,[4]]]}"), ACT_BAD);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[7,[3]]]}"), ACT_NO_GROUP);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[1,[11]],[2,[13]]]}"), ACT_TAKEN);
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':3,'devices':[12]}"), ACT_FITS);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[1,[11,12]],[2,[14,12]]]}"), ACT_FITS);
	uint32_t dealt = last_act;
	assert_ptr_equal(classroom_owner(room, 12, &group), of(2));
	assert_int_equal(group, 0); /* three have it, and nobody lost it */
	assert_int_equal(of(2)->groups[3].n_devices, 1);
	assert_int_equal(of(2)->groups[2].devices[0], 14);
	snprintf(undo, sizeof undo, "{'act':%u}", dealt);
	assert_int_equal(teacher(2, ACT_UNDO, undo), ACT_FITS);
	assert_int_equal(of(2)->groups[1].n_devices, 0);
	assert_int_equal(of(2)->groups[2].n_devices, 0);
	assert_int_equal(of(2)->groups[3].n_devices, 1);
	assert_null(classroom_owner(room, 14, &group));
}

static void kits_that_something_was_recorded_with_cannot_be_undone(void **unused)
{
	uint32_t dealt, start;
	char undo[32];

	(void)unused;
	make(1, six);
	teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[2,6]]}");
	teacher(1, ACT_DEAL, "{'groups':[[1,[11]]]}");
	dealt = last_act;
	teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7]]}");
	start = last_act;
	snprintf(undo, sizeof undo, "{'act':%u}", dealt);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_IS_STOOD_ON);
	snprintf(undo, sizeof undo, "{'act':%u}", start);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_FITS);
	snprintf(undo, sizeof undo, "{'act':%u}", dealt);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_FITS);
}

static void runs_begin_at_one_instant_also_before(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7],[2,8],[6,9]]}"),
		ACT_FITS);
	assert_int_equal(of(1)->groups[6].run, 9);
	assert_int_equal(of(1)->groups[3].run, 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(of(1)->runs[i].from.ns, 400 * S);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[3,10],[1,11]]}"),
		ACT_RECORDS);
	/* Made afterwards, beside the one that goes on; it is over at once. */
	assert_int_equal(teacher(1, ACT_START,
				 "{'from_ns':100000000000,'to_ns':200000000000,'runs':[[1,10]]}"),
		ACT_FITS);
	assert_int_equal(of(1)->groups[1].run, 7);
	assert_int_equal(teacher(1, ACT_STOP, "{'groups':[1,2]}"), ACT_FITS);
	assert_int_equal(of(1)->runs[0].to.ns, now_s * S);
	assert_int_equal(of(1)->runs[2].to.ns, INT64_MAX);
	/* A number is never used twice, so no run can take the place of another. */
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7]]}"), ACT_BAD);
	assert_int_equal(teacher(1, ACT_GROUPS, "{'groups':5}"), ACT_HAS_RUNS);
	assert_int_equal(of(1)->n_runs, 4);
}

static void the_last_of_two_teachers_holds_and_both_are_in_the_log(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(teacher(1, ACT_RANGE, "{'low':0,'high':100}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_RANGE, "{'low':20,'high':50.5}"), ACT_FITS);
	assert_true(of(1)->has_range && of(1)->low == 20 && of(1)->high == 50.5);
	assert_int_equal(classroom_acts(room, 1), 3);
	assert_int_equal(teacher(1, ACT_STOP, "{'groups':[1]}"), ACT_RECORDS_NOT);
	assert_int_equal(teacher(1, ACT_RANGE, "{}"), ACT_FITS);
	assert_false(of(1)->has_range);
}

static void the_clock_of_a_lesson_stands_while_it_is_paused(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(teacher(1, ACT_PHASE, "{'index':0}"), ACT_FITS);
	int64_t since_s = now_s;
	assert_int_equal(teacher(1, ACT_PAUSE, "{'on':true}"), ACT_FITS);
	now_s += 59;
	assert_int_equal(teacher(1, ACT_PAUSE, "{'on':true}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_PAUSE, "{'on':false}"), ACT_FITS);
	assert_int_equal(of(1)->phase_since.ns, (since_s + 61) * S);
	assert_false(of(1)->is_paused);
	assert_int_equal(teacher(1, ACT_PHASE, "{'index':1}"), ACT_FITS);
	assert_int_equal(of(1)->phase, 1);
	assert_int_equal(of(1)->phase_since.ns, now_s * S);
}

static void browsers_come_choose_and_go(void **unused)
{
	const struct session_member *member;

	(void)unused;
	make(1, six);
	assert_int_equal(by(ACT_BY_BOARD, 1, ACT_JOIN, "{'group':0,'token':'short'}"), ACT_BAD);
	assert_int_equal(
		by(ACT_BY_BOARD, 1, ACT_JOIN, "{'group':0,'token':'" TOKEN "'}"), ACT_FITS);
	assert_int_equal(by(3, 1, ACT_JOIN, "{'group':3,'token':'" TOKEN "'}"), ACT_FITS);
	assert_int_equal(by(3, 1, ACT_JOIN, "{'group':3,'token':'" OTHER "'}"), ACT_FITS);
	assert_int_equal(of(1)->n_members, 2);
	assert_ptr_equal(classroom_joined(room, TOKEN, &member), of(1));
	assert_int_equal(member->group, 3);
	assert_int_equal(by(3, 1, ACT_LEAVE, "{'token':'" TOKEN "'}"), ACT_FITS);
	assert_null(classroom_joined(room, TOKEN, &member));
	assert_int_equal(by(3, 1, ACT_LEAVE, "{'token':'" TOKEN "'}"), ACT_NO_MEMBER);
	assert_int_equal(teacher(1, ACT_GROUPS, "{'groups':2}"), ACT_FITS);
	classroom_joined(room, OTHER, &member);
	assert_int_equal(member->group, 0);
	assert_int_equal(teacher(1, ACT_END, "{}"), ACT_FITS);
	assert_ptr_equal(classroom_joined(room, OTHER, &member), of(1)); /* to look at it */
	assert_false(session_is_open(of(1)));
}

static enum act_verdict join_as(unsigned number, const char *more)
{
	char body[128];

	snprintf(body, sizeof body, "{'group':1,'token':'%032u'%s}", number, more);
	return by(1, 1, ACT_JOIN, body);
}

static void who_comes_to_a_full_session_takes_the_place_that_is_named(void **unused)
{
	const struct session_member *member;

	(void)unused;
	make(1, six);
	for (unsigned i = 0; i < SESSION_MEMBERS; i++)
		assert_int_equal(join_as(i, ""), ACT_FITS);
	assert_int_equal(join_as(999, ""), ACT_FULL);
	assert_int_equal(join_as(999, ",'instead':'" TOKEN "'"), ACT_NO_MEMBER);
	assert_int_equal(join_as(999, ",'instead':'00000000000000000000000000000007'"), ACT_FITS);
	assert_int_equal(of(1)->n_members, SESSION_MEMBERS);
	assert_null(classroom_joined(room, "00000000000000000000000000000007", &member));
	assert_non_null(classroom_joined(room, "00000000000000000000000000000999", &member));
	assert_int_equal(join_as(8, ""), ACT_FITS); /* who is in needs no place */
}

static void whoever_joins_again_and_again_stops_no_lesson(void **unused)
{
	(void)unused;
	make(1, six);
	for (unsigned i = 0; i < SESSION_JOINS; i++)
		assert_int_equal(join_as(1, ""), ACT_FITS);
	assert_int_equal(join_as(1, ""), ACT_FULL);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':5,'runs':[[1,1]]}"), ACT_FITS);
	assert_int_equal(
		by(1, 1, ACT_LEAVE, "{'token':'00000000000000000000000000000001'}"), ACT_FITS);
}

static void undo(uint32_t id, enum act_verdict wanted)
{
	char body[32];

	snprintf(body, sizeof body, "{'act':%u}", id);
	assert_int_equal(teacher(1, ACT_UNDO, body), wanted);
}

static void what_is_undone_was_never_done(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7],[2,8]]}"), ACT_FITS);
	uint32_t start = last_act;
	assert_int_equal(teacher(1, ACT_STOP, "{'groups':[1,2]}"), ACT_FITS);
	uint32_t stop = last_act;
	assert_int_equal(
		by(2, 1, ACT_READING, "{'group':2,'at_ns':5,'typed':{'L':1.5},'values':{}}"),
		ACT_FITS);
	undo(start, ACT_IS_STOOD_ON);
	undo(99, ACT_NO_ACT);
	undo(1, ACT_IS_FOR_GOOD);
	undo(stop, ACT_FITS); /* the runs go on, as if nobody had stopped them */
	assert_int_equal(of(1)->groups[2].run, 8);
	assert_int_equal(of(1)->runs[1].to.ns, INT64_MAX);
	undo(stop, ACT_IS_UNDONE);
	undo(start, ACT_FITS);
	assert_int_equal(of(1)->n_runs, 0);
	assert_false(classroom_act(room, 1, 3).is_undone); /* done after both */
	assert_int_equal(classroom_acts(room, 1), 6);
	assert_true(classroom_act(room, 1, 1).is_undone);
	assert_false(classroom_act(room, 1, 1).may_undo);
	assert_true(classroom_act(room, 1, 3).may_undo);
	undo(last_act, ACT_IS_FOR_GOOD); /* an undoing; doing it again is the way */
}

static void kits_are_undone_for_whom_nothing_was_recorded_with_them(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':1,'devices':[11]}"), ACT_FITS);
	uint32_t first = last_act;
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':2,'devices':[12]}"), ACT_FITS);
	uint32_t second = last_act;
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7]]}"), ACT_FITS);
	undo(first, ACT_IS_STOOD_ON);
	undo(second, ACT_FITS); /* only group 1 has recorded */
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':1,'devices':[13]}"), ACT_FITS);
	undo(last_act, ACT_IS_STOOD_ON); /* the run goes on with it */
	assert_int_equal(of(1)->groups[1].devices[0], 13);
}

/* A rule of today about what may be asked takes back nothing that was answered as done. */
static void what_was_kept_is_folded_whatever_may_be_asked_today(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':5,'runs':[[1,7]]}"), ACT_FITS);
	struct act act = {.id = ++last_act,
		.session = 1,
		.at = {++now_s * S},
		.who = 1,
		.kind = ACT_PREDICT,
		.body = json_pack("{s:i, s:f}", "group", 1, "value", 2.5)};

	assert_int_equal(classroom_judge(room, &act), ACT_IS_FIXED);
	assert_int_equal(classroom_take(room, &act), ACT_FITS);
	json_decref(act.body);
	assert_true(
		json_number_value(json_object_get(of(1)->groups[1].prediction, "value")) == 2.5);
}

static void a_guess_is_changed_until_the_group_has_a_run_or_all_is_revealed(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(by(1, 1, ACT_PREDICT, "{'group':1,'value':1.5}"), ACT_FITS);
	assert_int_equal(by(1, 1, ACT_PREDICT, "{'group':1,'value':2.5}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_START, "{'from_ns':5,'runs':[[1,7]]}"), ACT_FITS);
	uint32_t start = last_act;
	assert_false(session_may_predict(of(1), 1));
	assert_int_equal(by(1, 1, ACT_PREDICT, "{'group':1,'value':3.5}"), ACT_IS_FIXED);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'value':3.5}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_STOP, "{'groups':[1]}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_PREDICT, "{'group':1,'value':3.5}"), ACT_IS_FIXED);
	undo(last_act - 1, ACT_FITS);
	undo(start, ACT_FITS); /* a start by mistake */
	assert_int_equal(by(1, 1, ACT_PREDICT, "{'group':1,'value':4.5}"), ACT_FITS);
	assert_true(
		json_number_value(json_object_get(of(1)->groups[1].prediction, "value")) == 4.5);

	assert_int_equal(teacher(1, ACT_REVEAL, "{'on':true}"), ACT_FITS);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'value':9}"), ACT_IS_FIXED);
	assert_int_equal(teacher(1, ACT_REVEAL, "{'on':false}"), ACT_FITS);
	assert_int_equal(by(2, 1, ACT_PREDICT, "{'group':2,'value':9}"), ACT_FITS);
}

static void the_end_can_be_undone_and_nothing_else_of_what_is_over(void **unused)
{
	(void)unused;
	make(1, six);
	assert_int_equal(
		teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7]]}"), ACT_FITS);
	uint32_t start = last_act;
	assert_int_equal(teacher(1, ACT_END, "{}"), ACT_FITS);
	uint32_t end = last_act;
	assert_int_equal(teacher(1, ACT_FREEZE, "{'on':true}"), ACT_IS_ENDED);
	undo(start, ACT_IS_ENDED);
	undo(end, ACT_FITS);
	assert_int_equal(of(1)->groups[1].run, 7);
	assert_true(session_is_open(of(1)));
}

static void a_run_has_the_kits_that_its_group_had_meanwhile(void **unused)
{
	uint32_t devices[4];

	(void)unused;
	make(1, six);
	teacher(1, ACT_ASSIGN, "{'group':1,'devices':[11,12]}");
	teacher(1, ACT_ASSIGN, "{'group':2,'devices':[13]}");
	teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7],[2,8]]}");
	teacher(1, ACT_ASSIGN, "{'group':1,'devices':[12,14]}"); /* one broke, another came */
	teacher(1, ACT_STOP, "{'groups':[1]}");
	teacher(1, ACT_ASSIGN, "{'group':1,'devices':[15]}");
	teacher(1, ACT_START, "{'from_ns':100000000000,'to_ns':200000000000,'runs':[[1,9]]}");
	teacher(1, ACT_ASSIGN, "{'group':1,'devices':[]}");
	teacher(1, ACT_END, "{}");
	assert_int_equal(classroom_run_devices(room, 1, 7, devices, 4), 3);
	assert_int_equal(devices[0], 11);
	assert_int_equal(devices[1], 12);
	assert_int_equal(devices[2], 14);
	assert_int_equal(classroom_run_devices(room, 1, 7, devices, 2), 2);
	assert_int_equal(classroom_run_devices(room, 1, 8, devices, 4), 1);
	assert_int_equal(devices[0], 13);
	assert_int_equal(classroom_run_devices(room, 1, 9, devices, 4), 1);
	assert_int_equal(devices[0], 15);
	assert_int_equal(classroom_run_devices(room, 1, 99, devices, 4), 0);
	assert_int_equal(classroom_run_devices(room, 5, 7, devices, 4), 0);
}

static void a_run_tells_which_kits_others_had_too(void **unused)
{
	uint32_t devices[4];
	struct run_devices runs[2] = {{.run = 7, .devices = devices, .most = 4},
		{.run = 8, .devices = devices, .most = 4}};

	(void)unused;
	make(1, six);
	teacher(1, ACT_DEAL, "{'groups':[[1,[11,12]],[2,[13,12]]]}");
	teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7]]}");
	teacher(1, ACT_STOP, "{'groups':[1]}");
	teacher(1, ACT_ASSIGN, "{'group':2,'devices':[13]}");
	teacher(1, ACT_START, "{'from_ns':600000000000,'runs':[[1,8]]}");
	teacher(1, ACT_STOP, "{'groups':[1]}");
	classroom_devices_of_runs(room, 1, runs, 2);
	assert_int_equal(runs[0].n, 2);
	assert_int_equal(runs[0].shared, 2);
	assert_int_equal(runs[1].n, 2);
	assert_int_equal(runs[1].shared, 0);
}

/* Else each would have the data of all others. */
static void a_group_without_a_kit_has_nothing_of_another_s(void **unused)
{
	static const char free[] =
		"{'code':'0008','title':'','lesson':'','groups':2,'is_project':false}";
	uint32_t devices[4] = {9};

	(void)unused;
	make(1, six);
	teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7],[2,8]]}");
	teacher(1, ACT_DEAL, "{'groups':[[1,[11]]]}");
	teacher(1, ACT_STOP, "{'groups':[1,2]}");
	assert_int_equal(classroom_run_devices(room, 1, 7, devices, 4), 1);
	assert_int_equal(devices[0], 11);
	assert_int_equal(classroom_run_devices(room, 1, 8, devices, 4), 1);
	assert_int_equal(devices[0], NO_DEVICE);
	/* Without a lesson all is everybody's as long as nobody was given anything. */
	make(2, free);
	teacher(2, ACT_START, "{'from_ns':400000000000,'runs':[[1,17],[2,18]]}");
	teacher(2, ACT_STOP, "{'groups':[1]}");
	teacher(2, ACT_DEAL, "{'groups':[[1,[12]]]}");
	teacher(2, ACT_STOP, "{'groups':[2]}");
	assert_int_equal(classroom_run_devices(room, 2, 17, devices, 4), 0);
	assert_int_equal(classroom_run_devices(room, 2, 18, devices, 4), 1);
	assert_int_equal(devices[0], NO_DEVICE);
}

static void who_did_it_is_told_as_it_is_stored(void **unused)
{
	char buffer[32];
	struct text text = text_over(buffer, sizeof buffer);
	int who;

	(void)unused;
	for (int i = ACT_BY_BOARD; i <= CLASSROOM_GROUPS; i++) {
		text_reset(&text);
		act_who_write(i, &text);
		assert_true(act_who_read(text.at, &who));
		assert_int_equal(who, i);
	}
	assert_string_equal(text.at, "group 12");
	assert_false(act_who_read("group 13", &who));
	assert_false(act_who_read("group x", &who));
	assert_false(act_who_read("小明", &who));
	for (enum act_kind kind = ACT_MAKE; kind < ACT_KINDS; kind++)
		assert_int_equal(act_kind_named(act_kind_name(kind)), kind);
	assert_int_equal(act_kind_named("destroy"), 0);
	for (unsigned i = 1; i <= CLASSROOM_GROUPS; i++)
		for (unsigned k = 1; k < i; k++)
			assert_string_not_equal(group_animal(i).zh, group_animal(k).zh);
	assert_string_equal(group_animal(1).en, "Rabbit");
}

static void whoever_came_last_may_leave_too(void **unused)
{
	const struct session_member *member;

	(void)unused;
	make(1, six);
	by(1, 1, ACT_JOIN, "{'group':1,'token':'" TOKEN "'}");
	by(2, 1, ACT_JOIN, "{'group':2,'token':'" OTHER "'}");
	assert_int_equal(by(2, 1, ACT_LEAVE, "{'token':'" OTHER "'}"), ACT_FITS);
	assert_ptr_equal(classroom_joined(room, TOKEN, &member), of(1));
	assert_null(classroom_joined(room, OTHER, &member));
	assert_int_equal(by(1, 1, ACT_LEAVE, "{'token':'" TOKEN "'}"), ACT_FITS);
	assert_int_equal(of(1)->n_members, 0);
}

static void says(size_t i, const char *zh, const char *en)
{
	char zh_buffer[256], en_buffer[256];
	struct text in_zh = text_over(zh_buffer, sizeof zh_buffer);
	struct text in_en = text_over(en_buffer, sizeof en_buffer);

	act_words(classroom_act(room, 1, i).act, &in_zh, &in_en);
	assert_string_equal(in_zh.at, zh);
	assert_string_equal(in_en.at, en);
}

static void the_log_says_what_was_done(void **unused)
{
	(void)unused;
	make(1, six);
	teacher(1, ACT_START, "{'from_ns':942000000000,'runs':[[1,7],[2,8],[6,9]]}");
	teacher(1, ACT_STOP, "{'groups':[2]}");
	by(3, 1, ACT_MARK, "{'group':3,'at_ns':5,'text':'<b>\\u0007开窗'}");
	teacher(1, ACT_ASSIGN, "{'group':1,'devices':[3,4]}");
	says(0, "开课 “七（3）班”", "Session begun \"七（3）班\"");
	says(1, "1、2、6 组开始记录，从 60 秒前算起", "Groups 1, 2 and 6 start, from 60 s before");
	says(2, "2 组停止记录", "Group 2 stopped");
	says(3, "3 组打标记 “<b>\\x07开窗”", "Group 3 marked \"<b>\\x07开窗\"");
	says(4, "1 组用 2 台器材", "Group 1 has 2 kits");
	teacher(1, ACT_DEAL, "{'groups':[[1,[3,4]],[2,[5]]]}");
	says(5, "给 1、2 组分器材", "Groups 1 and 2 got kits");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_session_begins_as_it_was_made),
		TEST(sessions_run_side_by_side),
		TEST(a_code_leads_to_one_open_session_and_to_no_ended_one),
		TEST(what_cannot_be_is_refused),
		TEST(a_device_has_one_group_on_the_whole_board),
		TEST(groups_share_a_device_that_is_given_so),
		TEST(what_is_dealt_is_dealt_to_all_at_once),
		TEST(kits_that_something_was_recorded_with_cannot_be_undone),
		TEST(runs_begin_at_one_instant_also_before),
		TEST(the_last_of_two_teachers_holds_and_both_are_in_the_log),
		TEST(the_clock_of_a_lesson_stands_while_it_is_paused),
		TEST(browsers_come_choose_and_go),
		TEST(who_comes_to_a_full_session_takes_the_place_that_is_named),
		TEST(whoever_joins_again_and_again_stops_no_lesson),
		TEST(whoever_came_last_may_leave_too),
		TEST(what_is_undone_was_never_done),
		TEST(kits_are_undone_for_whom_nothing_was_recorded_with_them),
		TEST(what_was_kept_is_folded_whatever_may_be_asked_today),
		TEST(a_guess_is_changed_until_the_group_has_a_run_or_all_is_revealed),
		TEST(the_end_can_be_undone_and_nothing_else_of_what_is_over),
		TEST(a_run_has_the_kits_that_its_group_had_meanwhile),
		TEST(a_run_tells_which_kits_others_had_too),
		TEST(a_group_without_a_kit_has_nothing_of_another_s),
		TEST(who_did_it_is_told_as_it_is_stored),
		TEST(the_log_says_what_was_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
