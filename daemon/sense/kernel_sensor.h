/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sensors that the kernel has a driver for, as files: IIO (Documentation/ABI/testing/sysfs-bus-iio)
 * and 1-Wire (w1_therm). A kit.yaml names a file of the device, or an IIO channel without the word
 * behind it: `in_accel_x` is the file in_accel_x_input where the driver computes, else
 * (in_accel_x_raw + offset) * scale with the scale and offset nearest to that channel.
 *
 * Values are in the kernel's units (milli-degree, kPa); what becomes of them is for the family. No
 * state but the struct's; reading a file may block as long as the sensor converts, so all of it is
 * for main and for a thread of its own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "data/model.h"

enum { KERNEL_FILE_TEXT = 80 };

struct kernel_sensor_file {
	char from[KERNEL_FILE_TEXT]; /* as the kit.yaml says it; its own, it may outlive the kits */
	int fd;                      /* -1: the device has no such file */
	double offset, scale;
};

struct kernel_sensor {
	size_t n_files;
	struct kernel_sensor_file files[MODEL_CHANNELS];
};

/* Opens the files of the model's channels in this folder. -ENOENT when it has none of them, -errno
 * of the first that may not be read. */
int kernel_sensor_open(
	const char *folder, const struct model *model, struct kernel_sensor *ret_sensor);
void kernel_sensor_close(struct kernel_sensor *sensor);

/* Reads all and adds a line "FILE VALUE" for each that could be read. 0 when all could, else -errno
 * of the first that could not: -ENODEV, the device is gone; -EAGAIN, -EBUSY, -EIO: not now. */
int kernel_sensor_read(const struct kernel_sensor *sensor, struct text *text);

/* The first line of a file, without its newline. -errno. */
int kernel_sensor_word(const char *folder, const char *file, char *ret_word, size_t size);

/* Scale and offset of an IIO channel: the file for the channel itself, for its type with the
 * modifier, for its type, for the device; what is not there is 1 and 0. */
void kernel_sensor_scale(
	const char *folder, const char *channel, double *ret_scale, double *ret_offset);

/* The file that holds this attribute ("sampling_frequency") of an IIO channel, by the same search.
 * False: there is none. */
bool kernel_sensor_attribute(const char *folder, const char *channel, const char *attribute,
	char ret_file[KERNEL_FILE_TEXT]);
