/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A USB device played on the kernel's raw-gadget: what a plugged-in kit says on the bus, so that
 * drivers are tested through the real host stack (enumeration, libusb, kernel drivers, unplugging
 * in mid-transfer). Linux: Documentation/usb/raw-gadget.rst; USB 2.0 chapter 9; HID 1.11 chapter 7.
 *
 * An emulator is one file NAME_gadget.c with a table of what it is and functions for what it does,
 * and main calls device_main. The process is the device: it is plugged in while it lives, and
 * killing it pulls the plug, whatever transfer is under way. Nothing is kept over that, as in a
 * device that lost its power.
 *
 *     NAME_gadget [--udc dummy_udc.0] [WORD VALUE]...
 *
 * Each "WORD VALUE" is told to the emulator before it is plugged in, each line "WORD VALUE" on
 * standard input later; a word it does not know ends it with status 2. Standard output:
 * "configured" when the host has set it up, and whatever the emulator says.
 *
 * Threads: all functions of an emulator run under one lock, so they need none. Time: nanoseconds of
 * CLOCK_MONOTONIC. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/usb/ch9.h>

enum { DEVICE_ENDPOINTS = 4, DEVICE_INTERFACES = 2, DEVICE_PACKET = 64, DEVICE_CONTROL = 256 };

struct device; /* one that is plugged in */

struct device_bytes {
	const uint8_t *data;
	size_t n;
};

/* Is given to device_main and may be changed until then and by `word` before plugging in. */
struct device_model {
	enum usb_device_speed speed; /* USB_SPEED_LOW, USB_SPEED_FULL */
	struct usb_device_descriptor
		descriptor; /* without its strings' numbers: they are set here */
	const char *manufacturer, *product, *serial; /* NULL: has none */
	/* The whole configuration; the endpoints in it are served. */
	struct device_bytes configuration;
	/* HID report descriptors by number of interface. */
	struct device_bytes report_descriptors[DEVICE_INTERFACES];

	void *self; /* handed back to each function below */
	/* A setting or a fault to show. False: no such word or value. `device` is NULL before it is
	 * plugged in. */
	bool (*word)(void *self, struct device *device, const char *word, const char *value);
	/* A control request that is not the core's (class and vendor). For OUT, data holds n bytes;
	 * for IN, data has room for n. Returns the number of bytes for IN (at most n), 0 for OUT,
	 * -1 to stall. */
	int (*control)(void *self, struct device *device, const struct usb_ctrlrequest *setup,
		uint8_t *data, size_t n);
	/* A packet to an OUT endpoint; may be NULL. */
	void (*received)(void *self, struct device *device, const uint8_t *data, size_t n);
	/* Is called when the host has set it up, after each event, and when due; returns when it is
	 * due next, INT64_MAX for never. May be NULL. */
	int64_t (*run)(void *self, struct device *device, int64_t now_ns);
};

/* Does not return before the device is killed or its standard input ends; the exit status. */
int device_main(int argc, char **argv, struct device_model *model);

/* Queues a packet on an IN endpoint. False: nobody fetches and the queue is full; it is lost. */
bool device_send(struct device *device, uint8_t endpoint, const void *data, size_t n);

/* A line on standard output. */
void device_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For `word`: takes the value as a whole number in the range. False: it is none. */
bool device_number(const char *value, long least, long most, long *ret_number);
