/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a new kit's folder holds at first. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "data/quantity.h"

enum { DRAFT_CHANNELS = 16 };

struct draft_channel {
	char id[24], unit[16];
	const struct quantity *quantity;
};

struct draft_family {
	const char *name, *transport;
	const char *zh, *en; /* what it is for */
	bool has_ids;        /* recognised by USB ids */
	/* What of kit.yaml is this family's: serial or gpio, its mapping; `from` of channel i. */
	void (*write_keys)(struct text *text, size_t n_channels);
	void (*write_from)(struct text *text, size_t i, const char *quantity);
	/* Events of a first recording that give one row, behind plug; NULL: none can be made up. */
	void (*write_events)(
		struct text *text, const struct draft_channel *channels, size_t n_channels);
};

struct draft_kit {
	const char *name;
	char zh[64], en[64];
	const struct draft_family *family;
	struct draft_channel channels[DRAFT_CHANNELS];
	size_t n_channels;
};

const struct draft_family *draft_family_at(size_t index); /* NULL behind the last */
const struct draft_family *draft_family_find(const char *name);
const struct draft_family *draft_family_of_transport(const char *transport); /* the usual one */

void draft_write_yaml(const struct draft_kit *draft, struct text *text);
void draft_write_readme(const struct draft_kit *draft, bool is_chinese, struct text *text);
void draft_write_recording(const struct draft_kit *draft, const char *date, struct text *text);
