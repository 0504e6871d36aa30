/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a new kit's folder holds at first. Pure, but for draft_read_channels. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"
#include "data/quantity.h"

enum { DRAFT_CHANNELS = 16 };

/* Frames begin with AA 55 and a number that counts; each channel takes two bytes. */
enum { DRAFT_FRAME_HEAD = 3, DRAFT_FIELD = 2 };

struct draft_kit;

struct draft_channel {
	char id[24], unit[16];
	const struct quantity *quantity;
};

struct draft_family {
	const char *name, *transport;
	const char *zh, *en;  /* what it is for */
	bool has_ids;         /* recognised by USB ids */
	bool may_have_driver; /* reports come whole, so that a driver may read them */
	const char *rate;     /* of the kit; NULL: the family's own keys, or the channels, say it */
	const char *channels; /* when none are named */
	/* What of kit.yaml is this family's: serial or gpio, its mapping; `from` of channel i. */
	void (*write_keys)(const struct draft_kit *draft, struct text *text);
	void (*write_from)(const struct draft_kit *draft, size_t i, struct text *text);
};

struct draft_kit {
	const char *name;
	char zh[64], en[64];
	const struct draft_family *family;
	const char *mode; /* of edges; NULL: others have none */
	struct draft_channel channels[DRAFT_CHANNELS];
	size_t n_channels;
	bool has_driver;
};

const struct draft_family *draft_family_at(size_t index); /* NULL behind the last */
const struct draft_family *draft_family_find(const char *name);
const struct draft_family *draft_family_of_transport(const char *transport); /* the usual one */

/* Families whose `from` is one of a few words, each of a quantity of its own. */
struct draft_source {
	const char *family, *mode;    /* mode: channels of one kit share it */
	const char *quantity, *units; /* those it can be turned into, the usual one first */
	const char *from;
	const char *rate; /* it is taken over a time; NULL: it is not */
	double sample;    /* as the kernel would write it */
};

/* Of a channel, after draft_choose_mode. NULL: the family has no such list. */
const struct draft_source *draft_source(const struct draft_kit *draft, size_t channel);
/* How many channels of its quantity can be told apart. */
size_t draft_source_most(const struct draft_source *source);
/* The usual unit with this family. NULL: it has no such list, or not this quantity. */
const char *draft_usual_unit(const struct draft_family *family, const struct quantity *quantity);
/* What its channels may measure, in lines for a person who is asked. */
void draft_list_quantities(const struct draft_family *family, FILE *out);
/* Finds what gives all channels. False: the word that does not fit, and what was expected. */
bool draft_choose_mode(struct draft_kit *draft, const char **ret_word, struct text *ret_expected);

/* "temp:temperature:Cel,light": into a draft whose family is chosen. 0, or 2 after saying what is
 * wrong. */
int draft_read_channels(const char *words, struct draft_kit *draft);

void draft_write_yaml(const struct draft_kit *draft, struct text *text);
void draft_write_readme(const struct draft_kit *draft, bool is_chinese, struct text *text);
void draft_write_recording(const struct draft_kit *draft, const char *date, struct text *text);
void draft_write_driver(const struct draft_kit *draft, struct text *text);
