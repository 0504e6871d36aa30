/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One serial port as an open descriptor: through libserialport where the kernel lists it
 * (port_serial.c), through plain termios where not (port_tty.c: ptys). For ports.c; main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sense/kit.h"

struct sp_port;

struct port {
	int fd;               /* non-blocking, raw, ours alone; -1: closed */
	struct sp_port *port; /* NULL: plain termios */
};

/* Opens at `speed` (0: a usual one, 115200) and fills in what is known of the place. Returns 0;
 * -ENODEV from port_open_serial when the kernel does not list it as a port, then port_open_tty may
 * try; -EOPNOTSUPP when its adapter cannot do that speed; other -errno as the system says.
 * *ret_is_late: the port works, but its chip holds bytes back. */
int port_open_serial(const char *path, unsigned speed, struct port *ret_port,
	struct kit_port *ret_about, bool *ret_is_late);
int port_open_tty(const char *path, struct port *ret_port, struct kit_port *ret_about);

/* What is presumed of the delays of a listed port, from what is known of it: its USB ids, and the
 * latency timer of its chip (0: it has none). Fills in the floors. Pure. */
void port_presume(unsigned latency_ms, struct kit_port *about);
/* How far a floor that is presumed may be out, 95 %. */
int64_t port_floor_doubt(int64_t floor_ns);

/* Makes an open terminal raw and, by a lock, ours alone: -EBUSY when another program has it. Throws
 * away what came before we listened. Reading answers "nothing yet" with EAGAIN from then on, so
 * that 0 always means hung up. For the two openers. */
int port_make_ours(int fd);

/* Has the kernel taken away what was open there? Of any descriptor that hangs up. Any thread. */
bool port_has_hung_up(int fd);

/* Speed, bits, parity and stop bits. 0, also for what has none; -EOPNOTSUPP when the adapter works
 * otherwise now; other -errno. */
int port_set_serial(const struct port *port, const struct model_serial *serial);

/* Is an open terminal set so? 0; -EOPNOTSUPP when its driver took something else; other -errno. */
int port_check_serial(int fd, const struct model_serial *serial);
void port_close(struct port *port); /* no-op when closed */

/* Paths of the USB serial ports that the kernel lists: calls `found` for each. */
void port_list(void (*found)(void *self, const char *path), void *self);
