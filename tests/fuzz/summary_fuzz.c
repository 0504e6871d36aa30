/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what another board says of itself: refused, or written anew as JSON that a page can bear. And as its
 * answer to what it was asked to do: a refusal, with a sentence in both languages, its own or ours; a lesson; a
 * session; a line of its head. */
#include "room/summary.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "room/mapping.h"
#include "room/together.h"
#include "room/visit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(int is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "summary_fuzz: %s\n", what);
	abort();
}

/* Whatever time it tells, after an earlier one, can be reckoned with. */
static void map(struct instant theirs)
{
	struct mapping mapping = {.n = 0};
	struct instant when = {NS_PER_S}, at_theirs;
	int64_t stated_ns;

	mapping_add(&mapping, &(struct mapping_ping){.sent = {0}, .came = {1000}, .theirs = {0}});
	mapping_add(
		&mapping, &(struct mapping_ping){.sent = {2000}, .came = {3000}, .theirs = theirs});
	must(mapping_at(&mapping, when, &at_theirs, &stated_ns) && stated_ns >= 0, "no mapping");
}

static void check_word(const char *word, size_t size)
{
	size_t n = strnlen(word, size);

	must(n < size, "a word without an end");
	must(utf8_is_valid(word, n), "a word that is no UTF-8");
}

static void refuse(const char *body, size_t n)
{
	struct room_words words;
	char code[32];

	memset(&words, 0xff, sizeof words);
	memset(code, 0xff, sizeof code);
	together_read_refusal(body, n, &words, code, sizeof code);
	check_word(words.zh, sizeof words.zh);
	check_word(words.en, sizeof words.en);
	check_word(code, sizeof code);
}

static void begin(const char *body, size_t n)
{
	struct room_result result = {.n_ready = -1};
	struct room_words words;
	int groups;

	memset(&words, 0xff, sizeof words);
	groups = together_read_readiness(body, n, &words);
	must(groups >= 1 && groups <= SUMMARY_GROUPS, "no number of groups");
	together_read_session(body, n, &words, &result);
	must(result.n_ready >= -1, "fewer groups than none");
	check_word(words.zh, sizeof words.zh);
	check_word(words.en, sizeof words.en);
	check_word(result.words.zh, sizeof result.words.zh);
	check_word(result.words.en, sizeof result.words.en);
	memset(&words, 0xff, sizeof words);
	together_read_spared(body, n, &words);
	check_word(words.zh, sizeof words.zh);
	check_word(words.en, sizeof words.en);
}

static void sign_in(const char *line, size_t n)
{
	char token[VISIT_TOKEN];

	memset(token, 0xff, sizeof token);
	token[0] = '\0';
	visit_read_token(line, n, token);
	must(strnlen(token, sizeof token) < sizeof token, "a token without an end");
	must(strspn(token, "0123456789abcdefABCDEF") == strlen(token),
		"a token that is no board's");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct summary summary;

	refuse((const char *)bytes, n);
	begin((const char *)bytes, n);
	sign_in((const char *)bytes, n);
	if (summary_read((const char *)bytes, n, &summary) < 0)
		return 0;
	json_t *groups = json_loads(summary.groups, 0, NULL);

	must(json_is_array(groups) && json_array_size(groups) <= SUMMARY_GROUPS, "no groups");
	must(!strpbrk(summary.groups, "<\n\r\t"), "a sign that a page cannot bear");
	must(utf8_is_valid(summary.groups, strlen(summary.groups)), "no UTF-8");
	must(strlen(summary.id) == SUMMARY_ID - 1, "no id");
	must(summary.now.ns >= 0, "no time");
	if (summary.interface == SUMMARY_INTERFACE)
		map(summary.now);
	json_decref(groups);
	summary_clear(&summary);
	return 0;
}
