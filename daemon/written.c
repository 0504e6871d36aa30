/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "written.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOG_TAG "kitlogd"
#include "base/log.h"
#include "data/chinese.h"
#include "data/places.h"
#include "http/tls.h"
#include "sense/catalogue_config.h"

static int open_catalogue(struct written *written)
{
	struct places places;

	if (places_of_kits(written->config, &places))
		log_warn("kitlog's kits are not beside the program; install kitlog whole");
	return catalogue_open(places.at, places.n, &written->catalogue);
}

static int open_shelf(struct written *written)
{
	struct places places;

	if (places_of_lessons(written->config, &places))
		log_warn("kitlog's lessons are not beside the program; install kitlog whole");
	return shelf_open(places.at, places.n, written->catalogue, &written->shelf);
}

int written_open(struct written *written)
{
	int failed = open_catalogue(written);

	return failed ? failed : open_shelf(written);
}

void written_close(struct written *written)
{
	shelf_close(written->shelf);
	catalogue_close(written->catalogue);
	written->shelf = NULL;
	written->catalogue = NULL;
}

/* The sentences about lessons, and about kits: in their files, and in the configuration about them; and about
 * secrets that are none; one a line, malloc'ed; NULL when memory is short. */
static char *problems_of(const struct written *written)
{
	char *lines = NULL,
	     *compared = catalogue_compare(written->catalogue, written->config, written->name);
	char *open = config_open_secrets(written->config);

	if (asprintf(&lines, "%s%s%s%s", catalogue_problems(written->catalogue),
		    compared ? compared : "", shelf_problems(written->shelf), open ? open : "") < 0)
		lines = NULL;
	free(compared);
	free(open);
	return lines;
}

void written_log(const struct written *written)
{
	char *lines = problems_of(written);

	for (char *rest = NULL, *line = lines ? strtok_r(lines, "\n", &rest) : NULL; line;
		line = strtok_r(NULL, "\n", &rest))
		log_warn("%s", line);
	free(lines);
}

void written_print(const char *lines)
{
	char *chinese = chinese_is_wanted() ? chinese_lines(lines) : NULL;

	fputs(chinese ? chinese : lines, stderr);
	free(chinese);
}

/* What is wrong with the certificate of the pages is said; the daemon tells it by itself. */
static bool check_certificate(const struct written *written)
{
	const char *path = written->config->http.certificate;
	char *problem = path ? tls_check(path, written->config->http.key, time(NULL)) : NULL;
	bool is_well = !problem || !*problem;

	if (!is_well) {
		written_print(problem);
		fputc('\n', stderr);
	}
	free(problem);
	return is_well;
}

/* The same of the sinks' secrets. */
static bool check_secrets(const struct written *written)
{
	char *problems = config_lost_secrets(written->config);
	bool is_well = problems && !*problems;

	if (problems)
		written_print(problems);
	free(problems);
	return is_well;
}

bool written_check(struct written *written, bool is_whole)
{
	int failed = written_open(written);

	if (failed)
		fprintf(stderr, "kitlogd: %s\n", strerror(-failed));
	char *problems = failed ? NULL : problems_of(written);
	bool is_well = problems && !*problems;

	if (problems)
		written_print(problems);
	free(problems);
	written_close(written);
	is_well &= check_certificate(written);
	is_well &= check_secrets(written);
	is_well &= is_whole;
	if (is_well)
		printf(chinese_is_wanted() ? "%s：没有错\n" : "%s: nothing is wrong\n",
			written->name);
	return is_well;
}
