/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Wi-Fi's name and password reach telephones and NetworkManager as they are, whatever is in them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/hotspot.h"
#include "support/cmocka_all.h"
#include "support/scratch.h"

static char buffer[HOTSPOT_PROFILE_TEXT];

static const char *code_of(const char *name, const char *password)
{
	struct text text = text_over(buffer, sizeof buffer);
	struct hotspot hotspot = {.name = ""};

	strcpy(hotspot.name, name);
	strcpy(hotspot.password, password);
	hotspot_write_code(&hotspot, &text);
	return buffer;
}

static void a_telephone_reads_it_as_it_is(void **unused)
{
	(void)unused;
	assert_string_equal(
		code_of("kitlog-3B2", "abcde-fgh23"), "WIFI:T:WPA;S:kitlog-3B2;P:abcde-fgh23;;");
	assert_string_equal(code_of("七（3）班", "a;b:c,d\\\"e"),
		"WIFI:T:WPA;S:七（3）班;P:a\\;b\\:c\\,d\\\\\\\"e;;");
}

static void a_profile_holds_any_name(void **unused)
{
	struct hotspot hotspot = {"kitlog-3B2", "ab\\cd;ef#"};
	struct text text = text_over(buffer, sizeof buffer);

	(void)unused;
	hotspot_write_profile(&hotspot, "u", "wlan0", &text);
	assert_false(text.is_cut);
	assert_non_null(strstr(buffer, "\nssid=kitlog-3B2\n"));
	assert_non_null(strstr(buffer, "\npsk=ab\\\\cd;ef#\n"));
	assert_non_null(strstr(buffer, "\ninterface-name=wlan0\n"));
	strcpy(hotspot.name, " a;\n");
	text = text_over(buffer, sizeof buffer);
	hotspot_write_profile(&hotspot, "u", NULL, &text);
	assert_non_null(strstr(buffer, "\nssid=32;97;59;10;\n"));
	assert_null(strstr(buffer, "interface-name"));
	/* The longest of all. */
	memset(hotspot.name, 0xE4, HOTSPOT_NAME - 1);
	memset(hotspot.password, '\\', HOTSPOT_PASSWORD - 1);
	text = text_over(buffer, sizeof buffer);
	hotspot_write_profile(
		&hotspot, "123e4567-e89b-42d3-a456-426614174000", "wlan0wlan0wlan0", &text);
	assert_false(text.is_cut);
}

static void names_and_passwords_are_what_wifi_takes(void **unused)
{
	(void)unused;
	assert_null(hotspot_check_name("七（3）班 kitlog"));
	assert_non_null(hotspot_check_name(""));
	assert_non_null(hotspot_check_name("a\nb"));
	assert_non_null(hotspot_check_name("123456789012345678901234567890123"));
	assert_non_null(hotspot_check_name("\xFF"));
	assert_null(hotspot_check_password("12345678"));
	assert_non_null(hotspot_check_password("1234567"));
	assert_non_null(hotspot_check_password("1234 5678"));
	assert_non_null(hotspot_check_password("密码密码密码"));
}

static void a_new_password_can_be_read_out(void **unused)
{
	const unsigned char low[10] = {0},
			    high[10] = {255, 29, 30, 59, 255, 255, 255, 255, 255, 254};
	char password[HOTSPOT_PASSWORD];

	(void)unused;
	hotspot_new_password(low, password);
	assert_string_equal(password, "aaaaa-aaaaa");
	hotspot_new_password(high, password);
	assert_string_equal(password, "s9a9s-ssssr");
	assert_null(hotspot_check_password(password));
}

static void that_it_is_on_is_known_to_the_owner_alone(void **unused)
{
	const struct hotspot on = {"a \"b\"", "12345678"};
	struct hotspot found;
	struct stat file;
	char folder[200], path[300];

	(void)unused;
	scratch_folder("hotspot", folder, sizeof folder);
	assert_int_equal(hotspot_read(folder, &found), -ENOENT);
	assert_int_equal(hotspot_keep(folder, &on), 0);
	assert_int_equal(hotspot_read(folder, &found), 0);
	assert_string_equal(found.name, on.name);
	assert_string_equal(found.password, on.password);
	snprintf(path, sizeof path, "%s/hotspot.json", folder);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	assert_int_equal(truncate(path, 9), 0);
	assert_int_equal(hotspot_read(folder, &found), -EBADMSG);
	assert_int_equal(hotspot_keep(folder, NULL), 0);
	assert_int_equal(hotspot_keep(folder, NULL), 0);
	assert_int_equal(hotspot_read(folder, &found), -ENOENT);
	assert_int_equal(rmdir(folder), 0);
}

/* As root writes it for the daemon; what lies in its place is not followed. */
static void it_is_of_whoever_owns_the_folder(void **unused)
{
	const struct hotspot on = {"a", "12345678"};
	struct stat file;
	char folder[200], path[300], fresh[310], other[300];

	(void)unused;
	if (geteuid() != 0)
		skip();
	scratch_folder("hotspot", folder, sizeof folder);
	snprintf(path, sizeof path, "%s/hotspot.json", folder);
	snprintf(fresh, sizeof fresh, "%s.new", path);
	snprintf(other, sizeof other, "%s/other", folder);
	assert_int_equal(mkdir(other, 0700), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(symlink(other, fresh), 0);
	assert_int_equal(chown(folder, 1234, 1235), 0);
	assert_int_equal(hotspot_keep(folder, &on), 0);
	assert_int_equal(lstat(path, &file), 0);
	assert_true(S_ISREG(file.st_mode));
	assert_int_equal(file.st_uid, 1234);
	assert_int_equal(file.st_gid, 1235);
	assert_int_equal(stat(other, &file), 0);
	assert_int_equal(file.st_uid, 0);
	assert_int_equal(hotspot_keep(folder, NULL), 0);
	assert_int_equal(rmdir(other), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_telephone_reads_it_as_it_is),
		cmocka_unit_test(a_profile_holds_any_name),
		cmocka_unit_test(names_and_passwords_are_what_wifi_takes),
		cmocka_unit_test(a_new_password_can_be_read_out),
		cmocka_unit_test(that_it_is_on_is_known_to_the_owner_alone),
		cmocka_unit_test(it_is_of_whoever_owns_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
