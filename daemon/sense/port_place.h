/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel tells of a serial port in sysfs: where it is, whether a wire is behind it, how
 * long its chip holds bytes back. `sysfs` is where that is mounted: "/sys", or a test's own folder.
 * Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name of the socket, whatever is plugged into it: "0000:01:00.0-usb-1.2:1.0" is interface 1.0
 * of what is at port 2 of the hub at port 1 of that controller. It hangs on nothing that udevd
 * does, so it is the same from the first moment on. The path itself when the port is not USB. */
void port_place(const char *sysfs, const char *path, char *ret_place, size_t size);

/* The same of a USB device by its folder in sysfs: "0000:01:00.0-usb-1.2". */
void port_place_usb(const char *syspath, char *ret_place, size_t size);

/* A UART with a true speed is behind it, so bytes take their time. */
bool port_has_wire(const char *path, uint16_t usb_vendor, uint16_t usb_product);

/* How many milliseconds its chip may hold bytes back; 0: it is none that does. */
unsigned port_latency_ms(const char *sysfs, const char *path);
