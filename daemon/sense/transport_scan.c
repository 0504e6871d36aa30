/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each scan becomes the text that reading the files in turns would give, at the kernel's instant, so
 * that one family serves both ways. */
#include "sense/transport_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/container.h"
#include "base/number.h"
#include "base/text.h"
#include "sense/conversation.h"
#include "sense/kernel_sensor.h"
#include "sense/scan.h"

enum { READ_BYTES = 8192, TEXT_BYTES = 2048, FOLDER_BYTES = 256 };

struct scan_transport {
	struct transport transport;
	struct transport_host host;
	struct watch watch;
	const struct model *model;
	struct scan_layout layout;
	int fd;
	char folder[FOLDER_BYTES];
	uint8_t bytes[READ_BYTES]; /* the beginning of a scan may wait for its rest */
	size_t n_bytes;
};

static struct scan_transport *scan_of(struct transport *transport)
{
	return CONTAINER(transport, struct scan_transport, transport);
}

/* --- sense --- */

static void stop(struct transport *transport)
{
	watch_remove(&scan_of(transport)->watch);
}

static struct instant stamp_of(const struct scan_transport *scan, const uint8_t *record)
{
	return clock_from_monotonic(scan->host.clock, scan_raw(&scan->layout.stamp, record));
}

static void give(struct scan_transport *scan, const uint8_t *record)
{
	char buffer[TEXT_BYTES], number[NUMBER_TEXT];
	struct text text = text_over(buffer, sizeof buffer);

	for (size_t i = 0; i < scan->layout.n_elements; i++) {
		double value = scan_value(&scan->layout.elements[i], record);

		text_addf(&text, "%s %.*s\n", scan->model->channels[i].from,
			(int)number_from_double(value, number), number);
	}
	conversation_report(
		scan->host.kit, (const uint8_t *)text.at, text.length, stamp_of(scan, record));
}

static void on_ready(struct watch *watch, uint32_t events)
{
	struct scan_transport *scan = CONTAINER(watch, struct scan_transport, watch);
	size_t at = 0;
	ssize_t n = read(scan->fd, scan->bytes + scan->n_bytes, READ_BYTES - scan->n_bytes);

	if (n < 0 && (errno == EAGAIN || errno == EINTR) && !(events & (EPOLLHUP | EPOLLERR)))
		return;
	if (n <= 0) {
		stop(&scan->transport);
		scan->host.gone(scan->host.self, ENODEV);
		return;
	}
	scan->n_bytes += (size_t)n;
	for (; scan->n_bytes - at >= scan->layout.bytes; at += scan->layout.bytes)
		give(scan, scan->bytes + at);
	scan->n_bytes -= at;
	memmove(scan->bytes, scan->bytes + at, scan->n_bytes);
	scan->host.spoke(scan->host.self);
}

static int start(struct transport *transport, const struct transport_host *host)
{
	struct scan_transport *scan = scan_of(transport);

	scan->host = *host;
	return watch_add(host->loop, &scan->watch, scan->fd, EPOLLIN);
}

/* --- main --- */

static int write_word(const char *folder, const char *file, const char *word)
{
	char path[FOLDER_BYTES + 128];
	int fd, failed = 0;

	snprintf(path, sizeof path, "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, word, strlen(word)) < 0)
		failed = -errno;
	close(fd);
	return failed;
}

/* What a device does not have is not set: some have one clock, or one rate only. */
static void write_wish(const char *folder, const char *file, const char *word)
{
	(void)!write_word(folder, file, word);
}

/* A device with an interrupt brings its own trigger, named after it. */
static void choose_trigger(const char *folder)
{
	char now[64], name[64], own[128];
	const char *number = strrchr(folder, ':');

	if (kernel_sensor_word(folder, "trigger/current_trigger", now, sizeof now) < 0 || now[0] ||
		kernel_sensor_word(folder, "name", name, sizeof name) < 0 || !number)
		return;
	snprintf(own, sizeof own, "%s-dev%s", name, number + strlen(":device"));
	write_wish(folder, "trigger/current_trigger", own);
}

/* Other programs, and kits that had more channels, leave theirs on, and each moves the others. */
static int switch_off_channels(const char *folder)
{
	char path[FOLDER_BYTES + 32], file[300];
	struct dirent *entry;
	DIR *directory;
	int failed = 0;

	snprintf(path, sizeof path, "%s/scan_elements", folder);
	directory = opendir(path);
	if (!directory)
		return -errno;
	while (!failed && (entry = readdir(directory))) {
		size_t n = strlen(entry->d_name);

		if (n < 3 || strcmp(entry->d_name + n - 3, "_en") != 0)
			continue;
		snprintf(file, sizeof file, "scan_elements/%s", entry->d_name);
		failed = write_word(folder, file, "0");
	}
	closedir(directory);
	return failed;
}

static void write_rate(const char *folder, const struct model *model)
{
	char file[KERNEL_FILE_TEXT], word[NUMBER_TEXT + 1];

	word[number_from_double(model->rate_hz, word)] = '\0';
	if (model->rate_hz > 0 &&
		kernel_sensor_attribute(
			folder, model->channels[0].from, "sampling_frequency", file))
		write_wish(folder, file, word);
}

/* What the device made of the wish; 0: it does not say. */
static double read_rate(const char *folder, const struct model *model)
{
	char file[KERNEL_FILE_TEXT], word[NUMBER_TEXT];
	double rate_hz;

	if (!kernel_sensor_attribute(folder, model->channels[0].from, "sampling_frequency", file) ||
		kernel_sensor_word(folder, file, word, sizeof word) < 0 ||
		!number_to_double(word, strlen(word), &rate_hz))
		return 0;
	return rate_hz;
}

/* Scans carry the kernel's stamp of the clock that all of kitlog reckons with, or none we can use. */
static bool is_stamped(const char *folder, const struct scan_layout *layout)
{
	char clock[32];

	return layout->stamp.bits &&
		kernel_sensor_word(folder, "current_timestamp_clock", clock, sizeof clock) == 0 &&
		strcmp(clock, "monotonic") == 0;
}

static int switch_on(const char *folder, const struct model *model)
{
	char file[128];
	int failed;

	/* Off first: what is on may not be changed, and a killed kitlogd leaves it on. */
	failed = write_word(folder, "buffer/enable", "0");
	if (!failed)
		failed = switch_off_channels(folder);
	for (size_t i = 0; i < model->n_channels && !failed; i++) {
		snprintf(file, sizeof file, "scan_elements/%.80s_en", model->channels[i].from);
		failed = write_word(folder, file, "1");
	}
	if (failed)
		return failed;
	write_wish(folder, "scan_elements/in_timestamp_en", "1");
	write_wish(folder, "current_timestamp_clock", "monotonic");
	write_rate(folder, model);
	write_wish(folder, "buffer/length", "1024");
	choose_trigger(folder);
	return write_word(folder, "buffer/enable", "1");
}

static void close_scan(struct transport *transport)
{
	struct scan_transport *scan = scan_of(transport);

	close(scan->fd);
	write_wish(scan->folder, "buffer/enable", "0");
	free(scan);
}

static const struct transport_class scan_class = {
	.start = start, .stop = stop, .close = close_scan};

int transport_scan_open(const char *folder, const char *node, const struct model *model,
	struct transport **ret_transport, double *ret_rate_hz)
{
	struct scan_transport *scan = calloc(1, sizeof *scan);
	int failed;

	if (!scan)
		return -ENOMEM;
	scan->transport.class = &scan_class;
	scan->watch.ready = on_ready;
	scan->model = model;
	text_copy(scan->folder, sizeof scan->folder, folder);
	failed = switch_on(folder, model);
	if (!failed)
		failed = scan_read_layout(folder, model, &scan->layout);
	if (!failed && !is_stamped(folder, &scan->layout))
		failed = -ENOTSUP;
	*ret_rate_hz = failed ? 0 : read_rate(folder, model);
	scan->fd = failed ? -1 : open(node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (!failed && scan->fd < 0)
		failed = -errno;
	if (failed) {
		write_wish(folder, "buffer/enable", "0");
		free(scan);
		return failed;
	}
	*ret_transport = &scan->transport;
	return 0;
}
