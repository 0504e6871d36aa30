/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Described kits on the bench: a kit.yaml becomes a model, and a port where it fits is opened. */
#pragma once

#include "data/model.h"
#include "support/rig.h"

/* Reads a kit.yaml with all families and drivers that are linked in; fails by cmocka's asserts, with
 * its mistakes in words. Lives until kit_rig_close. */
const struct model *kit_rig_read(const char *yaml);
const struct model *kit_rig_read_folder(const char *folder);

/* The mistakes of a kit.yaml, one a line, "kit.yaml:" left out; good until the next call. */
const char *kit_rig_mistakes(const char *yaml);

/* A port where this model fits. Sure: it is named by the configuration, so claimed from the start.
 * rig->port may have been filled in before (speed, slaves). */
void kit_rig_open(struct rig *rig, const struct model *model, bool is_sure);
void kit_rig_close(struct rig *rig);

/* The newest value of a channel by id, NaN when there was none; rows of one stream. */
double kit_rig_value(const struct rig *rig, const char *channel);
