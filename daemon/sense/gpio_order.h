/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts edges of several lines into the order of their stamps.
 *
 * The kernel stamps an edge in the interrupt and queues it from a thread, one thread a line, so of
 * two gates the later edge may be queued first; with libgpiod 1 each line has a queue of its own
 * besides. An edge is therefore held until it is older than any that can still be on its way. Pure;
 * one thread; no allocation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sense/gpio.h"

enum { GPIO_ORDER_EDGES = 256 };

struct gpio_order {
	size_t n;
	struct gpio_edge edges[GPIO_ORDER_EDGES]; /* oldest first */
};

/* Equal stamps stay in the order they came in. False when there is no room: take one first. */
bool gpio_order_put(struct gpio_order *order, const struct gpio_edge *edge);

/* The oldest, if it is not younger than until_ns. */
bool gpio_order_take(struct gpio_order *order, int64_t until_ns, struct gpio_edge *ret_edge);
