/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receipt of a run over HTTP: counted and hashed as its package has it, of its group's kits alone, with
 * what is missing, and what each sink still has to get. */
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "class/receipt_memory.h"
#include "support/classroom_site.h"

static char rows[1 << 20];
static struct text csv;

static void begin_csv(void)
{
	csv = text_over(rows, sizeof rows);
}

/* What site_keep_rows wrote, from the run's begin. */
static void add_csv(int64_t from_ns, int64_t run_ns, int64_t step_ns, int64_t n)
{
	text_add(&csv, "t_ns,t,p\n");
	for (int64_t i = 0; i < n; i++) {
		text_add_int(&csv, from_ns + i * step_ns - run_ns);
		text_add_char(&csv, ',');
		text_add_double(&csv, site_value(i));
		text_add(&csv, i % 2 ? ",\n" : ",1013.25\n");
	}
	assert_false(csv.is_cut);
}

static const char *hash_of_csv(void)
{
	static char hex[80];
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx hash;
	struct text text = text_over(hex, sizeof hex);

	sha256_init(&hash);
	sha256_update(&hash, csv.length, (const uint8_t *)csv.at);
	sha256_digest(&hash, sizeof digest, digest);
	text_add_hex(&text, digest, sizeof digest);
	return hex;
}

static void a_receipt_counts_and_hashes_what_the_package_has(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 800 * S, S / 100, 5000);
	site_keep_turns(site);
	json_decref(site_post(
		site, "/api/v1/runs", "{\"from_us\":790000000,\"to_us\":860000000}", 201));
	json_t *receipt = site_get(site, "/api/v1/runs/1/receipt");
	begin_csv();
	add_csv(800 * S, 790 * S, S / 100, 5000);
	assert_string_equal(class_text(receipt, "sha256"), hash_of_csv());
	assert_int_equal(site_number(receipt, "stored"), 5000);
	assert_int_equal(site_number(receipt, "received"), 5000);
	assert_int_equal(site_number(receipt, "gaps"), 0);
	assert_true(json_is_true(json_object_get(receipt, "is_complete")));
	json_t *sink = json_array_get(json_object_get(receipt, "shipped"), 0);
	assert_string_equal(class_text(sink, "sink"), "test");
	assert_int_equal(site_number(sink, "rows_behind"), 5000);
	json_decref(receipt);

	/* The sink takes most of it, and leaves a hole. */
	struct cursor cursor = {.sink = "test", .stream = 10, .done = {845 * S}};
	struct hole hole = {.sink = "test", .stream = 10, .from = {810 * S}, .to = {811 * S}};
	assert_int_equal(store_set_cursor(site->store, &cursor), 0);
	assert_int_equal(store_set_holes(site->store, "test", 10, &hole, 1), 0);
	site_keep_turns(site);
	receipt = site_get(site, "/api/v1/runs/1/receipt");
	sink = json_array_get(json_object_get(receipt, "shipped"), 0);
	assert_int_equal(site_number(sink, "rows_behind"), 500 + 100);
	json_decref(receipt);
	site_refuses(site, "GET", "/api/v1/runs/2/receipt", NULL, 404, "not_found");
}

static void what_is_missing_is_told_and_the_receipt_is_not_complete(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 800 * S, S / 10, 100);
	site_keep_gap(site, 10, GAP_WIRE, 805 * S, 806 * S, 3);
	site_keep_gap(site, 10, GAP_STORE, 810 * S, 811 * S, 10);
	site_keep_gap(site, 10, GAP_SILENT, 812 * S, 813 * S, 0);
	site_keep_gap(site, 10, GAP_STORE, 700 * S, 701 * S, 99); /* before the run */
	site_keep_turns(site);
	json_decref(site_post(
		site, "/api/v1/runs", "{\"from_us\":790000000,\"to_us\":860000000}", 201));
	json_t *receipt = site_get(site, "/api/v1/runs/1/receipt");
	assert_int_equal(site_number(receipt, "stored"), 100);
	assert_int_equal(site_number(receipt, "bad"), 3);
	assert_int_equal(site_number(receipt, "received"), 113);
	assert_int_equal(site_number(receipt, "lost_rows"), 13);
	assert_int_equal(site_number(receipt, "gaps"), 3);
	assert_true(json_is_false(json_object_get(receipt, "is_complete")));
	json_decref(receipt);
}

static json_t *receipt_of(struct site *site, unsigned run)
{
	char path[64];
	struct browser b;

	snprintf(path, sizeof path, "/api/v1/runs/%u/receipt", run);
	browser_open(&b, site->loop, site->port);
	browser_send(&b, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
	for (int i = 1; i < 500 && !b.is_closed; i++) {
		browser_turn(&b);
		if (i % 4 == 0 && b.n == 0)
			site_keep_turns(site);
	}
	browser_wait_closed(&b);
	assert_true(browser_has(&b, "HTTP/1.1 200"));
	return site_json(&b);
}

static void a_group_has_a_receipt_for_its_own_kits(void **state)
{
	struct site *site = *state;

	class_begin(site, 2);
	site_plug(site, 1, "temperature");
	site_plug(site, 2, "temperature");
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1]}"));
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":2,\"devices\":[2]}"));
	json_decref(class_act(site, "{\"do\":\"start\",\"from_us\":700000000}"));
	site_keep_rows(site, 10, 800 * S, S / 10, 100);
	site_keep_rows(site, 20, 800 * S, S / 10, 70);
	json_decref(class_act(site, "{\"do\":\"stop\"}"));
	/* Of its own kits also after they went to others, and after the end. */
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[]}"));
	json_decref(class_act(site, "{\"do\":\"end\"}"));
	for (int i = 0; i < 2; i++) {
		json_t *receipt = receipt_of(site, 1);
		begin_csv();
		add_csv(800 * S, 700 * S, S / 10, 100);
		assert_int_equal(site_number(receipt, "stored"), 100);
		assert_string_equal(class_text(receipt, "sha256"), hash_of_csv());
		json_decref(receipt);
		receipt = receipt_of(site, 2);
		assert_int_equal(site_number(receipt, "stored"), 70);
		json_decref(receipt);
		site_reopen(site); /* from the journal on the card */
	}
}

/* As in the package: by the numbers on the labels, not by when the kits were first seen. */
static void rows_of_several_kits_are_hashed_in_the_order_of_the_package(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	for (uint32_t id = 1; id <= 2; id++) {
		struct device device = site_device(id, "temperature");

		device.sticker = 9 - id;
		assert_int_equal(store_add_device(site->store, &device), 0);
		site_keep_rows(site, 10 * id, 800 * S, S / 10, 10 * id);
	}
	site_keep_turns(site);
	json_decref(site_post(
		site, "/api/v1/runs", "{\"from_us\":790000000,\"to_us\":860000000}", 201));
	json_t *receipt = site_get(site, "/api/v1/runs/1/receipt");
	begin_csv();
	add_csv(800 * S, 790 * S, S / 10, 20);
	add_csv(800 * S, 790 * S, S / 10, 10);
	assert_string_equal(class_text(receipt, "sha256"), hash_of_csv());
	json_decref(receipt);
}

static void a_run_that_goes_on_is_not_complete(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 990 * S, S / 10, 100);
	json_decref(site_post(site, "/api/v1/runs", "{\"from_us\":980000000}", 201));
	json_t *receipt = receipt_of(site, 1);
	assert_int_equal(site_number(receipt, "stored"), 100);
	assert_true(json_is_false(json_object_get(receipt, "is_complete")));
	json_decref(receipt);
}

/* Rows of a run that is over are hashed once, and what sinks have is counted each time. */
static void a_run_that_is_over_is_hashed_once(void **state)
{
	struct site *site = *state;
	struct receipt_memory memory = {.n = 0};
	struct reader *reader;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 800 * S, S / 10, 100);
	site_keep_turns(site);
	struct cursor cursor = {.sink = "test", .stream = 10, .done = {805 * S}};
	struct hole hole = {.sink = "test", .stream = 10, .from = {801 * S}, .to = {802 * S}};
	assert_int_equal(store_set_cursor(site->store, &cursor), 0);
	assert_int_equal(store_set_holes(site->store, "test", 10, &hole, 1), 0);
	site_keep_turns(site);
	assert_int_equal(reader_open(site->directory, &reader), 0);
	for (int i = 0; i < 2; i++) {
		struct receipt receipt = {
			.run = {.id = 1, .from = {790 * S}, .to = {860 * S}},
			.is_over = true,
			.durable = {900 * S},
			.sinks = {{.name = "test"}},
			.n_sinks = 1,
		};

		receipt_memory_recall(&memory, &receipt);
		while (receipt_step(&receipt, reader) == 1)
			;
		assert_int_equal(receipt.found.stored, 100);
		assert_int_equal(receipt.sinks[0].rows_behind, 50 + 10);
		assert_true(receipt.is_complete);
		assert_int_equal(strcmp(receipt.found.sha256, "remembered") == 0, i == 1);
		text_copy(receipt.found.sha256, sizeof receipt.found.sha256, "remembered");
		receipt_memory_take(&memory, &receipt);
		receipt_clear(&receipt);
	}
	receipt_memory_clear(&memory);
	reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_receipt_counts_and_hashes_what_the_package_has),
		SITE_TEST(what_is_missing_is_told_and_the_receipt_is_not_complete),
		SITE_TEST(a_group_has_a_receipt_for_its_own_kits),
		SITE_TEST(rows_of_several_kits_are_hashed_in_the_order_of_the_package),
		SITE_TEST(a_run_that_goes_on_is_not_complete),
		SITE_TEST(a_run_that_is_over_is_hashed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
