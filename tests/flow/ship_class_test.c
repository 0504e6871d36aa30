/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines say whose the kit was, by instant: which class, group and lesson; and the same again when they are
 * sent once more, whatever was assigned or undone meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "support/uplink.h"

static uint32_t last_act;
static struct instant last_at;

/* As main gives it to keep. Bodies are JSON with ' for ". */
static void done(struct uplink *uplink, const char *kind, const char *body)
{
	size_t n = strlen(body);
	struct journal_entry *entry = calloc(1, journal_size(n));

	assert_non_null(entry);
	entry->id = ++last_act;
	entry->session = 1;
	entry->at = last_at = uplink_now(uplink);
	text_copy(entry->who, sizeof entry->who, "teacher");
	text_copy(entry->kind, sizeof entry->kind, kind);
	entry->n = (uint32_t)n;
	for (size_t i = 0; i < n; i++)
		entry->body[i] = (char)(body[i] == '\'' ? '"' : body[i]);
	assert_int_equal(keep_order_act(uplink->keep, entry, NULL, 0, NULL), 0);
	keep_wake(uplink->keep);
	free(entry);
}

/* Until the card has it, and so long that the rows that are measured then, which end now, begin behind it. */
static void settle(struct uplink *uplink)
{
	struct reader *reader;
	uint32_t act = 0, session;

	for (int i = 0; i < 3000 && act < last_act; i++) {
		assert_int_equal(reader_open(uplink->directory, &reader), 0);
		assert_int_equal(reader_journal_newest(reader, &act, &session), 0);
		reader_close(reader);
		usleep(10000);
	}
	assert_int_equal(act, last_act);
	while (instant_since(uplink_now(uplink), last_at) < 400 * MS)
		usleep(10000);
}

/* Lines of one stamp are the same to the byte. Returns how many came again; *ret_with: how many have
 * these words, each stamp once. */
static size_t check_by_stamp(const struct server *server, const char *words, size_t *ret_with)
{
	static struct {
		const char *stamp, *line;
	} seen[SERVER_ROWS];
	char *lines = server_ask(server, "/lines");
	size_t n = 0, repeated = 0;

	*ret_with = 0;
	for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
		const char *stamp = strrchr(line, ' ');
		size_t i = 0;

		while (i < n && strcmp(seen[i].stamp, stamp))
			i++;
		if (i < n) {
			assert_string_equal(line, seen[i].line);
			repeated++;
			continue;
		}
		seen[n].stamp = stamp;
		seen[n++].line = line;
		*ret_with += strstr(line, words) != NULL;
	}
	free(lines);
	return repeated;
}

static size_t count(const struct server *server, const char *words)
{
	size_t n;

	check_by_stamp(server, words, &n);
	return n;
}

static void lines_say_whose_the_kit_was_at_that_instant(void **state)
{
	struct uplink *uplink = *state;

	last_act = 0;
	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, 100);
	server_wait_rows(uplink->server, 1, 100);
	done(uplink, "make",
		"{'code':'4827','title':'七（3）班, 甲\\\\','lesson':'pendulum','groups':4,"
		"'is_project':false}");
	done(uplink, "assign", "{'group':2,'devices':[1]}");
	settle(uplink);
	uplink_measure(uplink, 1, 100, 100);
	server_wait_rows(uplink->server, 1, 200);
	done(uplink, "assign", "{'group':3,'devices':[1]}");
	settle(uplink);
	uplink_measure(uplink, 1, 200, 100);
	server_wait_rows(uplink->server, 1, 300);
	done(uplink, "assign", "{'group':2,'devices':[1],'is_shared':true}");
	settle(uplink);
	uplink_measure(uplink, 1, 300, 100);
	server_wait_rows(uplink->server, 1, 400);
	done(uplink, "end", "{}");
	settle(uplink);
	uplink_measure(uplink, 1, 400, 100);
	server_wait_rows(uplink->server, 1, 500);
	uplink_wait_state(uplink, SINK_IDLE, "");
	assert_int_equal(
		count(uplink->server,
			",device=1,group=2,lesson=pendulum,session=七（3）班\\,\\ 甲＼ v="),
		100);
	assert_int_equal(count(uplink->server, ",group=3,"), 100);
	assert_int_equal(count(uplink->server, ",device=1,lesson=pendulum,"), 100); /* shared */
	assert_int_equal(count(uplink->server, ",device=1 v="), 200);
}

/* Assigned, undone, renamed and begun anew while answers are lost, and over a restart. */
static void lines_that_come_again_say_the_same(void **state)
{
	struct uplink *uplink = *state;
	size_t with;

	last_act = 0;
	uplink_begin(uplink);
	done(uplink, "make",
		"{'code':'4827','title':'a','lesson':'pendulum','groups':4,'is_project':false}");
	done(uplink, "assign", "{'group':2,'devices':[1]}");
	settle(uplink);
	server_rules(uplink->server, "[{\"do\":\"reset\",\"keep\":true}]");
	uplink_measure(uplink, 1, 0, 300);
	server_wait_rows(uplink->server, 1, 300);
	done(uplink, "undo", "{'act':2}");
	done(uplink, "title", "{'title':'b'}");
	settle(uplink);
	uplink_measure(uplink, 1, 300, 300);
	server_wait_rows(uplink->server, 1, 600);
	uplink_stop(uplink);
	uplink_start(uplink);
	server_rules(uplink->server, "[]");
	uplink_measure(uplink, 1, 600, 300);
	server_wait_rows(uplink->server, 1, 900);
	uplink_wait_state(uplink, SINK_IDLE, "");
	assert_true(
		check_by_stamp(uplink->server, ",group=2,lesson=pendulum,session=a v=", &with) > 0);
	assert_int_equal(with, 300);
	assert_int_equal(count(uplink->server, ",session=b"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UPLINK_TEST(lines_say_whose_the_kit_was_at_that_instant),
		UPLINK_TEST(lines_that_come_again_say_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
