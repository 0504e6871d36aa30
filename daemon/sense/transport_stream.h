/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A descriptor of bytes as a transport (sense/transport.h): serial ports, ptys, and what else reads
 * like one. Made on main, runs on the sense thread. */
#pragma once

#include "sense/port.h"
#include "sense/transport.h"

/* Takes the port over, also when it fails. -ENOMEM. */
int transport_stream_new(const struct port *port, struct transport **ret_transport);
