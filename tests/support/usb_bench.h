/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A USB kit on the bench of support/rig.h: its own kit.yaml, its own driver, and a test in the place
 * of the device. Reports are written as in fact sheets, in hex. */
#pragma once

#include "data/arena.h"
#include "data/model.h"
#include "support/rig.h"

struct usb_bench {
	struct rig rig;
	struct arena arena;
	struct model *model;
	size_t taken;    /* of rig.sent: what the test has looked at */
	size_t answered; /* of rig.controls */
};

/* Plugs in the device that kits/KIT/kit.yaml is about (or FOLDER/KIT/kit.yaml, seen from the top of
 * the sources), with this USB product id, at 1 s. */
void usb_bench_open(struct usb_bench *bench, const char *kit, uint16_t product);
void usb_bench_close(struct usb_bench *bench);

/* The device says this; a report of `size` bytes, what the text leaves out is zero. 25 ms pass,
 * so that its rows are there. */
void usb_bench_say(struct usb_bench *bench, size_t size, const char *hex);

/* The next that was sent to it is just this, zeroes behind it up to `size`. */
void usb_bench_expect(struct usb_bench *bench, size_t size, const char *hex);
void usb_bench_expect_nothing(struct usb_bench *bench);

/* The value of a channel in the newest row of its stream; NaN when it was not given. */
double usb_bench_value(const struct usb_bench *bench, const char *channel);
size_t usb_bench_from_hex(const char *hex, uint8_t *ret_bytes, size_t most);
