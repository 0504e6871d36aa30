/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why this user may not open a device, by the node's real owner, group and mode. */
#include "sense/permission.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/cmocka_all.h"

enum { NOBODY = 65534, DAEMON_GROUP = 1 };

static char en[512], zh[512];

static void says(const struct permission *permission, const char *english, const char *chinese)
{
	permission_say(permission, en, zh, sizeof en);
	assert_string_equal(en, english);
	assert_string_equal(zh, chinese);
}

static void who_is_not_in_its_group_is_told_how_to_join(void **unused)
{
	static const struct permission serial = {.node = "/dev/ttyUSB0",
		.owner = "root",
		.group = "dialout",
		.user = "pi",
		.mode = 0660,
		.is_for_group = true,
		.to = "dialout"};

	(void)unused;
	says(&serial,
		"Permission denied; /dev/ttyUSB0 is for root and the group dialout (mode 0660), and "
		"pi runs this program; sudo usermod -aG dialout pi, then log out and in (or restart "
		"the board), then start it again",
		"没有权限；/dev/ttyUSB0 只给 root 用户和 dialout 组（权限 0660），本程序以 pi "
		"运行；sudo usermod -aG dialout pi，注销后重新登录（或重启板子），然后重新启动本程序");
}

static void who_joined_since_the_start_is_told_to_start_again(void **unused)
{
	static const struct permission serial = {.node = "/dev/ttyUSB0",
		.owner = "root",
		.group = "dialout",
		.user = "pi",
		.mode = 0660,
		.is_for_group = true,
		.is_member = true};

	(void)unused;
	says(&serial,
		"Permission denied; pi was put into the group dialout after this program was started; "
		"log out and in (or restart the board), then start it again",
		"没有权限；pi 是后来才加进 dialout 组的；注销后重新登录（或重启板子），然后重新启动本程序");
}

static void a_node_of_root_alone_is_given_to_a_group_by_the_rules(void **unused)
{
	struct permission usb = {.node = "/dev/bus/usb/001/004",
		.owner = "root",
		.group = "root",
		.user = "pi",
		.mode = 0664,
		.to = "dialout",
		.has_rule = true,
		.is_in_to = true};

	(void)unused;
	says(&usb,
		"Permission denied; /dev/bus/usb/001/004 is for root alone (root:root, mode 0664), and "
		"pi runs this program; copy tools/udev/70-kitlog.rules to /etc/udev/rules.d, run "
		"sudo udevadm control --reload and plug it in again",
		"没有权限；/dev/bus/usb/001/004 只给 root 用户（root:root，权限 0664），本程序以 pi "
		"运行；把 tools/udev/70-kitlog.rules 放进 /etc/udev/rules.d，运行 sudo udevadm control "
		"--reload，再插一次");
	usb.is_in_to = false;
	permission_say(&usb, en, zh, sizeof en);
	assert_non_null(strstr(en, "; sudo usermod -aG dialout pi, then log out and in"));
	assert_non_null(strstr(zh, "；sudo usermod -aG dialout pi，注销后重新登录"));
}

static void what_belongs_to_the_board_is_not_plugged_in_again(void **unused)
{
	struct permission pins = {.node = "/dev/gpiochip0",
		.owner = "root",
		.group = "root",
		.user = "pi",
		.mode = 0600,
		.to = "gpio",
		.has_rule = true,
		.is_fixed = true};

	(void)unused;
	permission_say(&pins, en, zh, sizeof en);
	assert_non_null(strstr(en, "; copy tools/udev/70-kitlog.rules"));
	assert_non_null(strstr(en, "control --reload and sudo udevadm trigger; sudo usermod"));
	assert_non_null(strstr(zh, "control --reload，再运行 sudo udevadm trigger；sudo usermod"));
	assert_null(strstr(en, "plug"));
	assert_null(strstr(zh, "插"));
	assert_true(finder_gpio.is_fixed && finder_kernel.is_fixed);
	assert_false(finder_usb.is_fixed);
}

static void a_group_that_is_not_there_is_made_first(void **unused)
{
	struct permission pins = {.node = "/dev/gpiochip0",
		.owner = "root",
		.group = "root",
		.user = "pi",
		.to = "gpio",
		.is_to_missing = true,
		.has_rule = true,
		.is_fixed = true};

	(void)unused;
	permission_say(&pins, en, zh, sizeof en);
	assert_non_null(strstr(en, "; sudo groupadd --system gpio, then copy tools/udev"));
	assert_non_null(strstr(zh, "；先 sudo groupadd --system gpio，再把 tools/udev"));
	pins.has_rule = false;
	permission_say(&pins, en, zh, sizeof en);
	assert_non_null(strstr(en, "; sudo groupadd --system gpio, then sudo chgrp gpio"));
}

static void a_node_that_no_rule_is_for_is_given_to_a_group_by_hand(void **unused)
{
	static const struct permission serial = {.node = "/dev/ttyS0",
		.owner = "root",
		.group = "tty",
		.user = "pi",
		.mode = 0600,
		.to = "dialout"};

	(void)unused;
	permission_say(&serial, en, zh, sizeof en);
	assert_non_null(strstr(en, "(root:tty, mode 0600)"));
	assert_non_null(strstr(en,
		"sudo chgrp dialout /dev/ttyS0, sudo chmod g+rw /dev/ttyS0; sudo "
		"usermod -aG dialout pi"));
}

/* --- a real node --- */

static char path[64], link_path[80];

/* As somebody else, since root may open everything. */
static bool facts_for_nobody(const char *node, const char *group, struct permission *ret_permission)
{
	int pipes[2], status;
	bool is_told;

	assert_int_equal(pipe(pipes), 0);
	pid_t child = fork();
	if (child == 0) {
		*ret_permission = (struct permission){.node = ""};
		bool is_right = setgid(NOBODY) == 0 && setuid(NOBODY) == 0 &&
			permission_of(node, group, ret_permission);

		_exit(!is_right ||
			write(pipes[1], ret_permission, sizeof *ret_permission) !=
				(ssize_t)sizeof *ret_permission);
	}
	close(pipes[1]);
	is_told = read(pipes[0], ret_permission, sizeof *ret_permission) ==
		(ssize_t)sizeof *ret_permission;
	close(pipes[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return is_told && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int make_node(void **unused)
{
	(void)unused;
	strcpy(path, "/tmp/kitlog-node-XXXXXX");
	int fd = mkstemp(path);

	snprintf(link_path, sizeof link_path, "%s-link", path);
	return fd < 0 || close(fd) || symlink(path, link_path);
}

static int remove_node(void **unused)
{
	(void)unused;
	return unlink(path) || unlink(link_path);
}

static void facts_are_the_nodes_own(void **unused)
{
	struct permission it;

	(void)unused;
	if (geteuid() != 0)
		skip(); /* only root can be somebody else */
	assert_int_equal(chown(path, 0, DAEMON_GROUP), 0);
	assert_int_equal(chmod(path, 0660), 0);
	assert_true(facts_for_nobody(link_path, "no-such-group", &it));
	assert_string_equal(it.node, path);
	assert_string_equal(it.owner, "root");
	assert_string_equal(it.group, "daemon");
	assert_string_equal(it.user, "nobody");
	assert_int_equal(it.mode, 0660);
	assert_true(it.is_for_group && !it.is_member && it.has_rule);
	assert_string_equal(it.to, "no-such-group");
	assert_true(it.is_to_missing);
	assert_true(facts_for_nobody(path, "daemon", &it));
	assert_false(it.is_to_missing);

	assert_int_equal(chmod(path, 0640), 0); /* reading is not enough */
	assert_true(facts_for_nobody(path, "no-such-group", &it));
	assert_false(it.is_for_group);
	assert_int_equal(chmod(path, 0666), 0);
	assert_false(facts_for_nobody(path, "no-such-group", &it));
}

/* As in /sys; a command with half a path is of no use. */
static void a_long_path_is_told_whole(void **unused)
{
	char folder[] = "/tmp/kitlog-node-XXXXXX", node[128];
	struct permission it;

	(void)unused;
	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chmod(folder, 0755), 0);
	snprintf(node, sizeof node, "%s/%0*d", folder, 110 - (int)strlen(folder) - 1, 0);
	int fd = open(node, O_CREAT | O_RDONLY, 0600);

	assert_true(fd >= 0);
	close(fd);
	assert_true(facts_for_nobody(node, NULL, &it));
	assert_string_equal(it.node, node);
	assert_int_equal(unlink(node), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* The buffer of a kernel's sensor is a device node that its place, a folder, is not. */
static void a_sensors_buffer_is_the_node_that_is_refused(void **unused)
{
	char folder[] = "/tmp/kitlog-sysfs-XXXXXX", node[256], place[128], command[320];
	const struct finder_context context = {.sysfs = folder};
	int status;

	(void)unused;
	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(folder));
	snprintf(place, sizeof place, "%s/bus/iio/devices/iio:device0", folder);
	snprintf(command, sizeof command,
		"chmod 755 %s && mkdir -p %s/dev %s && touch '%s/dev/iio:device0' && chmod 600 "
		"'%s/dev/iio:device0'",
		folder, folder, place, folder, folder);
	assert_int_equal(system(command), 0);
	assert_false(finder_kernel.refused(&context, place, node, sizeof node)); /* root may */
	pid_t child = fork();
	if (child == 0)
		_exit(setuid(NOBODY) != 0 ||
			!finder_kernel.refused(&context, place, node, sizeof node) ||
			strcmp(node + strlen(folder), "/dev/iio:device0") != 0 ||
			!permission_explains(&finder_kernel, &context, place, -EACCES, NULL, en, zh,
				sizeof en) ||
			!strstr(en, "sudo udevadm trigger"));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
}

/* In a child, as the node's owner, who may change its mode but not open it to read and write. */
static bool looks_again_only_when_something_changed(void)
{
	const struct finder_context context = {.sysfs = NULL};
	struct permission_seen seen = {0};
	bool is_right = setgid(NOBODY) == 0 && setuid(NOBODY) == 0 && chmod(path, 0400) == 0;

	for (int i = 0; i < 4; i++) {
		int error = i < 3 ? -EACCES : -EPERM;

		strcpy(en, "as before");
		is_right = is_right && (i != 2 || chmod(path, 0200) == 0) &&
			permission_explains(
				&finder_serial, &context, path, error, &seen, en, zh, sizeof en) &&
			(strcmp(en, "as before") == 0) == (i == 1);
	}
	return is_right && strstr(en, "mode 0200");
}

static void a_sentence_stays_until_something_changes(void **unused)
{
	int status;

	(void)unused;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(path, NOBODY, NOBODY), 0);
	pid_t child = fork();
	if (child == 0)
		_exit(!looks_again_only_when_something_changed());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void another_error_is_another_matter(void **unused)
{
	const struct finder_context context = {.sysfs = NULL};

	(void)unused;
	strcpy(en, "as before");
	assert_false(permission_explains(
		&finder_serial, &context, path, -EBUSY, NULL, en, zh, sizeof en));
	/* It may be opened by now: the sentence would be wrong. */
	assert_false(permission_explains(
		&finder_serial, &context, path, -EACCES, NULL, en, zh, sizeof en));
	assert_string_equal(en, "as before");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_not_in_its_group_is_told_how_to_join),
		cmocka_unit_test(who_joined_since_the_start_is_told_to_start_again),
		cmocka_unit_test(a_node_of_root_alone_is_given_to_a_group_by_the_rules),
		cmocka_unit_test(what_belongs_to_the_board_is_not_plugged_in_again),
		cmocka_unit_test(a_group_that_is_not_there_is_made_first),
		cmocka_unit_test(a_node_that_no_rule_is_for_is_given_to_a_group_by_hand),
		cmocka_unit_test_setup_teardown(facts_are_the_nodes_own, make_node, remove_node),
		cmocka_unit_test(a_long_path_is_told_whole),
		cmocka_unit_test(a_sensors_buffer_is_the_node_that_is_refused),
		cmocka_unit_test_setup_teardown(
			a_sentence_stays_until_something_changes, make_node, remove_node),
		cmocka_unit_test_setup_teardown(
			another_error_is_another_matter, make_node, remove_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
