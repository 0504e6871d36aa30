/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sensor of the kernel that is read in turns, as a transport (sense/transport.h). Reading one of
 * its files takes as long as the sensor converts, up to a second, so a thread of its own does it
 * and sends what it read, stamped, through a socket pair. */
#pragma once

#include "sense/kernel_sensor.h"
#include "sense/transport.h"

/* Takes the sensor over, also when it fails. -errno. */
int transport_kernel_new(
	const struct kernel_sensor *sensor, int64_t period_ns, struct transport **ret_transport);
