/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kits' descriptions (kit.yaml) say of what is plugged in. Pure; everything returned is the
 * catalogue's. NULL, false: no kit.yaml speaks of it. */
#pragma once

#include "data/device.h"
#include "sense/catalogue.h"
#include "live/calibrations.h"

const struct model *described_device(
	const struct catalogue *catalogue, const struct device *device);

const struct model_channel *described_channel(const struct catalogue *catalogue,
	const struct device *device, const struct channel *channel);

/* How a channel may be calibrated, and for how long that is good. Without `calibrate:` a kit.yaml
 * names no kinds, and then none is refused. */
bool described_rules(const struct catalogue *catalogue, const struct device *device,
	const struct channel *channel, struct calibration_rules *ret_rules);
