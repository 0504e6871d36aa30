/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where tests read lessons, see support/lesson_desk.h. */
#include "support/lesson_desk.h"

#include <stdio.h>

#include "data/file.h"
#include "support/cmocka_all.h"

struct arena lesson_desk;

int lesson_desk_clear(void **state)
{
	(void)state;
	arena_free(&lesson_desk);
	return 0;
}

struct lesson *lesson_desk_open(const char *folder, char **ret_said)
{
	struct lesson *lesson = NULL;
	size_t size;
	FILE *problems = open_memstream(ret_said, &size);

	lesson_desk_clear(NULL);
	lesson_desk = arena_of(LESSON_BYTES);
	int failed = lesson_open(folder, &lesson_desk, problems, &lesson);

	fclose(problems);
	assert_int_equal(failed == 0, lesson != NULL);
	return lesson;
}

char *lesson_desk_text(const char *folder, const char *name)
{
	static char bytes[64 * 1024];
	char path[400];
	size_t n;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(file_read(path, bytes, sizeof bytes - 1, &n), 0);
	bytes[n] = '\0';
	return bytes;
}
