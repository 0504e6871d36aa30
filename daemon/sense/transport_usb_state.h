/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a USB transport, shared by its two halves: transport_usb.c (the sense thread) and
 * transport_usb_open.c (main). Nobody else includes this. */
#pragma once

#include <libusb-1.0/libusb.h>

#include "sense/transport_usb.h"

enum {
	USB_INS = 4,
	USB_OUTS = 4,
	USB_WATCHES = 4,
	USB_PACKET = 512, /* bytes of a bulk endpoint's packet at high speed */
};

struct usb;

struct flight {
	struct usb *usb;
	struct libusb_transfer *transfer;
	bool is_flying;
	uint8_t bytes[LIBUSB_CONTROL_SETUP_SIZE + USB_PACKET];
};

struct usb_watch {
	struct watch watch;
	struct usb *usb;
};

struct usb {
	struct transport head;
	struct transport_host host;
	int fd;
	libusb_context *context;
	libusb_device_handle *handle;
	uint8_t interface;
	bool is_hid, is_claimed;
	struct libusb_endpoint_descriptor in, out; /* bEndpointAddress 0: has none */

	struct usb_watch watches[USB_WATCHES];
	struct flight ins[USB_INS], outs[USB_OUTS], control;
	unsigned n_errors; /* in a row */
	unsigned budget;   /* reports left in this tick */
	bool is_late; /* none was left in the last one: what comes now may have waited for it */
	bool is_stopping;
	int lost; /* why it must be given up; 0: it need not */
};

/* Its four calls on the sense thread; and what its transfers call when they land. */
extern const struct transport_class usb_transport_class;
void LIBUSB_CALL usb_landed_in(struct libusb_transfer *transfer);
void LIBUSB_CALL usb_landed_out(struct libusb_transfer *transfer);
void LIBUSB_CALL usb_landed_control(struct libusb_transfer *transfer);

/* Main, behind stop: cancels what flies and waits, for 200 ms at most, until it has come back. */
void usb_land_all(struct usb *usb);

void usb_close(struct transport *transport);

/* -errno of an error of libusb; 0 stays. */
int usb_errno(int failed);
