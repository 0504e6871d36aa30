/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of Vernier's Go Direct devices over USB HID: cutting reports of 64 bytes into packets,
 * making commands, and the fields of the answers. Pure; any thread.
 *
 *     report    count of bytes that follow (up to 63), these bytes, zeroes; both ways
 *     command   58, length, counter (counts down), sum, code, parameters
 *     answer    not 20, length, counter of the device, sum, code, counter of the command, payload
 *     values    20, length, counter of the device, sum, form, ...
 *
 * length is of the whole packet; sum is that of all its bytes but itself, modulo 256. A packet
 * longer than 63 bytes goes on in the next report, which begins with its own count again.
 *
 * Source: the maker's open libraries. Not published and not seen on hardware: the first byte of an
 * answer, whether the device's sums are always right, how it splits what is long. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	GODIRECT_REPORT = 64,
	GODIRECT_PACKET = 255,
	GODIRECT_VALUES = 0x20,   /* first byte of a packet of measurements */
	GODIRECT_HEAD = 6,        /* bytes of an answer before its payload */
	GODIRECT_PARAMETERS = 24, /* of a command, at most */
};

enum godirect_code {
	GODIRECT_START = 0x18,
	GODIRECT_STOP = 0x19,
	GODIRECT_INIT = 0x1a,
	GODIRECT_PERIOD = 0x1b,
	GODIRECT_SENSOR = 0x50,
	GODIRECT_AVAILABLE = 0x51,
	GODIRECT_INFO = 0x55,
	GODIRECT_DEFAULT = 0x56,
};

enum godirect_form {
	GODIRECT_NORMAL = 0x06,
	GODIRECT_WIDE = 0x07,
	GODIRECT_SINGLE = 0x08,
	GODIRECT_SINGLE_WHOLE = 0x09,
	GODIRECT_APERIODIC = 0x0a,
	GODIRECT_APERIODIC_WHOLE = 0x0b,
	GODIRECT_DROPPED = 0x0d,
};

/* What has come and is no whole packet yet. Zeroed: nothing. */
struct godirect_inbox {
	uint8_t bytes[2 * GODIRECT_PACKET];
	size_t n;
};

/* Takes a report, then gives its packets one by one: call with report NULL until NULL comes back.
 * The packet stays where it is until the next call. */
const uint8_t *godirect_take(
	struct godirect_inbox *inbox, const uint8_t *report, size_t n, size_t *ret_n);

uint8_t godirect_sum(const uint8_t *packet, size_t n);

/* A report with this command. */
void godirect_command(enum godirect_code code, uint8_t counter, const uint8_t *parameters, size_t n,
	uint8_t ret_report[GODIRECT_REPORT]);

/* Parameters of INIT, of PERIOD (microseconds) and of START (mask of sensors): how many bytes. */
size_t godirect_init(uint8_t *ret_parameters);
size_t godirect_period(uint32_t us, uint8_t *ret_parameters);
size_t godirect_start(uint32_t mask, uint8_t *ret_parameters);

/* What a device says of one of its sensors. */
struct godirect_sensor {
	uint8_t number;  /* 0..31, its bit in masks */
	bool is_phantom; /* has no sensor behind it */
	bool is_aperiodic;
	char name[48], unit[24];
	double uncertainty, low, high;
	uint32_t least_us, usual_us; /* period */
	uint32_t excludes;           /* mask of sensors that cannot run with this one */
};

/* From a whole answer; false: too short. */
bool godirect_read_sensor(const uint8_t *packet, size_t n, struct godirect_sensor *ret_sensor);
bool godirect_read_mask(const uint8_t *packet, size_t n, uint32_t *ret_mask);

/* Serial number and name ("GDX-TMP", else the longer name); buffers of 24 and 48 bytes. */
bool godirect_read_info(const uint8_t *packet, size_t n, char *ret_serial, char *ret_name);

/* Values of a packet of measurements, wherever its form has them. */
struct godirect_values {
	uint32_t mask; /* sensors of a set, ascending; of a single one its bit */
	size_t n_sets;
	bool is_whole;        /* 32-bit integers, else floats */
	const uint8_t *bytes; /* n_sets times the bits of mask, 4 bytes each */
};

/* False: it has none, or fewer than it says. */
bool godirect_read_values(const uint8_t *packet, size_t n, struct godirect_values *ret_values);
double godirect_value(const struct godirect_values *values, size_t index);
