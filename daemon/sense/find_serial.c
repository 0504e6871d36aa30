/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Serial ports: those named in the configuration, and every USB one that the kernel lists.
 *
 * udevd announces a port when its owner and mode are set, and before that the port is left alone:
 * who is too early is refused what will be allowed a moment later. */
#include <assert.h>
#include <errno.h>
#include <libudev.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "sense/catalogue_config.h"
#include "sense/finder.h"
#include "sense/port.h"
#include "sense/transport_stream.h"

/* clang-format off */
static const struct trouble troubles[] = {
	{-EACCES, NULL, "add the user to the group dialout", "没有权限", "把用户加进 dialout 组"},
	{-EPERM, NULL, "add the user to the group dialout", "没有权限", "把用户加进 dialout 组"},
	{-ENOENT, NULL, "plug it in, or take it out of serial.ports",
		"没有这个口", "插上它，或者从 serial.ports 里去掉"},
	{-EALREADY, "is open already under another name", "take one of the two out of serial.ports",
		"已经用另一个名字打开了", "从 serial.ports 里去掉一个"},
	{-EBUSY, NULL, "stop the other program that uses it", "别的程序占着它", "停掉那个程序"},
	{-ENOTTY, NULL, "name a serial port", "不是串口", "写一个串口"},
	{-EOPNOTSUPP, "its adapter cannot do the bit rate, parity and stop bits that are needed",
		"take another adapter",
		"转接器做不到所需的波特率、校验位和停止位", "换一个转接器"},
	{-EBADE, "its settings in serial.ports name one that the kit does not have",
		"take an id of its kit.yaml", "serial.ports 里它的 settings 有器材没有的设置", "写它的 kit.yaml 里的 id"},
	{-EDOM, "a value of its settings in serial.ports is out of the kit's range",
		"mind its unit; the range is in its kit.yaml",
		"serial.ports 里它的 settings 有一个值超出范围", "注意单位；范围在它的 kit.yaml 里"},
	{0, NULL, "unplug it and plug it in again", "打不开", "拔下再插一次"},
};
static const struct trouble late = {0,
	"works, but its chip holds bytes back, so times may be 16 ms late",
	"take another adapter where that matters",
	"能用，但转接芯片会攒着字节，时刻可能晚 16 ms", "在意的话换一个转接器"};
/* clang-format on */

/* --- which there are --- */

/* People name a port by a link ("/dev/serial/by-id/..."), the kernel by its own name. */
static bool is_same_port(const char *path, const char *other)
{
	char real[PATH_MAX], other_real[PATH_MAX];

	return !strcmp(path, other) ||
		(realpath(path, real) && realpath(other, other_real) && !strcmp(real, other_real));
}

static bool is_ignored(const struct config *config, const char *path)
{
	for (size_t i = 0; i < config->serial.n_ignore; i++)
		if (is_same_port(config->serial.ignore[i], path))
			return true;
	return false;
}

struct listing {
	const struct config *config;
	void (*found)(void *self, const char *path, bool is_named);
	void *self;
};

static void scanned(void *self, const char *path)
{
	const struct listing *listing = self;

	if (!is_ignored(listing->config, path))
		listing->found(listing->self, path, false);
}

static void list(const struct finder_context *context,
	void (*found)(void *self, const char *path, bool is_named), void *self)
{
	struct listing listing = {context->config, found, self};

	for (size_t i = 0; i < context->config->serial.n_ports; i++)
		found(self, context->config->serial.ports[i].path, true);
	if (context->config->serial.scan)
		port_list(scanned, &listing);
}

/* --- which kits may be there --- */

static const struct config_port *named(const struct config *config, const char *path)
{
	for (size_t i = 0; i < config->serial.n_ports; i++)
		if (strcmp(config->serial.ports[i].path, path) == 0)
			return &config->serial.ports[i];
	return NULL;
}

static bool is_serial_kit(const struct model *model)
{
	return model->form->needs & MODEL_NEEDS_SERIAL;
}

static_assert((int)CONFIG_SLAVES <= (int)KIT_SLAVES, "a bus has room for what is written");

/* A kit named in the configuration is no matter of doubt, if it knows its channels and its speed has
 * not to be found; nor are the addresses that stand beside it. */
static bool use_named_kit(const struct finder_context *context, const struct config_port *asked,
	struct kit_port *about)
{
	const struct model *model =
		about->kit[0] ? catalogue_find(context->catalogue, about->kit) : NULL;

	if (!model || !is_serial_kit(model))
		return false;
	about->models[0] = model;
	about->n_models = 1;
	about->is_sure = model->n_channels > 0 && !model->serial.is_automatic;
	for (size_t i = 0; i < asked->n_slaves; i++)
		about->slaves[about->n_slaves++] = (uint8_t)asked->slaves[i];
	return true;
}

static void use_matching_kits(const struct finder_context *context, struct kit_port *about)
{
	struct model_usb usb = {about->usb_vendor, about->usb_product, about->usb_manufacturer,
		about->usb_product_name, about->usb_serial};
	const struct model *all[4 * KIT_MODELS];
	size_t n = usb.vendor
		? catalogue_match_usb(context->catalogue, &usb, all, sizeof all / sizeof *all)
		: 0;

	for (size_t i = 0; i < n && about->n_models < KIT_MODELS; i++)
		if (is_serial_kit(all[i]))
			about->models[about->n_models++] = all[i];
}

/* Is a kit named that says its own? */
static bool has_setting(const struct kit_port *about)
{
	const struct model *model = about->n_models ? about->models[0] : NULL;

	return model && model->serial.is_given && !model->serial.is_automatic;
}

/* The speed to begin with: what the configuration says, what the kit says, the usual one. */
static struct model_serial setting(const struct kit_port *about, unsigned asked)
{
	struct model_serial serial = {
		.is_given = true, .speed = asked, .bits = 8, .parity = 'N', .stop_bits = 1};

	if (has_setting(about)) {
		serial = about->models[0]->serial;
		serial.speed = asked ? asked : serial.speed;
	}
	return serial;
}

/* --- opening --- */

/* Owner and mode are right: udevd has done its work, or there is none. */
static bool is_settled(const char *real)
{
	struct udev *udev;
	struct udev_device *device;
	bool is_settled = true;

	if (access("/run/udev/control", F_OK) || strncmp(real, "/dev/tty", 8))
		return true;
	udev = udev_new();
	device = udev
		? udev_device_new_from_subsystem_sysname(udev, "tty", real + sizeof "/dev/" - 1)
		: NULL;
	if (device)
		is_settled = udev_device_get_is_initialized(device);
	udev_device_unref(device);
	udev_unref(udev);
	return is_settled;
}

/* A name may come to lead elsewhere while it is being opened, and the number of a pty to belong to
 * another kit: nobody must listen to that one under this name. */
static bool leads_to(const char *path, int fd)
{
	struct stat named, opened;

	return !stat(path, &named) && !fstat(fd, &opened) && named.st_dev == opened.st_dev &&
		named.st_ino == opened.st_ino && named.st_rdev == opened.st_rdev;
}

static int open_port(const char *real, unsigned speed, struct port *ret_port,
	struct kit_port *about, bool *ret_is_late)
{
	int failed = port_open_serial(real, speed, ret_port, about, ret_is_late);

	if (failed == -ENODEV)
		failed = port_open_tty(real, ret_port, about);
	return failed == -ENODEV ? -ENOTTY : failed;
}

static int open_serial(const struct finder_context *context, const char *path,
	struct transport **ret_transport, struct kit_port *ret_about, bool *ret_is_late)
{
	const struct config_port *asked = named(context->config, path);
	struct kit_port about = {.transport = KIT_SERIAL, .speed_is_fixed = asked && asked->speed};
	struct model_serial serial;
	struct port port;
	char real[PATH_MAX];
	int failed;

	if (!realpath(path, real))
		return -errno;
	if (!is_settled(real))
		return -EINPROGRESS;
	text_copy(about.path, sizeof about.path, path);
	text_copy(about.kit, sizeof about.kit, asked && asked->kit ? asked->kit : "");
	bool has_kit = use_named_kit(context, asked, &about);

	/* First, since the port need not be opened for a mistake. */
	failed = has_kit ? catalogue_settings(about.models[0], asked->settings, asked->n_settings,
				   about.settings)
			 : 0;
	if (failed)
		return failed;
	serial = setting(&about, asked ? asked->speed : 0);
	failed = open_port(real, serial.speed, &port, &about, ret_is_late);
	if (failed)
		return failed;
	if (!leads_to(path, port.fd)) {
		port_close(&port);
		return -EINPROGRESS;
	}
	if (!has_kit)
		use_matching_kits(context, &about);
	else if (has_setting(&about) && about.speed) {
		about.speed_is_fixed |= about.is_sure;
		if (port_set_serial(&port, &serial) < 0) {
			port_close(&port);
			return -EOPNOTSUPP;
		}
		about.bits_per_byte = model_serial_bits(&serial);
	}
	if (!has_kit && about.n_models > 0)
		catalogue_settings(about.models[0], NULL, 0, about.settings);
	/* Links of ptys change their target; the name people chose stays. */
	if (!strncmp(real, "/dev/pts/", 9))
		text_copy(about.socket, sizeof about.socket, path);
	failed = transport_stream_new(&port, ret_transport);
	if (!failed)
		*ret_about = about;
	return failed;
}

const struct finder finder_serial = {
	.name = "serial",
	.subsystem = "tty",
	.list = list,
	.open = open_serial,
	.troubles = troubles,
	.late = &late,
};
