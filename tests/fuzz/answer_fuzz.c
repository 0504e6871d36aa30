/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What programs of others may answer. A server for readings: whatever it says is put into one line of
 * UTF-8, of which a sentence in each language is made. And chronyd: an hour's doubt, or no answer.
 *
 * Input: two bytes for the status, a byte for what is the matter, the content type up to NUL, the body. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "keep/wall_chrony.h"
#include "ship/answer.h"
#include "ship/sentence.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { WORDS = 256, SENTENCE = 512, HEAD = 3 };

static void must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "answer_fuzz: %s\n", what);
	abort();
}

static void check_line(const char *line)
{
	must(utf8_is_valid(line, strlen(line)), "it is no UTF-8");
	for (const char *at = line; *at; at++)
		must((unsigned char)*at >= ' ' && *at != 0x7f, "a control character");
}

static void check_sentence(unsigned matter, int status, const char *words)
{
	static char name[] = "school";
	const struct config_sink sink = {.name = name};
	const struct sentence sentence = {.matter = (enum matter)(matter % (MATTER_CARD + 1)),
		.sink = &sink,
		.host = "influx.school.example",
		.status = status,
		.words = words,
		.what = words,
		.kit = "pendulum"};
	char english[SENTENCE], chinese[SENTENCE];

	sentence_write(&sentence, english, chinese, sizeof english);
	must(!*english == !*chinese, "a sentence in one language");
	must(sentence.matter == MATTER_NONE || *english, "no sentence");
	check_line(english);
	check_line(chinese);
}

static void check_chrony(const char *line)
{
	struct chrony_tracking tracking = {.uncertainty_ns = -1};

	if (chrony_read(line, &tracking) == 0)
		must(tracking.uncertainty_ns >= 0, "a doubt below nothing");
	else
		must(tracking.uncertainty_ns == -1, "no answer, and written");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char words[WORDS], *text;
	const char *body;
	int status;

	if (n < HEAD)
		return 0;
	text = malloc(n - HEAD + 1);
	must(text != NULL, "no memory");
	memcpy(text, bytes + HEAD, n - HEAD);
	text[n - HEAD] = '\0';
	status = bytes[0] % 6 * 100 + bytes[1] % 100;
	body = text + strlen(text);
	body += body < text + n - HEAD;

	size_t n_body = (size_t)(text + n - HEAD - body);
	bool tells_error = answer_tells_error(body, n_body);

	answer_words(body, n_body, words, sizeof words);
	check_line(words);
	enum answer answer = answer_classify(status, text, words, tells_error);
	must(answer >= ANSWER_TAKEN && answer <= ANSWER_LATER, "no class of an answer");
	must(answer != ANSWER_TAKEN ||
			(status >= 200 && status < 300 && !answer_is_page(text) && !tells_error),
		"taken, though nobody said so");
	(void)answer_is_all_expired(words, bytes[2]);
	check_sentence(bytes[2], status, words);
	check_chrony(body);
	free(text);
	return 0;
}
