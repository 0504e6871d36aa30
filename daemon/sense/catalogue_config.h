/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the configuration says of kits: how it changes what a model suggests, and whether what it
 * names is there. Main thread. */
#pragma once

#include "data/config.h"
#include "sense/catalogue.h"

/* The model's settings in its order: as wished, else the model's own. 0; -EBADE: it has none of a
 * wished name; -EDOM: one is wished out of its range. catalogue_compare says which; the others are
 * settled all the same. */
int catalogue_settings(const struct model *model, const struct config_setting *wished,
	size_t n_wished, double ret_settings[KIT_SETTINGS]);

/* The same of a kit that is found over USB: as wished in usb: kits. */
int catalogue_usb_settings(
	const struct model *model, const struct config *config, double ret_settings[KIT_SETTINGS]);

/* The pin of each of the model's lines, in its order. -ENOENT: nobody says the pin of one. */
int catalogue_pins(const struct model *model, const struct config_line *wished, size_t n_wished,
	unsigned ret_pins[MODEL_LINES]);

/* What it names in vain, one sentence a line behind the file's name; "" if nothing. malloc'ed, for
 * the caller to free; NULL when memory is short. */
char *catalogue_compare(
	const struct catalogue *catalogue, const struct config *config, const char *name);
