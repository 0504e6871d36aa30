/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server that took the lines while nobody heard of it gets the same again, to the byte. */
#include <stdlib.h>
#include <string.h>

#include "support/uplink.h"

/* Every line that came again is the same to the byte; returns how many did. */
static size_t check_repeated_lines(const struct server *server, size_t n)
{
	static const char *first[SERVER_ROWS];
	char *lines = server_ask(server, "/lines");
	size_t there = 0, repeated = 0;

	memset(first, 0, sizeof(first));
	for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned row = (unsigned)atoi(strstr(line, " v=") + 3);

		assert_true(row < n);
		if (!first[row]) {
			first[row] = line;
			there++;
			continue;
		}
		assert_string_equal(line, first[row]);
		repeated++;
	}
	assert_int_equal(there, n);
	free(lines);
	return repeated;
}

/* The server took the lines, and nobody heard of it. */
static void ship_repeats_itself_to_the_byte_after_a_lost_answer(void **state)
{
	struct uplink *uplink = *state;

	server_rules(uplink->server, "[{\"do\":\"reset\",\"keep\":true,\"times\":3}]");
	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, 1000);
	server_wait_rows(uplink->server, 1, 1000);
	uplink_wait_numbers(uplink, 1000, 0); /* answered for: so they came again */
	uplink_wait_state(uplink, SINK_IDLE, "");
	assert_true(check_repeated_lines(uplink->server, 1000) > 0);
}

static void calibrate(struct uplink *uplink, uint32_t id, double by)
{
	struct device device = uplink_device(1);
	struct calibration calibration = {.id = id,
		.kind = CALIBRATION_OFFSET,
		.stream = "main",
		.channel = "v",
		.made = uplink_now(uplink),
		.from = {0},
		.to = {INT64_MAX},
		.map = {.n = 1, .truth = {by}}};

	strcpy(calibration.identity, device.identity);
	assert_int_equal(keep_order_calibration(uplink->keep, &calibration), 0);
	keep_wake(uplink->keep);
}

/* Lines of one stamp are the same to the byte; returns how many came again, and how many of the
 * others are calibrated by so much. */
static size_t check_same_by_stamp(const struct server *server, int by, size_t *ret_calibrated)
{
	static struct {
		const char *stamp, *line;
	} seen[SERVER_ROWS];
	char *lines = server_ask(server, "/lines");
	size_t n = 0, repeated = 0;

	*ret_calibrated = 0;
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
		*ret_calibrated += atoi(strstr(line, " v=") + 3) / 10000 == by / 10000;
	}
	free(lines);
	return repeated;
}

/* Also when somebody calibrates, for all times, while answers are lost, and over a restart. */
static void ship_repeats_calibrated_rows_to_the_byte(void **state)
{
	struct uplink *uplink = *state;
	size_t calibrated;

	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, 300);
	server_wait_rows(uplink->server, 1, 300);
	calibrate(uplink, 1, 10000);
	server_rules(uplink->server, "[{\"do\":\"reset\",\"keep\":true}]");
	uplink_measure(uplink, 1, 300, 300);
	server_wait_rows(uplink->server, 1, 600);
	calibrate(uplink, 2, 20000);
	uplink_stop(uplink);
	uplink_start(uplink);
	server_rules(uplink->server, "[]");
	uplink_measure(uplink, 1, 600, 300);
	server_wait_rows(uplink->server, 1, 900);
	uplink_wait_state(uplink, SINK_IDLE, "");
	assert_true(check_same_by_stamp(uplink->server, 10000, &calibrated) > 0);
	assert_true(calibrated > 0);
	check_same_by_stamp(uplink->server, 20000, &calibrated);
	assert_true(calibrated > 0);
	check_same_by_stamp(uplink->server, 0, &calibrated);
	assert_true(calibrated >= 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UPLINK_TEST(ship_repeats_itself_to_the_byte_after_a_lost_answer),
		UPLINK_TEST(ship_repeats_calibrated_rows_to_the_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
