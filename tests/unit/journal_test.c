/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal of the class in the store: it comes back as it was written, with the runs that it made,
 * after a restart, a commit that was refused and a lost file; what is damaged is left out and told. */
#include "keep/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "keep/database.h"
#include "keep/keep.h"
#include "support/store_bench.h"

static struct journal_entry *entry_of(
	uint32_t id, uint32_t session, const char *kind, const char *body)
{
	size_t n = strlen(body);
	struct journal_entry *entry = calloc(1, journal_size(n));

	assert_non_null(entry);
	entry->id = id;
	entry->session = session;
	entry->at.ns = id * (int64_t)NS_PER_S;
	text_copy(entry->who, sizeof entry->who, "teacher");
	text_copy(entry->kind, sizeof entry->kind, kind);
	entry->n = (uint32_t)n;
	memcpy(entry->body, body, n + 1);
	return entry;
}

static void add(
	struct bench *bench, uint32_t id, uint32_t session, const char *kind, const char *body)
{
	struct journal_entry *entry = entry_of(id, session, kind, body);

	assert_int_equal(store_add_act(bench->store, entry), 0);
	free(entry);
}

static void commit(struct bench *bench)
{
	assert_int_equal(store_commit(bench->store, bench->now), 0);
}

/* "1:make{} 2:end{}" */
static char seen[4096];

static int see(void *self, const struct journal_entry *entry)
{
	size_t n = strlen(seen);

	(void)self;
	assert_string_equal(entry->who, "teacher");
	assert_int_equal(entry->at.ns, entry->id * (int64_t)NS_PER_S);
	assert_int_equal(entry->n, strlen(entry->body));
	snprintf(seen + n, sizeof seen - n, "%s%u:%s%s", n ? " " : "", entry->id, entry->kind,
		entry->body);
	return 0;
}

static void reads(
	struct bench *bench, enum journal_choice choice, uint32_t session, const char *wanted)
{
	seen[0] = '\0';
	assert_int_equal(reader_journal(bench->reader, choice, session, see, NULL), 0);
	assert_string_equal(seen, wanted);
}

static void entries_come_back_by_session_and_those_that_are_open(void **state)
{
	struct bench *bench = *state;
	uint32_t act, session;

	assert_int_equal(reader_journal_newest(bench->reader, &act, &session), 0);
	assert_int_equal(act, 0);
	add(bench, 1, 1, "make", "{\"title\":\"七（3）班 <b>\"}");
	add(bench, 2, 2, "make", "{}");
	add(bench, 3, 1, "end", "{}");
	add(bench, 4, 2, "freeze", "{}");
	add(bench, 5, 3, "make", "{}");
	add(bench, 6, 3, "end", "{}");
	add(bench, 7, 3, "undo", "{\"act\":6}");
	commit(bench);
	for (int i = 0; i < 2; i++) {
		reads(bench, JOURNAL_SESSION, 1, "1:make{\"title\":\"七（3）班 <b>\"} 3:end{}");
		reads(bench, JOURNAL_OPEN, 0,
			"2:make{} 4:freeze{} 5:make{} 6:end{} 7:undo{\"act\":6}");
		reads(bench, JOURNAL_OPEN, 2,
			"1:make{\"title\":\"七（3）班 <b>\"} 2:make{} 3:end{} 4:freeze{} 5:make{} 6:end{} "
			"7:undo{\"act\":6}");
		assert_int_equal(reader_journal_newest(bench->reader, &act, &session), 0);
		assert_int_equal(act, 7);
		assert_int_equal(session, 3);
		bench_reopen(bench, 0);
	}
}

static int stop(void *self, const struct journal_entry *entry)
{
	(void)entry;
	++*(int *)self;
	return 5;
}

static int note_session(void *self, uint32_t session)
{
	uint32_t *sum = self;

	*sum = *sum * 10 + session;
	return 0;
}

/* Whoever answers an act says that it is kept once this tells so. */
static void the_newest_act_that_is_on_the_card_is_told(void **state)
{
	struct bench *bench = *state;
	struct store_status status;

	add(bench, 1, 1, "make", "{}");
	add(bench, 2, 1, "freeze", "{}");
	store_status(bench->store, &status);
	assert_int_equal(status.durable_act, 0);
	commit(bench);
	store_status(bench->store, &status);
	assert_int_equal(status.durable_act, 2);
	add(bench, 3, 1, "freeze", "{}");
	store_status(bench->store, &status);
	assert_int_equal(status.durable_act, 2);
}

static void what_a_visitor_says_ends_the_walk(void **state)
{
	struct bench *bench = *state;
	int n = 0;
	uint32_t sum = 0;

	add(bench, 1, 1, "make", "{}");
	add(bench, 2, 2, "make", "{}");
	add(bench, 3, 1, "end", "{}");
	commit(bench);
	assert_int_equal(reader_journal(bench->reader, JOURNAL_SINCE, 0, stop, &n), 5);
	assert_int_equal(n, 1);
	assert_int_equal(reader_journal_sessions(bench->reader, 9, note_session, &sum), 0);
	assert_int_equal(sum, 21);
}

static void an_entry_is_never_altered(void **state)
{
	struct bench *bench = *state;

	add(bench, 1, 1, "make", "{}");
	commit(bench);
	add(bench, 1, 1, "end", "{\"other\":1}");
	commit(bench);
	reads(bench, JOURNAL_SINCE, 0, "1:make{}");
	reads(bench, JOURNAL_SINCE, 1, "");
}

/* One wrong digit in any column. */
static void a_damaged_entry_is_left_out_told_and_set_aside(void **state)
{
	static const char *const spoil[] = {"session = 2", "at_ns = at_ns + 1",
		"ship_from_ns = ship_from_ns + 1", "who = 'board'", "kind = 'end'",
		"body = '{\"x\":1}'", "body = x'7b7d00'", "sum = sum + 1", "body = NULL"};
	struct bench *bench = *state;
	struct store_status status;
	struct bench_sentences sentences;
	char sql[96];
	uint32_t act, session;
	const unsigned n = sizeof spoil / sizeof *spoil;

	for (uint32_t id = 1; id <= n + 2; id++)
		add(bench, id, 1, "freeze", "{}");
	commit(bench);
	for (unsigned i = 0; i < n; i++) {
		snprintf(sql, sizeof sql, "UPDATE act SET %s WHERE id = %u", spoil[i], i + 3);
		bench_sql(bench, sql);
	}
	reads(bench, JOURNAL_SINCE, 0, "1:freeze{} 2:freeze{}");
	assert_false(bench_verify(bench, &sentences).is_sound);
	assert_non_null(strstr(sentences.all, "Entry 3 of the class journal is damaged"));
	bench_reopen(bench, 0);
	store_status(bench->store, &status);
	assert_int_equal(status.damaged_chunks, n);
	assert_int_equal(bench_sql(bench, "SELECT count(*) FROM act"), 2);
	assert_int_equal(bench_sql(bench, "SELECT count(*) FROM damaged_act"), n);
	reads(bench, JOURNAL_SINCE, 0, "1:freeze{} 2:freeze{}");
	assert_int_equal(reader_journal_newest(bench->reader, &act, &session), 0);
	assert_int_equal(act, n + 2); /* else the next one would take its number */
}

static void a_store_without_a_journal_yet_is_read_and_brought_up_to_date(void **state)
{
	struct bench *bench = *state;
	uint32_t act, session;

	bench_sql(bench, "DROP TABLE act");
	bench_sql(bench, "DROP TABLE damaged_act");
	bench_sql(bench, "ALTER TABLE run DROP COLUMN session");
	bench_sql(bench, "ALTER TABLE run DROP COLUMN is_withdrawn");
	bench_sql(bench, "ALTER TABLE mark DROP COLUMN session");
	bench_sql(bench, "ALTER TABLE mark DROP COLUMN class_group");
	bench_sql(bench, "ALTER TABLE mark DROP COLUMN is_withdrawn");
	bench_sql(bench, "INSERT INTO run VALUES(1, 4, '', '', 'old', 5, 6)");
	bench_sql(bench, "UPDATE meta SET value = 5 WHERE key = 'schema'");
	reads(bench, JOURNAL_OPEN, 0, "");
	assert_int_equal(reader_journal_newest(bench->reader, &act, &session), 0);
	assert_int_equal(act, 0);
	bench_reopen(bench, 0);
	assert_int_equal(
		bench_sql(bench, "SELECT value FROM meta WHERE key = 'schema'"), DATABASE_SCHEMA);
	assert_int_equal(bench_sql(bench, "SELECT session FROM run WHERE number = 4"), 0);
	add(bench, 1, 1, "make", "{}");
	commit(bench);
	reads(bench, JOURNAL_OPEN, 0, "1:make{}");
}

static struct mark noted[4];
static unsigned n_noted;

static int see_mark(void *self, const struct mark *mark)
{
	(void)self;
	assert_true(n_noted < 4);
	noted[n_noted++] = *mark;
	return 0;
}

/* By a reader of its own, which has seen no other form of the table. */
static void read_marks(struct bench *bench)
{
	struct reader *reader;

	n_noted = 0;
	assert_int_equal(reader_open(bench->directory, &reader), 0);
	assert_int_equal(reader_marks(reader, (struct instant){0}, (struct instant){INT64_MAX},
				 see_mark, NULL),
		0);
	reader_close(reader);
}

/* As it is on a card that nobody can write, and as the writer brings it up to date. */
static void marks_that_know_no_session_yet_are_everybodys(void **state)
{
	const struct mark mark = {
		.id = 2, .session = 7, .group = 3, .at = {6}, .author = "group 3", .text = "new"};
	struct bench *bench = *state;

	bench_sql(bench, "ALTER TABLE mark DROP COLUMN session");
	bench_sql(bench, "ALTER TABLE mark DROP COLUMN class_group");
	bench_sql(bench, "ALTER TABLE mark DROP COLUMN is_withdrawn");
	bench_sql(bench, "INSERT INTO mark VALUES(1, 5, 'group 2', 'old')");
	bench_sql(bench, "UPDATE meta SET value = 6 WHERE key = 'schema'");
	read_marks(bench);
	assert_int_equal(n_noted, 1);
	assert_int_equal(noted[0].session, 0);
	assert_string_equal(noted[0].text, "old");
	bench_reopen(bench, 0);
	assert_int_equal(
		bench_sql(bench, "SELECT value FROM meta WHERE key = 'schema'"), DATABASE_SCHEMA);
	assert_int_equal(store_add_mark(bench->store, &mark), 0);
	commit(bench);
	read_marks(bench);
	assert_int_equal(n_noted, 2);
	assert_int_equal(noted[0].session, 0);
	assert_int_equal(noted[1].session, 7);
	assert_int_equal(noted[1].group, 3);
}

static void a_run_has_the_marks_of_its_group_of_its_class_and_of_nobody(void **state)
{
	const struct run run = {.id = 1, .session = 7, .group = 2}, alone = {.id = 2};
	const struct mark of_all = {.session = 7}, own = {.session = 7, .group = 2},
			  beside = {.session = 7, .group = 3},
			  elsewhere = {.session = 8, .group = 2}, button = {.author = "kit 3"};

	(void)state;
	assert_true(run_has_mark(&run, &of_all));
	assert_true(run_has_mark(&run, &own));
	assert_true(run_has_mark(&run, &button));
	assert_false(run_has_mark(&run, &beside));
	assert_false(run_has_mark(&run, &elsewhere));
	assert_true(run_has_mark(&alone, &button));
	assert_false(run_has_mark(&alone, &own));
}

static struct run found;
static unsigned n_found;

static int see_run(void *self, const struct run *run)
{
	(void)self;
	found = *run;
	n_found++;
	return 0;
}

/* As the daemon gives it, on keep's thread. */
static void an_act_is_kept_with_the_runs_and_the_mark_that_it_makes(void **state)
{
	struct bench *bench = *state;
	struct clock clock = {.is_fake = true, .frozen_ns = bench->now.ns};
	struct journal_entry *entry = entry_of(1, 7, "start", "{}");
	struct run runs[2] = {
		{.id = 3, .number = 1, .session = 7, .group = 1, .lesson = "pendulum"},
		{.id = 4,
			.number = 1,
			.session = 7,
			.group = 12,
			.to = {INT64_MAX},
			.is_withdrawn = true}};
	struct mark mark = {.id = 9, .session = 7, .group = 3, .author = "group 3", .text = "开窗"};
	struct ring *feed;
	struct keep *keep;

	assert_int_equal(ring_new(4096, &feed), 0);
	const struct keep_options options = {&clock, bench->store, feed, NS_PER_S};
	assert_int_equal(keep_new(&options, &keep), 0);
	assert_int_equal(keep_order_act(keep, entry, runs, 2, &mark), 0);
	for (int i = 0; i < 2; i++) {
		keep_turn(keep, bench->now);
		bench->now = instant_add(bench->now, NS_PER_S);
	}
	reads(bench, JOURNAL_SESSION, 7, "1:start{}");
	n_found = 0;
	assert_int_equal(reader_runs(bench->reader, see_run, NULL), 0);
	assert_int_equal(n_found, 2);
	assert_int_equal(found.session, 7);
	assert_int_equal(found.group, 12);
	assert_true(found.is_withdrawn);
	assert_int_equal(
		bench_sql(bench,
			"SELECT id FROM mark WHERE author = 'group 3' AND session = 7 AND class_group = 3"),
		9);
	keep_free(keep);
	ring_free(feed);
	free(entry);
}

/* What is shipped by an act begins behind the rows that were there before it. */
static void an_act_rules_what_is_shipped_behind_the_rows_that_were_there(void **state)
{
	struct bench *bench = *state;
	struct bench_stream stream = bench_stream(1, 1, false, NS_PER_S / 4);

	bench_run(bench, &stream, 1, 5);
	add(bench, 1, 1, "assign", "{}"); /* at 1 s */
	commit(bench);
	int64_t last_ns = bench_sql(bench, "SELECT ship_from_ns FROM act");
	assert_int_equal(bench_count_rows_of(
				 bench, 1, (struct instant){last_ns}, (struct instant){INT64_MAX}),
		0);
	assert_int_equal(bench_count_rows_of(bench, 1, (struct instant){last_ns - 1},
				 (struct instant){INT64_MAX}),
		1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(entries_come_back_by_session_and_those_that_are_open),
		BENCH_TEST(the_newest_act_that_is_on_the_card_is_told),
		BENCH_TEST(what_a_visitor_says_ends_the_walk),
		BENCH_TEST(an_entry_is_never_altered),
		BENCH_TEST(a_damaged_entry_is_left_out_told_and_set_aside),
		BENCH_TEST(a_store_without_a_journal_yet_is_read_and_brought_up_to_date),
		BENCH_TEST(marks_that_know_no_session_yet_are_everybodys),
		cmocka_unit_test(a_run_has_the_marks_of_its_group_of_its_class_and_of_nobody),
		BENCH_TEST(an_act_is_kept_with_the_runs_and_the_mark_that_it_makes),
		BENCH_TEST(an_act_rules_what_is_shipped_behind_the_rows_that_were_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
