/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences for what goes wrong with a kit. The words are looked for in the sources themselves: one
 * without a sentence fails. */
#include "live/trouble.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sense/catalogue.h"
#include "sense/vocabulary.h"
#include "support/cmocka_all.h"

static struct catalogue *catalogue;
static struct trouble_words words;
static unsigned n_words;

static int open_catalogue(void **unused)
{
	static const char *const folders[] = {KITLOG_SOURCE "/kits"};

	(void)unused;
	return catalogue_open(folders, 1, &catalogue);
}

static int close_catalogue(void **unused)
{
	(void)unused;
	catalogue_close(catalogue);
	return 0;
}

static const struct model *kit(const char *id)
{
	const struct model *model = catalogue_find(catalogue, id);

	assert_non_null(model);
	return model;
}

/* --- every word that the sources say --- */

/* Is there a sentence when this file says the word? Each kit of a driver's folder has one, and each
 * of a family (kits/protocols/FAMILY.c, FAMILY_*.c); of a file that several share some kit has. */
static bool has_sentence(const char *path, const char *word)
{
	const char *file = strrchr(path, '/') + 1;
	bool is_driver = strcmp(file, "driver.c") == 0, is_of_family = false, is_of_some = false;

	for (size_t i = 0; i < catalogue_count(catalogue); i++) {
		const struct model *model = catalogue_at(catalogue, i);
		const char *family = model->form->name;
		bool says, has = vocabulary_find(model, word) != NULL;
		char own[128];

		snprintf(own, sizeof own, "/kits/%s/driver.c", model->id);
		says = is_driver ? strstr(path, own) != NULL
				 : !model->driver && strncmp(file, family, strlen(family)) == 0 &&
				strchr("._", file[strlen(family)]);
		is_of_family |= says;
		is_of_some |= has;
		if (says && !has)
			return false;
	}
	return is_of_family || is_of_some;
}

static void check_word(const char *word, const char *path)
{
	n_words++;
	if (strlen(word) >= FEED_WORD)
		fail_msg("%s: \"%s\" is longer than a health record takes", path, word);
	if (!has_sentence(path, word))
		fail_msg(
			"%s: \"%s\" has no sentence; give it one under troubles in kit.yaml, or in "
			"the family's table",
			path, word);
}

/* The texts in quotes from `at` to the end of the statement. */
static void check_statement(const char *at, const char *path)
{
	const char *end = strchr(at, ';');

	assert_non_null(end);
	while ((at = strchr(at, '"')) && at < end) {
		char word[64];
		size_t n = strcspn(at + 1, "\"");

		assert_true(n < sizeof word);
		memcpy(word, at + 1, n);
		word[n] = '\0';
		check_word(word, path);
		at += n + 2;
	}
}

/* Who says a word: by these calls, by a note of it for later, or from the list of refusals. */
static const char *const sayings[] = {"kit_error(kit,", "kit_stream_error(kit,",
	"kit_unanswered(kit,", " fail(kit,", "note_wrong(kit,", "words[] = {\"exception-",
	": \"exception-"};

static int check_file(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
	const char *ending = strrchr(path, '.');
	static char source[1 << 17];
	FILE *file;

	(void)status;
	(void)ftw;
	if (kind != FTW_F || !ending || strcmp(ending, ".c") != 0)
		return 0;
	file = fopen(path, "r");
	assert_non_null(file);
	size_t n = fread(source, 1, sizeof source - 1, file);
	fclose(file);
	assert_true(n < sizeof source - 1);
	source[n] = '\0';
	for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++)
		for (const char *at = source; (at = strstr(at, sayings[i])); at++)
			check_statement(at, path);
	return 0;
}

static void every_word_in_the_sources_has_a_sentence(void **unused)
{
	(void)unused;
	assert_int_equal(nftw(KITLOG_SOURCE "/kits", check_file, 8, FTW_PHYS), 0);
	assert_in_range(n_words, 50, 500); /* else they are said in a way this test does not see */
}

/* --- the sentences --- */

static void a_sentence_fits_the_family(void **unused)
{
	(void)unused;
	trouble_of_word(kit("xy-md02"), "timeout", &words);
	assert_non_null(strstr(words.en, "wires A and B"));
	assert_non_null(strstr(words.zh, "A、B"));
	trouble_of_word(kit("temper"), "timeout", &words);
	assert_null(strstr(words.en, "wires A and B"));
	assert_non_null(strstr(words.en, "unplug it and plug it in again"));
	trouble_of_word(NULL, "timeout", &words);
	assert_non_null(strstr(words.en, "unplug it and plug it in again"));
}

static void what_kit_yaml_says_of_a_word_is_said_before_all_else(void **unused)
{
	(void)unused;
	trouble_of_word(kit("gmc-geiger"), "timeout", &words);
	assert_string_equal(words.en, "No answer; switch the counter on");
	assert_string_equal(words.zh, "没有应答；打开计数器的电源开关");
	trouble_of_word(kit("gmc-geiger"), "checksum", &words);
	assert_non_null(strstr(words.en, "Damaged data came"));
}

static void a_word_is_the_familys_own(void **unused)
{
	(void)unused;
	assert_non_null(vocabulary_find(kit("hc-sr04"), "no-echo"));
	assert_null(vocabulary_find(kit("xy-md02"), "no-echo"));
	assert_non_null(
		vocabulary_find(NULL, "no-echo")); /* a port at which nothing is described yet */
}

static void a_refusal_is_no_wrong_speed(void **unused)
{
	(void)unused;
	for (unsigned code = 1; code <= 11; code++) {
		char word[FEED_WORD];

		snprintf(word, sizeof word, "exception-%u", code);
		assert_non_null(vocabulary_find(kit("xy-md02"), word));
		trouble_of_word(kit("xy-md02"), word, &words);
		assert_null(strstr(words.en, "speed"));
		assert_null(strstr(words.en, "not understood"));
		assert_null(strstr(words.zh, "听不懂"));
	}
}

static void a_word_that_nobody_knows_is_named(void **unused)
{
	(void)unused;
	assert_null(vocabulary_find(kit("xy-md02"), "brand-new"));
	trouble_of_word(kit("xy-md02"), "brand-new", &words);
	assert_non_null(strstr(words.en, "(brand-new); unplug"));
	assert_non_null(strstr(words.zh, "（brand-new）；拔下"));
}

static void nothing_wrong_is_no_sentence(void **unused)
{
	(void)unused;
	trouble_of_word(kit("xy-md02"), "", &words);
	assert_string_equal(words.en, "");
	assert_string_equal(words.zh, "");
	trouble_of_state(DEVICE_READY, &words);
	assert_string_equal(words.en, "");
	trouble_of_state(DEVICE_LISTENING, &words);
	assert_string_equal(words.zh, "");
}

static void each_state_that_gives_no_readings_has_a_sentence(void **unused)
{
	(void)unused;
	trouble_of_state(DEVICE_SILENT, &words);
	assert_non_null(strstr(words.en, "No more readings"));
	trouble_of_state(DEVICE_GARBLED, &words);
	assert_non_null(strstr(words.en, "speed"));
	trouble_of_state(DEVICE_TEXT, &words);
	assert_non_null(strstr(words.zh, "文字"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_in_the_sources_has_a_sentence),
		cmocka_unit_test(a_sentence_fits_the_family),
		cmocka_unit_test(what_kit_yaml_says_of_a_word_is_said_before_all_else),
		cmocka_unit_test(a_word_is_the_familys_own),
		cmocka_unit_test(a_refusal_is_no_wrong_speed),
		cmocka_unit_test(a_word_that_nobody_knows_is_named),
		cmocka_unit_test(nothing_wrong_is_no_sentence),
		cmocka_unit_test(each_state_that_gives_no_readings_has_a_sentence),
	};

	return cmocka_run_group_tests(tests, open_catalogue, close_catalogue);
}
