/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a configuration. They are refused in sentences that a terminal can bear, or
 * understood; then what is printed of them is understood the same. libcyaml must never refuse what
 * our own check let pass: that would be a mistake without a sentence. And a board starts with
 * whatever they are: what is left of a file with mistakes is a configuration like any other. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/config.h"
#include "support/chinese_known.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 5;

static void must(bool is_so, const char *what, const char *shown)
{
	if (is_so)
		return;
	fprintf(stderr, "config_fuzz: %s:\n%s\n", what, shown);
	abort();
}

static char *print(const struct config *config)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	config_print(config, out);
	fclose(out);
	return text;
}

static void check_errors(const char *errors)
{
	static const char dispute[] = "fuzz: kitlog finds no mistake"; /* data/load.c */

	must(errors && *errors, "no sentence", "");
	must(utf8_is_valid(errors, strlen(errors)), "a sentence that is no UTF-8", errors);
	must(is_known_in_chinese(errors), "a sentence without Chinese", errors);
	must(errors[strlen(errors) - 1] == '\n', "a sentence that does not end", errors);
	for (const char *line = errors; *line; line = strchr(line, '\n') + 1) {
		must(strncmp(line, "fuzz:", 5) == 0, "a sentence without the file's name", line);
		must(strncmp(line, dispute, strlen(dispute)) != 0, "our check let it pass", line);
	}
	for (const char *at = errors; *at; at++)
		must((unsigned char)*at >= ' ' || *at == '\n', "a control character", errors);
}

static void check_print(const struct config *config)
{
	struct config *again;
	char *errors = NULL, *first = print(config);
	int r = config_parse("printed", first, strlen(first), &again, &errors);

	must(r == 0, "what was printed is not understood", r ? errors : "");
	char *second = print(again);
	must(strcmp(first, second) == 0, "what was printed is understood differently", second);
	free(first);
	free(second);
	config_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct config *config;
	char *errors = NULL;
	int r = config_parse("fuzz", (const char *)bytes, n, &config, &errors);

	if (r != 0) {
		must(r == -EINVAL, "refused for another reason", errors);
		check_errors(errors);
		free(errors);
		r = config_parse_rest("fuzz", (const char *)bytes, n, &config, &errors);
		must(r == 0, "nothing was left of it, not even the defaults", r ? errors : "");
		check_errors(errors);
		free(errors);
	}
	check_print(config);
	config_free(config);
	return 0;
}
