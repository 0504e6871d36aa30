/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real sense thread and the real ports on ptys: boards that print, the virtual kit, unplugging,
 * storms of it, garbage, floods, and what the thread costs. Waits for conditions, with a deadline.
 *
 * This program has its own malloc, which counts what the sense thread asks for: nothing. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "data/config.h"
#include "data/feed.h"
#include "sense/ports.h"
#include "sense/sense.h"
#include "support/cmocka_all.h"

enum { PATIENCE_S = 30, RING_SIZE = 1 << 22 };

/* --- counting what the sense thread allocates --- */

/* Set by its first notice, on its own thread. Volatile: a compiler believes that malloc reads
 * nothing of ours. */
static _Thread_local volatile bool is_sense;
static atomic_ulong sense_allocations;
static atomic_long sense_clock_id; /* of its processor time; 0: not known yet */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { COUNTS_ALLOCATIONS = 0 }; /* the sanitizer's malloc is not to be stood in front of */
#else
enum { COUNTS_ALLOCATIONS = 1 };
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t n);
void __libc_free(void *old);

void *malloc(size_t n)
{
	sense_allocations += is_sense;
	return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	sense_allocations += is_sense;
	return __libc_calloc(n, size);
}

void *realloc(void *old, size_t n)
{
	sense_allocations += is_sense;
	return __libc_realloc(old, n);
}

void free(void *old)
{
	sense_allocations += is_sense;
	__libc_free(old);
}
#endif

/* --- a board of the class: rings, thread, ports --- */

static struct clock wall_less;
static struct registry *registry;
static struct ring *keep, *to_main;
static struct sense *sense;
static struct loop *loop;
static struct ports *ports;
static struct config *config;
static char folder[64];
static pid_t virtual_kit; /* that runs; 0: none */

/* What came out. */
static struct device last_device;
static unsigned devices, gones;
static atomic_uint urgent; /* counted on the sense thread */
static uint64_t rows, rows_with_ticks;
static int64_t last_stamp_ns[64]; /* by stream */
static uint32_t main_stream;
static double last_value;
static struct gap gaps[512];
static size_t n_gaps;
static struct feed_health health;
static struct feed_punctual punctual;
static bool rises;

static void on_notice(void *self, bool is_urgent)
{
	clockid_t id;

	(void)self;
	is_sense = true;
	urgent += is_urgent;
	if (sense_clock_id == 0 && pthread_getcpuclockid(pthread_self(), &id) == 0)
		sense_clock_id = id;
}

static void take_batch(const struct feed_record *record)
{
	uint32_t n = record->batch.n_rows;

	assert_true(record->batch.stream < 64);
	for (uint32_t i = 0; i < n; i++) {
		rises &= record->batch.stamps_ns[i] > last_stamp_ns[record->batch.stream];
		last_stamp_ns[record->batch.stream] = record->batch.stamps_ns[i];
	}
	if (record->batch.stream == main_stream) {
		rows += n;
		rows_with_ticks += record->batch.has_ticks ? n : 0;
		last_value = record->batch.values[(n - 1) * record->batch.n_channels];
	}
}

static void collect(void)
{
	struct feed_record record;

	for (; feed_peek(keep, &record); ring_drop(keep)) {
		if (record.kind == FEED_DEVICE) {
			last_device = *record.device;
			main_stream = last_device.streams[0].id;
			devices++;
		} else if (record.kind == FEED_BATCH) {
			take_batch(&record);
		} else if (record.kind == FEED_GONE) {
			gones++;
		} else if (record.kind == FEED_GAP && n_gaps < 512) {
			gaps[n_gaps++] = record.gap;
		} else if (record.kind == FEED_HEALTH) {
			health = *record.health;
		} else if (record.kind == FEED_PUNCTUAL) {
			punctual = *record.punctual;
		}
	}
	while (feed_peek(to_main, &record))
		ring_drop(to_main);
}

static int64_t now_ns(void)
{
	return clock_now(&wall_less).ns;
}

/* Turns main's loop until it is true. */
#define AWAIT(condition) \
	do { \
		int64_t end_ns = now_ns() + PATIENCE_S * (int64_t)NS_PER_S; \
		while (collect(), !(condition)) { \
			if (now_ns() > end_ns) \
				fail_msg("waited %d s for %s", PATIENCE_S, #condition); \
			loop_turn(loop, 5); \
		} \
	} while (0)

static void open_with(const char *yaml)
{
	char *errors = NULL;
	struct sense_options options = {.clock = &wall_less, .notify = on_notice};

	assert_int_equal(config_parse("test", yaml, strlen(yaml), &config, &errors), 0);
	free(errors);
	assert_int_equal(registry_new(&registry), 0);
	assert_int_equal(ring_new(RING_SIZE, &keep), 0);
	assert_int_equal(ring_new(RING_SIZE, &to_main), 0);
	assert_int_equal(loop_open(&wall_less, &loop), 0);
	options.registry = registry;
	options.feed_keep = keep;
	options.feed_main = to_main;
	assert_int_equal(sense_new(&options, &sense), 0);
	assert_int_equal(
		ports_open(&(struct ports_options){.loop = loop, .config = config, .sense = sense},
			&ports),
		0);
	assert_int_equal(sense_start(sense), 0);
}

static int set_up(void **unused)
{
	(void)unused;
	snprintf(folder, sizeof(folder), "/tmp/kitlog-sense-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	devices = gones = 0;
	urgent = 0;
	rows = rows_with_ticks = 0;
	n_gaps = 0;
	main_stream = UINT32_MAX;
	rises = true;
	memset(last_stamp_ns, 0, sizeof(last_stamp_ns));
	memset(&health, 0, sizeof(health));
	memset(&punctual, 0, sizeof(punctual));
	sense_clock_id = 0;
	return 0;
}

static int tear_down(void **unused)
{
	char path[80];

	(void)unused;
	if (virtual_kit) { /* of a test that failed */
		kill(virtual_kit, SIGKILL);
		waitpid(virtual_kit, NULL, 0);
		virtual_kit = 0;
	}
	sense_stop(sense);
	ports_close(ports);
	sense_free(sense);
	loop_close(loop);
	ring_free(keep);
	ring_free(to_main);
	registry_free(registry);
	config_free(config);
	/* A test that is skipped opens nothing. */
	sense = NULL;
	ports = NULL;
	loop = NULL;
	keep = to_main = NULL;
	registry = NULL;
	config = NULL;
	snprintf(path, sizeof(path), "%s/kit", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/again", folder);
	unlink(path);
	rmdir(folder);
	return 0;
}

static void open_with_kit(void)
{
	char yaml[200];

	snprintf(yaml, sizeof(yaml),
		"serial:\n  scan: no\n  ports:\n    - {path: %s/kit, speed: 0}\n", folder);
	open_with(yaml);
}

/* A pty whose slave is the port `kit`. Returns the master. */
static int plug_pty(void)
{
	struct termios raw;
	int master, slave;
	char name[64], path[80];

	assert_int_equal(openpty(&master, &slave, name, NULL, NULL), 0);
	assert_int_equal(tcgetattr(slave, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
	close(slave);
	snprintf(path, sizeof(path), "%s/kit", folder);
	unlink(path);
	assert_int_equal(symlink(name, path), 0);
	fcntl(master, F_SETFL, O_NONBLOCK);
	return master;
}

static void say(int master, const char *text)
{
	ssize_t ignored = write(master, text, strlen(text));

	(void)ignored;
}

static struct port_status port_now(void)
{
	struct port_status status = {.speed = 1};

	assert_int_equal(ports_status(ports, &status, 1), 1);
	return status;
}

/* --- boards that print --- */

static void a_board_on_a_pty_becomes_rows(void **unused)
{
	int master = plug_pty(), spoken = 0;
	char line[32];

	(void)unused;
	open_with_kit();
	AWAIT(port_now().is_open);
	AWAIT((snprintf(line, sizeof(line), "%d,2\n", spoken++), say(master, line), rows >= 20));
	assert_string_equal(last_device.family, "lines");
	assert_int_equal(last_device.sticker, 1);
	assert_int_equal(last_device.streams[0].n_channels, 2);
	assert_true(last_value >= 15);
	assert_true(rises);
	assert_true(urgent >= 1);
	AWAIT(health.state == DEVICE_READY && health.rows > 0);
	/* Each tick is held against when it was due, each turn against the clock. */
	AWAIT(punctual.late.n >= 50 && punctual.turn.n >= 50);
	assert_in_range(punctual.late.most, 1, PATIENCE_S * (int64_t)NS_PER_S);
	assert_in_range(punctual.turn.most, 1, PATIENCE_S * (int64_t)NS_PER_S);
	assert_true(punctual.late.p50 <= punctual.late.p999);
	assert_int_equal(punctual.late_minute.n, punctual.late.n);
	close(master);
	AWAIT(gones == 1);
	AWAIT(!port_now().is_open && port_now().problem[0]);
	assert_non_null(strstr(port_now().problem, "; "));
}

/* A link in /dev/serial may come to lead to a port that is open by its own name. */
static void one_port_under_two_names_is_opened_once_and_said(void **unused)
{
	struct port_status status[2] = {{.speed = 1}};
	int master = plug_pty();
	char yaml[300], path[80], again[80];

	(void)unused;
	snprintf(path, sizeof(path), "%s/kit", folder);
	snprintf(again, sizeof(again), "%s/again", folder);
	snprintf(yaml, sizeof(yaml),
		"serial:\n  scan: no\n  ports:\n    - {path: %s}\n    - {path: %s}\n", path, again);
	open_with(yaml);
	AWAIT((ports_status(ports, status, 2), status[0].is_open));
	assert_non_null(strstr(status[1].problem, "plug it in"));
	assert_int_equal(symlink(path, again), 0);
	AWAIT((ports_status(ports, status, 2), strstr(status[1].problem, "under another name")));
	assert_non_null(strstr(status[1].problem, "; take one of the two out"));
	assert_true(status[0].is_open && !status[1].is_open);
	assert_string_equal(status[0].problem, "");
	close(master);
}

static void a_port_named_twice_is_one(void **unused)
{
	struct port_status status[2];
	int master = plug_pty();
	char yaml[300], path[80], again[80];

	(void)unused;
	snprintf(path, sizeof(path), "%s/kit", folder);
	snprintf(again, sizeof(again), "%s/again", folder);
	assert_int_equal(symlink(path, again), 0);
	snprintf(yaml, sizeof(yaml),
		"serial:\n  scan: no\n  ports:\n    - {path: %s}\n    - {path: %s}\n", again, path);
	open_with(yaml);
	assert_int_equal(ports_status(ports, status, 2), 1);
	assert_string_equal(status[0].path, again);
	AWAIT((ports_status(ports, status, 2), status[0].is_open));
	close(master);
}

static void ten_storms_of_unplugging_keep_device_stream_and_order(void **unused)
{
	uint32_t device = 0, stream = 0;

	(void)unused;
	open_with_kit();
	for (unsigned storm = 0; storm < 10; storm++) {
		int master = plug_pty();
		uint64_t before = rows;

		AWAIT(port_now().is_open);
		AWAIT((say(master, "t:1 h:2\n"), rows >= before + 8));
		if (storm == 0) {
			device = last_device.id;
			stream = main_stream;
		}
		assert_int_equal(last_device.id, device);
		assert_int_equal(last_device.sticker, 1);
		assert_int_equal(main_stream, stream);
		if (storm % 2)
			say(master, "t:1 h"); /* in mid-line */
		close(master);
		AWAIT(gones == storm + 1);
	}
	assert_true(rises);
	/* Each time: on the way, and when it was back. */
	assert_int_equal(n_gaps, 10 + 9);
	for (size_t i = 0; i < n_gaps; i++)
		assert_int_equal(gaps[i].reason, GAP_UNPLUGGED);
}

static int64_t sense_cpu_ns(void)
{
	struct timespec spent = {0};

	clock_gettime((clockid_t)sense_clock_id, &spent);
	return (int64_t)spent.tv_sec * NS_PER_S + spent.tv_nsec;
}

/* 300 kB/s for two seconds: 3 Mbaud of it. */
static void garbage_costs_little_and_is_called_so(void **unused)
{
	int master = plug_pty();
	uint8_t noise[3000];
	uint64_t state = 5;
	int64_t start_ns, cpu_ns, sent = 0;

	(void)unused;
	open_with_kit();
	AWAIT(port_now().is_open);
	AWAIT((say(master, "\xff"), sense_clock_id != 0));
	start_ns = now_ns();
	cpu_ns = sense_cpu_ns();
	while (now_ns() - start_ns < 2 * (int64_t)NS_PER_S) {
		while (sent < (now_ns() - start_ns) * 300 / NS_PER_MS) {
			for (size_t i = 0; i < sizeof(noise); i++) {
				state = state * 6364136223846793005u + 1442695040888963407u;
				noise[i] = (uint8_t)(state >> 56);
			}
			ssize_t n = write(master, noise, sizeof(noise));

			if (n <= 0)
				break;
			sent += n;
		}
		collect();
		loop_turn(loop, 1);
	}
	double share = (double)(sense_cpu_ns() - cpu_ns) / (double)(now_ns() - start_ns);

	print_message(
		"garbage at %.0f kB/s: %.1f %% of a core\n", (double)sent / 2000, share * 100);
	assert_true(sent > 400000); /* it did arrive */
	if (COUNTS_ALLOCATIONS)     /* an ordinary build, not a sanitizer's */
		assert_true(share < 0.25);
	AWAIT((say(master, "\xff\xfe\x80 garbage \x01"), health.state == DEVICE_GARBLED));
	assert_int_equal(devices, 0);
	close(master);
}

/* As much as a pty can carry: the port is read in measure, and a tick still comes when it
 * should. */
static void a_flood_is_held_back_and_others_are_heard(void **unused)
{
	int master = plug_pty();
	char block[4096];
	int64_t start_ns, cpu_ns, sent = 0;

	(void)unused;
	memset(block, '7', sizeof(block));
	for (size_t i = 7; i < sizeof(block); i += 8)
		block[i] = '\n';
	open_with_kit();
	AWAIT(port_now().is_open);
	AWAIT((say(master, "1\n"), sense_clock_id != 0));
	start_ns = now_ns();
	cpu_ns = sense_cpu_ns();
	while (now_ns() - start_ns < 2 * (int64_t)NS_PER_S) {
		ssize_t n = write(master, block, sizeof(block));

		sent += n > 0 ? n : 0;
		collect();
		if (n <= 0)
			loop_turn(loop, 1);
	}
	double share = (double)(sense_cpu_ns() - cpu_ns) / (double)(now_ns() - start_ns);

	print_message(
		"flood: %.0f kB/s let in, %.1f %% of a core\n", (double)sent / 2000, share * 100);
	assert_true(sent < 2 * 50 * 65536 * 12 / 10); /* 64 KiB a tick, and what the kernel holds */
	assert_true(rows > 0);
	assert_true(rises);
	close(master);
	AWAIT(gones == 1);
}

/* --- the virtual kit --- */

static pid_t start_virtual(const char *skew_ppm)
{
	const char *program = getenv("KITLOG_VIRTUAL");
	char path[80];
	pid_t child;

	if (!program) {
		print_message("no kitlog-virtual was built\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/kit", folder);
	child = fork();
	if (child == 0) {
		execl(program, program, "--quiet", "--model", "wave", "--link", path, "--uid",
			"6b74000000000042", "--skew-ppm", skew_ppm, (char *)NULL);
		_exit(127);
	}
	assert_true(child > 0);
	virtual_kit = child;
	return child;
}

static void end_virtual(pid_t child)
{
	assert_int_equal(kill(child, SIGTERM), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	virtual_kit = 0;
}

static void the_virtual_kit_comes_goes_and_comes_back_as_the_same(void **unused)
{
	pid_t child = start_virtual("80");
	uint32_t device, stream;

	(void)unused;
	open_with_kit();
	AWAIT(rows >= 100);
	assert_string_equal(last_device.identity, "link:6b74000000000042");
	assert_string_equal(last_device.kit, "virtual-wave");
	device = last_device.id;
	stream = main_stream;
	AWAIT(health.state == DEVICE_READY && health.uncertainty_ns > 0 &&
		health.round_trip_ns > 0);
	end_virtual(child);
	AWAIT(gones == 1);
	uint64_t before = rows;
	child = start_virtual("80");
	AWAIT(rows >= before + 100);
	assert_int_equal(last_device.id, device);
	assert_int_equal(last_device.sticker, 1);
	assert_int_equal(main_stream, stream);
	assert_true(rises);
	assert_true(n_gaps >= 2);
	assert_int_equal(sense_order(sense, device, KIT_IDENTIFY, 1), 0);
	end_virtual(child);
	AWAIT(gones == 2);
}

/* A ceramic resonator may be half a per cent off: an Uno's is a clock like any other. */
static void a_resonator_keeps_its_ticks(void **unused)
{
	pid_t child = start_virtual("4900");

	(void)unused;
	open_with_kit();
	/* The first estimates may be anywhere up to the bound. On a machine so busy that pings take
	 * tens of milliseconds they may be beyond it for a moment, and rows without ticks are right. */
	AWAIT(health.rate_ppb < -4700000 && health.rate_ppb > -CLOCK_RATE_MOST_PPB);
	uint64_t before = rows - rows_with_ticks;

	AWAIT(rows >= before + 100);
	assert_int_equal(rows - rows_with_ticks, before);
	assert_true(rises);
	end_virtual(child);
	AWAIT(gones == 1);
	assert_int_equal(rows - rows_with_ticks, before);
}

/* --- the thread --- */

static void the_thread_allocates_nothing(void **unused)
{
	unsigned long before;
	pid_t child;
	int master;

	(void)unused;
	if (!COUNTS_ALLOCATIONS) {
		print_message("a sanitizer's malloc is not counted\n");
		skip();
	}
	open_with_kit();
	before = sense_allocations;
	for (int i = 0; i < 3; i++) {
		uint64_t had = rows;

		master = plug_pty();
		AWAIT(port_now().is_open);
		AWAIT((say(master, "a:1 b:2\n"), rows >= had + 50));
		say(master, "\xff\xff\n\nboot\n");
		AWAIT((say(master, "a:1 b:2 c:3\n"), rows >= had + 200));
		close(master);
		AWAIT(gones == (unsigned)i + 1);
	}
	/* Frames, a clock and its map, pings and orders. */
	child = start_virtual("80");
	AWAIT(rows_with_ticks >= 1000 && health.round_trip_ns > 0);
	assert_int_equal(sense_order(sense, last_device.id, KIT_IDENTIFY, 1), 0);
	AWAIT(rows_with_ticks >= 1500);
	end_virtual(child);
	AWAIT(gones == 4);
	assert_true(rises);
	assert_int_equal(sense_allocations - before, 0);
	/* And the counter counts: an allocation on a thread marked as sense's is seen. */
	is_sense = true;
	void *volatile seen = malloc(1);
	free(seen);
	is_sense = false;
	assert_int_equal(sense_allocations - before, 2);
}

/* A reader that stalls: rows are lost and said to be, the thread goes on. */
static void a_stalled_reader_loses_rows_and_is_told_how_many(void **unused)
{
	int master = plug_pty();
	uint64_t said = 0;
	char lines[4000];

	(void)unused;
	for (size_t i = 0; i < sizeof(lines) / 4; i++)
		memcpy(lines + 4 * i, "1,2\n", 4);
	open_with_kit();
	AWAIT(port_now().is_open);
	AWAIT((said++, say(master, "1,2\n"), rows >= 10));
	/* Nobody reads the rings until far more was said than they hold. */
	while (said < 400000) {
		ssize_t n = write(master, lines, sizeof(lines));

		said += n > 0 ? (uint64_t)n / 4 : 0;
		if (n <= 0)
			loop_turn(loop, 1);
	}
	AWAIT((say(master, "1,2\n"), said++, n_gaps > 0));
	assert_int_equal(gaps[0].reason, GAP_RING);
	AWAIT((say(master, "1,2\n"), said++, health.rows > 399000));
	close(master);
	AWAIT(gones == 1);
	uint64_t lost = 0;
	for (size_t i = 0; i < n_gaps; i++)
		lost += gaps[i].reason == GAP_RING ? gaps[i].lost_rows : 0;
	assert_true(lost > 0);
	assert_in_range(rows + lost, health.rows, health.rows + 1000);
	assert_true(rises);
}

#define FLOW_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW_TEST(a_board_on_a_pty_becomes_rows),
		FLOW_TEST(one_port_under_two_names_is_opened_once_and_said),
		FLOW_TEST(a_port_named_twice_is_one),
		FLOW_TEST(ten_storms_of_unplugging_keep_device_stream_and_order),
		FLOW_TEST(garbage_costs_little_and_is_called_so),
		FLOW_TEST(a_flood_is_held_back_and_others_are_heard),
		FLOW_TEST(the_virtual_kit_comes_goes_and_comes_back_as_the_same),
		FLOW_TEST(a_resonator_keeps_its_ticks),
		FLOW_TEST(the_thread_allocates_nothing),
		FLOW_TEST(a_stalled_reader_loses_rows_and_is_told_how_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
