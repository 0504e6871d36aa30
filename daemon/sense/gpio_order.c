/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Few edges wait at a time and they come nearly in order, so a list that is sorted by hand does. */
#include "sense/gpio_order.h"

#include <string.h>

bool gpio_order_put(struct gpio_order *order, const struct gpio_edge *edge)
{
	size_t at = order->n;

	if (order->n == GPIO_ORDER_EDGES)
		return false;
	while (at > 0 && order->edges[at - 1].monotonic_ns > edge->monotonic_ns) {
		order->edges[at] = order->edges[at - 1];
		at--;
	}
	order->edges[at] = *edge;
	order->n++;
	return true;
}

bool gpio_order_take(struct gpio_order *order, int64_t until_ns, struct gpio_edge *ret_edge)
{
	if (order->n == 0 || order->edges[0].monotonic_ns > until_ns)
		return false;
	*ret_edge = order->edges[0];
	order->n--;
	memmove(order->edges, order->edges + 1, order->n * sizeof *order->edges);
	return true;
}
