/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log, read from a pipe that stands in for stderr. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_TAG "test"
#include "base/log.h"
#include "support/cmocka_all.h"

/* A pipe made for packets: each read gives what one write(2) wrote. */
static int pipe_ends[2], real_stderr;

static int catch_stderr(void **state)
{
	(void)state;
	log_set_level(LOG_INFO);
	unsetenv("JOURNAL_STREAM");
	real_stderr = dup(STDERR_FILENO);
	if (real_stderr < 0 || pipe2(pipe_ends, O_DIRECT | O_NONBLOCK) < 0)
		return -1;
	return dup2(pipe_ends[1], STDERR_FILENO) < 0;
}

static int release_stderr(void **state)
{
	(void)state;
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	return 0;
}

/* What the next write wrote; "" when there was none. */
static const char *written(void)
{
	static char line[4096];
	ssize_t n = read(pipe_ends[0], line, sizeof line - 1);

	line[n > 0 ? n : 0] = '\0';
	return line;
}

static void a_message_is_one_line_in_one_write(void **state)
{
	(void)state;
	log_info("kit %d is ready", 3);
	log_err("%s", "no room");
	assert_string_equal(written(), "test: kit 3 is ready\n");
	assert_string_equal(written(), "error: test: no room\n");
	log_warn("%s", "");
	assert_string_equal(written(), "warning: test: \n");
	assert_string_equal(written(), "");
}

static void the_journal_gets_its_level_prefix(void **state)
{
	char stream[64];
	struct stat pipe_is;

	(void)state;
	fstat(STDERR_FILENO, &pipe_is);
	snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)pipe_is.st_dev,
		(uintmax_t)pipe_is.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_warn("look");
	assert_string_equal(written(), "<4>test: look\n");
	setenv("JOURNAL_STREAM", "1:1", 1); /* the journal, but not where stderr goes now */
	log_warn("look");
	assert_string_equal(written(), "warning: test: look\n");
}

static void levels_above_the_chosen_one_are_silent(void **state)
{
	(void)state;
	log_debug("not this");
	assert_string_equal(written(), "");
	log_set_level(LOG_ERR);
	log_info("not this");
	log_warn("nor this");
	assert_string_equal(written(), "");
	log_set_level(LOG_DEBUG);
	log_debug("but this");
	assert_string_equal(written(), "debug: test: but this\n");
}

static void what_a_message_quotes_cannot_start_a_line_or_speak_to_a_terminal(void **state)
{
	(void)state;
	log_info("device says %s", "a\n<3>test: forged\r\t\x1b[2J\x7f");
	assert_string_equal(
		written(), "test: device says a\\x0a<3>test: forged\\x0d\\x09\\x1b[2J\\x7f\n");
	log_info("%s",
		"\xC2\x9B"
		"2J \xFF \xE6\xB8 温度é"); /* CSI as one character; bytes that are no UTF-8 */
	assert_string_equal(written(), "test: \\xc2\\x9b2J \\xff \\xe6\\xb8 温度é\n");
	assert_string_equal(written(), "");
}

static void a_long_message_ends_in_dots_and_a_newline(void **state)
{
	char message[5000];
	const char *line;

	(void)state;
	memset(message, '\n', sizeof message - 1); /* the worst: each becomes four */
	message[sizeof message - 1] = '\0';
	log_info("%s", message);
	line = written();
	assert_in_range(strlen(line), 1000, 1500);
	assert_string_equal(line + strlen(line) - 5, " ...\n");
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	memset(message, 'x', sizeof message - 1);
	log_info("%s", message);
	line = written();
	assert_string_equal(line + strlen(line) - 5, " ...\n");
}

static void errno_survives_a_message(void **state)
{
	(void)state;
	errno = ENOSPC;
	close(STDERR_FILENO); /* a write that fails */
	log_err("x");
	assert_int_equal(errno, ENOSPC);
	dup2(pipe_ends[1], STDERR_FILENO);
}

static void a_state_is_logged_when_it_changes_and_not_when_it_repeats(void **state)
{
	struct log_state net = {0};

	(void)state;
	assert_true(log_state_set(&net, LOG_WARN, LOG_TAG, "unreachable: %s", "refused"));
	assert_string_equal(written(), "warning: test: unreachable: refused\n");
	for (int i = 0; i < 1000; i++)
		assert_false(log_state_set(&net, LOG_WARN, LOG_TAG, "unreachable: %s", "refused"));
	assert_string_equal(written(), "");
	assert_true(log_state_set(&net, LOG_WARN, LOG_TAG, "unreachable: %s", "timeout"));
	assert_string_equal(written(), "warning: test: unreachable: timeout\n");
	assert_true(log_state_clear(&net, LOG_TAG, "reachable again, %d behind", 7));
	assert_string_equal(written(), "test: reachable again, 7 behind\n");
	assert_false(log_state_clear(&net, LOG_TAG, "reachable again"));
	assert_string_equal(written(), "");
	assert_true(log_state_set(&net, LOG_WARN, LOG_TAG, "unreachable: %s", "timeout"));
}

static void a_state_changes_also_when_its_level_is_silent(void **state)
{
	struct log_state net = {0};

	(void)state;
	log_set_level(LOG_ERR);
	assert_true(log_state_set(&net, LOG_WARN, LOG_TAG, "bad"));
	assert_false(log_state_set(&net, LOG_WARN, LOG_TAG, "bad"));
	assert_true(log_state_clear(&net, LOG_TAG, "good"));
	assert_string_equal(written(), "");
}

#define CAUGHT(test) cmocka_unit_test_setup_teardown(test, catch_stderr, release_stderr)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAUGHT(a_message_is_one_line_in_one_write),
		CAUGHT(the_journal_gets_its_level_prefix),
		CAUGHT(levels_above_the_chosen_one_are_silent),
		CAUGHT(what_a_message_quotes_cannot_start_a_line_or_speak_to_a_terminal),
		CAUGHT(a_long_message_ends_in_dots_and_a_newline),
		CAUGHT(errno_survives_a_message),
		CAUGHT(a_state_is_logged_when_it_changes_and_not_when_it_repeats),
		CAUGHT(a_state_changes_also_when_its_level_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
