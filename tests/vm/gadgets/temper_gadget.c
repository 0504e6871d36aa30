/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TEMPer thermometer as the host meets it: two HID interfaces, a keyboard that says nothing (0)
 * and the sensor (1), which answers queries of eight bytes (SET_REPORT to interface 1) on endpoint
 * 82. Facts: captures published with the TEMPered and temper projects.
 *
 * 01 86 FF 01 asks the firmware's name, which comes as two packets; 01 80 33 01 asks the reading:
 *   f1   0c45:7401 "TEMPerF1.4"     80 02, temperature / 256, big endian, then stale bytes
 *   x    413d:2107 "TEMPerX_V3.3"   80 80, temperature / 100, humidity / 100; a second packet 80 01
 *        with the outer probe / 100 and 4E 20 (not there)
 *
 * Words: model f1|x, temperature RAW, humidity RAW, outer RAW (20000: not there),
 * fault none|second (the second packet is missing)|silent. */
#include <string.h>

#include "device.h"

enum {
	KEYS = 0x81,
	ENDPOINT = 0x82,
	PACKET = 8,
	SET_REPORT = 0x09,
	NOT_THERE = 20000,
};

struct temper {
	bool is_x;
	long temperature, humidity, outer;
	enum { NO_FAULT, NO_SECOND, SILENT } fault;
};

static void send_pair(struct device *device, long first, long second, uint8_t kind)
{
	const uint8_t packet[PACKET] = {0x80, kind, (uint8_t)((unsigned long)first >> 8),
		(uint8_t)first, (uint8_t)((unsigned long)second >> 8), (uint8_t)second};

	device_send(device, ENDPOINT, packet, sizeof packet);
}

static void send_reading(const struct temper *temper, struct device *device)
{
	if (temper->is_x) {
		send_pair(device, temper->temperature, temper->humidity, 0x80);
		if (temper->fault != NO_SECOND)
			send_pair(device, temper->outer, NOT_THERE, 0x01);
		return;
	}
	/* What stood there before stays: the end of the firmware's name. */
	const uint8_t packet[PACKET] = {0x80, 0x02,
		(uint8_t)((unsigned long)temper->temperature >> 8), (uint8_t)temper->temperature,
		'e', 'r', 'F', '1'};

	device_send(device, ENDPOINT, packet, sizeof packet);
}

static void send_name(const struct temper *temper, struct device *device)
{
	const char *name = temper->is_x ? "TEMPerX_V3.3    " : "TEMPerF1.4      ";

	device_send(device, ENDPOINT, name, PACKET);
	if (temper->fault != NO_SECOND)
		device_send(device, ENDPOINT, name + PACKET, PACKET);
}

static int control(void *self, struct device *device, const struct usb_ctrlrequest *setup,
	uint8_t *data, size_t n)
{
	static const uint8_t ask_name[] = {0x01, 0x86, 0xFF, 0x01};
	static const uint8_t ask_reading[] = {0x01, 0x80, 0x33, 0x01};
	const struct temper *temper = self;

	if (setup->bRequestType != 0x21 || setup->bRequest != SET_REPORT)
		return -1;
	if (setup->wIndex != 1 || setup->wValue != 0x0200 || n != PACKET)
		return 0; /* the lights of a keyboard */
	if (temper->fault == SILENT)
		return 0;
	if (!memcmp(data, ask_name, sizeof ask_name))
		send_name(temper, device);
	else if (!memcmp(data, ask_reading, sizeof ask_reading))
		send_reading(temper, device);
	return 0;
}

/* A boot keyboard: modifiers, a reserved byte, six keys; lights. */
static const uint8_t keyboard[] = {0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29,
	0xE7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08,
	0x81, 0x01, 0x95, 0x03, 0x75, 0x01, 0x05, 0x08, 0x19, 0x01, 0x29, 0x03, 0x91, 0x02, 0x95,
	0x05, 0x75, 0x01, 0x91, 0x01, 0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x05,
	0x07, 0x19, 0x00, 0x2A, 0xFF, 0x00, 0x81, 0x00, 0xC0};
static const uint8_t sensor[] = {0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x15, 0x00, 0x26, 0xFF,
	0x00, 0x75, 0x08, 0x95, 0x08, 0x09, 0x01, 0x81, 0x02, 0x95, 0x08, 0x09, 0x01, 0x91, 0x02,
	0xC0};

/* clang-format off */
static const uint8_t configuration[] = {
	9, USB_DT_CONFIG, 59, 0, 2, 1, 0, 0xA0, 50,
	9, USB_DT_INTERFACE, 0, 0, 1, USB_CLASS_HID, 1, 1, 0,
	9, 0x21, 0x10, 0x01, 0, 1, 0x22, sizeof keyboard, 0,
	7, USB_DT_ENDPOINT, KEYS, USB_ENDPOINT_XFER_INT, PACKET, 0, 10,
	9, USB_DT_INTERFACE, 1, 0, 1, USB_CLASS_HID, 1, 2, 0,
	9, 0x21, 0x10, 0x01, 0, 1, 0x22, sizeof sensor, 0,
	7, USB_DT_ENDPOINT, ENDPOINT, USB_ENDPOINT_XFER_INT, PACKET, 0, 10,
};
/* clang-format on */

static struct temper the_temper = {.temperature = 0x19B0, .humidity = 4150, .outer = NOT_THERE};

static struct device_model model = {
	.speed = USB_SPEED_LOW,
	.descriptor = {.bcdUSB = 0x0110,
		.bMaxPacketSize0 = 8,
		.idVendor = 0x0C45,
		.idProduct = 0x7401,
		.bcdDevice = 0x0001},
	.manufacturer = "RDing",
	.product = "TEMPerV1.2",
	.configuration = {configuration, sizeof configuration},
	.report_descriptors = {{keyboard, sizeof keyboard}, {sensor, sizeof sensor}},
	.self = &the_temper,
	.control = control,
};

static bool set_model(struct temper *temper, const char *value)
{
	temper->is_x = !strcmp(value, "x");
	if (temper->is_x) {
		model.descriptor.idVendor = 0x413D;
		model.descriptor.idProduct = 0x2107;
		model.manufacturer = NULL;
		model.product = NULL;
		temper->temperature = 2456;
	}
	return temper->is_x || !strcmp(value, "f1");
}

static bool set_fault(struct temper *temper, const char *value)
{
	temper->fault = !strcmp(value, "second") ? NO_SECOND
		: !strcmp(value, "silent")       ? SILENT
						 : NO_FAULT;
	return temper->fault || !strcmp(value, "none");
}

static bool word(void *self, struct device *device, const char *name, const char *value)
{
	struct temper *temper = self;

	if (!strcmp(name, "model") && !device)
		return set_model(temper, value);
	if (!strcmp(name, "temperature"))
		return device_number(value, INT16_MIN, INT16_MAX, &temper->temperature);
	if (!strcmp(name, "humidity"))
		return device_number(value, 0, INT16_MAX, &temper->humidity);
	if (!strcmp(name, "outer"))
		return device_number(value, INT16_MIN, INT16_MAX, &temper->outer);
	return !strcmp(name, "fault") && set_fault(temper, value);
}

int main(int argc, char **argv)
{
	model.word = word;
	return device_main(argc, argv, &model);
}
