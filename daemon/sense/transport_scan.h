/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The buffer of an IIO device as a transport (sense/transport.h): scans that the kernel takes at the
 * sensor's interrupt and stamps by itself, read from /dev/iio:deviceN on the sense thread. */
#pragma once

#include "sense/transport.h"

/* Switches the channels and the buffer on in the device's folder and opens `node`. *ret_rate_hz is
 * the rate at which it then runs, 0 when it does not say. -EACCES: the folder may not be written;
 * -ENOTSUP: its scans carry no stamp of the monotonic clock; -errno. */
int transport_scan_open(const char *folder, const char *node, const struct model *model,
	struct transport **ret_transport, double *ret_rate_hz);
