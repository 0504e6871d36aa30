/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ZyTemp CO2 monitor as the host meets it, both generations: 04d9:a052, "USB-zyTemp".
 *
 * Every half second one item of eight bytes: code, value (big endian), their sum, 0D, 0 0 0. The
 * old generation (release 1.00, serial "1.40") is silent until a feature report brings a key of
 * eight bytes, and scrambles with it; the new one (release 2.00, serial "2.00") sends plain items
 * at once and takes the key without use. Scrambling, in this order: add "Htemp99e" with swapped
 * nibbles bytewise, turn the 64 bits left by 3, XOR the key, swap four pairs of bytes. The order of
 * items, the absent humidity (41 00 00) and items of no known meaning are as published captures
 * show them.
 *
 * Words: generation old|new, co2 PPM, temperature SIXTEENTHS_OF_K, humidity HUNDREDTHS, period MS,
 * fault none|checksum|end|burst (burst: fifty calibration items first, as after power-up). */
#include <string.h>

#include "device.h"

enum {
	ENDPOINT = 0x81,
	ITEM = 8,
	SET_REPORT = 0x09,
	FEATURE = 3,
	CO2 = 0x50,
	TEMPERATURE = 0x42,
	HUMIDITY = 0x41,
	UNFILTERED_CO2 = 0x71,
	BURST = 50,
};

struct zytemp {
	bool is_new, is_started;
	uint8_t key[ITEM];
	long co2, temperature, humidity;
	int64_t period_ns, due_ns;
	unsigned at; /* in the cycle */
	unsigned burst;
	enum { NO_FAULT, BAD_SUM, BAD_END } fault;
};

static const uint8_t cycle[] = {UNFILTERED_CO2, CO2, 0x57, 0x56, HUMIDITY, 0x43, TEMPERATURE, 0x6D,
	0x6E, UNFILTERED_CO2, CO2, 0x4F, 0x52, HUMIDITY, 0x43, TEMPERATURE};
static const uint8_t calibration[] = {0x28, 0x29, 0x26, 0x25, 0x45, 0x79, 0x75, 0x2E, 0x47, 0x49};

static void scramble(uint8_t item[ITEM], const uint8_t key[ITEM])
{
	static const uint8_t word[ITEM] = {0x84, 0x47, 0x56, 0xD6, 0x07, 0x93, 0x93, 0x56};
	static const unsigned pairs[4][2] = {{0, 2}, {1, 4}, {3, 7}, {5, 6}};
	uint64_t bits = 0;

	for (unsigned i = 0; i < ITEM; i++)
		bits = bits << 8 | (uint8_t)(item[i] + word[i]);
	bits = bits << 3 | bits >> 61;
	for (unsigned i = 0; i < ITEM; i++)
		item[i] = (uint8_t)(bits >> (56 - 8 * i)) ^ key[i];
	for (unsigned i = 0; i < 4; i++) {
		uint8_t kept = item[pairs[i][0]];

		item[pairs[i][0]] = item[pairs[i][1]];
		item[pairs[i][1]] = kept;
	}
}

static long value_of(const struct zytemp *zytemp, uint8_t code)
{
	switch (code) {
	case CO2:
		return zytemp->co2;
	case UNFILTERED_CO2:
		return zytemp->co2 + 3;
	case TEMPERATURE:
		return zytemp->temperature;
	case HUMIDITY:
		return zytemp->humidity;
	}
	return 0x2000 + code; /* something inside the device */
}

static uint8_t next_code(struct zytemp *zytemp)
{
	if (zytemp->burst)
		return calibration[--zytemp->burst % sizeof calibration];
	return cycle[zytemp->at++ % sizeof cycle];
}

static void send_item(struct zytemp *zytemp, struct device *device)
{
	uint8_t code = next_code(zytemp);
	long value = value_of(zytemp, code);
	uint8_t item[ITEM] = {code, (uint8_t)(value >> 8), (uint8_t)value};

	item[3] = (uint8_t)(item[0] + item[1] + item[2] + (zytemp->fault == BAD_SUM));
	item[4] = zytemp->fault == BAD_END ? 0x0A : 0x0D;
	if (!zytemp->is_new)
		scramble(item, zytemp->key);
	device_send(device, ENDPOINT, item, sizeof item);
}

static int64_t run(void *self, struct device *device, int64_t now_ns)
{
	struct zytemp *zytemp = self;

	if (!zytemp->is_new && !zytemp->is_started)
		return INT64_MAX;
	if (!zytemp->due_ns)
		zytemp->due_ns = now_ns;
	while (zytemp->due_ns <= now_ns) {
		send_item(zytemp, device);
		zytemp->due_ns += zytemp->period_ns;
	}
	return zytemp->due_ns;
}

static int control(void *self, struct device *device, const struct usb_ctrlrequest *setup,
	uint8_t *data, size_t n)
{
	struct zytemp *zytemp = self;

	(void)device;
	if (setup->bRequestType != 0x21 || setup->bRequest != SET_REPORT ||
		setup->wValue != FEATURE << 8 || n != ITEM)
		return -1;
	memcpy(zytemp->key, data, ITEM);
	zytemp->is_started = true;
	device_say("key");
	return 0;
}

static const uint8_t report_descriptor[] = {0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x15, 0x00,
	0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x08, 0x09, 0x01, 0x81, 0x02, 0x95, 0x08, 0x09, 0x01,
	0xB1, 0x02, 0xC0};

/* clang-format off */
static const uint8_t configuration[] = {
	9, USB_DT_CONFIG, 34, 0, 1, 1, 0, 0x80, 50,
	9, USB_DT_INTERFACE, 0, 0, 1, USB_CLASS_HID, 0, 0, 0,
	9, 0x21, 0x10, 0x01, 0, 1, 0x22, sizeof report_descriptor, 0,
	7, USB_DT_ENDPOINT, ENDPOINT, USB_ENDPOINT_XFER_INT, ITEM, 0, 10,
};
/* clang-format on */

static struct zytemp the_zytemp = {
	.co2 = 775, .temperature = 0x127D, .humidity = 2954, .period_ns = 500000000};

static struct device_model model = {
	.speed = USB_SPEED_LOW,
	.descriptor = {.bcdUSB = 0x0110,
		.bMaxPacketSize0 = 8,
		.idVendor = 0x04D9,
		.idProduct = 0xA052,
		.bcdDevice = 0x0100},
	.manufacturer = "Holtek",
	.product = "USB-zyTemp",
	.serial = "1.40",
	.configuration = {configuration, sizeof configuration},
	.report_descriptors = {{report_descriptor, sizeof report_descriptor}},
	.self = &the_zytemp,
	.control = control,
	.run = run,
};

static bool set_fault(struct zytemp *zytemp, const char *value)
{
	if (!strcmp(value, "burst")) {
		zytemp->burst = BURST;
		return true;
	}
	zytemp->fault = !strcmp(value, "checksum") ? BAD_SUM
		: !strcmp(value, "end")            ? BAD_END
						   : NO_FAULT;
	return zytemp->fault || !strcmp(value, "none");
}

static bool word(void *self, struct device *device, const char *name, const char *value)
{
	struct zytemp *zytemp = self;
	long period_ms;

	if (!strcmp(name, "generation") && !device) {
		zytemp->is_new = !strcmp(value, "new");
		model.descriptor.bcdDevice = zytemp->is_new ? 0x0200 : 0x0100;
		model.serial = zytemp->is_new ? "2.00" : "1.40";
		return zytemp->is_new || !strcmp(value, "old");
	}
	if (!strcmp(name, "co2"))
		return device_number(value, 0, 0xFFFF, &zytemp->co2);
	if (!strcmp(name, "temperature"))
		return device_number(value, 0, 0xFFFF, &zytemp->temperature);
	if (!strcmp(name, "humidity"))
		return device_number(value, 0, 0xFFFF, &zytemp->humidity);
	if (!strcmp(name, "fault"))
		return set_fault(zytemp, value);
	if (strcmp(name, "period") || !device_number(value, 1, 60000, &period_ms))
		return false;
	zytemp->period_ns = period_ms * 1000000;
	return true;
}

int main(int argc, char **argv)
{
	model.word = word;
	return device_main(argc, argv, &model);
}
