/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several lines of one GPIO chip, held by one request: a thin face over libgpiod, whose versions 1
 * and 2 have nothing in common but the name. gpio_v1.c (Debian 12) and gpio_v2.c (Debian 13) are the
 * two back ends; the build takes the one that fits the library it finds.
 *
 * Stamps are the kernel's, CLOCK_MONOTONIC in nanoseconds, taken in the interrupt (since Linux 5.7;
 * both Debian releases are newer).
 *
 * Lost edges. The kernel keeps edges until they are read: 16 a line with version 1, which then drops
 * the newest, 1024 a request with version 2, which drops the oldest. Version 2 numbers the edges of
 * each line, so it says how many are missing. Version 1 says nothing: where 16 edges waited, the queue
 * was full, and the next edge is said to come behind a loss of 1 or 2, whichever keeps up and down in
 * turns; there may have been more, or none. With both, edges that come faster than the interrupt is
 * served are gone before the kernel can count them; two equal edges in a row betray them, to whoever
 * follows the level.
 *
 * gpio_open and gpio_close: main. The others: one thread; no allocation, never waiting. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GPIO_LINES = 8, GPIO_EDGES = 16 * GPIO_LINES };

enum gpio_bias { GPIO_AS_IS, GPIO_PULL_UP, GPIO_PULL_DOWN };

struct gpio_line {
	unsigned pin; /* the chip's number of it */
	enum gpio_bias bias;
	bool is_active_low, is_output; /* outputs begin inactive */
};

struct gpio_edge {
	unsigned line; /* index in the lines asked for */
	bool is_active;
	uint32_t n_lost; /* of this line, just before */
	int64_t monotonic_ns;
};

struct gpio;

/* 0; -EBUSY: another program or driver has a line; -EACCES: no permission; -ENOENT: no such file;
 * -ERANGE: the chip has no such pin; -EINVAL: no lines, or too many; other -errno. */
int gpio_open(const char *path, const struct gpio_line *lines, size_t n, struct gpio **ret_gpio);
void gpio_close(struct gpio *gpio);

/* Readable when there are edges; hangs up, with kernels that tell, when the chip is gone. */
int gpio_fd(const struct gpio *gpio);

/* Takes the oldest edges, `most` >= GPIO_EDGES: of each line in order, those of several lines out of
 * order by what the kernel's threads differ (gpio_order.h). Returns how many; 0: none now; -ENODEV:
 * the chip is gone; other -errno. */
int gpio_read(struct gpio *gpio, struct gpio_edge *ret_edges, size_t most);

/* Drives an output. 0 or -errno. */
int gpio_set(struct gpio *gpio, unsigned line, bool is_active);

/* 0, or -ENODEV when the chip is gone: kernels before 6.6 tell only who asks. */
int gpio_check(struct gpio *gpio);

/* What the kernel calls a chip. */
struct gpio_chip {
	char path[32];  /* "/dev/gpiochip0" */
	char name[32];  /* "gpiochip0" */
	char label[32]; /* "pinctrl-bcm2711" */
	unsigned n_pins;
};

/* 0 or -errno: -EACCES, -ENOENT, -ENOTTY (no GPIO chip). */
int gpio_describe(const char *path, struct gpio_chip *ret_chip);
