/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which GPIO chip people mean. Main thread. */
#pragma once

#include "sense/gpio.h"

/* By name ("gpiochip0"), label ("pinctrl-bcm2711") or path. NULL: the board's own header, which is
 * the chip whose label begins with "pinctrl-" on boards of the Raspberry Pi kind, else the only chip
 * there is. 0; -ENXIO: there is none; -EACCES: there is one that may not be opened, and no other
 * fits. */
int gpio_find(const char *wish, struct gpio_chip *ret_chip);

/* The path of a chip that may not be opened; false: none. */
bool gpio_refused(char *ret_path, size_t size);
