/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPIO lines as a transport (sense/transport.h): edges with the kernel's stamps go to the
 * conversation in order of time, pulses to an output. */
#pragma once

#include "sense/gpio.h"
#include "sense/transport.h"

/* Takes the lines over; closed with the transport. 0 or -ENOMEM, then they are still the caller's. */
int transport_gpio_new(struct gpio *gpio, const struct gpio_line *lines, size_t n,
	struct transport **ret_transport);
