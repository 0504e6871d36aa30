/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a family says of a device, checked before anybody believes it, and completed. Pure. */
#pragma once

#include "data/device.h"
#include "sense/kit.h"

/* 0 when the description keeps data/device.h's rules (ids and numbers apart, which come later),
 * else -EINVAL: texts closed, valid UTF-8 without control characters, ids and names well formed and
 * unique, counts within bounds, numbers finite. An empty identity is allowed. */
int describe_check(const struct device *device);

/* The identity of what has none of its own: usb:VID:PID:SERIAL, else (no serial number, or one that
 * adapters share: "0001") port:PLACE. */
void describe_identity(const struct kit_port *port, char ret_identity[IDENTITY_TEXT]);

/* The same identity was met at another port at this moment: two adapters with one serial number.
 * Makes it one of its own by adding the place. */
void describe_set_apart(const struct kit_port *port, char identity[IDENTITY_TEXT]);

/* Does any stream take its stamps from the device's clock? */
bool describe_has_clock(const struct device *device);

/* Adds the clock stream: one row per ping, stamped when its answer came. trip: from sending to
 * that, in nanoseconds; device_received: microseconds of the device when the question came in;
 * pause: until its answer left. And one per word that
 * was not asked for, stamped when it came: trip and pause are NaN, and device_received is when it left
 * (a message in the one direction only). So the map can be made again, and better, from what was kept. */
enum { CLOCK_TRIP, CLOCK_RECEIVED, CLOCK_PAUSE, CLOCK_CHANNELS };
void describe_add_clock(struct device *device);

/* A channel of a kit.yaml as a device has it. */
void describe_channel(const struct model_channel *from, struct channel *ret_channel);

/* Its value from a raw one; `rounding` is rounding_of its resolution (data/rounding.h). */
double describe_value(const struct model_channel *channel, double raw, double rounding);
