/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udevd's links in /dev/serial/by-path say the same as sysfs, but they come after the port, there
 * are several of them for one port since systemd 255 (-usb- and -usbv2-), and without udevd there
 * are none: a name taken from them is another one now and then. */
#include "sense/port_place.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A file that holds a number; `otherwise` when there is none. */
static unsigned read_number(const char *path, unsigned otherwise)
{
	char digits[16] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, digits, sizeof digits - 1);

	if (fd >= 0)
		close(fd);
	return n > 0 ? (unsigned)strtoul(digits, NULL, 10) : otherwise;
}

/* Where a device of sysfs hangs: from .../0000:01:00.0/usb1/1-1/1-1.2/1-1.2:1.0/ttyUSB0 controller,
 * port and interface; "" and NULL where there is none. The number of the bus is left out: it is given
 * in the order in which controllers are found. */
struct place {
	const char *controller, *port, *interface;
};

static struct place read_place(char *target)
{
	struct place place = {"", NULL, NULL};
	const char *before = "";
	char *part;

	while ((part = strsep(&target, "/"))) {
		if (!strncmp(part, "usb", 3) && strspn(part + 3, "0123456789"))
			place.controller = before;
		if (*place.controller && strchr(part, '-') && strchr(part, ':'))
			place.interface = strchr(part, '-') + 1;
		else if (*place.controller && strchr(part, '-'))
			place.port = strchr(part, '-') + 1;
		before = part;
	}
	return place;
}

void port_place(const char *sysfs, const char *path, char *ret_place, size_t size)
{
	char link[PATH_MAX], target[PATH_MAX];
	struct text text = text_over(ret_place, size);
	struct place place;

	snprintf(link, sizeof link, "%s/class/tty/%s/device", sysfs, name_of(path));
	if (!realpath(link, target))
		target[0] = 0;
	place = read_place(target);
	if (!place.interface) {
		text_add(&text, path);
		return;
	}
	text_addf(&text, "%s-usb-%s", place.controller, place.interface);
	/* Adapters with many sockets at one interface number them. */
	snprintf(link, sizeof link, "%s/class/tty/%s/device/port_number", sysfs, name_of(path));
	unsigned number = read_number(link, 0);
	if (number > 0)
		text_addf(&text, "-%u", number);
}

void port_place_usb(const char *syspath, char *ret_place, size_t size)
{
	char target[PATH_MAX];
	struct text text = text_over(ret_place, size);
	struct place place;

	text_copy(target, sizeof target, syspath);
	place = read_place(target);
	if (place.port)
		text_addf(&text, "%s-usb-%s", place.controller, place.port);
	else
		text_add(&text, syspath);
}

/* ttyUSB is a serial chip, always. ttyACM is one for boards and adapters with a second chip for
 * USB; a board whose own chip speaks USB has no wire, and its bytes take no time. */
bool port_has_wire(const char *path, uint16_t usb_vendor, uint16_t usb_product)
{
	static const struct {
		uint16_t vendor, from, to;
	} bridges[] = {
		{0x0483, 0x3744, 0x3757}, /* ST-Link, on Nucleo and Discovery boards */
		{0x0d28, 0x0000, 0xffff}, /* DAPLink: micro:bit and others */
		{0x1366, 0x0000, 0xffff}, /* J-Link, on nRF boards */
		{0x1a86, 0x55d2, 0x55df}, /* WCH: CH9102, CH343, CH342 and their like */
		{0x2341, 0x0001, 0x0001}, /* Arduino Uno and Mega, with an ATmega16U2 or 8U2 */
		{0x2341, 0x0010, 0x0010}, {0x2341, 0x003d, 0x003d}, {0x2341, 0x003f, 0x0044},
		{0x2a03, 0x003d, 0x003d}, {0x2a03, 0x003f, 0x0044},
		{0x2e8a, 0x000c, 0x000c}, /* Raspberry Pi Debug Probe */
	};

	if (!strstr(path, "ttyACM"))
		return true;
	for (size_t i = 0; i < sizeof bridges / sizeof *bridges; i++)
		if (usb_vendor == bridges[i].vendor && usb_product >= bridges[i].from &&
			usb_product <= bridges[i].to)
			return true;
	return false;
}

unsigned port_latency_ms(const char *sysfs, const char *path)
{
	char setting[PATH_MAX];

	snprintf(setting, sizeof setting, "%s/bus/usb-serial/devices/%s/latency_timer", sysfs,
		name_of(path));
	return read_number(setting, 0);
}
