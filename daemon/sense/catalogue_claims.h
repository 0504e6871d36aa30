/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two kits that claim one device. Main thread. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "data/model.h"

/* A sentence that names both with their lines, and the next step, when a USB device or a sensor of
 * the kernel's could be either and nothing decides; whether there was one. Of USB: entries that are
 * equally exact and overlap, neither of which asks first, or both the same with the same answer.
 * Behind a serial adapter families decide by listening, and some tell their own kits apart. */
bool catalogue_tell_claim(const struct model *a, const struct model *b, FILE *problems);
