/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A finder: how devices of one kind of connection are found and opened. Main thread.
 *
 * ports.c keeps the table of all places, tries each again every second and at hot-plug, tells what
 * is wrong and hands what opened to sense; a finder knows one kind: serial ports (find_serial.c),
 * USB devices (find_usb.c), GPIO lines named in the configuration (find_gpio.c), files of the
 * kernel (find_kernel.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "data/config.h"
#include "sense/catalogue.h"
#include "sense/kit.h"
#include "sense/transport.h"

struct finder_context {
	const struct config *config;
	const struct catalogue *catalogue; /* NULL: no kits */
	const char *sysfs;                 /* NULL: where the kernel has it */
};

/* What is wrong and what to do, both languages. `what` NULL: as the system says it. Static. */
struct trouble {
	int error; /* -errno it stands for */
	const char *what, *step, *what_zh, *step_zh;
};

struct finder {
	const char *name;      /* "serial", "usb": log tag, and which places are whose */
	const char *subsystem; /* udev's word for hot-plug messages; NULL: none */

	/* Names every place there is now. A place is a path ("/dev/ttyUSB0", "/dev/bus/usb/001/004",
	 * "gpio:photogates-two") that no other finder uses. `is_named`: by the configuration, so it
	 * is shown, with what is wrong, also while it is not there. */
	void (*list)(const struct finder_context *context,
		void (*found)(void *self, const char *path, bool is_named), void *self);

	/* Opens it and tells what is known, also which models fit (kit_port.models). 0;
	 * -EINPROGRESS: not yet, ask again; -ENODEV: no kit of ours, leave it alone in silence;
	 * else -errno for the sentence. *ret_late: it works, but see `late`; may be NULL. */
	int (*open)(const struct finder_context *context, const char *path,
		struct transport **ret_transport, struct kit_port *ret_about, bool *ret_is_late);

	const struct trouble *troubles; /* ends with error 0, which is for every other error */
	const struct trouble *late;     /* NULL: never */

	/* Where a place is no device node: which node this user may not open. False: none. NULL: the
	 * place is the node. */
	bool (*refused)(const struct finder_context *context, const char *path, char *ret_node,
		size_t size);
	const char *group; /* to which kitlog's udev rules give its nodes; NULL: no rule */
	bool is_fixed;     /* belongs to the board: nobody can plug it in again */
};

extern const struct finder finder_serial, finder_usb, finder_gpio, finder_kernel;
