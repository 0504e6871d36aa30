/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up probes for tests of recordings, one for each way in which a driver and a device speak:
 *
 *     probe    bytes: asked each second with 51, it answers A5 and a byte; 5A is "I cannot", an error
 *     gate     edges of the line gate1, each answered by a pulse of 10 us; lost ones are a gap
 *     sister   USB: feature report 01 02 starts it, a control request asks for one byte; then reports,
 *              whose second byte is the value
 *
 * The model toy-probe has one channel, temp, half the raw value, from 0 to 50. */
#pragma once

#include "data/model.h"
#include "sense/kit.h"

enum { TOY_PROBE_FAMILIES = 3 };

extern const struct kit_family *const toy_probe_families[TOY_PROBE_FAMILIES];
extern const struct model_form toy_probe_form, toy_gate_form, toy_sister_form;

struct model toy_probe_model(const struct model_form *form);
