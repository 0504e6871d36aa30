/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A desk (support/desk.h) whose folder stands for sysfs: sensors of the kernel are files in it, which
 * a test writes as the kernel's driver would, whenever it likes (desk_write_file). */
#pragma once

#include "support/desk.h"

#define KERNEL_TEST(name) cmocka_unit_test_setup_teardown(name, kernel_desk_set_up, desk_tear_down)

/* With empty lists of IIO and 1-Wire devices. */
int kernel_desk_set_up(void **state);

/* An IIO device as the kernel lists it: a link into the tree of the bus it is on. `name` is what its
 * driver calls itself, with a line break. Its files come below bus/iio/devices/iio:deviceNUMBER. */
void kernel_desk_plug(struct desk *desk, const char *number, const char *address, const char *name);

/* Starts to read what is plugged in, by kitlog's own kits and those of the folder "school", if it is
 * there. */
void kernel_desk_open(struct desk *desk);
