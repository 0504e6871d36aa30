/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What is written whole has the room that it needs, up to a limit. */
#include "export/written.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"

static unsigned n_tries;

static void write_letters(const void *what, struct text *text)
{
	n_tries++;
	for (size_t i = 0; i < *(const size_t *)what; i++)
		text_add_char(text, (char)('a' + i % 26));
}

static void what_does_not_fit_is_written_anew_into_more_room(void **unused)
{
	static const size_t lengths[] = {0, 1, 63, 64, 1000};

	(void)unused;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct text text;

		assert_int_equal(written_whole(write_letters, &lengths[i], 64, &text), 0);
		assert_int_equal(text.length, lengths[i]);
		assert_int_equal(strlen(text.at), lengths[i]);
		if (lengths[i] > 26)
			assert_memory_equal(text.at + 26, "abc", 3); /* none of an earlier try */
		free(text.at);
	}
}

static void what_fits_is_written_once(void **unused)
{
	size_t length = 10;
	struct text text;

	(void)unused;
	n_tries = 0;
	assert_int_equal(written_whole(write_letters, &length, 64, &text), 0);
	assert_int_equal(n_tries, 1);
	free(text.at);
}

static void never_fit(const void *unused, struct text *text)
{
	(void)unused;
	text->is_cut = true;
}

static void what_has_no_end_is_refused(void **unused)
{
	struct text text;

	(void)unused;
	assert_int_equal(written_whole(never_fit, NULL, 1 << 20, &text), -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_is_written_anew_into_more_room),
		cmocka_unit_test(what_fits_is_written_once),
		cmocka_unit_test(what_has_no_end_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
