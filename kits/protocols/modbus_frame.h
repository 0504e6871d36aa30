/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modbus RTU frames for who reads registers: the question, and the answer among the bytes that
 * came. Pure; any thread.
 *
 *     question   slave function first(2) count(2) crc(2)
 *     answer     slave function n=2*count registers(n) crc(2)
 *     refusal    slave function|80 code crc(2)
 *
 * Numbers are big-endian, the CRC (CRC-16/MODBUS) alone is little-endian. Source: "MODBUS over serial
 * line, specification and implementation guide V1.02", "MODBUS application protocol V1.1b3".
 *
 * libmodbus is not used: it waits for each answer on the descriptor it owns, and one slow probe
 * would hold up every other kit of the board. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum modbus_function { MODBUS_HOLDING = 3, MODBUS_INPUT = 4 };

enum {
	MODBUS_QUESTION_BYTES = 8,
	MODBUS_REGISTERS = 125,
	MODBUS_ANSWER_BYTES = 255,
	MODBUS_REFUSAL_BYTES = 5, /* the shortest answer */
};

struct modbus_question {
	uint8_t slave, function; /* of enum modbus_function */
	uint16_t first, count;   /* registers; count 1..MODBUS_REGISTERS */
};

void modbus_write_question(
	const struct modbus_question *question, uint8_t ret_bytes[MODBUS_QUESTION_BYTES]);

enum modbus_outcome {
	MODBUS_WAIT,     /* no answer yet; more bytes may make one */
	MODBUS_ANSWERED, /* registers came */
	MODBUS_REFUSED,  /* an exception came */
};

struct modbus_answer {
	size_t from;              /* where it begins, or (MODBUS_WAIT) may begin; n: nowhere yet */
	size_t length;            /* unless MODBUS_WAIT */
	const uint8_t *registers; /* MODBUS_ANSWERED: 2 * count bytes, within the caller's */
	uint8_t code;             /* MODBUS_REFUSED: 1 function, 2 address, 3 value, 4 device ... */
};

/* Looks for the answer to this question anywhere in the bytes that came since it was asked: an
 * adapter may have echoed the question, and a line without bias resistors puts a 00 or FF in front.
 * The end is found by the length, not by silence: a USB adapter hides the silences. */
enum modbus_outcome modbus_find_answer(const struct modbus_question *question, const uint8_t *bytes,
	size_t n, struct modbus_answer *ret_answer);
