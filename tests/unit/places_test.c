/* SPDX-License-Identifier: GPL-3.0-or-later */
/* This program stands in the build tree as `kitlog` does. */
#include "data/places.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/cmocka_all.h"

static struct places places;

static const char *built(const char *name)
{
	static char path[PATH_MAX], whole[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", getenv("KITLOG_BUILD"), name);
	return realpath(path, whole);
}

static void kitlogs_own_come_first_then_the_schools_in_its_order(void **unused)
{
	char a[] = "/srv/a", b[] = "/srv/b", c[] = "/srv/c";
	char *kits[] = {a, b}, *lessons[] = {c};
	struct config config = {.kits = kits, .n_kits = 2, .lessons = lessons, .n_lessons = 1};

	(void)unused;
	assert_int_equal(places_of_kits(&config, &places), 0);
	assert_int_equal(places.n, 3);
	assert_string_equal(places.at[0], built("kit-folders"));
	assert_string_equal(places.at[1], a);
	assert_string_equal(places.at[2], b);

	assert_int_equal(places_of_lessons(&config, &places), 0);
	assert_int_equal(places.n, 2);
	assert_string_equal(places.at[0], built("lesson-folders"));
	assert_string_equal(places.at[1], c);
}

static void a_school_that_names_no_folder_has_the_usual_one_if_it_is_there(void **unused)
{
	struct config config = {0};
	bool is_there = access("/etc/kitlog/kits", F_OK) == 0;

	(void)unused;
	assert_int_equal(places_of_kits(&config, &places), 0);
	assert_int_equal(places.n, is_there ? 2 : 1);
	if (is_there)
		assert_string_equal(places.at[1], "/etc/kitlog/kits");
}

static void as_many_folders_as_the_configuration_may_name_have_room(void **unused)
{
	char name[] = "/srv/kits";
	char *many[CONFIG_FOLDERS + 1];
	struct config config = {.kits = many, .n_kits = CONFIG_FOLDERS + 1};

	(void)unused;
	for (size_t i = 0; i < CONFIG_FOLDERS + 1; i++)
		many[i] = name;
	places_of_kits(&config, &places);
	assert_int_equal(places.n, CONFIG_FOLDERS + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kitlogs_own_come_first_then_the_schools_in_its_order),
		cmocka_unit_test(a_school_that_names_no_folder_has_the_usual_one_if_it_is_there),
		cmocka_unit_test(as_many_folders_as_the_configuration_may_name_have_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
