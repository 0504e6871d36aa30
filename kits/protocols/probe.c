/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kits/protocols/probe.h"

#include <string.h>

#include "base/text.h"
#include "data/quantity.h"

enum { WORD_BYTES = 32 };

static bool fits(const struct quantity *quantity, const char *ucum)
{
	return quantity && (!ucum[0] || quantity_has_unit(quantity, ucum));
}

/* What a word of the name says, if the unit does not contradict; else what the unit alone says,
 * when it is the usual one of a quantity: "Stainless Temp" in Cel, "Force" in N. */
static const struct quantity *quantity_of(const char *name, const char *ucum)
{
	size_t length;

	for (const char *at = name; *at; at += length + strspn(at + length, " -/()")) {
		char word[WORD_BYTES];

		length = strcspn(at, " -/()");
		if (length == 0 || length >= sizeof(word))
			continue;
		memcpy(word, at, length);
		word[length] = '\0';
		if (fits(quantity_of_label(word), ucum))
			return quantity_of_label(word);
	}
	for (size_t i = 0; ucum[0] && quantity_at(i); i++) {
		const char *units = quantity_at(i)->units;

		length = strlen(ucum);
		if (units && !strncmp(units, ucum, length) && strchr(" ", units[length]))
			return quantity_at(i);
	}
	return NULL;
}

static bool is_taken(const struct channel *channels, unsigned n, const char *id)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(channels[i].id, id) == 0)
			return true;
	return false;
}

/* "x", or "x_2", "x_3" where there is one already. */
static void choose_id(struct channel *channels, unsigned n, const char *name)
{
	char *id = channels[n].id, wish[sizeof(channels[n].id) - 3];

	id_from_text(name, n + 1, wish, sizeof(wish));
	text_copy(id, sizeof(channels[n].id), wish);
	for (unsigned suffix = 2; is_taken(channels, n, id); suffix++) {
		struct text text = text_over(id, sizeof(channels[n].id));

		text_addf(&text, "%s_%u", wish, suffix);
	}
}

void probe_channel(const char *name, const char *unit, struct channel *channels, unsigned n)
{
	struct channel *channel = &channels[n];
	const char *ucum = unit_of_text(unit, strlen(unit));
	const struct quantity *quantity;

	ucum = ucum ? ucum : "";
	quantity = quantity_of(name, ucum);
	choose_id(channels, n, name);
	text_copy(channel->unit, sizeof(channel->unit), ucum);
	text_copy(channel->quantity, sizeof(channel->quantity), quantity ? quantity->id : "");
	text_copy(channel->name_en, sizeof(channel->name_en), name[0] ? name : channel->id);
	text_copy(channel->name_zh, sizeof(channel->name_zh),
		quantity ? quantity->zh : channel->name_en);
}
