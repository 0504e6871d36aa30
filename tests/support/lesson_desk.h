/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of lessons read lessons with. The test's thread only; what goes wrong fails the test. */
#pragma once

#include "data/lesson.h"

/* What a lesson is made of: of one at a time. */
extern struct arena lesson_desk;

/* Frees it; a teardown of cmocka. */
int lesson_desk_clear(void **state);

/* The lesson of a folder, until the desk is cleared or another is opened; NULL when it has mistakes. All sentences
 * are in *ret_said, which is the caller's to free. */
struct lesson *lesson_desk_open(const char *folder, char **ret_said);

/* A file's text, until the next one. */
char *lesson_desk_text(const char *folder, const char *name);
