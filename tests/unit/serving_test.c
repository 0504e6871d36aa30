/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Which channel serves which need: tests/data/serving.txt is one table for the board and the pages. */
#include "data/serving.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "support/cmocka_all.h"

enum { DEVICES = 4, KITS = 4 };

/* A line of the table. What is said lives in `line`, which is cut to pieces. */
struct table_case {
	struct lesson_need needs[LESSON_NEEDS];
	char *kits[LESSON_NEEDS][KITS];
	struct device devices[DEVICES];
	const struct device *dealt[DEVICES];
	struct lesson lesson;
	size_t n_devices;
	uint32_t shared;
};

/* The next piece of *rest, up to `end` or the end; NULL: there is none. */
static char *piece(char **rest, char end)
{
	const char ends[] = {end, '\0'};

	return *rest ? strsep(rest, ends) : NULL;
}

static void take_need(struct table_case *of, char *words)
{
	struct lesson_need *need = &of->needs[of->lesson.n_needs];
	char **kits = of->kits[of->lesson.n_needs++], *what = piece(&words, '@');

	need->id = piece(&what, ':');
	need->quantity = piece(&what, ':');
	need->unit = piece(&what, ':');
	need->unit = need->unit && *need->unit ? need->unit : NULL;
	need->channel = piece(&what, ':');
	need->is_optional = strchr(need->id, '?');
	need->groups_share = strchr(need->id, '*') ? 12 : 1;
	need->kits = kits;
	for (char *kit; (kit = piece(&words, ',')); need->n_kits++)
		kits[need->n_kits] = kit;
	assert_non_null(need->quantity);
}

static void take_stream(struct device *device, char *words)
{
	struct stream *stream = &device->streams[device->n_streams++];

	for (char *word; (word = piece(&words, ',')); stream->n_channels++) {
		struct channel *channel = &stream->channels[stream->n_channels];
		char *unit;

		text_copy(channel->id, sizeof channel->id, piece(&word, ':'));
		text_copy(channel->quantity, sizeof channel->quantity, piece(&word, ':'));
		unit = piece(&word, ':');
		text_copy(channel->unit, sizeof channel->unit, unit ? unit : "");
	}
}

/* With the raw pairs of its clock, which serve nothing. */
static void take_device(struct table_case *of, char *words)
{
	struct device *device = &of->devices[of->n_devices];

	of->shared |= strstr(words, "*/") ? 1u << of->n_devices : 0;
	of->dealt[of->n_devices++] = device;
	device->id = (uint32_t)strtoul(piece(&words, '/'), NULL, 10);
	text_copy(device->kit, sizeof device->kit, piece(&words, '/'));
	for (char *stream; (stream = piece(&words, '+'));)
		take_stream(device, stream);
	device->streams[device->n_streams] = device->streams[0];
	device->streams[device->n_streams++].kind = STREAM_CLOCK;
}

static void take_words(
	struct table_case *of, char *words, void (*take)(struct table_case *of, char *word))
{
	for (char *word; (word = piece(&words, ' '));)
		if (*word)
			take(of, word);
}

/* "T=1.a h=-" */
static void tell(const struct table_case *of, struct text *text)
{
	struct serving serving[LESSON_NEEDS];

	serving_find(&of->lesson, of->dealt, of->n_devices, of->shared, serving);
	for (size_t i = 0; i < of->lesson.n_needs; i++) {
		const struct serving *by = &serving[i];

		text_addf(text, "%s%s=", i ? " " : "", of->needs[i].id);
		if (by->stream)
			text_addf(text, "%u.%s", by->device->id,
				by->stream->channels[by->channel].id);
		else
			text_add(text, "-");
	}
}

static void each_need_is_served_as_the_table_says(void **unused)
{
	static struct table_case of;
	char path[300], line[400], whole[400], buffer[200];
	unsigned n = 0;

	(void)unused;
	snprintf(path, sizeof path, "%s/tests/data/serving.txt", KITLOG_SOURCE);
	FILE *table = fopen(path, "r");

	assert_non_null(table);
	while (fgets(line, sizeof line, table)) {
		struct text told = text_over(buffer, sizeof buffer);
		char *rest = line;

		line[strcspn(line, "\n")] = '\0';
		if (*line == '#' || !*line)
			continue;
		strcpy(whole, line);
		memset(&of, 0, sizeof of);
		of.lesson.needs = of.needs;
		take_words(&of, piece(&rest, ';'), take_need);
		take_words(&of, piece(&rest, ';'), take_device);
		assert_non_null(rest);
		tell(&of, &told);
		if (strcmp(told.at, rest + strspn(rest, " ")) != 0)
			fail_msg("\"%s\" is served %s", whole, told.at);
		n++;
	}
	fclose(table);
	assert_true(n > 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_need_is_served_as_the_table_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
