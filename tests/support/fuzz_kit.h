/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conversation for fuzz targets: an input is bytes as a device might send them, cut into reads,
 * with time passing between; what comes out of the feed must keep its promises. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sense/kit.h"

enum { FUZZ_REPORT = 64 }; /* the most bytes of a report or an answer */

/* Runs one input through a new conversation with this family alone. Aborts when a promise is
 * broken: stamps rise strictly, rows belong to an announced stream, ticks and piece give the
 * stamp, values are finite, and what is told of those that are out of the kit.yaml's range has the flag
 * (fuzz_told.h). A kit whose kit.yaml names channels describes no others. */
void fuzz_kit(const struct kit_family *family, const uint8_t *bytes, size_t n);

/* The same of a kit at a serial port with its model: known from the start or to be found, one or
 * several on the line, as the length says. */
void fuzz_serial_kit(
	const struct kit_family *family, const struct model *model, const uint8_t *bytes, size_t n);

/* The same of a kit at a serial port whose answers come when they should; it is known, or asked who
 * it is. The input is steps of the device: a byte, then bytes of its own:
 *     mttnnnnn   n bytes come, 1, 20, 300 or 1200 ms later; m: mended first */
struct fuzz_serial {
	const struct model *model;
	const struct kit_family *family;
	/* Optional. Makes n bytes an answer to what was sent last: its length, at most FUZZ_REPORT. */
	size_t (*mend)(uint8_t *answer, size_t n, const uint8_t *sent, size_t n_sent);
};
void fuzz_answers(const struct fuzz_serial *serial, const uint8_t *bytes, size_t n);

/* The same of a sensor that the kernel reads. The input is readings: a byte that says how much time
 * passed and whether it failed (11......), then text up to a zero byte. */
void fuzz_kernel_kit(const struct kit_family *family, const struct model *model,
	enum kit_transport transport, const uint8_t *bytes, size_t n);

/* The same of a USB kit, with its model. The input is steps of the device: a byte that says what the
 * step is, then its bytes:
 *     0.......   a report of the usual size   01nnnnnn   one of n bytes
 *     1.......   the end of a control request, if one is under way
 * and if bit 5 is set, time passes. */
struct fuzz_usb {
	const struct model *model;
	const struct kit_family *family;
	size_t report_bytes;
	/* Optional: makes a report of the usual size one that fits what was sent last (checksum,
	 * counter), or nothing would get beyond them. */
	void (*mend)(uint8_t *report, const uint8_t *sent, size_t n_sent);
};
void fuzz_usb_kit(const struct fuzz_usb *usb, const uint8_t *bytes, size_t n);

/* For targets with a conversation of their own: the described channel is one of the kit.yaml's, with
 * its range. */
void fuzz_check_channel(const struct model *model, const struct channel *channel);
