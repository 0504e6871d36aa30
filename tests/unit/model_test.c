/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kit.yaml becomes a model: what the good ones mean, and for each kind of mistake one sentence
 * that names the place, the word and the next step. tests/data/kit-mistakes/MESSAGES.txt is what a
 * maintainer reads: a change there is a change of the product. */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "data/file.h"
#include "data/quantity.h"
#include "support/cmocka_all.h"
#include "support/toy_forms.h"

static struct arena arena;

static int give_back(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* NULL, with all sentences in `said`, when it has mistakes. */
static struct model *read_yaml(const char *yaml, char **ret_said)
{
	struct report report = {.file = "F"};
	struct model *model = NULL;

	give_back(NULL);
	arena = arena_of(256 * 1024);
	int failed = model_read(yaml, strlen(yaml), NULL, &toy_forms, &arena, &report, &model);

	assert_false(report.is_dispute);
	assert_int_equal(failed, report.count ? -EINVAL : 0);
	assert_int_equal(!model, failed != 0);
	*ret_said = report_text(&report);
	return model;
}

static struct model *read_example(const char *name)
{
	struct report report = {0};
	struct model *model = NULL;
	char folder[300];

	give_back(NULL);
	arena = arena_of(256 * 1024);
	snprintf(folder, sizeof folder, "%s/tests/data/kits/%s", KITLOG_SOURCE, name);
	if (model_read_folder(folder, &toy_forms, &arena, &report, &model))
		fail_msg("%s", report_text(&report));
	assert_string_equal(model->folder, folder);
	assert_string_equal(model->id, name);
	return model;
}

static void a_polled_kit_is_understood(void **unused)
{
	const struct model *model = read_example("xy-md02");
	const struct model_match *match = &model->matches[0];
	const struct model_channel *temp = &model->channels[0];

	(void)unused;
	assert_string_equal(model->form->name, "modbus");
	assert_non_null(model->keys);
	assert_int_equal(((const struct toy_plan *)model->plan)->n, 2);
	assert_string_equal(model->name.zh, "温湿度探头 XY-MD02");
	assert_null(model->printed);
	assert_int_equal(model->n_matches, 1);
	assert_true(match->has_usb && !match->any_product);
	assert_int_equal(match->vendor, 0x1A86);
	assert_int_equal(match->product, 0x7523);
	assert_int_equal(match->ask.n, 8);
	assert_int_equal(match->answer.n, 9);
	assert_int_equal(match->answer.mask[5], 0);
	assert_int_equal(model->serial.speed, 9600);
	assert_true(model->rate_hz == 1 && model->most_rate_hz == 2);
	assert_int_equal(model->latency_ns, 30 * NS_PER_MS);
	assert_int_equal(model->warm_up_ns, 0);
	assert_int_equal(model->n_channels, 2);
	assert_string_equal(temp->from, "input 0x0001 s16");
	assert_true(temp->scale == 0.1 && temp->offset == 0 && temp->rate_hz == 0);
	assert_true(temp->low == -40 && temp->high == 60 && temp->resolution == 0.1);
	assert_true(temp->accuracy.absolute == 0.5);
	assert_int_equal(temp->calibrations, MODEL_OFFSET);
	assert_int_equal(temp->output, -1);
	assert_int_equal(model->n_traps, 2);
	assert_int_equal(model->n_unverified, 1);
	assert_string_equal(
		model->unverified[0].zh, "波特率寄存器 0x0102 里是波特率本身，不是代号");
	assert_string_equal(model->unverified[0].en,
		"baud register 0x0102 holds the bit rate itself, not a code");
	assert_int_equal(model_channel(model, "humidity"), 1);
	assert_int_equal(model_channel(model, "hum"), -1);
}

static void lines_and_settings_are_understood(void **unused)
{
	const struct model *model = read_example("hc-sr04");

	(void)unused;
	assert_int_equal(model->n_lines, 2);
	assert_int_equal(model->lines[0].pin, 23);
	assert_true(model->lines[0].is_output && !model->lines[1].is_output);
	assert_int_equal(model->lines[1].bias, MODEL_BIAS_PULL_DOWN);
	assert_int_equal(model->n_settings, 1);
	assert_true(model->settings[0].value == 20 && model->settings[0].low == -10);
	assert_int_equal(model->channels[0].calibrations, MODEL_OFFSET | MODEL_TWO_POINT);
	assert_true(model->channels[0].is_zeroable);
	model = read_example("hall-wheel");
	assert_true(model->lines[0].is_active_low);
	assert_int_equal(model->n_matches, 0);
}

static void a_driver_gives_what_channels_name(void **unused)
{
	const struct model *model = read_example("co2-zytemp");

	(void)unused;
	assert_string_equal(model->driver, "co2-zytemp");
	assert_int_equal(model->channels[0].output, 0);
	assert_int_equal(model->channels[1].output, 1);
	assert_int_equal(model->warm_up_ns, 30 * (int64_t)NS_PER_S);
	assert_true(model->channels[0].accuracy.is_greater);
	assert_true(fabs(model->rate_hz - 0.2) < 1e-12);
}

static void every_example_is_good(void **unused)
{
	char folder[300];
	DIR *list;
	int n = 0;

	(void)unused;
	snprintf(folder, sizeof folder, "%s/tests/data/kits", KITLOG_SOURCE);
	list = opendir(folder);
	assert_non_null(list);
	for (struct dirent *entry; (entry = readdir(list));)
		if (entry->d_name[0] != '.')
			n += read_example(entry->d_name) != NULL;
	closedir(list);
	assert_int_equal(n, 10);
}

static char *read_text(const char *folder, const char *name)
{
	static char bytes[64 * 1024];
	char path[400];
	size_t n;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(file_read(path, bytes, sizeof bytes - 1, &n), 0);
	bytes[n] = '\0';
	return bytes;
}

static int is_yaml(const struct dirent *entry)
{
	return strstr(entry->d_name, ".yaml") != NULL;
}

static void each_kind_of_mistake_has_its_sentence(void **unused)
{
	char folder[300], *said = NULL;
	static char all[32 * 1024];
	struct dirent **entries;

	(void)unused;
	snprintf(folder, sizeof folder, "%s/tests/data/kit-mistakes", KITLOG_SOURCE);
	int n = scandir(folder, &entries, is_yaml, alphasort);

	assert_true(n > 40);
	for (int i = 0; i < n; i++) {
		assert_null(read_yaml(read_text(folder, entries[i]->d_name), &said));
		for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n")) {
			strcat(all, entries[i]->d_name);
			strcat(all, line + 1);
			strcat(all, "\n");
		}
		free(said);
		free(entries[i]);
	}
	free(entries);
	assert_string_equal(all, read_text(folder, "MESSAGES.txt"));
}

/* What a person copies from the documents works, and they list what there is. */
static void the_documents_say_what_is_so(void **unused)
{
	static const char *const documents[] = {"README.md", "README.zh-CN.md"};
	const struct quantity *quantity;
	char folder[300], row[200], *said;

	(void)unused;
	snprintf(folder, sizeof folder, "%s/kits", KITLOG_SOURCE);
	for (size_t i = 0; i < 2; i++) {
		char *text = read_text(folder, documents[i]);

		for (size_t q = 0; (quantity = quantity_at(q)); q++) {
			snprintf(row, sizeof row, "| `%s` | %s | %s | %s%s%s |\n", quantity->id,
				quantity->zh, quantity->en, quantity->units ? "`" : "",
				quantity->units ? quantity->units : "any",
				quantity->units ? "`" : "");
			if (!strstr(text, row))
				fail_msg("%s does not have: %s", documents[i], row);
		}
		char *yaml = strstr(text, "```yaml\n");

		assert_non_null(yaml);
		yaml += strlen("```yaml\n");
		*strstr(yaml, "```") = '\0';
		const struct model *model = read_yaml(yaml, &said);

		if (!model)
			fail_msg("%s", said);
		free(said);
		assert_int_equal(model->n_matches, 2);
		assert_int_equal(model->n_troubles, 1);
		assert_string_equal(model->troubles[0].word, "timeout");
		assert_string_equal(model->troubles[0].en, "No answer; press its switch");
		assert_true(model->channels[0].rate_hz == 10);
	}
}

static void the_folder_is_the_name(void **unused)
{
	struct report report = {.file = "F"};
	struct model *model = NULL;
	char folder[300];
	const char *yaml;

	(void)unused;
	snprintf(folder, sizeof folder, "%s/tests/data/kits", KITLOG_SOURCE);
	yaml = read_text(folder, "hall-wheel/kit.yaml");
	arena = arena_of(256 * 1024);
	assert_int_equal(
		model_read(yaml, strlen(yaml), "wheel", &toy_forms, &arena, &report, &model),
		-EINVAL);
	assert_null(model);
	assert_string_equal(report.mistakes[0].text,
		"kit: \"hall-wheel\" is not the name of its folder, wheel");
}

static void assert_unreadable(const char *folder, int error, const char *sentence)
{
	struct report report = {0};
	struct model *model = NULL;
	char expected[400];

	give_back(NULL);
	arena = arena_of(256 * 1024);
	assert_int_equal(model_read_folder(folder, &toy_forms, &arena, &report, &model), error);
	assert_null(model);
	snprintf(expected, sizeof expected, "%s/kit.yaml: %s\n", folder, sentence);
	char *said = report_text(&report);

	assert_string_equal(said, expected);
	free(said);
}

static void a_folder_without_a_file_is_told(void **unused)
{
	char folder[] = "/tmp/kitlog-model-XXXXXX", path[64];

	(void)unused;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/kit.yaml", folder);
	assert_unreadable(folder, -ENOENT,
		"No such file or directory; each kit's folder has one, which kitlogd may read");
	assert_int_equal(mkfifo(path, 0600), 0); /* reading would wait for ever */
	assert_unreadable(
		folder, -EISDIR, "is no file; each kit's folder has one, which kitlogd may read");
	unlink(path);
	rmdir(folder);
}

static void memory_that_ends_is_no_mistake_of_the_kit(void **unused)
{
	char folder[300];
	const char *yaml;

	(void)unused;
	snprintf(folder, sizeof folder, "%s/tests/data/kits", KITLOG_SOURCE);
	yaml = read_text(folder, "photogates-two/kit.yaml");
	for (size_t limit = 0; limit < 64 * 1024; limit += 97) {
		struct report report = {.file = "F"};
		struct model *model = NULL;

		give_back(NULL);
		arena = arena_of(limit);
		int failed =
			model_read(yaml, strlen(yaml), NULL, &toy_forms, &arena, &report, &model);

		assert_int_equal(report.count, 0);
		assert_true(failed == -ENOMEM || (failed == 0 && model));
		if (failed == 0)
			return;
	}
	fail_msg("a kit of this size takes more than 64 KiB");
}

#define KIT "kit: k\nname: {zh: 名, en: Name}\niio: {name: [x]}\nmatch:\n"

static const char *matched(const char *matches, const struct model_usb *usb)
{
	static char word[64];
	char yaml[1000], *said;

	snprintf(yaml, sizeof yaml,
		"%s%schannels:\n  - {id: a, name: {zh: 甲, en: A}, quantity: raw, "
		"unit: \"1\", range: [0, 1], resolution: 1, from: x}\n",
		KIT, matches);
	const struct model *model = read_yaml(yaml, &said);

	if (!model)
		fail_msg("%s", said);
	free(said);
	const struct model_match *match = model_match_usb(model, usb);

	snprintf(word, sizeof word, "%s",
		!match                        ? ""
			: match->product_name ? match->product_name
					      : "?");
	return word;
}

static void a_device_fits_the_most_exact_entry(void **unused)
{
	const struct model_usb thermometer = {0x08F7, 2, "Vernier", "Go! Temp ver 1.53", ""};
	const struct model_usb silent = {0x08F7, 2, NULL, NULL, NULL};

	(void)unused;
	assert_string_equal(
		matched("  - {usb: \"08f7:*\"}\n  - {usb: \"08f7:0002\", product: Go! Temp*}\n",
			&thermometer),
		"Go! Temp*");
	assert_string_equal(matched("  - {usb: \"08f7:0002\", product: Go! Temp*}\n", &silent), "");
	assert_string_equal(matched("  - {usb: \"08f7:0002\"}\n", &silent), "?");
	assert_string_equal(matched("  - {usb: \"08f7:0003\"}\n", &thermometer), "");
	assert_string_equal(matched("  - {product: \"*1.53\"}\n", &thermometer), "*1.53");
	assert_string_equal(
		matched("  - {usb: \"08f7:0002\", manufacturer: Other}\n", &thermometer), "");
}

static bool overlap(const char *a, const char *b)
{
	const struct model_match first = {.product_name = (char *)a},
				 second = {.product_name = (char *)b};
	bool is_so = model_match_overlaps(&first, &second);

	assert_int_equal(model_match_overlaps(&second, &first), is_so);
	return is_so;
}

static void overlapping_patterns_are_found(void **unused)
{
	const struct model_match ch340 = {.has_usb = true, .vendor = 0x1A86, .product = 0x7523};
	const struct model_match other = {.has_usb = true, .vendor = 0x1A86, .product = 0x55D4};
	const struct model_match any = {.has_usb = true, .vendor = 0x1A86, .any_product = true};

	(void)unused;
	assert_true(overlap("Go*", "*Temp"));
	assert_true(overlap("Go*", "Go"));
	assert_true(overlap("*a*", "*b*"));
	assert_true(overlap("a*c", "ab*bc"));
	assert_true(overlap(NULL, "x"));
	assert_false(overlap("Go*", "Temp*"));
	assert_false(overlap("*a", "*b"));
	assert_false(overlap("a*b", "a"));
	assert_false(overlap("abc", "abd"));
	assert_false(overlap("", "a"));
	assert_true(overlap("", "*"));
	assert_false(model_match_overlaps(&ch340, &other));
	assert_true(model_match_overlaps(&ch340, &any));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_polled_kit_is_understood, give_back),
		cmocka_unit_test_teardown(lines_and_settings_are_understood, give_back),
		cmocka_unit_test_teardown(a_driver_gives_what_channels_name, give_back),
		cmocka_unit_test_teardown(every_example_is_good, give_back),
		cmocka_unit_test_teardown(each_kind_of_mistake_has_its_sentence, give_back),
		cmocka_unit_test_teardown(the_documents_say_what_is_so, give_back),
		cmocka_unit_test_teardown(the_folder_is_the_name, give_back),
		cmocka_unit_test_teardown(a_folder_without_a_file_is_told, give_back),
		cmocka_unit_test_teardown(memory_that_ends_is_no_mistake_of_the_kit, give_back),
		cmocka_unit_test_teardown(a_device_fits_the_most_exact_entry, give_back),
		cmocka_unit_test_teardown(overlapping_patterns_are_found, give_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
