/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences go to stderr as they come, and into lists for --json. */
#include "tools/kitlog/kit_finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "tools/kitlog/kit_play.h"
#include "tools/kitlog/say.h"

static void add_sentence(struct finding *finding, json_t *list, const char *sentence)
{
	json_array_append_new(list, json_string(sentence));
	if (!finding->is_json)
		fprintf(stderr, "%s%s\n", list == finding->hints ? say("提示：", "hint: ") : "",
			sentence);
}

static void say_of(struct finding *finding, json_t *list, const char *file, const char *what)
{
	char buffer[KIT_SENTENCE];
	struct text sentence = text_over(buffer, sizeof buffer);

	text_add(&sentence, file);
	text_add(&sentence, ": ");
	text_add(&sentence, what);
	add_sentence(finding, list, sentence.at);
}

void finding_problem(struct finding *finding, const char *file, const char *what)
{
	say_of(finding, finding->problems, file, what);
}

void finding_hint(struct finding *finding, const char *file, const char *what)
{
	say_of(finding, finding->hints, file, what);
}

void finding_problems(struct finding *finding, const char *sentences)
{
	char *said = say_mistakes(sentences);

	for (const char *at = said ? said : "", *end; (end = strchr(at, '\n')); at = end + 1) {
		char *one = strndup(at, (size_t)(end - at));

		if (one)
			add_sentence(finding, finding->problems, one);
		free(one);
	}
	free(said);
}

bool finding_is_good(const struct finding *finding)
{
	return json_array_size(finding->problems) == 0;
}

/* "1 channel", "2 channels"; in Chinese nothing changes. */
static const char *plural(size_t n)
{
	return n == 1 ? "" : say("", "s");
}

void finding_print(const struct finding *finding)
{
	const struct kit_folder *folder = finding->folder;
	size_t n = json_array_size(finding->problems);

	if (n > 0)
		printf(say("%s：%zu 处要改\n", "%s: %zu to mend\n"), folder->path, n);
	else
		printf(say("%s：好；%zu 个通道%s，%zu 个记录%s一致，%llu 个弄坏的记录（最慢的事件 %.2f ms）\n",
			       "%s: good; %zu channel%s, %zu recording%s as expected, %llu damaged ones "
			       "(slowest event %.2f ms)\n"),
			folder->path, folder->model->n_channels, plural(folder->model->n_channels),
			finding->n_replayed, plural(finding->n_replayed),
			(unsigned long long)finding->fuzzed.inputs,
			(double)finding->fuzzed.longest_ns / NS_PER_MS);
}

json_t *finding_json(const struct finding *finding)
{
	const struct kit_folder *folder = finding->folder;
	const struct kit_fuzzed *fuzzed = &finding->fuzzed;

	return json_pack("{s:s, s:s, s:b, s:O, s:O, s:I, s:I, s:{s:I, s:I, s:I, s:I, s:f}}", "kit",
		folder->name, "folder", folder->path, "is_good", finding_is_good(finding),
		"problems", finding->problems, "hints", finding->hints, "recordings",
		(json_int_t)finding->n_replayed, "values", (json_int_t)finding->values, "damaged",
		"inputs", (json_int_t)fuzzed->inputs, "events", (json_int_t)fuzzed->events,
		"values", (json_int_t)fuzzed->values, "out_of_range", (json_int_t)fuzzed->flagged,
		"slowest_ms", (double)fuzzed->longest_ns / NS_PER_MS);
}
