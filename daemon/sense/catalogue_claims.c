/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entry by entry of both kits; the first clash is enough to say. */
#include "sense/catalogue_claims.h"

/* What both speak differs, or is told apart by what comes. */
static bool is_decided_by_listening(const struct model *a, const struct model *b)
{
	if (!(a->form->needs & MODEL_NEEDS_SERIAL) || !(b->form->needs & MODEL_NEEDS_SERIAL))
		return false;
	return a->form != b->form || (a->form->needs & MODEL_TELLS_APART);
}

static bool is_clash(const struct model_match *a, const struct model_match *b)
{
	return a->ask.n == 0 && b->ask.n == 0 && model_match_rank(a) == model_match_rank(b) &&
		model_match_overlaps(a, b);
}

static const struct model_match *clash_of(const struct model *a, const struct model *b)
{
	for (size_t i = 0; i < a->n_matches; i++)
		for (size_t j = 0; j < b->n_matches; j++)
			if (is_clash(&a->matches[i], &b->matches[j]))
				return &a->matches[i];
	return NULL;
}

void catalogue_tell_claim(const struct model *a, const struct model *b, FILE *problems)
{
	const struct model_match *match = is_decided_by_listening(a, b) ? NULL : clash_of(a, b);

	if (!match)
		return;
	fprintf(problems, "%s/kit.yaml: match: %s and %s (%s) claim the same device", b->folder,
		b->id, a->id, a->folder);
	if (match->has_usb && match->any_product)
		fprintf(problems, ", USB %04x:*", match->vendor);
	else if (match->has_usb)
		fprintf(problems, ", USB %04x:%04x", match->vendor, match->product);
	if (match->product_name)
		fprintf(problems, " \"%s\"", match->product_name);
	fputs("; give one of them a product, a serial_number or ask and answer\n", problems);
}
