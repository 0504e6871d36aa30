/* SPDX-License-Identifier: GPL-3.0-or-later */
/* USB 2.0, 9.6, and CDC 1.2, 5.2.3. The numbers of vendor and product are those that Raspberry Pi gives to
 * programs with a serial port on an RP2040. */
#include <string.h>

#include "boards/pico/usb_descriptors.h"

#define LOW(n) ((n)&0xFF)
#define HIGH(n) ((n) >> 8)
#define VENDOR 0x2E8A
#define PRODUCT 0x000A
#define IN 0x80
#define CONFIGURATION_SIZE 67

enum text {
	LANGUAGE,
	MAKER,
	NAME,
	SERIAL,
};

/* clang-format off */
static const uint8_t device[] = {
	18, USB_DEVICE, 0x00, 0x02, /* USB 2.0 */
	2, 0, 0, /* Communications */
	USB_PACKET, LOW(VENDOR), HIGH(VENDOR), LOW(PRODUCT), HIGH(PRODUCT), 0x00, 0x01,
	MAKER, NAME, SERIAL, 1 /* configuration */,
};

static const uint8_t configuration[] = {
	9, USB_CONFIGURATION, CONFIGURATION_SIZE, 0, 2 /* interfaces */, 1, 0, 0x80, 50 /* 100 mA */,
	9, 4, 0, 0, 1, 2, 2, 0, 0, /* interface 0: control of a serial port */
	5, 0x24, 0x00, 0x20, 0x01, /* CDC 1.2 */
	5, 0x24, 0x01, 0, 1, /* no calls */
	4, 0x24, 0x02, 2, /* takes speed and DTR */
	5, 0x24, 0x06, 0, 1, /* 0 controls 1 */
	7, 5, IN | USB_NOTICE_ENDPOINT, 3 /* interrupt */, 8, 0, 255 /* ms */,
	9, 4, 1, 0, 2, 10, 0, 0, 0, /* interface 1: data */
	7, 5, USB_DATA_ENDPOINT, 2 /* bulk */, USB_PACKET, 0, 0,
	7, 5, IN | USB_DATA_ENDPOINT, 2, USB_PACKET, 0, 0,
};
/* clang-format on */
_Static_assert(sizeof(device) == 18, "as it says");
_Static_assert(sizeof(configuration) == CONFIGURATION_SIZE, "as it says");

static struct usb_bytes string_of(const char *text)
{
	static uint8_t bytes[2 + 2 * 16];
	size_t size = strlen(text);

	bytes[0] = (uint8_t)(2 + 2 * size);
	bytes[1] = USB_STRING;
	for (size_t i = 0; i < size; i++) {
		bytes[2 + 2 * i] = (uint8_t)text[i];
		bytes[3 + 2 * i] = 0;
	}
	return (struct usb_bytes){bytes, bytes[0]};
}

static struct usb_bytes serial_of(const uint8_t uid[8])
{
	static const char digits[] = "0123456789abcdef";
	char text[17];

	for (int i = 0; i < 8; i++) {
		text[2 * i] = digits[uid[i] >> 4];
		text[2 * i + 1] = digits[uid[i] & 15];
	}
	text[16] = '\0';
	return string_of(text);
}

struct usb_bytes usb_descriptor(uint8_t kind, uint8_t index, const uint8_t uid[8])
{
	static const uint8_t language[] = {4, USB_STRING, 0x09, 0x04}; /* English */

	if (kind == USB_DEVICE)
		return (struct usb_bytes){device, sizeof(device)};
	if (kind == USB_CONFIGURATION)
		return (struct usb_bytes){configuration, sizeof(configuration)};
	if (kind == USB_STRING && index == LANGUAGE)
		return (struct usb_bytes){language, sizeof(language)};
	if (kind == USB_STRING && index == MAKER)
		return string_of("kitlog");
	if (kind == USB_STRING && index == NAME)
		return string_of("Pico");
	if (kind == USB_STRING && index == SERIAL)
		return serial_of(uid);
	return (struct usb_bytes){0};
}
