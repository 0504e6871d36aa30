/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ports: which devices are plugged in, opening them, and handing them to sense. Main thread.
 *
 * A finder (sense/finder.h) knows one kind of connection. Serial ports the kernel lists are opened
 * and configured through libserialport; paths named in the configuration that the kernel does not
 * list as a port (ptys, links to ptys) with plain termios.
 *
 * Opening asserts DTR, which resets an Arduino: HUPCL is cleared so that the next opening does not,
 * and the families wait for the board to speak. An FTDI adapter is set to hold bytes back for 1 ms
 * (its default of 16 ms would smear every stamp); if that does not help, the port's problem and its
 * health say so.
 *
 * A port that cannot be opened is tried again each second; what is wrong with it is one sentence in
 * both languages, logged once and readable here. Where this user may not open it, the sentence names
 * the node's real group and the command that lets him (sense/permission.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"
#include "data/config.h"
#include "sense/catalogue.h"
#include "sense/finder.h"
#include "sense/sense.h"

struct ports;

/* All borrowed. */
struct ports_options {
	struct loop *loop;
	const struct config *config;
	const struct catalogue *catalogue; /* NULL: no kits */
	struct sense *sense;
	const char *sysfs; /* NULL: "/sys" */
};

int ports_open(const struct ports_options *options, struct ports **ret_ports);
void ports_close(struct ports *ports); /* after sense_stop */

/* Every finder that is built in, for tools that look for themselves. Static. */
const struct finder *const *ports_finders(size_t *ret_n);

enum { PORT_PROBLEM = 512 };

struct port_status {
	char path[64];
	bool is_open;
	unsigned speed; /* 0: none */
	/* What is wrong and what to do, in English and Chinese; empty: nothing. */
	char problem[PORT_PROBLEM], problem_zh[PORT_PROBLEM];
};
size_t ports_status(const struct ports *ports, struct port_status *ret_status, size_t most);
