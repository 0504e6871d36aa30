/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel tells in sysfs of everything that could be a kit: no port is opened for it. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum kit_bus { KIT_BUS_SERIAL, KIT_BUS_USB, KIT_BUS_GPIO, KIT_BUS_IIO, KIT_BUS_ONEWIRE, KIT_BUSES };

struct kit_place {
	enum kit_bus bus;
	char path[PATH_MAX];      /* its node in /dev, or its folder in sysfs where it has none */
	uint16_t vendor, product; /* 0: not USB */
	char manufacturer[80], product_name[80], serial_number[80];
	char name[80]; /* IIO: the driver's name; GPIO: the chip's label; 1-Wire: the address */
};

/* Calls `found` for each. `sys` and `dev` are "/sys" and "/dev", or a test's own folders. */
void kit_places(const char *sys, const char *dev,
	void (*found)(void *self, const struct kit_place *place), void *self);

const char *kit_bus_name(enum kit_bus bus); /* "serial" */
