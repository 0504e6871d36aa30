/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lesson as JSON: its card, and all of it. api/openapi.yaml says what each member means. Pure. */
#pragma once

#include "base/text.h"
#include "data/lesson.h"
#include "sense/catalogue.h"
#include "class/readiness.h"

/* For whom: what a class is to find out, and what only its teacher reads, are not everybody's. */
struct lesson_reader {
	bool sees_expect; /* the teacher, and a class to which it was revealed */
	bool is_teacher;
};

/* {"id":...,"readiness":{...}} */
void lesson_json_card(struct text *text, const struct lesson *lesson,
	const struct catalogue *catalogue, const struct readiness *readiness);

/* The card's members and all others. */
void lesson_json_whole(struct text *text, const struct lesson *lesson,
	const struct catalogue *catalogue, const struct readiness *readiness,
	struct lesson_reader reader);
