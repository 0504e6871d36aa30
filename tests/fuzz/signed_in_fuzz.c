/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the file of who is signed in: nobody is let in by it who has no token, nothing in it is of
 * the future, and what is written of it reads back as the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/teacher.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const struct instant now = {100 * 86400 * (int64_t)NS_PER_S};

static void must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "signed_in_fuzz: %s\n", what);
	abort();
}

static const char *write_text(const struct teacher *teacher, char buffer[TEACHER_TEXT])
{
	struct text text = text_over(buffer, TEACHER_TEXT);

	teacher_write(teacher, &text);
	must(!text.is_cut, "more than there is room for");
	return text.at;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct teacher teacher, again;
	static char first[TEACHER_TEXT], second[TEACHER_TEXT];
	char *text = malloc(n + 1);

	must(text != NULL, "no memory");
	memcpy(text, bytes, n);
	text[n] = '\0';
	teacher_init(&teacher, "123456");
	teacher_read(&teacher, text, now);
	for (size_t i = 0; i < TEACHER_SESSIONS; i++)
		must(teacher.sessions[i].since.ns <= now.ns, "since tomorrow");
	must(!teacher_knows(&teacher, "", now), "an empty token");
	must(!teacher_knows(&teacher, text, now), "the file itself is a token");

	teacher_init(&again, "123456");
	teacher_read(&again, write_text(&teacher, first), now);
	must(strcmp(first, write_text(&again, second)) == 0, "written and read it is another");
	free(text);
	return 0;
}
