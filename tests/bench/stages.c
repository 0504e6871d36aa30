/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each stage on the way of a row by itself, on the same realistic rows, to count its instructions:
 *
 *     stages                          the names
 *     stages NAME [ROUNDS]            runs one stage: a round is BATCH_ROWS rows of three values
 *     valgrind --tool=callgrind --toggle-collect='stage_*' stages NAME ROUNDS
 *
 * Instructions do not depend on what else the machine does, so they show a change of one in a
 * hundred where a stopwatch shows noise. Each prints how many rows (or records, numbers) it
 * handled, by which callgrind's total is to be divided. To add a stage: a function stage_NAME and a
 * line in the table. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/ring.h"
#include "data/feed.h"
#include "data/line.h"

enum { CHANNELS = 3, VALUES = BATCH_ROWS * CHANNELS };

/* A cooling cup with a thermometer of 0.01 resolution, its surroundings, and a humidity: two
 * decimals, as most kits give them. What a stage reads is made before it starts. */
struct rows {
	struct batch batch;
	char numbers[VALUES][16]; /* the values as a board prints them */
	size_t lengths[VALUES];
	const char *head, *keys[CHANNELS];
	struct ring *ring;
	char text[BATCH_ROWS * 256];
};

static void make_rows(struct rows *rows)
{
	static const char *const keys[CHANNELS] = {"temp", "room", "humidity"};
	double cup = 6000, room = 2100, humidity = 4500; /* hundredths */
	unsigned random = 1;

	memcpy(rows->keys, keys, sizeof keys);
	rows->head = "virtual-cup,board=kitlog-3B2,device=link:6b74000000000001,sticker=3";
	rows->batch = (struct batch){.stream = 1,
		.n_channels = CHANNELS,
		.n_rows = BATCH_ROWS,
		.has_ticks = 1,
		.piece = {.origin_ns = 1000000000, .rate_ppb = 12345}};
	for (int i = 0; i < BATCH_ROWS; i++) {
		double *row = rows->batch.values + i * CHANNELS;

		random = random * 1103515245 + 12345;
		cup -= (cup - room) / 4000;
		humidity += (int)(random >> 16) % 3 - 1;
		row[0] = (double)(int)(cup + (random >> 20) % 5) / 100;
		row[1] = (double)(int)(room + (random >> 24) % 3) / 100;
		row[2] = (double)(int)humidity / 100;
		rows->batch.ticks[i] = i * INT64_C(10000);
		rows->batch.stamps_ns[i] =
			clock_piece_stamp(&rows->batch.piece, rows->batch.ticks[i]);
	}
	for (int i = 0; i < VALUES; i++)
		rows->lengths[i] = number_from_double(rows->batch.values[i], rows->numbers[i]);
}

/* What a stage made, so that no compiler leaves it out. */
static volatile uint64_t kept;

#define STAGE __attribute__((noinline)) static uint64_t

STAGE stage_line(struct rows *rows)
{
	struct text text = text_over(rows->text, sizeof rows->text);
	size_t head = strlen(rows->head);

	for (int i = 0; i < BATCH_ROWS; i++) {
		struct wall stamp = {1700000000000000000 + rows->batch.stamps_ns[i]};

		if (line_add_row(&text, rows->head, head, rows->keys,
			    rows->batch.values + i * CHANNELS, CHANNELS, stamp) != 0)
			abort();
	}
	kept += text.length;
	return BATCH_ROWS;
}

STAGE stage_number_from_double(struct rows *rows)
{
	for (int i = 0; i < VALUES; i++)
		kept += number_from_double(rows->batch.values[i], rows->text);
	return VALUES;
}

STAGE stage_number_to_double(struct rows *rows)
{
	double value = 0;

	for (int i = 0; i < VALUES; i++) {
		kept += number_to_double(rows->numbers[i], rows->lengths[i], &value);
		kept += (uint64_t)value;
	}
	return VALUES;
}

STAGE stage_number_as_decimal(struct rows *rows)
{
	int64_t mantissa = 0;
	unsigned exponent = 0;

	for (int i = 0; i < VALUES; i++) {
		kept += number_as_decimal(rows->batch.values[i], &mantissa, &exponent);
		kept += (uint64_t)mantissa + exponent;
	}
	return VALUES;
}

STAGE stage_clock_piece_stamp(struct rows *rows)
{
	for (int i = 0; i < BATCH_ROWS; i++)
		kept += (uint64_t)clock_piece_stamp(&rows->batch.piece, rows->batch.ticks[i]);
	return BATCH_ROWS;
}

/* A record of one row by itself: the ring's own price. */
STAGE stage_ring(struct rows *rows)
{
	size_t n;

	for (int i = 0; i < BATCH_ROWS; i++) {
		const double *row = rows->batch.values + i * CHANNELS;

		if (ring_put(rows->ring, row, CHANNELS * sizeof *row) != 0)
			abort();
		const double *got = ring_peek(rows->ring, &n);
		kept += (uint64_t)*got + n;
		ring_drop(rows->ring);
	}
	return BATCH_ROWS;
}

/* A full batch packed, handed over and looked at, as sense and keep do. */
STAGE stage_feed(struct rows *rows)
{
	struct feed_record record;

	if (feed_put_batch(rows->ring, (struct instant){1}, &rows->batch) != 0)
		abort();
	if (!feed_peek(rows->ring, &record))
		abort();
	kept += (uint64_t)record.batch.values[VALUES - 1];
	ring_drop(rows->ring);
	return BATCH_ROWS;
}

static const struct stage {
	const char *name, *unit;
	uint64_t (*run)(struct rows *rows); /* one round; returns how many units */
} stages[] = {
	{"line", "rows", stage_line},
	{"number_from_double", "numbers", stage_number_from_double},
	{"number_to_double", "numbers", stage_number_to_double},
	{"number_as_decimal", "numbers", stage_number_as_decimal},
	{"clock_piece_stamp", "rows", stage_clock_piece_stamp},
	{"ring", "records", stage_ring},
	{"feed", "rows", stage_feed},
};

static int run(const struct stage *stage, unsigned long rounds)
{
	static struct rows rows;
	uint64_t units = 0;

	make_rows(&rows);
	if (ring_new(1 << 16, &rows.ring) < 0)
		return 1;
	for (unsigned long i = 0; i < rounds; i++)
		units += stage->run(&rows);
	ring_free(rows.ring);
	printf("%s %llu %s\n", stage->name, (unsigned long long)units, stage->unit);
	return 0;
}

int main(int argc, char **argv)
{
	const size_t n = sizeof stages / sizeof *stages;

	if (argc < 2) {
		for (size_t i = 0; i < n; i++)
			printf("%s %s\n", stages[i].name, stages[i].unit);
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		if (strcmp(stages[i].name, argv[1]) == 0)
			return run(&stages[i], argc > 2 ? strtoul(argv[2], NULL, 10) : 100);
	fprintf(stderr, "stages: \"%s\" is no stage; without arguments it prints their names\n",
		argv[1]);
	return 2;
}
