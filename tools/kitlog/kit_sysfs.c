/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One walk per bus over sysfs, whose files hold one word each. */
#include "tools/kitlog/kit_sysfs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

struct walk {
	const char *sys, *dev;
	void (*found)(void *self, const struct kit_place *place);
	void *self;
};

const char *kit_bus_name(enum kit_bus bus)
{
	static const char *const names[KIT_BUSES] = {"serial", "usb", "gpio", "iio", "onewire"};

	return names[bus];
}

static void make_path(char ret_path[PATH_MAX], const char *folder, const char *name)
{
	struct text text = text_over(ret_path, PATH_MAX);

	text_addf(&text, "%s/%s", folder, name);
}

/* The word in FOLDER/NAME; false when there is none. What a device says of itself may be anything. */
static bool read_word(const char *folder, const char *name, char *ret_word, size_t size)
{
	char path[PATH_MAX], line[256] = "";
	struct text text = text_over(ret_word, size);
	FILE *file;

	make_path(path, folder, name);
	file = fopen(path, "re");
	if (!file)
		return false;
	bool is_read = fgets(line, sizeof line, file) != NULL;
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	text_add_harmless(&text, line);
	return is_read;
}

static unsigned read_number(const char *folder, const char *name, int base)
{
	char word[32];

	return read_word(folder, name, word, sizeof word) ? (unsigned)strtoul(word, NULL, base) : 0;
}

/* FOLDER is a USB device's: reads what it says of itself. */
static bool read_usb(const char *folder, struct kit_place *place)
{
	place->vendor = (uint16_t)read_number(folder, "idVendor", 16);
	place->product = (uint16_t)read_number(folder, "idProduct", 16);
	read_word(folder, "manufacturer", place->manufacturer, sizeof place->manufacturer);
	read_word(folder, "product", place->product_name, sizeof place->product_name);
	read_word(folder, "serial", place->serial_number, sizeof place->serial_number);
	return place->vendor != 0;
}

static void walk_folder(const struct walk *walk, const char *folder,
	void (*visit)(const struct walk *walk, const char *path, const char *name))
{
	char path[PATH_MAX], entry[PATH_MAX];
	struct dirent **entries;
	int n;

	make_path(path, walk->sys, folder);
	n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		make_path(entry, path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			visit(walk, entry, entries[i]->d_name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

/* --- buses --- */

/* A tty with a device behind it; the USB device is some folders above. */
static void visit_tty(const struct walk *walk, const char *path, const char *name)
{
	struct kit_place place = {.bus = KIT_BUS_SERIAL};
	char device[PATH_MAX], real[PATH_MAX], *slash;

	make_path(device, path, "device");
	if (!realpath(device, real))
		return;
	while (!read_usb(real, &place) && (slash = strrchr(real, '/')) && slash > real)
		*slash = '\0';
	if (!place.vendor)
		return; /* a UART of the board itself is named in the configuration */
	make_path(place.path, walk->dev, name);
	walk->found(walk->self, &place);
}

static void visit_usb(const struct walk *walk, const char *path, const char *name)
{
	enum { HUB = 9 };
	struct kit_place place = {.bus = KIT_BUS_USB};
	char node[64];

	(void)name;
	if (!read_usb(path, &place) || read_number(path, "bDeviceClass", 16) == HUB)
		return;
	snprintf(node, sizeof node, "bus/usb/%03u/%03u", read_number(path, "busnum", 10),
		read_number(path, "devnum", 10));
	make_path(place.path, walk->dev, node);
	walk->found(walk->self, &place);
}

static void visit_gpio(const struct walk *walk, const char *path, const char *name)
{
	struct kit_place place = {.bus = KIT_BUS_GPIO};

	if (strncmp(name, "gpiochip", 8) != 0)
		return;
	read_word(path, "label", place.name, sizeof place.name);
	make_path(place.path, walk->dev, name);
	walk->found(walk->self, &place);
}

static void visit_iio(const struct walk *walk, const char *path, const char *name)
{
	struct kit_place place = {.bus = KIT_BUS_IIO};

	if (strncmp(name, "iio:device", 10) != 0 ||
		!read_word(path, "name", place.name, sizeof place.name))
		return;
	text_copy(place.path, sizeof place.path, path);
	walk->found(walk->self, &place);
}

static void visit_onewire(const struct walk *walk, const char *path, const char *name)
{
	struct kit_place place = {.bus = KIT_BUS_ONEWIRE};

	if (name[0] < '0' || name[0] > '9')
		return; /* w1_bus_master1 */
	text_copy(place.name, sizeof place.name, name);
	text_copy(place.path, sizeof place.path, path);
	walk->found(walk->self, &place);
}

void kit_places(const char *sys, const char *dev,
	void (*found)(void *self, const struct kit_place *place), void *self)
{
	static const struct {
		const char *folder;
		void (*visit)(const struct walk *walk, const char *path, const char *name);
	} buses[] = {
		{"class/tty", visit_tty},
		{"bus/usb/devices", visit_usb},
		{"bus/gpio/devices", visit_gpio},
		{"bus/iio/devices", visit_iio},
		{"bus/w1/devices", visit_onewire},
	};
	struct walk walk = {sys, dev, found, self};

	for (size_t i = 0; i < sizeof buses / sizeof *buses; i++)
		walk_folder(&walk, buses[i].folder, buses[i].visit);
}
