/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only. What another board's clock shows is known as exactly as is said, whatever the network does. */
#include "room/mapping.h"

#include <stdlib.h>

#include "support/cmocka_all.h"

enum { ROUNDS = 200, PINGS = 120 };

struct world {
	unsigned short random[3];
	int64_t offset_ns, rate_ppb;
};

static int64_t between(struct world *world, int64_t low, int64_t high)
{
	return low + (int64_t)(erand48(world->random) * (double)(high - low));
}

static struct instant theirs_at(const struct world *world, struct instant ours)
{
	return (struct instant){
		ours.ns + world->offset_ns + ours.ns / 1000000 * world->rate_ppb / 1000};
}

/* Asked at `at`; each way takes as long as it likes. Told in whole microseconds. */
static struct mapping_ping ping_at(struct world *world, struct instant at, int64_t slowest_ns)
{
	struct instant read = instant_add(at, between(world, 20000, slowest_ns));
	struct instant came = instant_add(read, between(world, 20000, slowest_ns));
	struct instant theirs = theirs_at(world, read);

	theirs.ns -= theirs.ns % NS_PER_US;
	return (struct mapping_ping){at, came, theirs};
}

static void what_is_said_is_true(void **unused)
{
	(void)unused;
	for (unsigned short round = 0; round < ROUNDS; round++) {
		struct world world = {.random = {round, 7, 9}};
		struct mapping mapping = {.n = 0};
		struct instant now = {NS_PER_S};

		world.offset_ns = between(&world, 0, 1000 * (int64_t)NS_PER_S);
		world.rate_ppb = between(&world, -MAPPING_DRIFT_PPB, MAPPING_DRIFT_PPB);
		for (int i = 0; i < PINGS; i++) {
			/* A Wi-Fi that is quick, and at times is not. */
			int64_t slowest_ns = between(&world, 0, 10) == 0 ? 400000000 : 3000000;
			struct mapping_ping ping = ping_at(&world, now, slowest_ns);
			struct instant at, mapped;
			int64_t stated_ns, off_ns;

			assert_true(mapping_add(&mapping, &ping));
			at = instant_add(ping.came, between(&world, -500000000, 900000000));
			assert_true(mapping_at(&mapping, at, &mapped, &stated_ns));
			off_ns = llabs((long long)instant_since(mapped, theirs_at(&world, at)));
			assert_true(off_ns <= stated_ns + 2);
			assert_true(stated_ns < 500 * (int64_t)NS_PER_MS);
			now = instant_add(ping.came, NS_PER_S);
		}
	}
}

static void one_quick_answer_serves_for_a_while(void **unused)
{
	struct world world = {.random = {1, 2, 3}, .offset_ns = 12345678};
	struct mapping mapping = {.n = 0};
	struct mapping_ping quick = ping_at(&world, (struct instant){NS_PER_S}, 30000);
	struct mapping_ping slow =
		ping_at(&world, (struct instant){2 * (int64_t)NS_PER_S}, 900000000);
	struct instant mapped;
	int64_t stated_ns;

	(void)unused;
	mapping_add(&mapping, &quick);
	mapping_add(&mapping, &slow);
	assert_true(mapping_at(&mapping, slow.came, &mapped, &stated_ns));
	/* Half of what the quick one took, and of drift what two seconds make. */
	assert_true(stated_ns < 40000 + 3 * (int64_t)MAPPING_DRIFT_PPB);
}

static void nothing_is_said_of_a_board_that_never_answered(void **unused)
{
	struct mapping mapping = {.n = 0};
	struct instant mapped;
	int64_t stated_ns;

	(void)unused;
	assert_false(mapping_at(&mapping, (struct instant){5}, &mapped, &stated_ns));
}

/* Its board time stood still while it was off: what was known before is of another line. */
static void a_board_that_was_off_is_known_anew(void **unused)
{
	struct world world = {.random = {4, 5, 6}, .offset_ns = 500 * (int64_t)NS_PER_S};
	struct mapping mapping = {.n = 0};
	struct instant now = {NS_PER_S}, mapped;
	struct mapping_ping ping;
	int64_t stated_ns;

	(void)unused;
	for (int i = 0; i < 5; i++, now.ns += NS_PER_S) {
		ping = ping_at(&world, now, 1000000);
		assert_true(mapping_add(&mapping, &ping));
	}
	world.offset_ns -= 30 * (int64_t)NS_PER_S;
	ping = ping_at(&world, now, 50000000); /* slower than all before, and right */
	assert_false(mapping_add(&mapping, &ping));
	assert_true(mapping_at(&mapping, ping.came, &mapped, &stated_ns));
	assert_true(
		llabs((long long)instant_since(mapped, theirs_at(&world, ping.came))) <= stated_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_true),
		cmocka_unit_test(one_quick_answer_serves_for_a_while),
		cmocka_unit_test(nothing_is_said_of_a_board_that_never_answered),
		cmocka_unit_test(a_board_that_was_off_is_known_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
