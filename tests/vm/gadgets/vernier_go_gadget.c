/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Vernier Go!Temp, Go!Link or Go!Motion as the host meets it: 08f7:0002, 0003, 0004, HID on a
 * low-speed bus. Layout of packets, commands and records: Vernier's GoIO SDK headers.
 *
 * Commands are eight bytes by SET_REPORT (of type input or output); answers and measurements are
 * packets of eight bytes on endpoint 81. A header is kind (bits 7, 6), error (5), last (4), first
 * (3) and the number of bytes that follow (2..0), or, for measurements, just their number. One
 * command at a time: another one before the answer is fetched is ignored, except INIT, which drops
 * everything. Memories: the sensor's calibration record ("DDS", 128 bytes) of Go!Temp and of a
 * smart probe, and Go!Link's own correction (20 bytes, big endian).
 *
 * Words: model temp|link|motion, raw COUNTS (Go!Motion: micrometres), step COUNTS (added after each
 * measurement), probe NUMBER (0 none, 10 stainless, 20 and more: with its record), counter skip
 * (one number of the rolling counter is left out), fault none|nodds|badsum|silent|busy. */
#include <string.h>

#include "device.h"

enum {
	ENDPOINT = 0x81,
	PACKET = 8,
	SET_REPORT = 0x09,

	GET_STATUS = 0x10,
	READ_LOCAL = 0x17,
	START = 0x18,
	STOP = 0x19,
	INIT = 0x1A,
	SET_PERIOD = 0x1B,
	GET_PERIOD = 0x1C,
	SET_LED = 0x1D,
	GET_LED = 0x1E,
	GET_SERIAL = 0x20,
	READ_REMOTE = 0x27,
	GET_SENSOR = 0x28,
	SET_INPUT = 0x29,
	GET_INPUT = 0x2A,

	KIND_ANSWER = 0x40,
	KIND_INIT = 0x80,
	ERROR = 0x20,
	LAST = 0x10,
	FIRST = 0x08,

	NOT_READY = 0x40, /* the second processor is still powering up */
	UNSUPPORTED = 0x31,
	NO_PERIOD_NOW = 0x34,
	BAD_PARAMETER = 0x36,

	DDS = 128,
	CORRECTION = 20,
	SMART_PROBE = 20,
	BUSY_TIMES = 2,
};

enum go_model { TEMP, LINK, MOTION };

struct go_kind {
	uint16_t product_id;
	const char *product;
	int64_t tick_ns;
	uint32_t least_ticks, most_ticks, usual_ticks;
};

static const struct go_kind kinds[] = {
	[TEMP] = {0x0002, "Go! Temp ver 1.53", 128000, 3906, 0xFFFFFF, 3906},
	[LINK] = {0x0003, "Go! Link", 1000000, 5, 65535, 100},
	[MOTION] = {0x0004, "Go! Motion", 1000000, 20, 180000, 100},
};

struct go {
	enum go_model model;
	uint32_t period_ticks;
	bool is_running;
	int64_t due_ns;
	uint8_t counter, led[2], input;
	long raw, step, probe;
	unsigned busy;
	bool is_silent;
	uint8_t dds[DDS], correction[CORRECTION];
};

/* Go!Temp's record: sensor 60, serial 12345, lot 09/12, linear y = A + B x of volts, three pages
 * (C, F, K), page 0 active, XOR at the end. */
static const uint8_t usual_dds[DDS] = {0x01, 0x3C, 0x39, 0x30, 0x00, 0x09, 0x12, 0x01, 0x54, 0x65,
	0x6D, 0x70, 0x65, 0x72, 0x61, 0x74, 0x75, 0x72, 0x65, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x54, 0x65, 0x6D, 0x70, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x22, 0x0A, 0x01, 0x00, 0x00, 0x00, 0x3F, 0x00, 0x00, 0x00, 0x3F, 0xB4, 0x00, 0x00,
	0x00, 0x00, 0x0E, 0x01, 0x00, 0x00, 0x20, 0xC1, 0x00, 0x00, 0xDC, 0x42, 0x05, 0x02, 0x00,
	0x00, 0x00, 0x80, 0xC3, 0xCD, 0xCC, 0xCC, 0x42, 0x00, 0x00, 0x00, 0x00, 0x28, 0x43, 0x29,
	0x00, 0x00, 0x00, 0x00, 0x66, 0x66, 0xD6, 0xC3, 0xEC, 0x51, 0x38, 0x43, 0x00, 0x00, 0x00,
	0x00, 0x28, 0x46, 0x29, 0x00, 0x00, 0x00, 0x00, 0x33, 0x33, 0x89, 0x41, 0xCD, 0xCC, 0xCC,
	0x42, 0x00, 0x00, 0x00, 0x00, 0x28, 0x4B, 0x29, 0x00, 0x00, 0x00, 0x00, 0xB3};

/* Version 1, valid (9C), week 12 of 09, offsets 10 V: 16, 5 V: -24, slopes 1.0 and 1.00390625. */
static const uint8_t usual_correction[CORRECTION] = {0x01, 0x9C, 0x12, 0x09, 0x00, 0x10, 0xFF, 0xE8,
	0x3F, 0x80, 0x00, 0x00, 0x3F, 0x80, 0x80, 0x00, 0x80};

/* --- answers --- */

/* A stream of packets: the first carries the command and six bytes, the others seven each. */
static void answer(struct device *device, uint8_t command, const uint8_t *data, size_t n)
{
	size_t at = 0;

	for (bool is_first = true; is_first || at < n; is_first = false) {
		uint8_t packet[PACKET] = {KIND_ANSWER};
		size_t start = is_first ? 2 : 1, room = PACKET - start;
		size_t take = n - at < room ? n - at : room;

		if (is_first) {
			packet[0] |= FIRST;
			packet[1] = command;
		}
		memcpy(packet + start, data + at, take);
		at += take;
		if (at == n)
			packet[0] |= LAST;
		packet[0] = (uint8_t)(packet[0] | (start - 1 + take));
		device_send(device, ENDPOINT, packet, sizeof packet);
	}
}

static void accept(struct device *device, uint8_t command)
{
	answer(device, command, (const uint8_t[]){0}, 1);
}

static void refuse(struct device *device, uint8_t kind, uint8_t command, uint8_t status)
{
	uint8_t packet[PACKET] = {(uint8_t)(kind | ERROR | LAST | FIRST | 2), command, status};

	device_send(device, ENDPOINT, packet, sizeof packet);
}

static void init(struct go *go, struct device *device)
{
	const uint8_t done[PACKET] = {KIND_INIT | LAST | FIRST | 2, INIT, 0};

	go->is_running = false;
	if (go->busy) {
		go->busy--;
		refuse(device, KIND_INIT, INIT, NOT_READY);
		return;
	}
	if (go->model != MOTION)
		go->period_ticks = kinds[go->model].usual_ticks;
	go->led[0] = 0x00; /* orange */
	go->led[1] = 0x04;
	device_send(device, ENDPOINT, done, sizeof done);
}

static void set_period(struct go *go, struct device *device, const uint8_t *parameter)
{
	const struct go_kind *kind = &kinds[go->model];
	uint32_t ticks = parameter[0] | (uint32_t)parameter[1] << 8 | (uint32_t)parameter[2] << 16 |
		(uint32_t)parameter[3] << 24;

	if (go->is_running) {
		refuse(device, KIND_ANSWER, SET_PERIOD, NO_PERIOD_NOW);
		return;
	}
	if (ticks < kind->least_ticks || ticks > kind->most_ticks) {
		refuse(device, KIND_ANSWER, SET_PERIOD, BAD_PARAMETER);
		return;
	}
	go->period_ticks = ticks;
	accept(device, SET_PERIOD);
}

static void read_memory(struct go *go, struct device *device, const uint8_t *command)
{
	bool is_link = go->model == LINK, is_remote = command[0] == READ_REMOTE;
	bool is_correction = is_link && !is_remote;
	bool is_there = is_remote ? is_link && go->probe >= SMART_PROBE : go->model != MOTION;
	size_t size = is_correction ? CORRECTION : DDS;

	if (!is_there) {
		refuse(device, KIND_ANSWER, command[0], UNSUPPORTED);
		return;
	}
	if ((size_t)command[1] + command[2] > size || !command[2]) {
		refuse(device, KIND_ANSWER, command[0], BAD_PARAMETER);
		return;
	}
	answer(device, command[0], (is_correction ? go->correction : go->dds) + command[1],
		command[2]);
}

static void get_status(const struct go *go, struct device *device)
{
	/* Status, version of the main processor in BCD, and of the second one. */
	const uint8_t status[5] = {0, 0x53, 0x01, 0x05, 0x01};

	answer(device, GET_STATUS, status, go->model == TEMP ? 3 : 5);
}

static void get_number(struct device *device, uint8_t command, uint32_t number)
{
	const uint8_t bytes[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
		(uint8_t)(number >> 24)};

	answer(device, command, bytes, sizeof bytes);
}

/* What only Go!Link has. */
static void link_command(struct go *go, struct device *device, const uint8_t *command)
{
	if (go->model != LINK) {
		refuse(device, KIND_ANSWER, command[0], UNSUPPORTED);
		return;
	}
	switch (command[0]) {
	case GET_SENSOR:
		get_number(device, GET_SENSOR, (uint32_t)go->probe);
		return;
	case SET_INPUT:
		go->input = command[1];
		accept(device, SET_INPUT);
		return;
	default:
		answer(device, GET_INPUT, &go->input, 1);
	}
}

static void get_serial(const struct go *go, struct device *device)
{
	static const uint8_t serial[6] = {0x12, 0x09, 0x39, 0x30, 0x00, 0x00};

	if (go->model == MOTION)
		refuse(device, KIND_ANSWER, GET_SERIAL, UNSUPPORTED);
	else
		answer(device, GET_SERIAL, serial, sizeof serial);
}

static void obey(struct go *go, struct device *device, const uint8_t *command)
{
	switch (command[0]) {
	case INIT:
		init(go, device);
		return;
	case GET_STATUS:
		get_status(go, device);
		return;
	case READ_LOCAL:
	case READ_REMOTE:
		read_memory(go, device, command);
		return;
	case START:
	case STOP:
		go->is_running = command[0] == START;
		go->due_ns = 0;
		accept(device, command[0]);
		return;
	case SET_PERIOD:
		set_period(go, device, command + 1);
		return;
	case GET_PERIOD:
		get_number(device, GET_PERIOD, go->period_ticks);
		return;
	case SET_LED:
		memcpy(go->led, command + 1, sizeof go->led);
		accept(device, SET_LED);
		return;
	case GET_LED:
		answer(device, GET_LED, go->led, sizeof go->led);
		return;
	case GET_SERIAL:
		get_serial(go, device);
		return;
	case GET_SENSOR:
	case SET_INPUT:
	case GET_INPUT:
		link_command(go, device, command);
		return;
	}
	refuse(device, KIND_ANSWER, command[0], UNSUPPORTED);
}

static int control(void *self, struct device *device, const struct usb_ctrlrequest *setup,
	uint8_t *data, size_t n)
{
	struct go *go = self;

	if (setup->bRequestType != 0x21 || setup->bRequest != SET_REPORT ||
		(setup->wValue != 0x0100 && setup->wValue != 0x0200) || n != PACKET)
		return -1;
	device_say("> %02X %02X %02X %02X %02X %02X %02X %02X", data[0], data[1], data[2], data[3],
		data[4], data[5], data[6], data[7]);
	if (!go->is_silent)
		obey(go, device, data);
	return 0;
}

/* --- measurements --- */

static void measure(struct go *go, struct device *device)
{
	uint32_t raw = (uint32_t)go->raw;
	uint8_t packet[PACKET] = {1, go->counter++, (uint8_t)raw, (uint8_t)(raw >> 8)};

	if (go->model == MOTION) {
		packet[4] = (uint8_t)(raw >> 16);
		packet[5] = (uint8_t)(raw >> 24);
	}
	go->raw += go->step;
	device_send(device, ENDPOINT, packet, sizeof packet);
}

/* Faster than 25 Hz three values share a packet. */
static void measure_three(struct go *go, struct device *device)
{
	uint8_t packet[PACKET] = {3, go->counter++};

	for (unsigned i = 0; i < 3; i++) {
		packet[2 + 2 * i] = (uint8_t)go->raw;
		packet[3 + 2 * i] = (uint8_t)(go->raw >> 8);
		go->raw += go->step;
	}
	device_send(device, ENDPOINT, packet, sizeof packet);
}

static int64_t run(void *self, struct device *device, int64_t now_ns)
{
	struct go *go = self;
	int64_t period_ns = kinds[go->model].tick_ns * go->period_ticks;
	bool is_fast = go->model == LINK && period_ns < 40000000;

	if (!go->is_running)
		return INT64_MAX;
	if (is_fast)
		period_ns *= 3;
	if (!go->due_ns)
		go->due_ns = now_ns + period_ns;
	while (go->due_ns <= now_ns) {
		if (is_fast)
			measure_three(go, device);
		else
			measure(go, device);
		go->due_ns += period_ns;
	}
	return go->due_ns;
}

/* --- what it is --- */

/* Any vendor page will do: real ones are not published and no host needs them. */
static const uint8_t report_descriptor[] = {0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x15, 0x00,
	0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x08, 0x09, 0x01, 0x81, 0x02, 0x95, 0x08, 0x09, 0x01,
	0x91, 0x02, 0xC0};

/* clang-format off */
static const uint8_t configuration[] = {
	9, USB_DT_CONFIG, 34, 0, 1, 1, 0, 0x80, 50,
	9, USB_DT_INTERFACE, 0, 0, 1, USB_CLASS_HID, 0, 0, 0,
	9, 0x21, 0x10, 0x01, 0, 1, 0x22, sizeof report_descriptor, 0,
	7, USB_DT_ENDPOINT, ENDPOINT, USB_ENDPOINT_XFER_INT, PACKET, 0, 10,
};
/* clang-format on */

static struct go the_go = {.raw = 2880, .probe = 10};

static struct device_model model = {
	.speed = USB_SPEED_LOW,
	.descriptor = {.bcdUSB = 0x0110,
		.bMaxPacketSize0 = 8,
		.idVendor = 0x08F7,
		.idProduct = 0x0002,
		.bcdDevice = 0x0153},
	.manufacturer = "Vernier Software & Technology",
	.product = "Go! Temp ver 1.53",
	.configuration = {configuration, sizeof configuration},
	.report_descriptors = {{report_descriptor, sizeof report_descriptor}},
	.self = &the_go,
	.control = control,
	.run = run,
};

static bool set_model(struct go *go, const char *value)
{
	static const char *const names[] = {"temp", "link", "motion"};

	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(value, names[i]))
			continue;
		go->model = (enum go_model)i;
		go->period_ticks = kinds[i].usual_ticks;
		model.descriptor.idProduct = kinds[i].product_id;
		model.product = kinds[i].product;
		return true;
	}
	return false;
}

static bool set_fault(struct go *go, const char *value)
{
	memcpy(go->dds, usual_dds, DDS);
	go->is_silent = !strcmp(value, "silent");
	if (!strcmp(value, "nodds"))
		memset(go->dds, 0xFF, DDS);
	else if (!strcmp(value, "badsum"))
		go->dds[DDS - 1] ^= 0x01;
	else if (!strcmp(value, "busy"))
		go->busy = BUSY_TIMES;
	else
		return go->is_silent || !strcmp(value, "none");
	return true;
}

static bool word(void *self, struct device *device, const char *name, const char *value)
{
	struct go *go = self;

	if (!strcmp(name, "model") && !device)
		return set_model(go, value);
	if (!strcmp(name, "raw"))
		return device_number(value, INT32_MIN, INT32_MAX, &go->raw);
	if (!strcmp(name, "step"))
		return device_number(value, -1000, 1000, &go->step);
	if (!strcmp(name, "probe"))
		return device_number(value, 0, 255, &go->probe);
	if (!strcmp(name, "fault"))
		return set_fault(go, value);
	if (strcmp(name, "counter") || strcmp(value, "skip"))
		return false;
	go->counter++;
	return true;
}

int main(int argc, char **argv)
{
	model.word = word;
	set_model(&the_go, "temp");
	memcpy(the_go.dds, usual_dds, DDS);
	memcpy(the_go.correction, usual_correction, CORRECTION);
	return device_main(argc, argv, &model);
}
