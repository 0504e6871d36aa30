/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a device says of itself when the host asks in the standard way (USB 2.0, 9.4.3; HID 1.11, 7.1), read
 * from its model. Pure functions, for device.c. */
#pragma once

#include "device.h"

enum { HID_DESCRIPTOR = 0x21, REPORT_DESCRIPTOR = 0x22 };

/* The next descriptor of a kind in the configuration, after that one or the first; NULL: no more. */
const uint8_t *descriptors_next(
	const struct device_model *model, const uint8_t *after, uint8_t kind);

/* The answer to GET_DESCRIPTOR: its length, at most `room`, or -1 to stall. */
int descriptors_get(const struct device_model *model, const struct usb_ctrlrequest *setup,
	uint8_t *ret_data, size_t room);
