/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* A card that is full, and one that has become read-only: what memory can hold is written when the
 * card takes it again, and what it cannot hold becomes a gap with its number. The card is a small
 * tmpfs, so this needs root; without, it is skipped. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/store_bench.h"

enum { CARD_MB = 6 };

static char card[64];
static struct bench bench;

static int mount_card(void **state)
{
	char options[32];

	(void)state;
	snprintf(card, sizeof card, "/tmp/kitlog-card-XXXXXX");
	if (!mkdtemp(card))
		return -1;
	snprintf(options, sizeof options, "size=%dm,mode=0700", CARD_MB);
	if (mount("kitlog", card, "tmpfs", 0, options) < 0) {
		print_message("cannot mount a tmpfs (%s)\n", strerror(errno));
		rmdir(card);
		return -1;
	}
	setenv("TMPDIR", card, 1);
	bench_open(&bench, 0);
	return 0;
}

static int unmount_card(void **state)
{
	(void)state;
	mount("kitlog", card, "tmpfs", MS_REMOUNT, "mode=0700");
	bench_close(&bench);
	umount2(card, MNT_DETACH);
	rmdir(card);
	unsetenv("TMPDIR");
	return 0;
}

/* Somebody else's file takes all there is left. */
static void fill_card(void)
{
	static const char block[4096];
	char path[96];
	int fd;

	snprintf(path, sizeof path, "%s/somebody-else", card);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert_true(fd >= 0);
	while (write(fd, block, sizeof block) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

static void empty_card(void)
{
	char path[96];

	snprintf(path, sizeof path, "%s/somebody-else", card);
	assert_int_equal(unlink(path), 0);
}

/* A second of the stream; the answer of its commit. */
static int second(struct bench_stream *stream)
{
	bench.now.ns += NS_PER_S;
	bench_write(&bench, stream, (size_t)(NS_PER_S / stream->period_ns));
	return store_commit(bench.store, bench.now);
}

static void keep_and_stop(struct bench_stream *stream)
{
	for (int i = 0; i < 70; i++)
		assert_int_equal(second(stream), 0);
	bench_shut(&bench);
}

static struct store_status status(void)
{
	struct store_status now;

	store_status(bench.store, &now);
	return now;
}

static void a_full_card_costs_nothing_that_memory_can_hold(void **state)
{
	struct bench_stream stream = bench_stream(1, 3, false, 1000000);
	int refused = 0;

	(void)state;
	for (int i = 0; i < 30; i++)
		assert_int_equal(second(&stream), 0);
	fill_card();
	for (int i = 0; i < 200; i++) {
		int result = second(&stream);
		assert_true(result == 0 || result == -ENOSPC);
		refused += result < 0;
	}
	assert_true(refused > 100);
	assert_int_equal(status().last_error, -ENOSPC);
	assert_int_not_equal(status().pending_rows, 0);
	assert_int_equal(status().lost_rows, 0);

	empty_card();
	assert_int_equal(second(&stream), 0);
	assert_int_equal(status().last_error, 0);
	assert_int_equal(status().pending_rows, 0);
	assert_int_equal(bench_read_all(&bench, &stream), stream.writing.row);
	for (int i = 0; i < 130; i++)
		assert_int_equal(second(&stream), 0);
	bench_reopen(&bench, 0);
	assert_int_equal(bench_read_all(&bench, &stream), stream.writing.row);
}

/* The kernel's answer to a card with errors: ext4 goes read-only under the running daemon. */
static void a_card_that_becomes_read_only_is_said_so_and_what_is_on_it_is_read(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, true, 10000000);
	char command[512], folder[96];

	(void)state;
	bench_close(&bench);
	snprintf(folder, sizeof folder, "%s/ext4", card);
	mkdir(folder, 0700);
	snprintf(command, sizeof command,
		"cd %s && truncate -s 5M image && mkfs.ext4 -q -F image 2>/dev/null &&"
		" mount -o loop,errors=remount-ro image ext4 2>/dev/null",
		card);
	if (system(command)) {
		bench_open(&bench, 0);
		print_message("no loop mount here\n");
		skip();
	}
	setenv("TMPDIR", folder, 1);
	bench_open(&bench, 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(second(&stream), 0);
	int64_t kept = stream.writing.row;

	/* An error as the card would cause it, by the door that ext4 has for tests. */
	snprintf(command, sizeof command,
		"echo a test of kitlog > /sys/fs/ext4/$(basename $(findmnt -no SOURCE %s))/trigger_fs_error",
		folder);
	bool is_broken = system(command) == 0;
	for (int i = 0; i < 5 && is_broken; i++) {
		int result = second(&stream);
		assert_true(result == -EROFS || result == -EIO);
	}
	assert_int_equal(bench_read_all(&bench, &stream), kept);
	assert_int_equal(status().pending_rows, stream.writing.row - kept);
	assert_int_equal(status().lost_rows, 0);

	bench_close(&bench);
	umount2(folder, MNT_DETACH);
	setenv("TMPDIR", card, 1);
	bench_open(&bench, 0);
	if (!is_broken)
		skip();
}

/* The daemon starts, rows go on, and history is read: as the card lets it. */
static void starts_without_the_card(struct bench_stream *stream, int error, void (*mend)(void))
{
	int64_t kept = stream->writing.row;

	bench.now.ns += NS_PER_S;
	bench_reopen(&bench, 0);
	assert_non_null(strstr(bench.finding.sentence, strerror(-error)));
	for (int i = 0; i < 5; i++)
		assert_int_equal(second(stream), error);
	assert_int_equal(status().last_error, error);
	assert_int_equal(status().lost_rows, 0);
	assert_true(bench_read_all(&bench, stream) <= (uint64_t)kept);

	mend();
	assert_int_equal(second(stream), 0);
	assert_int_equal(bench_read_all(&bench, stream), stream->writing.row);
	assert_int_equal(status().pending_rows, 0);
	assert_int_equal(bench_sql(&bench, "SELECT count(*) FROM boot"), 1);
}

static void a_full_card_does_not_keep_the_daemon_from_starting(void **state)
{
	struct bench_stream stream = bench_stream(1, 3, false, 10000000);

	(void)state;
	keep_and_stop(&stream);
	fill_card();
	starts_without_the_card(&stream, -ENOSPC, empty_card);
}

static void make_writable(void)
{
	assert_int_equal(mount("kitlog", card, "tmpfs", MS_REMOUNT, "mode=0700"), 0);
}

static void a_read_only_card_does_not_keep_the_daemon_from_starting(void **state)
{
	struct bench_stream stream = bench_stream(1, 3, false, 10000000);

	(void)state;
	keep_and_stop(&stream);
	assert_int_equal(mount("kitlog", card, "tmpfs", MS_REMOUNT | MS_RDONLY, "mode=0700"), 0);
	starts_without_the_card(&stream, -EROFS, make_writable);
}

/* Rows of the new boot lie behind all that is on the card, also behind what is in its log only. */
static void a_boot_that_begins_on_a_full_card_begins_behind_what_is_kept(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct store_options options = {bench.directory, 0};
	struct instant first, last;
	uint64_t rows;
	uint32_t boot;
	int64_t base;

	(void)state;
	for (int i = 0; i < 70; i++)
		assert_int_equal(second(&stream), 0);
	assert_int_equal(reader_extent(bench.reader, 1, &first, &last, &rows), 0);
	store_close(bench.store);
	fill_card();
	assert_int_equal(store_open(&options, &bench.finding, &bench.store), 0);
	assert_int_equal(store_begin_boot(bench.store, "boot two", 1000, &boot, &base), 0);
	assert_true(boot > 1);
	assert_true(base + 1000 >= last.ns + NS_PER_S);
	stream.start_ns = bench.now.ns = base + 1000;
	stream.writing = series_from(stream.seed, 1, stream.period_ns, stream.start_ns);
	second(&stream);
	empty_card();
	assert_int_equal(second(&stream), 0);
	assert_int_equal(status().lost_rows, 0);
	assert_int_equal(status().rows, rows + (uint64_t)stream.writing.row);
	assert_int_equal(bench_sql(&bench, "SELECT max(id) FROM boot"), boot);
}

/* Nothing has happened to a damaged store until there is room for its successor. */
static void a_damaged_store_on_a_full_card_waits_for_room(void **state)
{
	struct bench_stream stream = bench_stream(1, 3, false, 10000000);

	(void)state;
	for (int i = 0; i < 70; i++)
		assert_int_equal(second(&stream), 0);
	int64_t kept = stream.writing.row;
	bench_sql(&bench, "UPDATE meta SET value = -5 WHERE key = 'fresh_released'");
	bench_shut(&bench);
	fill_card();
	bench_reopen(&bench, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(second(&stream), -ENOSPC);
	empty_card();
	mount("kitlog", card, "tmpfs", MS_REMOUNT, "size=128m,mode=0700");
	assert_int_equal(second(&stream), 0);
	assert_int_equal(status().lost_rows, 0);
	assert_int_equal(status().damaged_chunks, 1);
	assert_true(stream.writing.row > kept);
	assert_int_equal(bench_read_all(&bench, &stream), stream.writing.row);
}

static void what_memory_cannot_hold_becomes_a_gap_with_its_number(void **state)
{
	struct bench_stream stream = bench_stream(1, 16, false, 100000); /* 10 kHz x 16 */
	struct bench_gaps gaps;
	uint64_t lost;

	(void)state;
	assert_int_equal(second(&stream), 0);
	fill_card();
	for (int i = 0; i < 2000 && status().lost_rows == 0; i++)
		second(&stream);
	for (int i = 0; i < 3; i++)
		second(&stream);
	lost = status().lost_rows;
	assert_int_not_equal(lost, 0);
	assert_in_range(status().pending_bytes, 1 << 20, 8 << 20);
	int64_t offered = stream.writing.row;

	empty_card();
	mount("kitlog", card, "tmpfs", MS_REMOUNT, "size=64m,mode=0700");
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	assert_int_equal(bench_count_rows(&bench, 1) + lost, offered);
	gaps = bench_gaps(&bench, 1, GAP_STORE);
	assert_int_equal(gaps.n, 1);
	assert_int_equal(gaps.last.stream, 1);
	assert_int_equal(gaps.last.lost_rows, lost);
	/* And it goes on. */
	assert_int_equal(second(&stream), 0);
	assert_int_equal(
		bench_count_rows_of(&bench, 1, gaps.last.to, (struct instant){INT64_MAX}), 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_full_card_does_not_keep_the_daemon_from_starting,
			mount_card, unmount_card),
		cmocka_unit_test_setup_teardown(
			a_read_only_card_does_not_keep_the_daemon_from_starting, mount_card,
			unmount_card),
		cmocka_unit_test_setup_teardown(
			a_boot_that_begins_on_a_full_card_begins_behind_what_is_kept, mount_card,
			unmount_card),
		cmocka_unit_test_setup_teardown(
			a_damaged_store_on_a_full_card_waits_for_room, mount_card, unmount_card),
		cmocka_unit_test_setup_teardown(
			a_full_card_costs_nothing_that_memory_can_hold, mount_card, unmount_card),
		cmocka_unit_test_setup_teardown(
			a_card_that_becomes_read_only_is_said_so_and_what_is_on_it_is_read,
			mount_card, unmount_card),
		cmocka_unit_test_setup_teardown(
			what_memory_cannot_hold_becomes_a_gap_with_its_number, mount_card,
			unmount_card),
	};
	char probe[] = "/tmp/kitlog-probe-XXXXXX";

	if (!mkdtemp(probe))
		return 1;
	bool can_mount = mount("kitlog", probe, "tmpfs", 0, "size=1m") == 0;
	if (can_mount)
		umount2(probe, MNT_DETACH);
	rmdir(probe);
	if (!can_mount) {
		printf("skipped: a tmpfs to fill cannot be mounted here (needs root)\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
