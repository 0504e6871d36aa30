/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drains the kernel's queue as soon as the loop says so: with libgpiod 1 it holds 16 edges. A line
 * that oscillates gets so many reads a turn and then waits like everybody else. */
#include "sense/transport_gpio.h"

#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "sense/conversation.h"
#include "sense/gpio_order.h"

enum {
	READS_A_TURN = 8,
	HOLD_MS = 2, /* by how much the kernel's threads may differ; only with several inputs */
	PULSE_MOST_US = 50,
};

static const int64_t check_ns = NS_PER_S;

struct transport_gpio {
	struct transport transport;
	struct gpio *gpio;
	struct transport_host host;
	bool is_started;
	struct watch watch;
	bool has_several; /* inputs, whose edges must be put in order */
	struct gpio_order order;
	struct instant checked;
};

static struct transport_gpio *of(struct transport *transport)
{
	return CONTAINER(transport, struct transport_gpio, transport);
}

static void give(struct transport_gpio *gpio, const struct gpio_edge *edge)
{
	const struct clock *clock = gpio->host.clock;
	struct kit_edge given = {
		.line = edge->line,
		.is_active = edge->is_active,
		.n_lost = edge->n_lost,
		.at = clock_from_monotonic(clock, edge->monotonic_ns),
	};

	conversation_edge(gpio->host.kit, &given, clock_now(clock));
}

static void give_until(struct transport_gpio *gpio, int64_t until_ns)
{
	struct gpio_edge edge;

	while (gpio_order_take(&gpio->order, until_ns, &edge))
		give(gpio, &edge);
}

static void take(struct transport_gpio *gpio, const struct gpio_edge *edge)
{
	struct gpio_edge oldest;

	if (!gpio->has_several) {
		give(gpio, edge);
		return;
	}
	while (!gpio_order_put(&gpio->order, edge))
		if (gpio_order_take(&gpio->order, INT64_MAX, &oldest))
			give(gpio, &oldest);
}

static void give_what_is_old(struct transport_gpio *gpio)
{
	const struct clock *clock = gpio->host.clock;

	give_until(
		gpio, clock_to_monotonic(clock, clock_now(clock)) - HOLD_MS * (int64_t)NS_PER_MS);
}

static void stop(struct transport *transport)
{
	struct transport_gpio *gpio = of(transport);

	if (!gpio->is_started)
		return;
	watch_remove(&gpio->watch);
	give_until(gpio, INT64_MAX);
	gpio->is_started = false;
}

static void end(struct transport_gpio *gpio, int failed)
{
	stop(&gpio->transport);
	gpio->host.gone(gpio->host.self, -failed);
}

static void ready(struct watch *watch, uint32_t events)
{
	struct transport_gpio *gpio = CONTAINER(watch, struct transport_gpio, watch);
	struct gpio_edge edges[GPIO_EDGES];
	int n = 0, n_all = 0;

	(void)events;
	for (int turn = 0; turn < READS_A_TURN; turn++) {
		n = gpio_read(gpio->gpio, edges, GPIO_EDGES);
		for (int i = 0; i < n; i++)
			take(gpio, &edges[i]);
		if (n <= 0)
			break;
		n_all += n;
	}
	/* Woken for nothing: hung up. */
	if (n == 0 && n_all == 0)
		n = gpio_check(gpio->gpio);
	if (n < 0) {
		end(gpio, n);
		return;
	}
	give_what_is_old(gpio);
	gpio->host.spoke(gpio->host.self);
}

static int start(struct transport *transport, const struct transport_host *host)
{
	struct transport_gpio *gpio = of(transport);
	int failed;

	gpio->watch.ready = ready;
	failed = watch_add(host->loop, &gpio->watch, gpio_fd(gpio->gpio), EPOLLIN);
	if (failed)
		return failed;
	gpio->host = *host;
	gpio->is_started = true;
	gpio->checked = clock_now(host->clock);
	return 0;
}

static void tick(struct transport *transport, int64_t *ret_late_ns)
{
	struct transport_gpio *gpio = of(transport);
	struct instant now = clock_now(gpio->host.clock);
	int failed;

	*ret_late_ns = 0;
	if (gpio->order.n > 0) {
		give_what_is_old(gpio);
		gpio->host.spoke(gpio->host.self);
	}
	if (instant_since(now, gpio->checked) < check_ns)
		return;
	gpio->checked = now;
	failed = gpio_check(gpio->gpio);
	if (failed)
		end(gpio, failed);
}

/* The kernel's clock for the length: a sleep would be a thousand times longer. */
static int pulse(struct transport *transport, unsigned line, unsigned us)
{
	struct transport_gpio *gpio = of(transport);
	const struct clock *clock = gpio->host.clock;
	struct instant begin;
	int failed;

	if (us > PULSE_MOST_US)
		return -EINVAL;
	failed = gpio_set(gpio->gpio, line, true);
	if (failed)
		return failed;
	begin = clock_now(clock);
	while (!clock->is_fake && instant_since(clock_now(clock), begin) < us * (int64_t)NS_PER_US)
		;
	return gpio_set(gpio->gpio, line, false);
}

static void close_lines(struct transport *transport)
{
	struct transport_gpio *gpio = of(transport);

	gpio_close(gpio->gpio);
	free(gpio);
}

static const struct transport_class class = {
	.start = start,
	.stop = stop,
	.tick = tick,
	.pulse = pulse,
	.close = close_lines,
};

int transport_gpio_new(struct gpio *gpio, const struct gpio_line *lines, size_t n,
	struct transport **ret_transport)
{
	struct transport_gpio *made = calloc(1, sizeof *made);
	size_t n_inputs = 0;

	if (!made)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		n_inputs += !lines[i].is_output;
	made->transport.class = &class;
	made->gpio = gpio;
	made->has_several = n_inputs > 1;
	*ret_transport = &made->transport;
	return 0;
}
