/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sorted table and a binary search: a waveform file may have a line for every millisecond. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

struct line {
	double seconds;
	int32_t value;
	bool is_plugged, is_low;
};

struct script {
	size_t n, room;
	struct line *lines;
};

static int add(struct script *script, struct line line)
{
	if (script->n == script->room) {
		size_t room = script->room ? 2 * script->room : 64;
		struct line *lines = realloc(script->lines, room * sizeof(*lines));

		if (!lines)
			return -ENOMEM;
		script->lines = lines;
		script->room = room;
	}
	script->lines[script->n++] = line;
	return 0;
}

static bool read_line(char *text, struct line *ret)
{
	char value[16], extra;

	if (sscanf(text, "%lf %15s %c", &ret->seconds, value, &extra) != 2)
		return false;
	ret->is_low = strcmp(value, "low") == 0;
	ret->is_plugged = !ret->is_low && strcmp(value, "-") != 0;
	ret->value = 0;
	return !ret->is_plugged || sscanf(value, "%d%c", &ret->value, &extra) == 1;
}

int script_open(const char *path, struct script **ret)
{
	struct script *script = calloc(1, sizeof(*script));
	FILE *file = fopen(path, "r");
	char text[128];
	int error = 0;

	if (!script || !file)
		error = -errno;
	for (unsigned number = 1; error == 0 && fgets(text, sizeof(text), file); number++) {
		struct line line;

		text[strcspn(text, "#\n")] = '\0';
		if (text[strspn(text, " \t")] == '\0')
			continue;
		if (!read_line(text, &line) ||
			(script->n > 0 && line.seconds < script->lines[script->n - 1].seconds)) {
			fprintf(stderr, "%s:%u: wanted \"SECONDS VALUE\", seconds rising.\n", path,
				number);
			error = -EINVAL;
			break;
		}
		error = add(script, line);
	}
	if (file)
		fclose(file);
	if (error < 0) {
		script_free(script);
		return error;
	}
	*ret = script;
	return 0;
}

void script_free(struct script *script)
{
	if (!script)
		return;
	free(script->lines);
	free(script);
}

/* The line that holds then; NULL before the first. */
static const struct line *line_at(const struct script *script, double seconds)
{
	size_t low = 0, high = script ? script->n : 0;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (script->lines[middle].seconds <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? &script->lines[low - 1] : NULL;
}

bool script_at(const struct script *script, double seconds, int32_t *ret_value)
{
	const struct line *line = line_at(script, seconds);

	if (!line || !line->is_plugged)
		return false;
	*ret_value = line->value;
	return true;
}

bool script_is_low(const struct script *script, double seconds)
{
	const struct line *line = line_at(script, seconds);

	return line && line->is_low;
}

bool script_was_plugged(const struct script *script, double since, double seconds)
{
	const struct line *line = line_at(script, since), *last = line_at(script, seconds);

	while (line && line->is_plugged && line < last)
		line++;
	return line && line->is_plugged;
}
