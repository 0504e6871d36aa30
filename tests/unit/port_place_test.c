/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sysfs tells of ports, from a tree like the kernel's in a folder of the test's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sense/port_place.h"
#include "support/cmocka_all.h"

static char sysfs[64];

static void make_folder(const char *path)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s/%s", sysfs, path);
	for (char *slash = whole + strlen(sysfs) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	mkdir(whole, 0755);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char whole[512];

	make_folder(folder);
	snprintf(whole, sizeof(whole), "%s/%s/%s", sysfs, folder, name);
	FILE *file = fopen(whole, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* The kernel's way: class/tty/NAME/device leads to the place in devices/. */
static void add_port(const char *name, const char *device)
{
	char at[512], to[512];

	make_folder(device);
	snprintf(at, sizeof(at), "class/tty/%s", name);
	make_folder(at);
	snprintf(at, sizeof(at), "%s/class/tty/%s/device", sysfs, name);
	snprintf(to, sizeof(to), "%s/%s", sysfs, device);
	assert_int_equal(symlink(to, at), 0);
}

static int set_up(void **unused)
{
	(void)unused;
	strcpy(sysfs, "/tmp/kitlog-sysfs-XXXXXX");
	return mkdtemp(sysfs) ? 0 : -1;
}

static int tear_down(void **unused)
{
	char command[100];

	(void)unused;
	snprintf(command, sizeof(command), "rm -r %s", sysfs);
	return system(command);
}

static const char *place_of(const char *path)
{
	static char place[80];

	port_place(sysfs, path, place, sizeof(place));
	return place;
}

static void the_socket_names_a_port_whatever_its_number(void **unused)
{
	(void)unused;
	/* A board's own USB at the second port of a hub, and a chip at the first. */
	add_port("ttyACM3", "devices/pci0000:00/0000:01:00.0/usb1/1-1/1-1.2/1-1.2:1.0");
	add_port("ttyUSB0", "devices/pci0000:00/0000:01:00.0/usb1/1-1/1-1.1/1-1.1:1.0/ttyUSB0");
	assert_string_equal(place_of("/dev/ttyACM3"), "0000:01:00.0-usb-1.2:1.0");
	assert_string_equal(place_of("/dev/ttyUSB0"), "0000:01:00.0-usb-1.1:1.0");
	/* The same sockets after a start that found another controller first. */
	add_port("ttyACM0", "devices/pci0000:00/0000:01:00.0/usb3/3-1/3-1.2/3-1.2:1.0");
	assert_string_equal(place_of("/dev/ttyACM0"), "0000:01:00.0-usb-1.2:1.0");
}

static void sockets_of_one_adapter_are_told_apart(void **unused)
{
	(void)unused;
	add_port("ttyUSB0", "devices/platform/dwc2/usb1/1-1/1-1:1.0/ttyUSB0");
	add_port("ttyUSB1", "devices/platform/dwc2/usb1/1-1/1-1:1.1/ttyUSB1");
	add_port("ttyUSB2", "devices/platform/dwc2/usb1/1-2/1-2:1.0/ttyUSB2");
	add_port("ttyUSB3", "devices/platform/dwc2/usb1/1-2/1-2:1.0/ttyUSB3");
	write_file("devices/platform/dwc2/usb1/1-2/1-2:1.0/ttyUSB2", "port_number", "0\n");
	write_file("devices/platform/dwc2/usb1/1-2/1-2:1.0/ttyUSB3", "port_number", "1\n");
	assert_string_equal(place_of("/dev/ttyUSB0"), "dwc2-usb-1:1.0");
	assert_string_equal(place_of("/dev/ttyUSB1"), "dwc2-usb-1:1.1");
	assert_string_equal(place_of("/dev/ttyUSB2"), "dwc2-usb-2:1.0");
	assert_string_equal(place_of("/dev/ttyUSB3"), "dwc2-usb-2:1.0-1");
}

static void a_port_that_is_not_usb_is_its_path(void **unused)
{
	(void)unused;
	add_port("ttyAMA0", "devices/platform/soc/fe201000.serial/fe201000.serial:0");
	assert_string_equal(place_of("/dev/ttyAMA0"), "/dev/ttyAMA0");
	assert_string_equal(place_of("/dev/ttyNONE"), "/dev/ttyNONE");
}

static void a_usb_device_is_named_by_the_ports_it_is_reached_through(void **unused)
{
	char place[80];

	(void)unused;
	port_place_usb("/sys/devices/pci0000:00/0000:00:14.0/usb3/3-1/3-1.2", place, sizeof(place));
	assert_string_equal(place, "0000:00:14.0-usb-1.2");
	port_place_usb("/sys/devices/platform/dwc2/usb1/1-1", place, sizeof(place));
	assert_string_equal(place, "dwc2-usb-1");
	port_place_usb("/sys/devices/odd", place, sizeof(place));
	assert_string_equal(place, "/sys/devices/odd");
}

static void serial_chips_have_a_wire_and_usb_boards_have_none(void **unused)
{
	static const struct {
		const char *path;
		uint16_t vendor, product;
		bool has_wire;
	} cases[] = {
		{"/dev/ttyUSB0", 0x0403, 0x6001, true},  /* FT232R */
		{"/dev/ttyAMA0", 0, 0, true},            /* the board's own UART */
		{"/dev/ttyACM0", 0x2341, 0x0043, true},  /* Uno */
		{"/dev/ttyACM0", 0x0d28, 0x0204, true},  /* micro:bit */
		{"/dev/ttyACM0", 0x1a86, 0x55d4, true},  /* CH9102 */
		{"/dev/ttyACM0", 0x0483, 0x374b, true},  /* Nucleo */
		{"/dev/ttyACM0", 0x2341, 0x8036, false}, /* Leonardo */
		{"/dev/ttyACM0", 0x2341, 0x003e, false}, /* Due, native port */
		{"/dev/ttyACM0", 0x0483, 0x5740, false}, /* an STM32's own USB */
		{"/dev/ttyACM0", 0x2e8a, 0x0005, false}, /* Pico */
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(port_has_wire(cases[i].path, cases[i].vendor, cases[i].product),
			cases[i].has_wire);
}

static void a_chip_that_holds_bytes_back_says_how_long(void **unused)
{
	(void)unused;
	write_file("bus/usb-serial/devices/ttyUSB0", "latency_timer", "16\n");
	write_file("bus/usb-serial/devices/ttyUSB1", "latency_timer", "1\n");
	make_folder("bus/usb-serial/devices/ttyUSB2"); /* another chip */
	assert_int_equal(port_latency_ms(sysfs, "/dev/ttyUSB0"), 16);
	assert_int_equal(port_latency_ms(sysfs, "/dev/ttyUSB1"), 1);
	assert_int_equal(port_latency_ms(sysfs, "/dev/ttyUSB2"), 0);
	assert_int_equal(port_latency_ms(sysfs, "/dev/ttyACM0"), 0);
}

#define PLACE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(the_socket_names_a_port_whatever_its_number),
		PLACE_TEST(sockets_of_one_adapter_are_told_apart),
		PLACE_TEST(a_port_that_is_not_usb_is_its_path),
		cmocka_unit_test(a_usb_device_is_named_by_the_ports_it_is_reached_through),
		cmocka_unit_test(serial_chips_have_a_wire_and_usb_boards_have_none),
		PLACE_TEST(a_chip_that_holds_bytes_back_says_how_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
