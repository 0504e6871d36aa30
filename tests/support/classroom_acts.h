/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A classroom in which something is done each second (data/classroom.h), for the tests of one file:
 * CLASSROOM_TEST begins each with an empty one. One thread; what goes wrong here fails the test by
 * cmocka's asserts. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "data/classroom.h"
#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)
#define TOKEN "0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210"

static struct classroom *room;
static uint32_t last_act;
static int64_t now_s;

static inline int set_up(void **unused)
{
	(void)unused;
	last_act = 0;
	now_s = 1000;
	return classroom_new(&room);
}

static inline int tear_down(void **unused)
{
	(void)unused;
	classroom_free(room);
	return 0;
}

/* Somebody does something, a second after what was done before. Bodies are JSON with ' for ". */
static inline enum act_verdict by(int who, uint32_t session, enum act_kind kind, const char *body)
{
	char text[8192]; /* of a journal entry */
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

static inline enum act_verdict teacher(uint32_t session, enum act_kind kind, const char *body)
{
	return by(ACT_BY_TEACHER, session, kind, body);
}

static inline void make(uint32_t session, const char *body)
{
	assert_int_equal(teacher(session, ACT_MAKE, body), ACT_FITS);
}

static const char six[] =
	"{'code':'4827','title':'七（3）班','lesson':'pendulum','groups':6,'is_project':false}";
static const char jar[] =
	"{'code':'0007','title':'酵素','lesson':'ferment','groups':1,'is_project':true}";

static inline const struct session *of(uint32_t id)
{
	const struct session *session = classroom_session(room, id);

	assert_non_null(session);
	return session;
}

static inline void undo(uint32_t id, enum act_verdict wanted)
{
	char body[32];

	snprintf(body, sizeof body, "{'act':%u}", id);
	assert_int_equal(teacher(1, ACT_UNDO, body), wanted);
}

#define CLASSROOM_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
