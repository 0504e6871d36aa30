/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schemas go forward: a file of any earlier one is brought up to date with what is in it, wholly or
 * not at all, and one of a later kitlog is left alone. */
#include "keep/database.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/cmocka_all.h"

static char path[64];
static sqlite3 *db;

static int set_up(void **state)
{
	(void)state;
	strcpy(path, "/tmp/kitlog-database-XXXXXX");
	int fd = mkstemp(path);

	return fd < 0 || close(fd) || sqlite3_open(path, &db) != SQLITE_OK;
}

static int tear_down(void **state)
{
	(void)state;
	database_close(db);
	return unlink(path);
}

static int64_t number(const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int64_t answer = -1;

	assert_int_equal(database_number(db, &statement, sql, -1, &answer, ""), 0);
	sqlite3_finalize(statement);
	return answer;
}

static const char first[] = "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
			    "CREATE TABLE mark(id INTEGER PRIMARY KEY, text TEXT);";
static const char second[] = "ALTER TABLE mark ADD COLUMN colour INT DEFAULT 7;";
static const char third[] = "CREATE TABLE photo(id INTEGER PRIMARY KEY);"
			    "UPDATE mark SET colour = colour + 1;";
static const char *const up[] = {first, second, third};

static int64_t version(void)
{
	return number("SELECT value FROM meta WHERE key = 'schema'");
}

static void a_file_of_each_earlier_schema_comes_to_the_newest_with_what_is_in_it(void **state)
{
	(void)state;
	assert_int_equal(database_bring_up_to_date(db, up, 1), 0);
	assert_int_equal(version(), 1);
	assert_int_equal(database_exec(db, "INSERT INTO mark VALUES(5, 'hot water in')"), 0);
	assert_int_equal(database_bring_up_to_date(db, up, 3), 0);
	assert_int_equal(version(), 3);
	assert_int_equal(number("SELECT colour FROM mark WHERE id = 5"), 8);
	assert_int_equal(number("SELECT count(*) FROM photo"), 0);
	/* And nothing happens twice. */
	assert_int_equal(database_bring_up_to_date(db, up, 3), 0);
	assert_int_equal(number("SELECT colour FROM mark WHERE id = 5"), 8);
}

static void a_step_that_fails_leaves_the_file_as_it_was(void **state)
{
	static const char *const wrong[] = {first, second, "UPDATE nothing SET x = 1"};

	(void)state;
	assert_int_equal(database_bring_up_to_date(db, wrong, 1), 0);
	assert_true(database_bring_up_to_date(db, wrong, 3) < 0);
	assert_int_equal(version(), 1);
	assert_int_equal(
		number("SELECT count(*) FROM pragma_table_info('mark') WHERE name = 'colour'"), 0);
	assert_int_equal(database_bring_up_to_date(db, up, 3), 0);
	assert_int_equal(version(), 3);
}

static void a_file_of_a_later_kitlog_is_left_alone(void **state)
{
	(void)state;
	assert_int_equal(database_bring_up_to_date(db, up, 3), 0);
	assert_int_equal(database_bring_up_to_date(db, up, 2), -ENOTSUP);
	assert_int_equal(version(), 3);
	assert_int_equal(database_exec(db, "UPDATE meta SET value = -1 WHERE key = 'schema'"), 0);
	assert_int_equal(database_bring_up_to_date(db, up, 3), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_file_of_each_earlier_schema_comes_to_the_newest_with_what_is_in_it,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_step_that_fails_leaves_the_file_as_it_was, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_of_a_later_kitlog_is_left_alone, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
