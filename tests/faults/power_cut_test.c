/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only. */
/* The power goes while the keep thread writes to an ext4 card: at every flush, and anywhere between
 * two of them, with any of the writes since the last one on the card, whole or torn. The file
 * system is mounted, which replays its journal, and the store opens: what keep has told to be
 * durable is there, bit by bit and once, all of one instant; it goes on.
 *
 * tests/flow/store_power_test.c cuts between SQLite and the file system and so tries more at less
 * cost; here are the real file system and what it does with names, sizes and its journal
 * (support/card.h). 30 images; KITLOG_LONG=1: 5 000 at least, of every flush. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "keep/store.h"
#include "support/card.h"
#include "support/cmocka_all.h"
#include "support/keeping.h"

static struct card *card;
static struct {
	unsigned images, at_flush, cut, gone_on, sound, mended, lives;
	int64_t kept_ns;
} counts;

static const char *store_path(void)
{
	static char path[200];

	snprintf(path, sizeof path, "%s/store", card_directory(card));
	return path;
}

/* Some seconds, with a restart now and then; any of them may turn out to be the last. */
static void live(struct draw *random, unsigned seconds)
{
	struct keeping *keeping;

	keeping_open(store_path(), &keeping);
	for (unsigned second = 0; second < seconds; second++) {
		if (draw_below(random, 40) == 0) {
			keeping_close(keeping);
			keeping_open(store_path(), &keeping);
		}
		card_promise(card, keeping_second(keeping));
	}
	keeping_close(keeping);
}

static void go_on(int64_t end_ns)
{
	struct keeping *keeping;
	struct verify_report report;
	int64_t durable_ns = 0;

	keeping_open(store_path(), &keeping);
	for (int i = 0; i < 3; i++)
		durable_ns = keeping_second(keeping);
	assert_true(durable_ns > end_ns);
	keeping_close(keeping);
	keeping_check(store_path(), durable_ns);
	assert_int_equal(store_verify(store_path(), NULL, NULL, &report), 0);
	assert_true(report.is_sound);
	counts.gone_on++;
}

static void cut(size_t moment, struct draw *random)
{
	int64_t promised_ns = card_mount_cut(card, moment, random);
	int64_t end_ns = keeping_check(store_path(), promised_ns);

	if (counts.images++ % 10 == 0)
		go_on(end_ns);
	card_unmount_cut(card);
	if (counts.images % 50 == 1) {
		assert_true(card_is_sound(card));
		counts.sound++;
	}
	counts.kept_ns += end_ns;
}

/* The images of so many flushes, and after each of `between` moments until the next one. */
static void cut_a_life(struct draw *random, size_t most, unsigned between)
{
	size_t flushes = card_flushes(card, card_moments(card));
	size_t every = flushes > most ? flushes / most : 1;

	for (size_t n = draw_below(random, every); n < flushes; n += every) {
		size_t from = card_flush(card, n), writes = card_flush(card, n + 1) - from;

		cut(from, NULL);
		counts.at_flush++;
		for (unsigned i = 0; writes > 1 && i < between; i++, counts.cut++)
			cut(from + 1 + draw_below(random, writes - 1), random);
	}
}

static void what_keep_has_told_is_there_when_the_power_goes(void **state)
{
	const char *given = getenv("KITLOG_SEED");
	struct draw random = {given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL)};
	bool is_long = getenv("KITLOG_LONG");

	(void)state;
	do {
		print_message(
			"%u images; KITLOG_SEED=%lu\n", counts.images, (unsigned long)random.state);
		card_insert(&card);
		live(&random, is_long ? 150 : 64); /* some rolls; one */
		card_remove(card);
		print_message("%zu writes and flushes, %zu flushes\n", card_moments(card),
			card_flushes(card, card_moments(card)));
		cut_a_life(&random, is_long ? SIZE_MAX : 10, is_long ? 4 : 2);
		counts.mended += card_mended(card);
		card_free(card);
		card = NULL;
		counts.lives++;
	} while (is_long && counts.images < 5000);
	print_message(
		"%u images of %u lives: %u at a flush, %u between two; %u mended by e2fsck before "
		"they could be mounted; %u went on, %u looked through by e2fsck; nothing "
		"promised was lost\n",
		counts.images, counts.lives, counts.at_flush, counts.cut, counts.mended,
		counts.gone_on, counts.sound);
	assert_true(counts.at_flush > 0 && counts.cut > 0 && counts.kept_ns > 0);
}

static int clean_up(void **state)
{
	(void)state;
	card_free(card); /* of a test that failed */
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			what_keep_has_told_is_there_when_the_power_goes, clean_up),
	};
	const char *missing = card_missing();

	if (missing) {
		printf("skipped: %s\n", missing);
		return 77;
	}
	setenv("TMPDIR", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", 1); /* no card is needed */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
