/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transport: how what a device says reaches the sense thread, and how it is spoken to.
 *
 * Main opens one (opening may block and allocate), hands it to sense with sense_add, and closes it
 * after the notice SENSE_CLOSED; between the two it belongs to the sense thread. There it stamps as
 * near to the event as its kernel interface allows and gives what came to its conversation.
 *
 *     transport_stream.c   a descriptor of bytes: serial ports, ptys
 *     transport_usb.c      libusb's asynchronous transfers
 *     transport_gpio.c     edges of GPIO lines, over one of two back ends (gpio_v1.c, gpio_v2.c)
 *     transport_kernel.c   files of the kernel that are read in turns (IIO, 1-Wire), by a thread of
 *                          their own, since reading one may take a second
 *     transport_scan.c     IIO's buffer: whole scans, each with the kernel's own stamp
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "sense/kit.h"

struct transport;

/* What sense gives a transport at start; lives as long as it. All on the sense thread. */
struct transport_host {
	const struct clock *clock;
	struct loop *loop;
	struct kit *kit; /* its conversation: conversation_received, _report, _answer, _edge */
	/* The device is gone (`error`, positive errno). The transport has stopped itself, and touches
	 * nothing of its own any more: main may be closing it. */
	void (*gone)(void *self, int error);
	/* After the conversation was given something: arms its wish for a tick. */
	void (*spoke)(void *self);
	void *self;
	/* How long what is read at `at` may have lain there because this thread did not run: for
	 * conversation_waited. NULL: nobody watches that. */
	int64_t (*waited)(void *self, struct instant at);
};

/* Const. A call that is NULL is not possible with this transport. */
struct transport_class {
	/* Sense thread. Begins to watch and gives nothing to the conversation yet, which opens right
	 * after. 0 or -errno; after a failure nothing is watched. */
	int (*start)(struct transport *transport, const struct transport_host *host);
	void (*stop)(struct transport *transport); /* nothing comes any more when it returns */
	/* Does the kernel know that the device is gone, though the loop has not told of it yet? NULL:
	 * it tells that in no other way. */
	bool (*has_left)(const struct transport *transport);
	/* About every 20 ms. ret_late_ns: how late what came since may have been stamped beyond
	 * kit_port.uncertainty_ns; 0 usually. */
	void (*tick)(struct transport *transport, int64_t *ret_late_ns);
	int (*send)(struct transport *transport, const void *bytes, size_t n);
	int (*control)(struct transport *transport, const struct kit_control *request,
		const void *bytes, size_t n);
	int (*pulse)(struct transport *transport, unsigned line, unsigned us);

	/* Main. */
	int (*set_serial)(struct transport *transport, const struct model_serial *serial);
	void (*close)(struct transport *transport); /* after stop, or never started; frees it */
};

/* The head of every transport's own struct. */
struct transport {
	const struct transport_class *class;
};
