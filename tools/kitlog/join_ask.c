/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/kitlog/join_ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "tools/kitlog/say.h"

enum { ANCHORS = 50 }; /* as many /clock/boots gives at most */

int64_t join_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)NS_PER_S + now.tv_nsec;
}

static int64_t ns_of(const json_t *us)
{
	return json_integer_value(us) * NS_PER_US;
}

/* Since when its board time went on without a stop: while a board is off or asleep it stands. What
 * is older than all that it tells is taken for older than that; a board of a former version
 * knows when kitlogd started. */
static int64_t awake_since(struct board *board, const json_t *status)
{
	json_t *answer = board_try(board, "/api/v1/clock/boots"), *anchor;
	const json_t *boots = json_object_get(answer, "boots");
	const json_t *anchors = json_object_get(answer, "anchors");
	size_t n = json_array_size(boots), i;
	int64_t since_ns = ns_of(n ? json_object_get(json_array_get(boots, n - 1), "began_us")
				   : json_object_get(status, "started_us"));

	json_array_foreach(anchors, i, anchor)
	{
		const char *source = json_string_value(json_object_get(anchor, "source"));
		int64_t at_ns = ns_of(json_object_get(anchor, "at_us"));
		bool is_first_of_many = i == 0 && json_array_size(anchors) >= ANCHORS;

		if ((is_first_of_many ||
			    (source && !strcmp(source, anchor_source_name(ANCHOR_CARRIED)))) &&
			at_ns > since_ns)
			since_ns = at_ns;
	}
	json_decref(answer);
	return since_ns;
}

static void take_run(
	struct board *board, const json_t *run, const json_t *status, struct join_clock *clock)
{
	const json_t *to = json_object_get(run, "to_us");
	const json_t *hour = json_object_get(run, "wall_from_us");
	const json_t *uncertainty = json_object_get(run, "wall_uncertainty_us");
	const char *source = json_string_value(json_object_get(status, "wall_source"));

	clock->from_ns = ns_of(json_object_get(run, "from_us"));
	clock->to_ns = ns_of(json_is_integer(to) ? to : json_object_get(status, "now_us"));
	clock->is_imported = json_is_true(json_object_get(run, "is_imported"));
	clock->is_this_boot = !clock->is_imported && clock->from_ns >= awake_since(board, status);
	clock->has_hour = json_is_integer(hour) && json_is_integer(uncertainty);
	clock->hour_ns = ns_of(hour);
	clock->hour_uncertainty_ns = ns_of(uncertainty);
	clock->is_disciplined =
		clock->is_this_boot && source && !strcmp(source, anchor_source_name(ANCHOR_NTP));
}

/* A name is whatever stands in the board's configuration, and goes into a line of a file. */
static void take_name(struct board *board, const json_t *status, struct join_clock *clock)
{
	const char *name = json_string_value(json_object_get(status, "board"));
	char harmless[SAY_LINE];

	say_harmless(name && *name ? name : board_address(board), harmless);
	text_copy(clock->name, JOIN_NAME - 4, harmless); /* and room for "-8" */
}

int join_ask_run(struct board *board, long run, struct join_clock *ret_clock)
{
	json_t *status = board_get(board, "/api/v1/status"), *answer = NULL;
	char path[64];
	int result = -EIO;

	*ret_clock = (struct join_clock){.name = ""};
	snprintf(path, sizeof path, "/api/v1/runs/%ld", run);
	if (status) {
		take_name(board, status, ret_clock);
		answer = board_try(board, path);
		result = answer ? 0 : -ENOENT;
	}
	if (result == 0)
		take_run(board, answer, status, ret_clock);
	if (result == -ENOENT)
		fprintf(stderr,
			say("kitlog join: %s 上没有编号 %ld 的记录；看 kitlog --board %s run list\n",
				"kitlog join: %s has no run %ld; see kitlog --board %s run list\n"),
			ret_clock->name, run, board_address(board));
	json_decref(answer);
	json_decref(status);
	return result;
}

/* Of the answer to a question asked at that instant; false: it tells no time. */
static bool take_time(const json_t *answer, int64_t asked_ns, struct join_clock *clock)
{
	int64_t round_trip_ns = join_monotonic_ns() - asked_ns;
	const json_t *now = json_object_get(answer, "now_us");

	if (!json_is_integer(now))
		return false;
	if (clock->round_trip_ns == 0 || round_trip_ns < clock->round_trip_ns) {
		clock->round_trip_ns = round_trip_ns;
		clock->asked_ns = asked_ns + round_trip_ns / 2;
		clock->told_ns = ns_of(now);
	}
	return true;
}

/* A board of a former version tells its time among everything else. */
int join_ask_time(struct board *board, struct join_clock *clock)
{
	int64_t asked_ns = join_monotonic_ns();
	json_t *answer = board_try(board, "/api/v1/clock");
	bool is_told = take_time(answer, asked_ns, clock);

	json_decref(answer);
	if (is_told)
		return 0;
	asked_ns = join_monotonic_ns();
	answer = board_get(board, "/api/v1/status");
	is_told = take_time(answer, asked_ns, clock);
	json_decref(answer);
	return is_told ? 0 : -EIO;
}
