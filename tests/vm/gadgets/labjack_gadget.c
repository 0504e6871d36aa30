/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A LabJack U3 as the host meets it: 0cd5:0003, bulk pipes 01 (commands), 82 (answers) and 83 (the
 * streaming that nobody starts here). Facts: the maker's user's guide, 5.1 and 5.2.
 *
 * Command and answer: sum of bytes 1..5, F8, words of data, code, sum of the data (16 bits, low byte
 * first), data; the first sum folds its carry in. Wrong sums are answered B8 B8. Understood: 08
 * (what it is), 0B (which pins are analog), 2D (a block of calibration), 00 with any number of
 * analog inputs.
 *
 * Words: version lv|hv, input0 to input3 RAW, temperature RAW, fault none|sums|refuse|silent|unasked
 * (each third reading: wrong sums; an error; nothing; an answer that belongs to nothing before it). */
#include <string.h>

#include "device.h"

enum { COMMANDS = 0x01, ANSWERS = 0x82, STREAM = 0x83, BULK = 64, HEAD = 6, EACH = 3 };
enum { FEEDBACK = 0x00, CONFIG_U3 = 0x08, CONFIG_IO = 0x0B, READ_MEM = 0x2D };
enum { ANALOG_IN = 1, TEMPERATURE = 30, NO_SUCH_TYPE = 0x6B, REFUSED = 0x30 };

struct box {
	bool is_hv;
	uint8_t analog; /* pins FIO0..7 that are */
	long raw[4], temperature;
	unsigned readings;
	enum { NO_FAULT, SUMS, REFUSE, SILENT, UNASKED } fault;
};

/* --- packets --- */

static unsigned sum_of(const uint8_t *bytes, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += bytes[i];
	return sum;
}

static uint8_t folded(unsigned sum)
{
	while (sum > 0xFF)
		sum = (sum & 0xFF) + (sum >> 8);
	return (uint8_t)sum;
}

/* `n` bytes in all, an even number, data from HEAD on. */
static void answer(struct device *device, uint8_t *packet, uint8_t code, size_t n)
{
	unsigned sum = sum_of(packet + HEAD, n - HEAD);

	packet[1] = 0xF8;
	packet[2] = (uint8_t)((n - HEAD) / 2);
	packet[3] = code;
	packet[4] = (uint8_t)sum;
	packet[5] = (uint8_t)(sum >> 8);
	packet[0] = folded(sum_of(packet + 1, HEAD - 1));
	device_send(device, ANSWERS, packet, n);
}

static bool is_whole(const uint8_t *packet, size_t n)
{
	if (n < HEAD + 2 || packet[1] != 0xF8 || n != HEAD + 2 * (size_t)packet[2])
		return false;
	unsigned sum = sum_of(packet + HEAD, n - HEAD);

	return packet[0] == folded(sum_of(packet + 1, HEAD - 1)) && packet[4] == (sum & 0xFF) &&
		packet[5] == (sum >> 8 & 0xFF);
}

/* --- commands --- */

static void tell_config(const struct box *box, struct device *device)
{
	static const uint8_t serial[] = {0x41, 0xCC, 0x3F, 0x13}; /* 322948161 */
	uint8_t packet[38] = {[10] = 0x01, [9] = 0x2E, [14] = 0x01, [13] = 0x1E};

	memcpy(packet + 15, serial, sizeof serial);
	packet[19] = 3; /* a U3 */
	packet[21] = 1; /* local number */
	packet[37] = box->is_hv ? 18 : 2;
	answer(device, packet, CONFIG_U3, sizeof packet);
}

static void configure(struct box *box, struct device *device, const uint8_t *command)
{
	uint8_t packet[12] = {[8] = 0x04};

	if (command[6] & 0x04)
		box->analog = command[10];
	packet[10] = box->analog;
	device_say("analog %02X", box->analog);
	answer(device, packet, CONFIG_IO, sizeof packet);
}

/* Four numbers a block, 32 bits before and 32 behind the point. As a box leaves the works. */
static void tell_block(struct device *device, unsigned block)
{
	static const double blocks[5][4] = {
		{0.0000372, 0.001, 0.0000744, -2.44},       /* LV: slope and offset, single; both */
		{0, 0, 0, 0},                               /* outputs */
		{0.01302, 2.44, 0, 0},                      /* temperature, reference */
		{0.0003141, 0.000314, 0.0003142, 0.000315}, /* HV: slopes */
		{-10.31, -10.3, -10.32, -10.29},            /* and offsets */
	};
	uint8_t packet[40] = {0};

	for (size_t i = 0; i < 4 && block < 5; i++) {
		int64_t fixed = (int64_t)(blocks[block][i] * 4294967296.0);

		for (size_t b = 0; b < 8; b++)
			packet[8 + 8 * i + b] = (uint8_t)(fixed >> (8 * b));
	}
	answer(device, packet, READ_MEM, sizeof packet);
}

static long input(const struct box *box, uint8_t positive)
{
	if (positive == TEMPERATURE)
		return box->temperature;
	return positive < 4 && box->analog >> positive & 1 ? box->raw[positive] : 0;
}

static void tell_inputs(
	const struct box *box, struct device *device, const uint8_t *command, size_t n)
{
	uint8_t packet[BULK] = {[8] = command[6]};
	size_t size = 9;

	for (size_t at = 7; at + 2 < n; at += 3) {
		if (command[at] != ANALOG_IN) {
			packet[6] = NO_SUCH_TYPE;
			break;
		}
		long raw = input(box, command[at + 1] & 0x1F);

		packet[size++] = (uint8_t)raw;
		packet[size++] = (uint8_t)(raw >> 8);
	}
	answer(device, packet, FEEDBACK, size + size % 2);
}

static void read_inputs(struct box *box, struct device *device, const uint8_t *command, size_t n)
{
	uint8_t refusal[10] = {[6] = REFUSED};

	if (++box->readings % EACH != 0 || box->fault == NO_FAULT) {
		tell_inputs(box, device, command, n);
		return;
	}
	switch (box->fault) {
	case SUMS:
		device_send(device, ANSWERS, "\xB8\xB8", 2);
		break;
	case REFUSE:
		answer(device, refusal, FEEDBACK, sizeof refusal);
		break;
	case UNASKED:
		tell_block(device, 1);
		tell_inputs(box, device, command, n);
		break;
	case SILENT:
	case NO_FAULT:
		break;
	}
}

static void received(void *self, struct device *device, const uint8_t *data, size_t n)
{
	struct box *box = self;

	if (!is_whole(data, n)) {
		device_send(device, ANSWERS, "\xB8\xB8", 2);
		return;
	}
	switch (data[3]) {
	case CONFIG_U3:
		tell_config(box, device);
		break;
	case CONFIG_IO:
		configure(box, device, data);
		break;
	case READ_MEM:
		tell_block(device, data[7]);
		break;
	case FEEDBACK:
		read_inputs(box, device, data, n);
		break;
	}
}

/* --- what it is --- */

/* clang-format off */
static const uint8_t configuration[] = {
	9, USB_DT_CONFIG, 39, 0, 1, 1, 0, 0x80, 250,
	9, USB_DT_INTERFACE, 0, 0, 3, USB_CLASS_VENDOR_SPEC, 0, 0, 0,
	7, USB_DT_ENDPOINT, COMMANDS, USB_ENDPOINT_XFER_BULK, BULK, 0, 0,
	7, USB_DT_ENDPOINT, ANSWERS, USB_ENDPOINT_XFER_BULK, BULK, 0, 0,
	7, USB_DT_ENDPOINT, STREAM, USB_ENDPOINT_XFER_BULK, BULK, 0, 0,
};
/* clang-format on */

static struct box the_box = {.raw = {36640, 32800, 0, 65535}, .temperature = 23040};

static struct device_model model = {
	.speed = USB_SPEED_FULL,
	.descriptor = {.bcdUSB = 0x0110,
		.bDeviceClass = USB_CLASS_VENDOR_SPEC,
		.bMaxPacketSize0 = 8,
		.idVendor = 0x0CD5,
		.idProduct = 0x0003,
		.bcdDevice = 0x0000},
	.manufacturer = "LabJack Corporation",
	.product = "LabJack U3",
	.configuration = {configuration, sizeof configuration},
	.self = &the_box,
	.received = received,
};

static bool set_fault(struct box *box, const char *value)
{
	static const char *const faults[] = {"none", "sums", "refuse", "silent", "unasked"};

	for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++)
		if (!strcmp(value, faults[i])) {
			box->fault = i;
			return true;
		}
	return false;
}

static bool word(void *self, struct device *device, const char *name, const char *value)
{
	struct box *box = self;

	if (!strcmp(name, "version") && !device) {
		box->is_hv = !strcmp(value, "hv");
		return box->is_hv || !strcmp(value, "lv");
	}
	if (!strncmp(name, "input", 5) && name[5] >= '0' && name[5] <= '3' && !name[6])
		return device_number(value, 0, UINT16_MAX, &box->raw[name[5] - '0']);
	if (!strcmp(name, "temperature"))
		return device_number(value, 0, UINT16_MAX, &box->temperature);
	return !strcmp(name, "fault") && set_fault(box, value);
}

int main(int argc, char **argv)
{
	model.word = word;
	return device_main(argc, argv, &model);
}
