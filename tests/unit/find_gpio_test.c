/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kits at the board's pins: each entry of the configuration is a place of its own, and what is wrong
 * with one is a sentence with the next step in both languages, before any pin is touched. Opening
 * real lines is for tests/vm. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sense/finder.h"
#include "support/cmocka_all.h"

static const char gate[] =
	"kit: gate\nname: {zh: 门, en: Gate}\n"
	"gpio: [{id: a, pin: 4}, {id: b}]\n"
	"edges: {mode: gate, lines: [a]}\n"
	"settings: [{id: flag, name: {zh: 宽, en: Width}, unit: mm, value: 25, range: [1, 90]}]\n"
	"channels: [{id: t, name: {zh: 时, en: T}, quantity: time, unit: s, range: [0, 1],"
	" resolution: 0.1, from: time}]\n";
static const char light[] =
	"kit: light\nname: {zh: 光, en: Light}\niio: {name: [bh1750]}\nrate: 1 Hz\n"
	"channels: [{id: l, name: {zh: 光, en: L}, quantity: illuminance, unit: lx, range: [0, 9],"
	" resolution: 0.1, from: in_illuminance}]\n";

static struct catalogue *catalogue;
static char folder[] = "/tmp/find_gpio_XXXXXX";

static void write_kit(const char *name, const char *yaml)
{
	char path[200];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
	strncat(path, "/kit.yaml", sizeof path - strlen(path) - 1);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(yaml, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void remove_kit(const char *name)
{
	char path[200];

	snprintf(path, sizeof path, "%s/%s/kit.yaml", folder, name);
	unlink(path);
	*strrchr(path, '/') = 0;
	rmdir(path);
}

static int open_catalogue(void **state)
{
	const char *folders[] = {folder};

	(void)state;
	assert_non_null(mkdtemp(folder));
	write_kit("gate", gate);
	write_kit("light", light);
	assert_int_equal(catalogue_open(folders, 1, &catalogue), 0);
	return 0;
}

static int close_catalogue(void **state)
{
	(void)state;
	catalogue_close(catalogue);
	remove_kit("gate");
	remove_kit("light");
	return rmdir(folder);
}

static char places[8][64];
static size_t n_places;

static void note_place(void *self, const char *path, bool is_named)
{
	(void)self;
	assert_true(is_named);
	snprintf(places[n_places++], sizeof places[0], "%s", path);
}

static void every_entry_is_a_place_of_its_own(void **state)
{
	struct config_gpio entries[] = {{.kit = "gate"}, {.kit = "light"}, {.kit = "gate"}};
	const struct config config = {.gpio = entries, .n_gpio = 3};
	const struct finder_context context = {.config = &config, .catalogue = catalogue};

	(void)state;
	n_places = 0;
	finder_gpio.list(&context, note_place, NULL);
	assert_int_equal(n_places, 3);
	assert_string_equal(places[0], "gpio:gate");
	assert_string_equal(places[1], "gpio:light");
	assert_string_equal(places[2], "gpio:gate#2");
}

/* What is said of this entry. */
static void assert_said(struct config_gpio entry, const char *en)
{
	const struct config config = {.gpio = &entry, .n_gpio = 1};
	const struct finder_context context = {.config = &config, .catalogue = catalogue};
	const struct trouble *trouble = finder_gpio.troubles;
	struct transport *transport;
	struct kit_port about;
	char place[64], said[400];
	bool is_late = false;
	int failed;

	snprintf(place, sizeof place, "gpio:%s", entry.kit);
	failed = finder_gpio.open(&context, place, &transport, &about, &is_late);
	assert_true(failed < 0 && failed != -ENODEV && failed != -EINPROGRESS);
	while (trouble->error && trouble->error != failed)
		trouble++;
	snprintf(said, sizeof said, "%s; %s", trouble->what ? trouble->what : strerror(-failed),
		trouble->step);
	assert_string_equal(said, en);
	assert_true(trouble->what_zh[0] && trouble->step_zh[0]);
}

static void mistakes_name_the_next_step(void **state)
{
	struct config_line line = {"b", 17}, other = {"c", 17};
	struct config_setting wide = {"flag", 91}, strange = {"width", 5};

	(void)state;
	assert_said((struct config_gpio){.kit = "gates"},
		"there is no kit of this name; see kitlog kits, and correct gpio: kit");
	assert_said((struct config_gpio){.kit = "light"},
		"is no kit for pins; plug it in where it belongs and take it out of gpio");
	assert_said((struct config_gpio){.kit = "gate"},
		"neither the kit nor the configuration names all its pins; add them to gpio: lines");
	assert_said((struct config_gpio){.kit = "gate", .lines = &other, .n_lines = 1},
		"gpio: lines names a line that the kit does not have; take an id of its kit.yaml");
	assert_said((struct config_gpio){.kit = "gate",
			    .lines = &line,
			    .n_lines = 1,
			    .settings = &wide,
			    .n_settings = 1},
		"a value in gpio: settings is out of the kit's range; "
		"mind its unit; the range is in its kit.yaml");
	assert_said((struct config_gpio){.kit = "gate",
			    .lines = &line,
			    .n_lines = 1,
			    .settings = &strange,
			    .n_settings = 1},
		"gpio: settings names a setting that the kit does not have; "
		"take an id of its kit.yaml");
	assert_said(
		(struct config_gpio){
			.kit = "gate", .lines = &line, .n_lines = 1, .chip = "no-such-chip"},
		"this board has no such GPIO chip; "
		"see gpiodetect, and write its label into gpio: chip");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_entry_is_a_place_of_its_own),
		cmocka_unit_test(mistakes_name_the_next_step),
	};

	return cmocka_run_group_tests(tests, open_catalogue, close_catalogue);
}
