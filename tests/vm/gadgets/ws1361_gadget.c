/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A WENSN WS1361 sound level meter as the host meets it: 16c0:05dc, an identity that hundreds of
 * V-USB projects share, so its product string matters. No endpoint: vendor requests to the device
 * only. Facts: the wensn project.
 *
 * Request 4 asks the level: two bytes, (b0 + 256 (b1 & 3)) / 10 + 30 dB; b1 bits 4..2 range, 5 C
 * weighting, 6 slow, 7 toggles each second. 3 sets the mode (wValue: bits 2..0 range, 3 weighting,
 * 4 slow, 5 hold), 2 asks it, 1 identity. Firmware that plays USB with a pin stalls now and then.
 *
 * Words: level TENTHS_ABOVE_30, product NAME, fault none|stall|short (stall: each third answer;
 * short: each third has one byte). */
#include <string.h>

#include "device.h"

enum { IDENTITY = 1, GET_MODE = 2, SET_MODE = 3, GET_LEVEL = 4, EACH = 3 };

struct meter {
	long level;
	uint8_t mode;
	unsigned asked;
	bool is_odd;
	int64_t due_ns;
	enum { NO_FAULT, STALL, SHORT } fault;
};

static int answer_level(struct meter *meter, uint8_t *data, size_t n)
{
	uint8_t range = meter->mode & 0x07, weighting = meter->mode >> 3 & 1,
		slow = meter->mode >> 4 & 1;
	bool is_faulty = meter->asked++ % EACH == EACH - 1;

	if (n < 2 || (is_faulty && meter->fault == STALL))
		return -1;
	data[0] = (uint8_t)meter->level;
	data[1] = (uint8_t)(meter->level >> 8 | range << 2 | weighting << 5 | slow << 6 |
		meter->is_odd << 7);
	return is_faulty && meter->fault == SHORT ? 1 : 2;
}

static int control(void *self, struct device *device, const struct usb_ctrlrequest *setup,
	uint8_t *data, size_t n)
{
	struct meter *meter = self;

	(void)device;
	if (setup->bRequestType != 0xC0)
		return -1;
	switch (setup->bRequest) {
	case IDENTITY:
		memset(data, 0x61, n < 2 ? n : 2);
		return n < 2 ? (int)n : 2;
	case GET_MODE:
		if (!n)
			return -1;
		data[0] = meter->mode;
		return 1;
	case SET_MODE:
		meter->mode = (uint8_t)setup->wValue;
		device_say("mode %02X", meter->mode);
		return 0;
	case GET_LEVEL:
		return answer_level(meter, data, n);
	}
	return -1;
}

static int64_t run(void *self, struct device *device, int64_t now_ns)
{
	struct meter *meter = self;

	(void)device;
	if (!meter->due_ns)
		meter->due_ns = now_ns;
	while (meter->due_ns <= now_ns) {
		meter->is_odd = !meter->is_odd;
		meter->due_ns += 1000000000;
	}
	return meter->due_ns;
}

/* clang-format off */
static const uint8_t configuration[] = {
	9, USB_DT_CONFIG, 18, 0, 1, 1, 0, 0x80, 50,
	9, USB_DT_INTERFACE, 0, 0, 0, USB_CLASS_VENDOR_SPEC, 0, 0, 0,
};
/* clang-format on */

static struct meter the_meter = {.level = 256, .mode = 0x06}; /* 55.6 dB; 30..130, A, fast */

static struct device_model model = {
	.speed = USB_SPEED_LOW,
	.descriptor = {.bcdUSB = 0x0110,
		.bDeviceClass = USB_CLASS_VENDOR_SPEC,
		.bMaxPacketSize0 = 8,
		.idVendor = 0x16C0,
		.idProduct = 0x05DC,
		.bcdDevice = 0x0100},
	.manufacturer = "WENSN",
	.product = "WS1361",
	.configuration = {configuration, sizeof configuration},
	.self = &the_meter,
	.control = control,
	.run = run,
};

static bool word(void *self, struct device *device, const char *name, const char *value)
{
	static char product[64];
	struct meter *meter = self;

	if (!strcmp(name, "level"))
		return device_number(value, 0, 1023, &meter->level);
	if (!strcmp(name, "product") && !device) {
		strncpy(product, value, sizeof product - 1);
		model.product = product;
		return true;
	}
	if (strcmp(name, "fault"))
		return false;
	meter->fault = !strcmp(value, "stall") ? STALL : !strcmp(value, "short") ? SHORT : NO_FAULT;
	return meter->fault || !strcmp(value, "none");
}

int main(int argc, char **argv)
{
	model.word = word;
	return device_main(argc, argv, &model);
}
