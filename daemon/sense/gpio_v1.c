/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPIO lines over libgpiod 1.6 (Debian 12): a descriptor a line, gathered in one epoll descriptor,
 * and queues of 16 edges that are never numbered. */
#include "sense/gpio.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum { QUEUE_EDGES = GPIO_EDGES / GPIO_LINES };

struct gpio {
	struct gpiod_chip *chip; /* its closing gives the lines back */
	int epoll;
	size_t n;
	struct held {
		struct gpiod_line *line;
		bool is_output, is_active;
		bool was_full; /* the queue, behind the newest edge that was read */
	} lines[GPIO_LINES];
};

static int flags_of(const struct gpio_line *line)
{
	static const int biases[] = {
		[GPIO_AS_IS] = 0,
		[GPIO_PULL_UP] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP,
		[GPIO_PULL_DOWN] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN,
	};

	return biases[line->bias] |
		(line->is_active_low ? (int)GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0);
}

static int watch_line(struct gpio *gpio, struct gpiod_line *line)
{
	int fd = gpiod_line_event_get_fd(line);
	int flags = fcntl(fd, F_GETFL);
	struct epoll_event event = {.events = EPOLLIN};

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
		epoll_ctl(gpio->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	return 0;
}

static int request_line(struct gpio *gpio, size_t index, const struct gpio_line *line)
{
	struct held *held = &gpio->lines[index];
	struct gpiod_line_request_config config = {
		.consumer = "kitlogd",
		.request_type = line->is_output ? GPIOD_LINE_REQUEST_DIRECTION_OUTPUT
						: GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES,
		.flags = flags_of(line),
	};

	if (line->pin >= gpiod_chip_num_lines(gpio->chip))
		return -ERANGE;
	held->line = gpiod_chip_get_line(gpio->chip, line->pin);
	if (!held->line || gpiod_line_request(held->line, &config, 0))
		return -errno;
	held->is_output = line->is_output;
	return line->is_output ? 0 : watch_line(gpio, held->line);
}

int gpio_open(const char *path, const struct gpio_line *lines, size_t n, struct gpio **ret_gpio)
{
	struct gpio *gpio;
	int failed = 0;

	if (n == 0 || n > GPIO_LINES)
		return -EINVAL;
	gpio = calloc(1, sizeof *gpio);
	if (!gpio)
		return -ENOMEM;
	gpio->n = n;
	gpio->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (gpio->epoll >= 0)
		gpio->chip = gpiod_chip_open(path);
	if (!gpio->chip)
		failed = -errno;
	for (size_t i = 0; i < n && !failed; i++)
		failed = request_line(gpio, i, &lines[i]);
	if (failed) {
		gpio_close(gpio);
		return failed;
	}
	*ret_gpio = gpio;
	return 0;
}

void gpio_close(struct gpio *gpio)
{
	if (!gpio)
		return;
	if (gpio->chip)
		gpiod_chip_close(gpio->chip);
	if (gpio->epoll >= 0)
		close(gpio->epoll);
	free(gpio);
}

int gpio_fd(const struct gpio *gpio)
{
	return gpio->epoll;
}

/* The fewest that keep up and down in turns, where the queue was full. */
static uint32_t lost_before(const struct held *held, bool is_active)
{
	if (!held->was_full)
		return 0;
	return held->is_active == is_active ? 1 : 2;
}

/* A whole queue at a time: less would hide that it was full. */
static int read_line(struct gpio *gpio, unsigned line, struct gpio_edge *ret_edges)
{
	struct held *held = &gpio->lines[line];
	struct gpiod_line_event events[QUEUE_EDGES];
	int n = gpiod_line_event_read_multiple(held->line, events, QUEUE_EDGES);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		bool is_active = events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE;

		ret_edges[i] = (struct gpio_edge){
			.line = line,
			.is_active = is_active,
			.n_lost = lost_before(held, is_active),
			.monotonic_ns =
				events[i].ts.tv_sec * (int64_t)NS_PER_S + events[i].ts.tv_nsec,
		};
		held->is_active = is_active;
		held->was_full = false;
	}
	held->was_full |= n == QUEUE_EDGES;
	return n;
}

int gpio_read(struct gpio *gpio, struct gpio_edge *ret_edges, size_t most)
{
	size_t n = 0;

	assert(most >= GPIO_EDGES);
	for (unsigned i = 0; i < gpio->n; i++) {
		int got;

		if (gpio->lines[i].is_output)
			continue;
		got = read_line(gpio, i, ret_edges + n);
		if (got < 0)
			return got;
		n += (size_t)got;
	}
	return (int)n;
}

int gpio_set(struct gpio *gpio, unsigned line, bool is_active)
{
	if (line >= gpio->n || !gpio->lines[line].is_output)
		return -EINVAL;
	return gpiod_line_set_value(gpio->lines[line].line, is_active) ? -errno : 0;
}

int gpio_check(struct gpio *gpio)
{
	return gpiod_line_get_value(gpio->lines[0].line) < 0 ? -errno : 0;
}

int gpio_describe(const char *path, struct gpio_chip *ret_chip)
{
	struct gpiod_chip *chip = gpiod_chip_open(path);
	struct gpio_chip found = {0};

	if (!chip)
		return -errno;
	text_copy(found.path, sizeof found.path, path);
	text_copy(found.name, sizeof found.name, gpiod_chip_name(chip));
	text_copy(found.label, sizeof found.label, gpiod_chip_label(chip));
	found.n_pins = gpiod_chip_num_lines(chip);
	gpiod_chip_close(chip);
	*ret_chip = found;
	return 0;
}
