/* SPDX-License-Identifier: GPL-3.0-or-later */
/* USB devices that are no serial adapters: those that a kit.yaml with a USB family recognises. Those
 * whose ids no kit has - most keyboards, disks, hubs - are not even listed; of those that have them
 * the texts decide whether anything is opened.
 *
 * The list comes from sysfs by libudev, with or without udevd. A device that udevd has not finished
 * with is left alone: its mode is not yet what the rules say.
 *
 * The kernel gives the node of a device to root alone; tools/udev/70-kitlog.rules, which is made
 * from the kits, gives those of kits to the people at the machine and to the group dialout. */
#include <errno.h>
#include <libudev.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "data/model_word.h"
#include "sense/catalogue_config.h"
#include "sense/finder.h"
#include "sense/port_place.h"
#include "sense/transport_usb.h"

/* clang-format off */
static const struct trouble troubles[] = {
	{-EACCES, NULL, "copy tools/udev/70-kitlog.rules to /etc/udev/rules.d, run udevadm control --reload, plug it in again",
		"没有权限", "把 tools/udev/70-kitlog.rules 放进 /etc/udev/rules.d，运行 udevadm control --reload，再插一次"},
	{-EPERM, NULL, "copy tools/udev/70-kitlog.rules to /etc/udev/rules.d, run udevadm control --reload, plug it in again",
		"没有权限", "把 tools/udev/70-kitlog.rules 放进 /etc/udev/rules.d，运行 udevadm control --reload，再插一次"},
	{-EBUSY, NULL, "stop the other program that uses it", "别的程序占着它", "停掉那个程序"},
	{-EALREADY, "is open already", "unplug it and plug it in again", "已经打开了", "拔下再插一次"},
	{-EBADE, "usb: kits names a setting that the kit does not have", "take an id of its kit.yaml",
		"usb 的 kits 里有器材没有的设置", "写它的 kit.yaml 里的 id"},
	{-EDOM, "a value in usb: kits is out of the kit's range", "mind its unit; the range is in its kit.yaml",
		"usb 的 kits 里有一个值超出范围", "注意单位；范围在它的 kit.yaml 里"},
	{0, NULL, "unplug it and plug it in again", "打不开", "拔下再插一次"},
};
/* clang-format on */

static bool is_usb_kit(const struct model *model)
{
	return model->form->needs & MODEL_IS_USB;
}

static const char *attribute(struct udev_device *device, const char *name)
{
	const char *value = udev_device_get_sysattr_value(device, name);

	return value ? value : "";
}

static uint16_t hex_attribute(struct udev_device *device, const char *name)
{
	return (uint16_t)strtoul(attribute(device, name), NULL, 16);
}

/* What the kernel tells without waiting. Its texts it keeps under a lock that is also held while a
 * device is set up, for seconds if that is in trouble: they are read once, of what is opened. */
static struct model_usb ids_of(struct udev_device *device)
{
	return (struct model_usb){
		.vendor = hex_attribute(device, "idVendor"),
		.product = hex_attribute(device, "idProduct"),
		.manufacturer = "",
		.product_name = "",
		.serial_number = "",
	};
}

/* Borrowed from the device. */
static struct model_usb usb_of(struct udev_device *device)
{
	struct model_usb usb = ids_of(device);

	usb.manufacturer = attribute(device, "manufacturer");
	usb.product_name = attribute(device, "product");
	usb.serial_number = attribute(device, "serial");
	return usb;
}

static bool is_ignored(const struct config *config, const struct model_usb *usb)
{
	for (size_t i = 0; i < config->usb.n_ignore; i++) {
		uint16_t vendor, product;
		bool is_any;

		if (!word_usb(config->usb.ignore[i], &vendor, &product, &is_any) &&
			vendor == usb->vendor && (is_any || product == usb->product))
			return true;
	}
	return false;
}

static size_t matching_kits(const struct finder_context *context, const struct model_usb *usb,
	const struct model **ret_models, size_t most)
{
	const struct model *all[4 * KIT_MODELS];
	size_t n_all =
		catalogue_match_usb(context->catalogue, usb, all, sizeof(all) / sizeof(all[0]));
	size_t n = 0;

	if (is_ignored(context->config, usb))
		return 0;
	for (size_t i = 0; i < n_all && n < most; i++)
		if (is_usb_kit(all[i]))
			ret_models[n++] = all[i];
	return n;
}

/* --- which there are --- */

/* Calls `look` for each USB device until it says that it has seen enough. */
static void each_device(
	bool (*look)(void *self, struct udev_device *device, const char *node), void *self)
{
	struct udev *udev = udev_new();
	struct udev_enumerate *enumerate = udev ? udev_enumerate_new(udev) : NULL;
	bool is_enough = !enumerate;

	if (enumerate) {
		udev_enumerate_add_match_subsystem(enumerate, "usb");
		udev_enumerate_add_match_property(enumerate, "DEVTYPE", "usb_device");
		udev_enumerate_scan_devices(enumerate);
	}
	for (struct udev_list_entry *entry = is_enough ? NULL
						       : udev_enumerate_get_list_entry(enumerate);
		entry && !is_enough; entry = udev_list_entry_get_next(entry)) {
		struct udev_device *device =
			udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
		const char *node = device ? udev_device_get_devnode(device) : NULL;

		if (node)
			is_enough = look(self, device, node);
		udev_device_unref(device);
	}
	udev_enumerate_unref(enumerate);
	udev_unref(udev);
}

/* May it be a kit, as far as its ids tell? */
static bool may_be_kit(const struct finder_context *context, const struct model_usb *usb)
{
	size_t n = catalogue_count(context->catalogue);

	if (is_ignored(context->config, usb))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct model *model = catalogue_at(context->catalogue, i);

		for (size_t m = 0; is_usb_kit(model) && m < model->n_matches; m++) {
			const struct model_match *match = &model->matches[m];

			if (!match->has_usb ||
				(match->vendor == usb->vendor &&
					(match->any_product || match->product == usb->product)))
				return true;
		}
	}
	return false;
}

struct listing {
	const struct finder_context *context;
	void (*found)(void *self, const char *path, bool is_named);
	void *self;
};

static bool list_device(void *self, struct udev_device *device, const char *node)
{
	const struct listing *listing = self;
	struct model_usb usb = ids_of(device);

	if (may_be_kit(listing->context, &usb))
		listing->found(listing->self, node, false);
	return false;
}

static void list(const struct finder_context *context,
	void (*found)(void *self, const char *path, bool is_named), void *self)
{
	struct listing listing = {context, found, self};

	if (context->config->usb.scan)
		each_device(list_device, &listing);
}

/* --- opening --- */

struct search {
	const struct finder_context *context;
	const char *node;
	bool is_found, is_settled;
	struct kit_port about;
};

static bool search_device(void *self, struct udev_device *device, const char *node)
{
	struct search *search = self;
	struct kit_port *about = &search->about;
	struct model_usb usb;

	if (strcmp(node, search->node) != 0)
		return false;
	search->is_found = true;
	search->is_settled =
		access("/run/udev/control", F_OK) != 0 || udev_device_get_is_initialized(device);
	if (!search->is_settled)
		return true;
	usb = usb_of(device);
	about->usb_vendor = usb.vendor;
	about->usb_product = usb.product;
	text_copy(about->usb_serial, sizeof(about->usb_serial), usb.serial_number);
	text_copy(about->usb_manufacturer, sizeof(about->usb_manufacturer), usb.manufacturer);
	text_copy(about->usb_product_name, sizeof(about->usb_product_name), usb.product_name);
	port_place_usb(udev_device_get_syspath(device), about->socket, sizeof(about->socket));
	about->n_models = matching_kits(search->context, &usb, about->models, KIT_MODELS);
	about->is_sure = about->n_models > 0;
	return true;
}

static int open_usb(const struct finder_context *context, const char *path,
	struct transport **ret_transport, struct kit_port *ret_about, bool *ret_is_late)
{
	struct search search = {.context = context, .node = path, .about = {.transport = KIT_USB}};
	int failed;

	each_device(search_device, &search);
	if (search.is_found && !search.is_settled)
		return -EINPROGRESS;
	if (!search.about.is_sure)
		return -ENODEV;
	text_copy(search.about.path, sizeof(search.about.path), path);
	failed = catalogue_usb_settings(
		search.about.models[0], context->config, search.about.settings);
	if (failed)
		return failed;
	failed = transport_usb_open(path, ret_transport, &search.about);
	if (failed)
		return failed == -ENODEV || failed == -ENOENT ? -EINPROGRESS : failed;
	*ret_about = search.about;
	*ret_is_late = false;
	return 0;
}

const struct finder finder_usb = {
	.name = "usb",
	.subsystem = "usb",
	.list = list,
	.open = open_usb,
	.troubles = troubles,
	.group = "dialout",
};
