/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the board tells a USB host of itself: a serial port (Communications Device Class, Abstract Control
 * Model; USB PSTN subclass 1.2), with the board's serial number. */
#pragma once

#include <stdint.h>

#define USB_DEVICE 1
#define USB_CONFIGURATION 2
#define USB_STRING 3

#define USB_PACKET 64u
#define USB_NOTICE_ENDPOINT 1u /* in; nothing is ever sent there */
#define USB_DATA_ENDPOINT 2u   /* in and out */

struct usb_bytes {
	const uint8_t *bytes;
	uint16_t size; /* 0: there is none */
};

/* The one that is asked for by its kind and index. A string is valid until the next one. */
struct usb_bytes usb_descriptor(uint8_t kind, uint8_t index, const uint8_t uid[8]);
