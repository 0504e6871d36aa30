/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences for what goes wrong with a kit. The words are looked for in the sources themselves: one
 * without a sentence fails. */
#include "share/trouble.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "support/cmocka_all.h"

static struct trouble_words words;
static unsigned n_words;

/* --- every word that the sources say --- */

static void check_word(const char *word, const char *path)
{
	n_words++;
	if (strlen(word) >= FEED_WORD)
		fail_msg("%s: \"%s\" is longer than a health record takes", path, word);
	if (!trouble_knows(word))
		fail_msg("%s: \"%s\" has no sentence in daemon/share/trouble.c", path, word);
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
static const char *const sayings[] = {"kit_error(kit,", "kit_stream_error(kit,", " fail(kit,",
	"->word = ", "words[] = {\"exception-", ": \"exception-"};

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
	trouble_of_word("modbus", "timeout", &words);
	assert_non_null(strstr(words.en, "wires A and B"));
	assert_non_null(strstr(words.zh, "A、B"));
	trouble_of_word("gmc-geiger", "timeout", &words);
	assert_non_null(strstr(words.en, "switch the counter on"));
	trouble_of_word("temper", "timeout", &words);
	assert_null(strstr(words.en, "wires A and B"));
	assert_non_null(strstr(words.en, "unplug it and plug it in again"));
}

static void a_refusal_is_no_wrong_speed(void **unused)
{
	(void)unused;
	for (unsigned code = 1; code <= 11; code++) {
		char word[FEED_WORD];

		snprintf(word, sizeof word, "exception-%u", code);
		assert_true(trouble_knows(word));
		trouble_of_word("modbus", word, &words);
		assert_null(strstr(words.en, "speed"));
		assert_null(strstr(words.en, "not understood"));
		assert_null(strstr(words.zh, "听不懂"));
	}
}

static void a_word_that_nobody_knows_is_named(void **unused)
{
	(void)unused;
	assert_false(trouble_knows("brand-new"));
	trouble_of_word("lines", "brand-new", &words);
	assert_non_null(strstr(words.en, "(brand-new); unplug"));
	assert_non_null(strstr(words.zh, "（brand-new）；拔下"));
}

static void nothing_wrong_is_no_sentence(void **unused)
{
	(void)unused;
	trouble_of_word("modbus", "", &words);
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
		cmocka_unit_test(a_refusal_is_no_wrong_speed),
		cmocka_unit_test(a_word_that_nobody_knows_is_named),
		cmocka_unit_test(nothing_wrong_is_no_sentence),
		cmocka_unit_test(each_state_that_gives_no_readings_has_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
