/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entry by entry of both kits; the first clash is enough to say. */
#include "sense/catalogue_claims.h"

#include <string.h>

#include "base/text.h"

enum { NAMES_TEXT = 160 };

/* What both speak differs, or is told apart by what comes. */
static bool is_decided_by_listening(const struct model *a, const struct model *b)
{
	if (!(a->form->needs & MODEL_NEEDS_SERIAL) || !(b->form->needs & MODEL_NEEDS_SERIAL))
		return false;
	return a->form != b->form || (a->form->needs & MODEL_TELLS_APART);
}

/* Could one answer begin as both say? */
static bool bytes_meet(const struct model_bytes *a, const struct model_bytes *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if ((a->bytes[i] ^ b->bytes[i]) & a->mask[i] & b->mask[i])
			return false;
	return true;
}

/* Does asking leave them alike? It does where neither asks, or both ask and hear the same. */
static bool asks_meet(const struct model_match *a, const struct model_match *b)
{
	return a->ask.n == b->ask.n && memcmp(a->ask.bytes, b->ask.bytes, a->ask.n) == 0 &&
		bytes_meet(&a->answer, &b->answer);
}

static bool is_clash(const struct model_match *a, const struct model_match *b)
{
	return asks_meet(a, b) && model_match_rank(a) == model_match_rank(b) &&
		model_match_overlaps(a, b);
}

static bool find_clash(const struct model *a, const struct model *b,
	const struct model_match **ret_a, const struct model_match **ret_b)
{
	for (size_t i = 0; i < a->n_matches; i++)
		for (size_t j = 0; j < b->n_matches; j++)
			if (is_clash(&a->matches[i], &b->matches[j])) {
				*ret_a = &a->matches[i];
				*ret_b = &b->matches[j];
				return true;
			}
	return false;
}

static void add_names(struct text *text, const struct model_match *match)
{
	if (match->has_usb && match->any_product)
		text_addf(text, ", USB %04x:*", match->vendor);
	else if (match->has_usb)
		text_addf(text, ", USB %04x:%04x", match->vendor, match->product);
	if (match->product_name)
		text_addf(text, " \"%s\"", match->product_name);
}

/* A name of the kernel's that both look for; NULL: none. */
static const char *common_sensor(const struct model *a, const struct model *b)
{
	const char *name, *other;

	if (a->form != b->form || !a->form->kernel_name)
		return NULL;
	for (size_t i = 0; (name = a->form->kernel_name(a, i)); i++)
		for (size_t j = 0; (other = b->form->kernel_name(b, j)); j++)
			if (strcmp(name, other) == 0)
				return name;
	return NULL;
}

bool catalogue_tell_claim(const struct model *a, const struct model *b, FILE *problems)
{
	const struct model_match *match, *other;
	const char *sensor = common_sensor(a, b);
	char buffer[NAMES_TEXT];
	struct text names = text_over(buffer, sizeof buffer);

	if (sensor) {
		fprintf(problems,
			"%s/kit.yaml:%d: %s: %s and %s (%s/kit.yaml:%d) claim the same sensor, %s; "
			"take it out of one of them\n",
			b->folder, b->line, b->form->name, b->id, a->id, a->folder, a->line,
			sensor);
		return true;
	}
	if (is_decided_by_listening(a, b) || !find_clash(a, b, &other, &match))
		return false;
	add_names(&names, match);
	fprintf(problems,
		"%s/kit.yaml:%d: match: %s and %s (%s/kit.yaml:%d) claim the same device%s; give one of them a product, a serial_number or ask and answer\n",
		b->folder, match->line, b->id, a->id, a->folder, other->line, names.at);
	return true;
}
