/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file is opened once and read at its beginning each time: sysfs computes at each read. */
#include "sense/kernel_sensor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"

enum { PATH_BYTES = 400, VALUE_BYTES = 64 };

static int open_file(const char *folder, const char *name, const char *ending)
{
	char path[PATH_BYTES];
	int n = snprintf(path, sizeof path, "%s/%s%s", folder, name, ending), fd;

	if (n < 0 || (size_t)n >= sizeof path)
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_value(int fd, double *ret_value)
{
	char word[VALUE_BYTES];
	ssize_t n = pread(fd, word, sizeof word, 0);

	if (n < 0)
		return -errno;
	return number_to_double(word, (size_t)n, ret_value) ? 0 : -EBADMSG;
}

int kernel_sensor_word(const char *folder, const char *file, char *ret_word, size_t size)
{
	int fd = open_file(folder, file, "");
	ssize_t n;

	if (fd < 0)
		return fd;
	n = pread(fd, ret_word, size - 1, 0);
	int failed = n < 0 ? -errno : 0;

	close(fd);
	if (failed)
		return failed;
	ret_word[n] = '\0';
	ret_word[strcspn(ret_word, "\n")] = '\0';
	return 0;
}

/* --- what channels share --- */

static bool is_there(const char *folder, const char *file)
{
	char path[PATH_BYTES];
	int n = snprintf(path, sizeof path, "%s/%s", folder, file);

	return n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0;
}

/* "in_voltage0-voltage1", "in_accel_x", "in_temp1": the type is the letters behind in_, without a
 * number at their end; the modifier is what stands behind the next underscore. */
bool kernel_sensor_attribute(const char *folder, const char *channel, const char *attribute,
	char ret_file[KERNEL_FILE_TEXT])
{
	const char *word = strncmp(channel, "in_", 3) == 0 ? channel + 3 : channel;
	int n = (int)strcspn(word, "_0123456789-");
	const char *modifier = strchr(word, '_');
	char files[5][2 * KERNEL_FILE_TEXT];

	snprintf(files[0], sizeof files[0], "%.79s_%.40s", channel, attribute);
	snprintf(files[1], sizeof files[1], "in_%.*s%.40s_%.40s", n, word, modifier ? modifier : "",
		attribute);
	snprintf(files[2], sizeof files[2], "in_%.*s_%.40s", n, word, attribute);
	snprintf(files[3], sizeof files[3], "in_%.40s", attribute);
	snprintf(files[4], sizeof files[4], "%.40s", attribute);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (strlen(files[i]) < KERNEL_FILE_TEXT && is_there(folder, files[i])) {
			strcpy(ret_file, files[i]);
			return true;
		}
	return false;
}

static double value_or(const char *folder, const char *channel, const char *attribute, double usual)
{
	char file[KERNEL_FILE_TEXT];
	double value = usual;
	int fd = kernel_sensor_attribute(folder, channel, attribute, file)
		? open_file(folder, file, "")
		: -ENOENT;

	if (fd >= 0) {
		(void)!read_value(fd, &value);
		close(fd);
	}
	return value;
}

void kernel_sensor_scale(
	const char *folder, const char *channel, double *ret_scale, double *ret_offset)
{
	*ret_scale = value_or(folder, channel, "scale", 1);
	*ret_offset = value_or(folder, channel, "offset", 0);
}

/* --- the files --- */

static int open_channel(const char *folder, const char *from, struct kernel_sensor_file *ret_file)
{
	struct kernel_sensor_file file = {.scale = 1, .fd = open_file(folder, from, "")};

	if (file.fd == -ENOENT && strncmp(from, "in_", 3) == 0) {
		file.fd = open_file(folder, from, "_input");
		if (file.fd == -ENOENT) {
			file.fd = open_file(folder, from, "_raw");
			if (file.fd >= 0)
				kernel_sensor_scale(folder, from, &file.scale, &file.offset);
		}
	}
	if (file.fd < 0 && file.fd != -ENOENT)
		return file.fd;
	text_copy(file.from, sizeof file.from, from);
	*ret_file = file;
	return 0;
}

int kernel_sensor_open(
	const char *folder, const struct model *model, struct kernel_sensor *ret_sensor)
{
	struct kernel_sensor sensor = {.n_files = model->n_channels};
	size_t n_found = 0;
	int failed = 0;

	for (size_t i = 0; i < MODEL_CHANNELS; i++)
		sensor.files[i].fd = -1;
	for (size_t i = 0; i < model->n_channels && !failed; i++) {
		failed = open_channel(folder, model->channels[i].from, &sensor.files[i]);
		n_found += sensor.files[i].fd >= 0;
	}
	if (!failed && n_found == 0)
		failed = -ENOENT;
	if (failed)
		kernel_sensor_close(&sensor);
	else
		*ret_sensor = sensor;
	return failed;
}

void kernel_sensor_close(struct kernel_sensor *sensor)
{
	for (size_t i = 0; i < MODEL_CHANNELS; i++) {
		if (sensor->files[i].fd >= 0)
			close(sensor->files[i].fd);
		sensor->files[i].fd = -1;
	}
}

int kernel_sensor_read(const struct kernel_sensor *sensor, struct text *text)
{
	int failed = 0;

	for (size_t i = 0; i < sensor->n_files; i++) {
		const struct kernel_sensor_file *file = &sensor->files[i];
		char number[NUMBER_TEXT];
		double value;
		int error;

		if (file->fd < 0)
			continue;
		error = read_value(file->fd, &value);
		if (error) {
			failed = failed ? failed : error;
			continue;
		}
		value = (value + file->offset) * file->scale;
		text_addf(text, "%s %.*s\n", file->from, (int)number_from_double(value, number),
			number);
	}
	return failed;
}
