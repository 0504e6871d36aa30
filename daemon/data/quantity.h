/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured, in both languages, in which units, and how boards and people write it: the one
 * catalogue for kit.yaml and for boards that print text. Tables only; pure; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct quantity {
	const char *id;       /* "temperature", "sound-level": in kit.yaml, and in struct channel */
	const char *zh, *en;  /* for people */
	const char *units;    /* UCUM, one space between them, the usual one first; NULL: any */
	const char *words[8]; /* labels a pupil's sketch prints for it, lower case */
};

/* By id; NULL when unknown. */
const struct quantity *quantity_find(const char *id);

/* All of them, for lists. */
const struct quantity *quantity_at(size_t index); /* NULL behind the last */

/* May a channel of this quantity have this unit? */
bool quantity_has_unit(const struct quantity *quantity, const char *ucum);

/* By what a sketch calls it ("Temp", "RH", "t2", "室温"): whole label, its first word, or the Chinese
 * name within it. NULL when nothing fits. */
const struct quantity *quantity_of_label(const char *label);

/* What a student reads for a channel that its board calls `name` and that measures `quantity`: "水温"
 * for water and temperature; the quantity alone when the channel is the only one of it (is_shared
 * false), else with the board's word before it ("A0 电压"). Buffers of `size` bytes; never empty. */
void quantity_name_channel(const char *name, const char *quantity, bool is_shared, char *ret_zh,
	char *ret_en, size_t size);

/* The UCUM form of a unit as people write it ("C", "°C", "lux", "%RH"), or NULL when it is no unit
 * that we know. `text` need not be closed. */
const char *unit_of_text(const char *text, size_t n);

/* Readers of kit.yaml's words, as in data/word.h: NULL, or what was expected; the answer is good
 * until this thread asks again. A unit is UCUM: a unit of the catalogue, or a product of usual atoms
 * with powers ("m2", "J/kg", "/min"). */
const char *word_quantity(const char *word);
const char *word_unit(const char *word);
