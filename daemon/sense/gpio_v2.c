/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPIO lines over libgpiod 2 (Debian 13): one request for all lines, whose edges the kernel numbers
 * line by line, with a long queue. */
#include "sense/gpio.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { QUEUE_EDGES = 1024 }; /* the most that the kernel takes */

struct gpio {
	struct gpiod_line_request *request;
	struct gpiod_edge_event_buffer *buffer;
	size_t n;
	struct gpio_line lines[GPIO_LINES];
	unsigned long seen[GPIO_LINES]; /* number of each line's newest edge; 0: none yet */
};

static int add_line(struct gpiod_line_config *config, const struct gpio_line *line)
{
	struct gpiod_line_settings *settings = gpiod_line_settings_new();
	static const enum gpiod_line_bias biases[] = {
		[GPIO_AS_IS] = GPIOD_LINE_BIAS_AS_IS,
		[GPIO_PULL_UP] = GPIOD_LINE_BIAS_PULL_UP,
		[GPIO_PULL_DOWN] = GPIOD_LINE_BIAS_PULL_DOWN,
	};
	int failed = 0;

	if (!settings)
		return -ENOMEM;
	gpiod_line_settings_set_active_low(settings, line->is_active_low);
	gpiod_line_settings_set_bias(settings, biases[line->bias]);
	if (line->is_output) {
		gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
		gpiod_line_settings_set_output_value(settings, GPIOD_LINE_VALUE_INACTIVE);
	} else {
		gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
		gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
		gpiod_line_settings_set_event_clock(settings, GPIOD_LINE_CLOCK_MONOTONIC);
	}
	if (gpiod_line_config_add_line_settings(config, &line->pin, 1, settings))
		failed = -errno;
	gpiod_line_settings_free(settings);
	return failed;
}

static int request_lines(struct gpio *gpio, struct gpiod_chip *chip)
{
	struct gpiod_request_config *request = gpiod_request_config_new();
	struct gpiod_line_config *config = gpiod_line_config_new();
	int failed = request && config ? 0 : -ENOMEM;

	for (size_t i = 0; i < gpio->n && !failed; i++)
		failed = add_line(config, &gpio->lines[i]);
	if (!failed) {
		gpiod_request_config_set_consumer(request, "kitlogd");
		gpiod_request_config_set_event_buffer_size(request, QUEUE_EDGES);
		gpio->request = gpiod_chip_request_lines(chip, request, config);
		failed = gpio->request ? 0 : -errno;
	}
	gpiod_line_config_free(config);
	gpiod_request_config_free(request);
	return failed;
}

static bool has_pins(struct gpiod_chip *chip, const struct gpio_line *lines, size_t n)
{
	struct gpiod_chip_info *info = gpiod_chip_get_info(chip);
	size_t n_pins = info ? gpiod_chip_info_get_num_lines(info) : 0;

	gpiod_chip_info_free(info);
	for (size_t i = 0; i < n; i++)
		if (lines[i].pin >= n_pins)
			return false;
	return true;
}

int gpio_open(const char *path, const struct gpio_line *lines, size_t n, struct gpio **ret_gpio)
{
	struct gpiod_chip *chip;
	struct gpio *gpio;
	int failed, flags;

	if (n == 0 || n > GPIO_LINES)
		return -EINVAL;
	chip = gpiod_chip_open(path);
	if (!chip)
		return -errno;
	gpio = calloc(1, sizeof *gpio);
	failed = gpio ? 0 : -ENOMEM;
	if (!failed && !has_pins(chip, lines, n))
		failed = -ERANGE;
	if (!failed) {
		gpio->n = n;
		memcpy(gpio->lines, lines, n * sizeof *lines);
		gpio->buffer = gpiod_edge_event_buffer_new(GPIO_EDGES);
		failed = gpio->buffer ? request_lines(gpio, chip) : -ENOMEM;
	}
	gpiod_chip_close(chip);
	if (failed)
		goto fail;
	flags = fcntl(gpio_fd(gpio), F_GETFL);
	if (flags < 0 || fcntl(gpio_fd(gpio), F_SETFL, flags | O_NONBLOCK) < 0) {
		failed = -errno;
		goto fail;
	}
	*ret_gpio = gpio;
	return 0;
fail:
	gpio_close(gpio);
	return failed;
}

void gpio_close(struct gpio *gpio)
{
	if (!gpio)
		return;
	if (gpio->request)
		gpiod_line_request_release(gpio->request);
	gpiod_edge_event_buffer_free(gpio->buffer);
	free(gpio);
}

int gpio_fd(const struct gpio *gpio)
{
	return gpiod_line_request_get_fd(gpio->request);
}

static bool take(struct gpio *gpio, struct gpiod_edge_event *event, struct gpio_edge *ret_edge)
{
	unsigned pin = gpiod_edge_event_get_line_offset(event);
	unsigned long number = gpiod_edge_event_get_line_seqno(event);
	unsigned line = 0;

	while (line < gpio->n && gpio->lines[line].pin != pin)
		line++;
	if (line == gpio->n)
		return false;
	*ret_edge = (struct gpio_edge){
		.line = line,
		.is_active = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE,
		/* 32 bits in the kernel, which wrap. */
		.n_lost = (uint32_t)(number - gpio->seen[line] - 1),
		.monotonic_ns = (int64_t)gpiod_edge_event_get_timestamp_ns(event),
	};
	gpio->seen[line] = number;
	return true;
}

int gpio_read(struct gpio *gpio, struct gpio_edge *ret_edges, size_t most)
{
	int n, n_taken = 0;

	assert(most >= GPIO_EDGES);
	n = gpiod_line_request_read_edge_events(gpio->request, gpio->buffer, GPIO_EDGES);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		struct gpiod_edge_event *event =
			gpiod_edge_event_buffer_get_event(gpio->buffer, (unsigned long)i);

		n_taken += take(gpio, event, &ret_edges[n_taken]);
	}
	return n_taken;
}

int gpio_set(struct gpio *gpio, unsigned line, bool is_active)
{
	if (line >= gpio->n || !gpio->lines[line].is_output)
		return -EINVAL;
	return gpiod_line_request_set_value(gpio->request, gpio->lines[line].pin,
		       is_active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE)
		? -errno
		: 0;
}

int gpio_check(struct gpio *gpio)
{
	return gpiod_line_request_get_value(gpio->request, gpio->lines[0].pin) ==
			GPIOD_LINE_VALUE_ERROR
		? -errno
		: 0;
}

int gpio_describe(const char *path, struct gpio_chip *ret_chip)
{
	struct gpiod_chip *chip = gpiod_chip_open(path);
	struct gpiod_chip_info *info;
	struct gpio_chip found = {0};
	int failed = 0;

	if (!chip)
		return -errno;
	info = gpiod_chip_get_info(chip);
	if (info) {
		text_copy(found.path, sizeof found.path, path);
		text_copy(found.name, sizeof found.name, gpiod_chip_info_get_name(info));
		text_copy(found.label, sizeof found.label, gpiod_chip_info_get_label(info));
		found.n_pins = (unsigned)gpiod_chip_info_get_num_lines(info);
		*ret_chip = found;
	} else {
		failed = -errno;
	}
	gpiod_chip_info_free(info);
	gpiod_chip_close(chip);
	return failed;
}
