/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two kits that claim one device. Main thread. */
#pragma once

#include <stdio.h>

#include "data/model.h"

/* A sentence that names both and the next step, when a USB device could be either and nothing
 * decides: entries that are equally exact and overlap, neither of which asks first. Behind a serial
 * adapter families decide by listening, and some tell their own kits apart. */
void catalogue_tell_claim(const struct model *a, const struct model *b, FILE *problems);
