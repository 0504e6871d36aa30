/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which kits claim one device is in catalogue_claims.c, which families there are in
 * catalogue_forms.c. */
#include "sense/catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "data/library.h"
#include "sense/catalogue_claims.h"

enum { KITS_MOST = 1000 };

/* A catalogue is a library whose things are models: one pointer, two names. */
static const struct library *library_of(const struct catalogue *catalogue)
{
	return (const struct library *)catalogue;
}

static bool is_folder(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static int tell_mistakes(const struct report *report, FILE *problems)
{
	char *sentences = report_text(report);
	bool is_told = sentences && fputs(sentences, problems) >= 0;

	free(sentences);
	return is_told ? 0 : -ENOMEM;
}

static int read_kit(const void *self, const char *folder, struct arena *arena, FILE *problems,
	const void **ret_thing)
{
	(void)self;
	struct report report = {.file = folder};
	struct model *model;

	if (!is_folder(folder))
		return 0; /* a README is no kit */
	int failed = model_read_folder(folder, catalogue_forms(), arena, &report, &model);

	if (!failed)
		*ret_thing = model;
	else if (failed != -ENOMEM)
		failed = tell_mistakes(&report, problems);
	return failed;
}

static const char *id_of(const void *thing)
{
	const struct model *model = thing;

	return model->id;
}

static void tell_claim(const void *a, const void *b, FILE *problems)
{
	catalogue_tell_claim(a, b, problems);
}

int catalogue_open(const char *const *folders, size_t n_folders, struct catalogue **ret_catalogue)
{
	static const struct library_kind kind = {
		.word = "kits",
		.most = KITS_MOST,
		.bytes = MODEL_ARENA,
		.read = read_kit,
		.id = id_of,
		.compare = tell_claim,
	};
	struct library *library;
	int failed = library_open(&kind, folders, n_folders, &library);

	if (!failed)
		*ret_catalogue = (struct catalogue *)library;
	return failed;
}

void catalogue_close(struct catalogue *catalogue)
{
	library_close((struct library *)catalogue);
}

size_t catalogue_count(const struct catalogue *catalogue)
{
	return library_count(library_of(catalogue));
}

const struct model *catalogue_at(const struct catalogue *catalogue, size_t index)
{
	return library_at(library_of(catalogue), index);
}

const struct model *catalogue_find(const struct catalogue *catalogue, const char *id)
{
	return library_find(library_of(catalogue), id);
}

const char *catalogue_problems(const struct catalogue *catalogue)
{
	return library_problems(library_of(catalogue));
}

size_t catalogue_match_usb(const struct catalogue *catalogue, const struct model_usb *usb,
	const struct model **ret_models, size_t most)
{
	unsigned ranks[KITS_MOST];
	size_t n = 0;

	for (size_t i = 0; i < catalogue_count(catalogue); i++) {
		const struct model *model = catalogue_at(catalogue, i);
		const struct model_match *match = model_match_usb(model, usb);
		unsigned rank = match ? model_match_rank(match) : 0;
		size_t at = n;

		if (!match)
			continue;
		/* Before what is less exact; what does not find room at the end falls off. */
		while (at > 0 && ranks[at - 1] < rank)
			at--;
		if (at == most)
			continue;
		n += n < most;
		for (size_t j = n - 1; j > at; j--) {
			ret_models[j] = ret_models[j - 1];
			ranks[j] = ranks[j - 1];
		}
		ret_models[at] = model;
		ranks[at] = rank;
	}
	return n;
}
