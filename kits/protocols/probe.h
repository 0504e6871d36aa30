/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A channel of an instrument that says itself, in English, what it measures and in which unit: its
 * id, its name in both languages, its quantity. Pure; any thread. */
#pragma once

#include "data/device.h"

/* Fills in id, names, quantity and unit of channels[n], from texts as the instrument has them; the
 * id differs from those of the n channels before it. Resolution and range are the caller's. A unit
 * that is not known is left out: a wrong one would be worse. */
void probe_channel(const char *name, const char *unit, struct channel *channels, unsigned n);
