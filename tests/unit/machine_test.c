/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tells a machine from others is not on its card, wherever there is such a thing. */
#include "data/machine.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/scratch.h"

static char root[200], word[MACHINE_WORD];

static int set_up(void **unused)
{
	(void)unused;
	scratch_folder("machine", root, sizeof root);
	return 0;
}

static int remove_one(const char *path, const struct stat *unused, int kind, struct FTW *at)
{
	(void)unused, (void)kind, (void)at;
	return remove(path);
}

static int tear_down(void **unused)
{
	(void)unused;
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_folders(char *path)
{
	for (char *slash = strchr(path + strlen(root) + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

static void write_file(const char *name, const void *bytes, size_t n)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", root, name);
	make_folders(path);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static void write_line(const char *name, const char *line)
{
	char text[80];

	snprintf(text, sizeof text, "%s\n", line);
	write_file(name, text, strlen(text));
}

/* "" bus: it has no device. */
static void add_interface(
	const char *name, const char *address, const char *bus, const char *assigned)
{
	char path[512], target[64];
	char file[128];

	snprintf(file, sizeof file, "sys/class/net/%s/address", name);
	write_line(file, address);
	snprintf(file, sizeof file, "sys/class/net/%s/addr_assign_type", name);
	write_line(file, assigned);
	snprintf(file, sizeof file, "sys/class/net/%s/type", name);
	write_line(file, "1");
	if (!*bus)
		return;
	snprintf(path, sizeof path, "%s/sys/class/net/%s/device/subsystem", root, name);
	make_folders(path);
	snprintf(target, sizeof target, "../../../../bus/%s", bus);
	assert_int_equal(symlink(target, path), 0);
}

/* What machine_ask says now, of which nothing was said before. */
static const char *ask(void)
{
	machine_ask(root, word);
	return word;
}

static void the_serial_number_of_a_board_is_its_machine(void **unused)
{
	char first[MACHINE_WORD];

	(void)unused;
	write_line("etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4");
	add_interface("end0", "dc:a6:32:00:00:01", "platform", "0");
	write_file("sys/firmware/devicetree/base/serial-number", "100000003b2c1d4e",
		17); /* and its NUL */
	assert_int_equal(strlen(ask()), MACHINE_WORD - 1);
	strcpy(first, word);
	add_interface("end1", "00:00:32:00:00:01", "platform", "0");
	write_line("etc/machine-id", "another");
	assert_string_equal(ask(), first);
	write_file("sys/firmware/devicetree/base/serial-number", "100000003b2c1d4f", 17);
	assert_string_not_equal(ask(), first);
}

static void without_one_it_is_the_lowest_wired_address_that_is_built_in(void **unused)
{
	char first[MACHINE_WORD];

	(void)unused;
	write_line("etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4");
	write_file("sys/firmware/devicetree/base/serial-number", "0000000000000000", 17);
	add_interface("eth1", "dc:a6:32:00:00:02", "pci", "0");
	strcpy(first, ask());
	add_interface("eth2", "dc:a6:32:00:00:03", "pci", "0");
	add_interface("usb0", "00:00:00:00:00:02", "usb", "0"); /* goes elsewhere */
	add_interface("eth3", "00:00:00:00:00:03", "pci", "1"); /* drawn */
	add_interface("docker0", "00:00:00:00:00:04", "", "0"); /* no device */
	add_interface("wlan0", "00:00:00:00:00:05", "pci", "0");
	write_line("sys/class/net/wlan0/phy80211/name", "phy0");
	write_line("etc/machine-id", "another"); /* of a copied card: the same; not looked at */
	assert_string_equal(ask(), first);
	add_interface("eth0", "dc:a6:32:00:00:01", "pci", "0");
	assert_string_not_equal(ask(), first);
}

static void without_that_it_is_the_installation(void **unused)
{
	char first[MACHINE_WORD];

	(void)unused;
	assert_string_equal(ask(), "");
	write_line("etc/machine-id", "3d1219c7c4c5404aaa1f6d2a48adfda4");
	strcpy(first, ask());
	assert_int_equal(strlen(first), MACHINE_WORD - 1);
	write_line("etc/machine-id", "another");
	assert_string_not_equal(ask(), first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_serial_number_of_a_board_is_its_machine, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_one_it_is_the_lowest_wired_address_that_is_built_in, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			without_that_it_is_the_installation, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
