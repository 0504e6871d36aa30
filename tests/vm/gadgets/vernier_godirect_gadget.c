/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Vernier Go Direct sensor as the host meets it: 08f7:0010, HID with reports of 64 bytes. One
 * protocol for the whole range: the unit describes its own sensors. Facts: Vernier's godirect-py,
 * godirect-js and GDXLib.
 *
 * A report is [n][n bytes of packet][zeros]; a longer packet goes on in the next report, which has
 * its own n. Commands: 58, length, counter, checksum (sum of all other bytes), command, parameters;
 * reports come on endpoint 01 or by SET_REPORT. Answers: 98, length, counter, checksum, command,
 * counter of the command, payload. Measurements: 20, length, counter, checksum, form, ...: form 06
 * (mask of sensors, number of sets, a byte, floats) for what is sampled with the period, form 0B
 * (sensor, number, integers) for edges of a gate. Sets of a tenth of a second share a packet.
 *
 * Words: model tmp|for|vpg, value SENSOR:NUMBER (of the sensor now, rising with each set by `step`
 * THOUSANDTHS), gate 0|1 (model vpg: an edge now),
 * fault none|checksum|lost|mixed|dropped|nan (lost: the next answer is; mixed: a measurement comes
 * before each answer; dropped: a packet of form 0D). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

enum {
	IN = 0x81,
	OUT = 0x01,
	REPORT = 64,
	SET_REPORT = 0x09,
	PACKET = 255,

	COMMAND = 0x58,
	ANSWER = 0x98,
	MEASUREMENT = 0x20,

	GET_STATUS = 0x10,
	START = 0x18,
	STOP = 0x19,
	INIT = 0x1A,
	SET_PERIOD = 0x1B,
	GET_SENSOR = 0x50,
	GET_AVAILABLE = 0x51,
	DISCONNECT = 0x54,
	GET_INFO = 0x55,
	GET_DEFAULT = 0x56,

	FORM_SETS = 0x06,
	FORM_EDGES = 0x0B,
	FORM_DROPPED = 0x0D,
	SENSORS = 8,
	SETS_MOST = 7,
};

struct sensor {
	uint32_t id; /* 0: a phantom, to be skipped */
	bool is_integer, is_aperiodic;
	const char *name, *unit;
	double least, most;
	uint32_t excludes;
};

struct unit {
	const char *order_code, *name;
	uint32_t available, usual;
	struct sensor sensors[SENSORS];
};

static const struct unit units[] = {
	{"GDX-TMP", "Go Direct Temperature", 0x02, 0x02,
		{[1] = {0x101, false, false, "Temperature", "\302\260C", -40, 125, 0}}},
	{"GDX-FOR", "Go Direct Force and Acceleration", 0xFE, 0x02,
		{[1] = {0x201, false, false, "Force", "N", -50, 50, 0},
			[2] = {0x202, false, false, "X-axis acceleration", "m/s\302\262", -160, 160,
				0},
			[3] = {0x203, false, false, "Y-axis acceleration", "m/s\302\262", -160, 160,
				0},
			[4] = {0x204, false, false, "Z-axis acceleration", "m/s\302\262", -160, 160,
				0},
			[5] = {0x205, false, false, "X-axis gyro", "rad/s", -35, 35, 0xC0},
			[6] = {0x206, false, false, "Y-axis gyro", "rad/s", -35, 35, 0x20},
			[7] = {0, false, false, "", "", 0, 0, 0}}},
	{"GDX-VPG", "Go Direct Photogate", 0x02, 0x02,
		{[1] = {0x301, true, true, "Gate 1 state", "", 0, 1, 0}}},
};

struct godirect {
	const struct unit *unit;
	uint8_t counter; /* of what we send */
	bool is_open, is_running;
	uint32_t mask;
	int64_t period_ns, due_ns;
	float values[SENSORS], step;
	enum { NO_FAULT, BAD_SUM, LOST, MIXED, DROPPED, NO_NUMBER } fault;
};

/* --- packets --- */

static uint8_t sum(const uint8_t *packet, size_t n)
{
	uint8_t total = 0;

	for (size_t i = 0; i < n; i++)
		total = (uint8_t)(total + (i == 3 ? 0 : packet[i]));
	return total;
}

/* Fills in length, counter and checksum, and cuts it into reports. */
static void send_packet(struct godirect *unit, struct device *device, uint8_t *packet, size_t n)
{
	packet[1] = (uint8_t)n;
	packet[2] = unit->counter++;
	packet[3] = (uint8_t)(sum(packet, n) + (unit->fault == BAD_SUM));
	for (size_t at = 0; at < n; at += REPORT - 1) {
		size_t take = n - at < REPORT - 1 ? n - at : REPORT - 1;
		uint8_t report[REPORT] = {(uint8_t)take};

		memcpy(report + 1, packet + at, take);
		device_send(device, IN, report, sizeof report);
	}
}

static void put(uint8_t *at, uint64_t number, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (uint8_t)(number >> (8 * i));
}

static void put_double(uint8_t *at, double number)
{
	memcpy(at, &number, sizeof number); /* this machine is little endian, too */
}

static void put_text(uint8_t *at, const char *text)
{
	memcpy(at, text, strlen(text));
}

/* --- answers: offsets from the start of the packet --- */

static size_t answer_status(uint8_t *packet)
{
	packet[8] = 1; /* version 1.4, build 5 */
	packet[9] = 4;
	put(packet + 10, 5, 2);
	packet[12] = 1;
	packet[16] = 87; /* per cent of the battery */
	packet[17] = 1;  /* it charges */
	return 18;
}

static size_t answer_info(const struct unit *unit, uint8_t *packet)
{
	put_text(packet + 6, unit->order_code);
	put_text(packet + 22, "0A1B2C3D");
	put_text(packet + 38, unit->name);
	put(packet + 70, 1, 2);    /* manufacturer */
	put(packet + 72, 2021, 2); /* made on 2021-03-17 */
	packet[74] = 3;
	packet[75] = 17;
	packet[76] = 1;
	packet[77] = 4;
	put(packet + 84, 0x0C1C57112233, 6);
	put(packet + 90, 4096, 4);
	put_text(packet + 94, unit->name);
	return 158;
}

static size_t answer_sensor(const struct unit *unit, unsigned number, uint8_t *packet)
{
	const struct sensor *sensor = &unit->sensors[number < SENSORS ? number : 0];

	packet[6] = (uint8_t)number;
	put(packet + 8, sensor->id, 4);
	packet[12] = sensor->is_integer;
	packet[13] = sensor->is_aperiodic;
	if (sensor->id) {
		put_text(packet + 14, sensor->name);
		put_text(packet + 74, sensor->unit);
	}
	put_double(packet + 106, (sensor->most - sensor->least) / 1000);
	put_double(packet + 114, sensor->least);
	put_double(packet + 122, sensor->most);
	put(packet + 130, 1000, 4); /* shortest, longest, usual period, its steps: us */
	put(packet + 134, 3600000000, 8);
	put(packet + 142, 100000, 4);
	put(packet + 146, 1000, 4);
	put(packet + 150, sensor->excludes, 4);
	return 154;
}

static size_t answer_mask(uint32_t mask, uint8_t *packet)
{
	put(packet + 6, mask, 4);
	return 10;
}

static uint32_t word_at(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Fills in the payload and returns the length of the packet. */
static size_t obey(struct godirect *unit, const uint8_t *command, uint8_t *packet)
{
	switch (command[4]) {
	case GET_STATUS:
		return answer_status(packet);
	case GET_INFO:
		return answer_info(unit->unit, packet);
	case GET_SENSOR:
		return answer_sensor(unit->unit, command[5], packet);
	case GET_AVAILABLE:
		return answer_mask(unit->unit->available, packet);
	case GET_DEFAULT:
		return answer_mask(unit->unit->usual, packet);
	case SET_PERIOD:
		unit->period_ns = (int64_t)word_at(command + 7) * 1000;
		break;
	case START:
		unit->mask = word_at(command + 7) & unit->unit->available;
		unit->is_running = true;
		unit->due_ns = 0;
		break;
	case INIT:
		unit->is_open = true;
		unit->is_running = false;
		break;
	case STOP:
	case DISCONNECT:
		unit->is_running = false;
		break;
	default:
		packet[6] = 1; /* not understood */
	}
	return 7;
}

static void send_sets(struct godirect *unit, struct device *device, unsigned n_sets);

static void take_command(
	struct godirect *unit, struct device *device, const uint8_t *command, size_t n)
{
	uint8_t packet[PACKET] = {ANSWER, [4] = command[4], [5] = command[2]};

	if (n < 5 || command[0] != COMMAND || command[1] != n || sum(command, n) != command[3]) {
		device_say("bad command");
		return;
	}
	if (!unit->is_open && command[4] != INIT)
		return;
	device_say("> %02X", command[4]);
	if (unit->fault == MIXED && unit->is_running)
		send_sets(unit, device, 1);
	size_t n_answer = obey(unit, command, packet);

	if (unit->fault == LOST)
		unit->fault = NO_FAULT;
	else
		send_packet(unit, device, packet, n_answer);
}

static void received(void *self, struct device *device, const uint8_t *data, size_t n)
{
	/* A short report confuses real units; here it is not heard. */
	if (n == REPORT && data[0] < REPORT)
		take_command(self, device, data + 1, data[0]);
	else
		device_say("short report of %zu bytes", n);
}

static int control(void *self, struct device *device, const struct usb_ctrlrequest *setup,
	uint8_t *data, size_t n)
{
	if (setup->bRequestType != 0x21 || setup->bRequest != SET_REPORT)
		return -1;
	received(self, device, data, n);
	return 0;
}

/* --- measurements --- */

static void send_sets(struct godirect *unit, struct device *device, unsigned n_sets)
{
	uint8_t packet[PACKET] = {MEASUREMENT, [4] = FORM_SETS, [7] = (uint8_t)n_sets};
	size_t n = 9;

	put(packet + 5, unit->mask, 2);
	for (unsigned set = 0; set < n_sets; set++)
		for (unsigned i = 0; i < SENSORS; i++) {
			float value = unit->fault == NO_NUMBER ? NAN : unit->values[i];

			if (!(unit->mask & 1U << i))
				continue;
			memcpy(packet + n, &value, sizeof value);
			n += sizeof value;
			unit->values[i] += unit->step;
		}
	send_packet(unit, device, packet, n);
}

static void send_gate(struct godirect *unit, struct device *device, bool is_blocked)
{
	uint8_t packet[PACKET] = {MEASUREMENT, [4] = FORM_EDGES, [6] = 1, [7] = 1};

	packet[8] = is_blocked;
	send_packet(unit, device, packet, 12);
}

/* So many sets as come in a tenth of a second, and fit into the reports. */
static unsigned sets_of(const struct godirect *unit)
{
	int64_t n = (100000000 + unit->period_ns - 1) / unit->period_ns;

	return n < SETS_MOST ? (unsigned)n : SETS_MOST;
}

static int64_t run(void *self, struct device *device, int64_t now_ns)
{
	struct godirect *unit = self;

	if (!unit->is_running || unit->period_ns <= 0 || unit->unit->sensors[1].is_aperiodic)
		return INT64_MAX;
	unsigned n_sets = sets_of(unit);

	if (!unit->due_ns)
		unit->due_ns = now_ns + n_sets * unit->period_ns;
	while (unit->due_ns <= now_ns) {
		send_sets(unit, device, n_sets);
		unit->due_ns += n_sets * unit->period_ns;
	}
	return unit->due_ns;
}

/* --- what it is --- */

static const uint8_t report_descriptor[] = {0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x15, 0x00,
	0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x40, 0x09, 0x01, 0x81, 0x02, 0x95, 0x40, 0x09, 0x01,
	0x91, 0x02, 0xC0};

/* clang-format off */
static const uint8_t configuration[] = {
	9, USB_DT_CONFIG, 41, 0, 1, 1, 0, 0x80, 125,
	9, USB_DT_INTERFACE, 0, 0, 2, USB_CLASS_HID, 0, 0, 0,
	9, 0x21, 0x11, 0x01, 0, 1, 0x22, sizeof report_descriptor, 0,
	7, USB_DT_ENDPOINT, IN, USB_ENDPOINT_XFER_INT, REPORT, 0, 1,
	7, USB_DT_ENDPOINT, OUT, USB_ENDPOINT_XFER_INT, REPORT, 0, 1,
};
/* clang-format on */

static struct godirect the_unit = {.unit = units, .period_ns = 100000000, .values = {[1] = 23.5F}};

static struct device_model model = {
	.speed = USB_SPEED_FULL,
	.descriptor = {.bcdUSB = 0x0200,
		.bMaxPacketSize0 = 64,
		.idVendor = 0x08F7,
		.idProduct = 0x0010,
		.bcdDevice = 0x0104},
	.manufacturer = "Vernier Software & Technology",
	.product = "Go Direct Temperature",
	.serial = "0A1B2C3D",
	.configuration = {configuration, sizeof configuration},
	.report_descriptors = {{report_descriptor, sizeof report_descriptor}},
	.self = &the_unit,
	.control = control,
	.received = received,
	.run = run,
};

static bool set_model(struct godirect *unit, const char *value)
{
	static const char *const names[] = {"tmp", "for", "vpg"};

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(value, names[i]))
			continue;
		unit->unit = &units[i];
		model.product = units[i].name;
		return true;
	}
	return false;
}

static bool set_value(struct godirect *unit, const char *value)
{
	char *end;
	unsigned long sensor = strtoul(value, &end, 10);

	if (*end != ':' || sensor >= SENSORS)
		return false;
	unit->values[sensor] = strtof(end + 1, &end);
	return !*end;
}

static bool set_fault(struct godirect *unit, struct device *device, const char *value)
{
	static const char *const names[] = {"none", "checksum", "lost", "mixed", "dropped", "nan"};
	uint8_t dropped[PACKET] = {MEASUREMENT, [4] = FORM_DROPPED};

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(value, names[i]))
			continue;
		unit->fault = i;
		if (i == DROPPED && device)
			send_packet(unit, device, dropped, 7);
		return true;
	}
	return false;
}

static bool word(void *self, struct device *device, const char *name, const char *value)
{
	struct godirect *unit = self;
	long number;

	if (!strcmp(name, "model") && !device)
		return set_model(unit, value);
	if (!strcmp(name, "value"))
		return set_value(unit, value);
	if (!strcmp(name, "fault"))
		return set_fault(unit, device, value);
	if (!strcmp(name, "step") && device_number(value, -1000000, 1000000, &number)) {
		unit->step = (float)number / 1000;
		return true;
	}
	if (strcmp(name, "gate") || !device || !device_number(value, 0, 1, &number))
		return false;
	send_gate(unit, device, number);
	return true;
}

int main(int argc, char **argv)
{
	model.word = word;
	return device_main(argc, argv, &model);
}
