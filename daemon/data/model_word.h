/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of a kit.yaml that have a meaning and are not one family's own. Readers as in
 * data/word.h: NULL, or what was expected; results are written on success only. Fields of frames are
 * in data/field.h, checksums in data/checksum.h. Pure; no allocation; any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "data/model.h"

/* Names: of lines, settings and drivers; of kits ("xy-md02": a measurement at a sink); of channels
 * ("temp_2": a column). At most 31, 31 and 23 bytes. */
const char *word_id(const char *word);
const char *word_kit_id(const char *word);
const char *word_channel_id(const char *word);

/* "10 Hz", "2 kHz", "1/60 Hz", "every 5 min". 1e-6 Hz to 1 MHz. */
const char *word_rate(const char *word, double *ret_hz);

/* "9600", a rate that serial ports have. */
const char *word_speed(const char *word, unsigned *ret_speed);

/* "9600 8N1", "auto". */
const char *word_serial(const char *word, struct model_serial *ret_serial);

/* "04d9:a052", "04d9:*" (any product, 0 is written). */
const char *word_usb(
	const char *word, uint16_t *ret_vendor, uint16_t *ret_product, bool *ret_any_product);

/* "01 04 .. 0A" (`..` is any byte: its mask is 0), "text HELLO\r\n". Up to MODEL_BYTES. */
const char *word_bytes(const char *word, struct model_bytes *ret_bytes);

/* The same without `..`: what can be sent. */
const char *word_bytes_to_send(const char *word, struct model_bytes *ret_bytes);

/* "0.5", "3 %", "30 + 3 %", "100 or 7 %". */
const char *word_accuracy(const char *word, struct model_accuracy *ret_accuracy);

/* Does the text fit? `*` in the pattern is any text, also none; capitals count. No backtracking
 * beyond the last star, so a long pattern costs no more than the product of both lengths. */
bool word_matches(const char *pattern, const char *text);
