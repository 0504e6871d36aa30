/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sensors that the kernel has a driver for: IIO devices and 1-Wire chips, by what their `name` file
 * says. Those that no kit knows are left alone. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "sense/finder.h"
#include "sense/kernel_sensor.h"
#include "sense/transport_kernel.h"
#include "sense/transport_scan.h"

static const int64_t usual_period_ns = NS_PER_S;
static const int64_t conversion_ns = 100 * (int64_t)NS_PER_MS; /* most sensors take less */
static const int64_t interrupt_ns = 200 * (int64_t)NS_PER_US;

/* clang-format off */
static const struct trouble troubles[] = {
	{-EACCES, NULL, "copy tools/udev/70-kitlog.rules to /etc/udev/rules.d, add the user to the group dialout, restart",
		"没有权限", "把 tools/udev/70-kitlog.rules 放进 /etc/udev/rules.d，把用户加进 dialout 组，再重启"},
	{-ENOTSUP, "its driver does not stamp scans by the monotonic clock", "take buffered: yes out of its kit.yaml",
		"它的驱动不按单调时钟打时间", "去掉 kit.yaml 里的 buffered: yes"},
	{-ENOENT, "has none of the files its kit.yaml names", "see whether the chip is the one it was sold as",
		"没有 kit.yaml 里写的文件", "看看芯片是不是买的那种"},
	{0, NULL, "see dmesg, and whether its wires sit well", "读不了", "看看 dmesg，再看线插好了没有"},
};
static const struct { const char *bus, *folder, *prefix; } buses[] = {
	{"iio", "/bus/iio/devices", "iio:device"},
	{"w1", "/bus/w1/devices", ""},
};
/* clang-format on */

enum { BUSES = sizeof buses / sizeof *buses, PATH_BYTES = 256, NAME_BYTES = 64 };

static const char *sysfs_of(const struct finder_context *context)
{
	return context->sysfs ? context->sysfs : "/sys";
}

/* A device in a folder of one of the buses. */
struct place {
	const char *bus;
	char path[PATH_BYTES], name[NAME_BYTES];
};

static bool make_place(const char *sysfs, size_t bus, const char *entry, struct place *ret_place)
{
	int n = snprintf(ret_place->path, sizeof ret_place->path, "%s%s/%s", sysfs,
		buses[bus].folder, entry);

	ret_place->bus = buses[bus].bus;
	return entry[0] != '.' &&
		strncmp(entry, buses[bus].prefix, strlen(buses[bus].prefix)) == 0 && n > 0 &&
		(size_t)n < sizeof ret_place->path &&
		kernel_sensor_word(
			ret_place->path, "name", ret_place->name, sizeof ret_place->name) == 0;
}

static const struct model *model_at(
	const struct finder_context *context, const struct place *place, enum model_kernel *ret_how)
{
	for (size_t i = 0; i < catalogue_count(context->catalogue); i++) {
		const struct model *model = catalogue_at(context->catalogue, i);

		if (!model->form->kernel_sensor)
			continue;
		*ret_how = model->form->kernel_sensor(model, place->bus, place->name);
		if (*ret_how != MODEL_NOT_KERNEL)
			return model;
	}
	return NULL;
}

static void list_bus(const struct finder_context *context, size_t bus,
	void (*found)(void *self, const char *path, bool is_named), void *self)
{
	char folder[PATH_BYTES];
	struct dirent *entry;
	enum model_kernel how;
	struct place place;
	DIR *directory;

	snprintf(folder, sizeof folder, "%s%s", sysfs_of(context), buses[bus].folder);
	directory = opendir(folder);
	while (directory && (entry = readdir(directory)))
		if (make_place(sysfs_of(context), bus, entry->d_name, &place) &&
			model_at(context, &place, &how))
			found(self, place.path, false);
	if (directory)
		closedir(directory);
}

static void list(const struct finder_context *context,
	void (*found)(void *self, const char *path, bool is_named), void *self)
{
	for (size_t bus = 0; context->config->iio.scan && bus < BUSES; bus++)
		list_bus(context, bus, found, self);
}

/* "1-0076": the chip's address on its bus, which the number of the IIO device is not. Some chips are
 * several devices at one address. */
static void learn_place(const char *path, const struct place *place, struct kit_port *about)
{
	char real[PATH_MAX], *slash;

	text_copy(about->socket, sizeof about->socket, place->name);
	if (strcmp(place->bus, "iio") != 0 || !realpath(path, real))
		return;
	slash = strrchr(real, '/');
	*slash = '\0';
	slash = strrchr(real, '/');
	snprintf(about->socket, sizeof about->socket, "iio:%.30s:%.40s", slash ? slash + 1 : real,
		place->name);
}

static bool find_place(const char *sysfs, const char *path, struct place *ret_place)
{
	const char *name = strrchr(path, '/');

	for (size_t bus = 0; name && bus < BUSES; bus++)
		if (make_place(sysfs, bus, name + 1, ret_place) &&
			strcmp(ret_place->path, path) == 0)
			return true;
	return false;
}

static int open_files(const char *path, const struct model *model, struct transport **ret_transport)
{
	struct kernel_sensor sensor;
	int failed = kernel_sensor_open(path, model, &sensor);

	if (failed)
		return failed;
	return transport_kernel_new(&sensor,
		model->rate_hz > 0 ? (int64_t)(1e9 / model->rate_hz) : usual_period_ns,
		ret_transport);
}

static int open_buffer(const struct finder_context *context, const char *path,
	const struct model *model, struct transport **ret_transport, double *ret_rate_hz)
{
	char node[PATH_BYTES];

	snprintf(node, sizeof node, "%s/dev/%.64s", context->sysfs ? context->sysfs : "",
		strrchr(path, '/') + 1);
	return transport_scan_open(path, node, model, ret_transport, ret_rate_hz);
}

static int open_sensor(const struct finder_context *context, const char *path,
	struct transport **ret_transport, struct kit_port *ret_about, bool *ret_is_late)
{
	struct kit_port about = {.n_models = 1, .is_sure = true};
	enum model_kernel how = MODEL_NOT_KERNEL;
	struct place place;
	int failed;

	(void)ret_is_late;
	if (find_place(sysfs_of(context), path, &place))
		about.models[0] = model_at(context, &place, &how);
	if (!about.models[0])
		return -ENODEV;
	about.transport = strcmp(place.bus, "w1") == 0 ? KIT_ONEWIRE : KIT_IIO;
	about.uncertainty_ns = how == MODEL_KERNEL_BUFFER ? interrupt_ns : conversion_ns;
	text_copy(about.path, sizeof about.path, path);
	learn_place(path, &place, &about);
	failed = how == MODEL_KERNEL_BUFFER
		? open_buffer(context, path, about.models[0], ret_transport, &about.rate_hz)
		: open_files(path, about.models[0], ret_transport);
	if (!failed)
		*ret_about = about;
	return failed;
}

/* What a buffer is switched on by, and what it is read from. */
static bool refused(
	const struct finder_context *context, const char *path, char *ret_node, size_t size)
{
	const char *name = strrchr(path, '/'), *folder = context->sysfs ? context->sysfs : "";

	snprintf(ret_node, size, "%s/dev%s", folder, name ? name : "");
	if (access(ret_node, F_OK) == 0 && access(ret_node, R_OK | W_OK) != 0)
		return true;
	snprintf(ret_node, size, "%s/buffer/enable", path);
	return access(ret_node, F_OK) == 0 && access(ret_node, R_OK | W_OK) != 0;
}

const struct finder finder_kernel = {
	.name = "sensor",
	.subsystem = "iio",
	.list = list,
	.open = open_sensor,
	.troubles = troubles,
	.refused = refused,
	.group = "dialout",
	.is_fixed = true,
};
