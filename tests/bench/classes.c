/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a teacher's page asks for again and again, to count its instructions: the results of a class, and the
 * receipts of its runs. Twelve groups with a kit of three values at 20 Hz, three runs of five minutes each.
 *
 *     classes DIR results | going | receipts [TIMES]     DIR: empty; the store is made there
 *     valgrind --tool=callgrind --toggle-collect='ask_*' classes DIR results 2
 *
 * The first time reads rows, the next ones remember (class/result_memory.h, class/receipt_memory.h): the
 * difference of TIMES 2 and 1 is what one more costs. `going`: results while the third round goes on, whose rows are
 * read each time; sixty telephones that look each 4 s ask that once a second (http/shared.h), not 15 times. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "class/receipt_memory.h"
#include "class/result_memory.h"

enum { GROUPS = 12, RUNS = 3, HZ = 20, RUN_S = 300, CHANNELS = 3 };
static const int64_t S = NS_PER_S;

static void check(int result)
{
	if (result < 0) {
		fprintf(stderr, "classes: %s\n", strerror(-result));
		exit(1);
	}
}

/* ---------------------------------------------------------------- the class */

static struct classroom *room;

static void done(enum act_kind kind, int64_t at_s, json_t *body)
{
	static uint32_t last;
	const struct act act = {
		.id = ++last, .session = 1, .at = {at_s * S}, .kind = kind, .body = body};

	if (classroom_take(room, &act) != ACT_FITS)
		exit(1);
	json_decref(body);
}

static void make_class(void)
{
	uint32_t run = 0;

	check(classroom_new(&room));
	done(ACT_MAKE, 1,
		json_pack("{sssssssisb}", "code", "4827", "title", "a", "lesson", "", "groups",
			GROUPS, "is_project", 0));
	for (int g = 1; g <= GROUPS; g++)
		done(ACT_ASSIGN, 2, json_pack("{sis[i]}", "group", g, "devices", g));
	for (int r = 0; r < RUNS; r++) {
		json_t *runs = json_array();

		for (int g = 1; g <= GROUPS; g++)
			json_array_append_new(runs, json_pack("[ii]", g, (int)++run));
		done(ACT_START, (r + 1) * RUN_S,
			json_pack("{sIsIso}", "from_ns", (json_int_t)(r * RUN_S * S), "to_ns",
				(json_int_t)((r + 1) * RUN_S * S), "runs", runs));
	}
}

static void make_device(struct store *store, uint32_t id)
{
	struct device device = {.id = id, .sticker = id, .kit = "text-board", .n_streams = 1};
	struct stream *stream = &device.streams[0];

	snprintf(device.identity, sizeof device.identity, "usb:%u", id);
	*stream = (struct stream){.id = id,
		.device = id,
		.name = "main",
		.kind = STREAM_DATA,
		.period_ns = S / HZ,
		.stamps = STAMP_ARRIVAL,
		.n_channels = CHANNELS};
	for (unsigned c = 0; c < CHANNELS; c++) {
		snprintf(stream->channels[c].id, sizeof stream->channels[c].id, "c%u", c);
		strcpy(stream->channels[c].name_zh, stream->channels[c].id);
	}
	check(store_add_device(store, &device));
}

static void make_second(struct store *store, uint32_t stream, int64_t second)
{
	static struct feed_record record;
	static double values[HZ * CHANNELS];
	static int64_t stamps[HZ];

	for (int i = 0; i < HZ; i++) {
		stamps[i] = second * S + i * (S / HZ);
		for (int c = 0; c < CHANNELS; c++)
			values[i * CHANNELS + c] =
				round(2000 + 500 * sin((double)stamps[i] / 7e9 + c)) / 100;
	}
	record.kind = FEED_BATCH;
	record.batch.stream = stream;
	record.batch.n_channels = CHANNELS;
	record.batch.n_rows = HZ;
	record.batch.stamps_ns = stamps;
	record.batch.values = values;
	check(store_add_batch(store, &record));
}

static void make_store(const char *directory)
{
	const struct store_options options = {.directory = directory};
	struct store_finding finding;
	struct store *store;
	uint32_t boot;
	int64_t base_ns;

	check(store_open(&options, &finding, &store));
	check(store_begin_boot(store, "bench", 0, &boot, &base_ns));
	for (uint32_t g = 1; g <= GROUPS; g++)
		make_device(store, g);
	for (int64_t second = 2; second < RUNS * RUN_S; second++) {
		for (uint32_t g = 1; g <= GROUPS; g++)
			make_second(store, g, second);
		if (second % 60 == 0)
			check(store_commit(store, (struct instant){(second + 1) * S}));
	}
	for (int i = 1; i < 4; i++)
		check(store_commit(store, (struct instant){(RUNS * RUN_S + 60 * i) * S}));
	store_close(store);
}

/* ---------------------------------------------------------------- the questions */

static double kept; /* so that no compiler leaves it out */

__attribute__((noinline)) static void ask_results(
	struct reader *reader, struct result_memory *memory, bool goes_on)
{
	const struct instant now = {RUNS * RUN_S * S};
	const struct instant durable = {(RUNS - goes_on) * RUN_S * S};
	struct results *results;
	int r;

	check(results_new(room, classroom_session(room, 1), NULL, now, durable, &results));
	result_memory_recall(memory, results);
	do {
		r = results_step(results, reader);
		check(r);
		result_memory_take(memory, &results->runs[results->next - 1]);
	} while (r == 1);
	kept += results->runs[0].channels[0].mean;
	results_free(results);
}

__attribute__((noinline)) static void ask_receipts(
	struct reader *reader, struct receipt_memory *memory)
{
	const struct session *session = classroom_session(room, 1);

	for (size_t i = 0; i < session->n_runs; i++) {
		const struct session_run *of = &session->runs[i];
		static struct receipt receipt;
		int r;

		receipt = (struct receipt){.run = {.id = of->run, .from = of->from, .to = of->to},
			.is_over = true,
			.has_devices = true,
			.devices = {of->group},
			.n_devices = 1,
			.durable = {RUNS * RUN_S * S}};
		receipt_memory_recall(memory, &receipt);
		while ((r = receipt_step(&receipt, reader)) == 1)
			;
		check(r);
		receipt_memory_take(memory, &receipt);
		kept += (double)receipt.found.stored;
		receipt_clear(&receipt);
	}
}

int main(int argc, char **argv)
{
	struct result_memory results = {.n = 0};
	struct receipt_memory receipts = {.n = 0};
	int times = argc > 3 ? atoi(argv[3]) : 1;
	struct reader *reader;

	if (argc < 3) {
		fputs("usage: classes DIR results | going | receipts [TIMES]\n", stderr);
		return 2;
	}
	make_class();
	make_store(argv[1]);
	check(reader_open(argv[1], &reader));
	for (int i = 0; i < times; i++)
		if (strcmp(argv[2], "receipts") == 0)
			ask_receipts(reader, &receipts);
		else
			ask_results(reader, &results, strcmp(argv[2], "going") == 0);
	printf("%g\n", kept);
	reader_close(reader);
	result_memory_clear(&results);
	receipt_memory_clear(&receipts);
	classroom_free(room);
	return 0;
}
