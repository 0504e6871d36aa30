/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue on folders as schools have them: what is good is found, what is not is named, and
 * neither a typing mistake nor a stray file keeps the other kits away. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sense/catalogue_config.h"
#include "sense/finder.h"
#include "support/cmocka_all.h"

/* Two families and a driver, beside those that are linked in. */
static const struct model_form chirp_form = {
	.name = "chirp", .needs = MODEL_NEEDS_SERIAL | MODEL_NEEDS_MATCH};
static const struct model_form warble_form = {
	.name = "warble", .needs = MODEL_NEEDS_SERIAL | MODEL_TELLS_APART};
static const struct model_form blob_form = {.name = "blob", .needs = MODEL_NEEDS_MATCH};
static const struct model_form buzz_form = {
	.name = "buzz", .needs = MODEL_NEEDS_MATCH | MODEL_IS_USB};
static const char *const blob_outputs[] = {"light", NULL};

KIT_FAMILY(chirp) = {.name = "chirp", .form = &chirp_form};
KIT_FAMILY(warble) = {.name = "warble", .form = &warble_form};
KIT_FAMILY(blob) = {.name = "blob", .form = &blob_form};
KIT_FAMILY(buzz) = {.name = "buzz", .form = &buzz_form};
KIT_FAMILY(blob_driver) = {.name = "blob-driver", .outputs = blob_outputs};

static char ours[] = "/tmp/kitlog-catalogue-XXXXXX", school[] = "/tmp/kitlog-catalogue-XXXXXX";
static struct catalogue *catalogue;

static int make_folders(void **state)
{
	(void)state;
	strcpy(strrchr(ours, '-'), "-XXXXXX");
	strcpy(strrchr(school, '-'), "-XXXXXX");
	return mkdtemp(ours) && mkdtemp(school) ? 0 : -1;
}

static void remove_tree(const char *folder)
{
	char command[200];

	snprintf(command, sizeof command, "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

static int clean_up(void **state)
{
	(void)state;
	catalogue_close(catalogue);
	catalogue = NULL;
	remove_tree(ours);
	remove_tree(school);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* `family`: "chirp", with what else stands in the kit behind it. */
static void write_kit(const char *folder, const char *id, const char *match, const char *family)
{
	char path[200], yaml[1000];

	snprintf(path, sizeof path, "%s/%s", folder, id);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/%s/kit.yaml", folder, id);
	snprintf(yaml, sizeof yaml,
		"kit: %s\nname: {zh: 名, en: Name}\nserial: 9600 8N1\nmatch:\n  - {%s}\n%s: {}\n"
		"channels:\n  - {id: a, name: {zh: 光, en: Light}, quantity: illuminance, unit: lx, "
		"range: [0, 100], resolution: 1, from: light}\n",
		id, match, family);
	write_file(path, yaml);
}

static void open_both(void)
{
	const char *const folders[] = {ours, school};

	assert_int_equal(catalogue_open(folders, 2, &catalogue), 0);
}

static void kits_are_found_by_id_and_in_order(void **unused)
{
	char path[200];

	(void)unused;
	write_kit(ours, "thrush", "usb: \"1a86:7523\"", "chirp");
	write_kit(school, "blackbird", "usb: \"0403:*\"", "chirp");
	snprintf(path, sizeof path, "%s/README.md", school);
	write_file(path, "not a kit\n");
	open_both();
	assert_string_equal(catalogue_problems(catalogue), "");
	assert_int_equal(catalogue_count(catalogue), 2);
	assert_string_equal(catalogue_at(catalogue, 0)->id, "blackbird");
	assert_string_equal(catalogue_at(catalogue, 1)->id, "thrush");
	assert_ptr_equal(catalogue_find(catalogue, "thrush"), catalogue_at(catalogue, 1));
	assert_null(catalogue_find(catalogue, "wren"));
	assert_ptr_equal(catalogue_family(catalogue_find(catalogue, "thrush")), &kit_family_chirp);
}

static void a_school_mends_our_kit(void **unused)
{
	(void)unused;
	write_kit(ours, "thrush", "usb: \"1a86:7523\"", "chirp");
	write_kit(school, "thrush", "usb: \"1a86:5523\"", "chirp");
	open_both();
	assert_string_equal(catalogue_problems(catalogue), "");
	assert_int_equal(catalogue_count(catalogue), 1);
	assert_int_equal(catalogue_at(catalogue, 0)->matches[0].product, 0x5523);
	assert_non_null(strstr(catalogue_at(catalogue, 0)->folder, school));
}

static void a_kit_with_a_mistake_is_named_and_the_others_work(void **unused)
{
	char path[200], expected[600];

	(void)unused;
	write_kit(ours, "thrush", "usb: \"1a86:7523\"", "chirp");
	write_kit(ours, "wren", "usb: 1a86-7523", "chirp");
	snprintf(path, sizeof path, "%s/nest", school);
	assert_int_equal(mkdir(path, 0700), 0);
	open_both();
	assert_int_equal(catalogue_count(catalogue), 1);
	snprintf(expected, sizeof expected,
		"%s/wren/kit.yaml:5:11: usb: \"1a86-7523\" is not a vendor and product id in hex such "
		"as 04d9:a052 or 04d9:*\n"
		"%s/nest/kit.yaml: No such file or directory; each kit's folder has one, which kitlogd "
		"may read\n",
		ours, school);
	assert_string_equal(catalogue_problems(catalogue), expected);
}

static void only_our_own_folder_may_be_absent(void **unused)
{
	const char *const folders[] = {"/nowhere/ours", "/nowhere/school"};

	(void)unused;
	assert_int_equal(catalogue_open(folders, 2, &catalogue), 0);
	assert_int_equal(catalogue_count(catalogue), 0);
	assert_string_equal(catalogue_problems(catalogue),
		"/nowhere/school: No such file or directory; take the folder out of kits, or let "
		"kitlogd read it there\n");
	assert_null(catalogue_find(catalogue, "thrush"));
	assert_null(catalogue_find(NULL, "thrush"));
	assert_int_equal(catalogue_count(NULL), 0);
}

static void the_most_exact_kit_comes_first(void **unused)
{
	const struct model_usb usb = {0x1A86, 0x7523, "QinHeng", "Blob 3", "B17"};
	const struct model *models[8];

	(void)unused;
	write_kit(ours, "a-vendor", "usb: \"1a86:*\"", "blob");
	write_kit(ours, "b-product", "usb: \"1a86:7523\"", "blob");
	write_kit(ours, "c-text", "usb: \"1a86:7523\", product: \"Blob *\"", "blob");
	write_kit(ours, "d-serial", "usb: \"1a86:7523\", serial_number: B17", "blob");
	write_kit(ours, "e-other", "usb: \"1a86:7524\"", "blob");
	open_both();
	assert_string_equal(catalogue_problems(catalogue), "");
	assert_int_equal(catalogue_match_usb(catalogue, &usb, models, 8), 4);
	assert_string_equal(models[0]->id, "d-serial");
	assert_string_equal(models[1]->id, "c-text");
	assert_string_equal(models[2]->id, "b-product");
	assert_string_equal(models[3]->id, "a-vendor");
	assert_int_equal(catalogue_match_usb(catalogue, &usb, models, 2), 2);
	assert_string_equal(models[0]->id, "d-serial");
	assert_string_equal(models[1]->id, "c-text");
	assert_int_equal(catalogue_match_usb(catalogue, &usb, models, 0), 0);
}

static void assert_claim(const char *match, const char *other, const char *family,
	const char *other_family, bool is_told)
{
	char expected[600];

	make_folders(NULL);
	write_kit(ours, "one", match, family);
	write_kit(ours, "two", other, other_family);
	open_both();
	assert_int_equal(catalogue_count(catalogue), 2);
	snprintf(expected, sizeof expected,
		"%s/two/kit.yaml:5: match: two and one (%s/one/kit.yaml:5) claim the same device, "
		"USB 1a86:7523; give one of them a product, a serial_number or ask and answer\n",
		ours, ours);
	assert_string_equal(catalogue_problems(catalogue), is_told ? expected : "");
	clean_up(NULL);
}

static void two_kits_that_claim_one_device_are_named(void **unused)
{
	(void)unused;
	assert_claim("usb: \"1a86:7523\"", "usb: \"1a86:7523\"", "blob", "blob", true);
	assert_claim("usb: \"1a86:7523\"", "usb: \"1a86:7523\"", "chirp", "chirp", true);
	/* These are decided: by the ids, by what is more exact, by asking, by listening. */
	assert_claim("usb: \"1a86:7523\"", "usb: \"1a86:7524\"", "blob", "blob", false);
	assert_claim("usb: \"1a86:7523\"", "usb: \"1a86:*\"", "blob", "blob", false);
	assert_claim("usb: \"1a86:7523\", ask: 01, answer: 02", "usb: \"1a86:7523\"", "chirp",
		"chirp", false);
	assert_claim("usb: \"1a86:7523\", ask: 01, answer: 02 ..",
		"usb: \"1a86:7523\", ask: 01, answer: 02 03", "chirp", "chirp", true);
	assert_claim("usb: \"1a86:7523\", ask: 01, answer: 02 .. 04",
		"usb: \"1a86:7523\", ask: 01, answer: 02 03 05", "chirp", "chirp", false);
	assert_claim("usb: \"1a86:7523\", ask: 01, answer: 02",
		"usb: \"1a86:7523\", ask: 03, answer: 02", "chirp", "chirp", false);
	assert_claim("usb: \"1a86:7523\"", "usb: \"1a86:7523\"", "chirp", "warble", false);
	assert_claim("usb: \"1a86:7523\"", "usb: \"1a86:7523\"", "warble", "warble", false);
	make_folders(NULL);
}

static void a_driver_decodes_what_it_is_named_by(void **unused)
{
	(void)unused;
	write_kit(ours, "lamp", "usb: \"1a86:7523\"", "driver: blob-driver\nblob");
	write_kit(ours, "plain", "usb: \"1a86:7524\"", "blob");
	open_both();
	assert_string_equal(catalogue_problems(catalogue), "");
	assert_ptr_equal(
		catalogue_family(catalogue_find(catalogue, "lamp")), &kit_family_blob_driver);
	assert_int_equal(catalogue_find(catalogue, "lamp")->channels[0].output, 0);
	assert_ptr_equal(catalogue_family(catalogue_find(catalogue, "plain")), &kit_family_blob);
}

#define GPIO_KIT \
	"gpio:\n  - {id: gate1, pin: 17}\n  - {id: gate2}\nsettings:\n" \
	"  - {id: flag, name: {zh: 宽, en: Width}, unit: mm, value: 25, range: [1, 200]}\nwarble"

#define BEAM_KIT \
	"settings:\n" \
	"  - {id: width, name: {zh: 宽, en: Width}, unit: mm, value: 5, range: [1, 9]}\nbuzz"

/* `expected`: without the file's name. */
static void assert_compared(const char *yaml, const char *expected)
{
	struct config *config;
	char *errors = NULL, *said;

	if (config_parse("F", yaml, strlen(yaml), &config, &errors))
		fail_msg("%s", errors);
	said = catalogue_compare(catalogue, config, "F");
	assert_non_null(said);
	assert_string_equal(said, expected);
	free(said);
	config_free(config);
}

static void what_the_configuration_names_in_vain_is_told(void **unused)
{
	(void)unused;
	write_kit(ours, "gates", "usb: \"1a86:7523\"", GPIO_KIT);
	write_kit(ours, "lamp", "usb: \"1a86:7524\"", "blob");
	write_kit(ours, "beam", "usb: \"1a86:7525\"", BEAM_KIT);
	open_both();
	assert_string_equal(catalogue_problems(catalogue), "");
	assert_compared("serial: {ports: [{path: /dev/ttyS0, kit: my-own}]}\n",
		"F: serial.ports: no kit is called \"my-own\"; kitlog kits lists those there are\n");
	assert_compared("gpio: [{kit: gates, lines: [{id: gate2, pin: 5}], "
			"settings: [{id: flag, value: 24.9}]}]\n",
		"");
	assert_compared("gpio: [{kit: gate}]\n",
		"F: gpio: no kit is called \"gate\"; did you mean gates?\n");
	assert_compared("gpio: [{kit: rainbow}]\n",
		"F: gpio: no kit is called \"rainbow\"; kitlog kits lists those there are\n");
	assert_compared("gpio: [{kit: lamp}]\n",
		"F: gpio: lamp does not hang at pins; take it out of gpio, or name another kit\n");
	assert_compared("gpio: [{kit: gates}]\n",
		"F: gpio: gates: nobody says which pin gate2 is; add lines: [{id: gate2, pin: 17}]\n");
	assert_compared("gpio: [{kit: gates, lines: [{id: gate2, pin: 5}, {id: gate3, pin: 6}]}]\n",
		"F: gpio: gates has no line \"gate3\"; expected gate1 or gate2\n");
	assert_compared("gpio: [{kit: gates, lines: [{id: gate2, pin: 5}], "
			"settings: [{id: flag, value: 900}, {id: length, value: 1}]}]\n",
		"F: gpio: gates: flag 900 is not between 1 and 200 mm\n"
		"F: gpio: gates has no setting \"length\"; expected flag\n");
	assert_compared("serial: {ports: [{path: /dev/ttyS0, kit: lamb, slaves: [1]}]}\n",
		"F: serial.ports: no kit is called \"lamb\"; did you mean lamp?\n");
	assert_compared(
		"serial: {ports: [{path: /dev/ttyS0, kit: gates, settings: [{id: flag, value: 3}]}]}\n",
		"");
	assert_compared(
		"serial: {ports: [{path: /dev/ttyS0, kit: gates, settings: [{id: flag, value: 0}, "
		"{id: flig, value: 3}]}]}\n",
		"F: serial.ports: gates: flag 0 is not between 1 and 200 mm\n"
		"F: serial.ports: gates has no setting \"flig\"; expected flag\n");
	assert_compared(
		"serial: {ports: [{path: /dev/ttyS0, kit: my-own, settings: [{id: a, value: 0}]}]}\n",
		"F: serial.ports: no kit is called \"my-own\"; kitlog kits lists those there are\n");
	assert_compared("usb: {kits: [{kit: beam, settings: [{id: width, value: 3}]}]}\n", "");
	assert_compared(
		"usb: {kits: [{kit: beam, settings: [{id: width, value: 30}]}, {kit: gates}, "
		"{kit: beem}]}\n",
		"F: usb.kits: beam: width 30 is not between 1 and 9 mm\n"
		"F: usb.kits: gates does not speak over USB itself; set it in gpio\n"
		"F: usb.kits: no kit is called \"beem\"; did you mean beam?\n");
	assert_compared("serial: {ports: [{path: /dev/ttyS0, kit: lamb}]}\n",
		"F: serial.ports: no kit is called \"lamb\"; did you mean lamp?\n");
}

static void what_the_configuration_says_of_a_kit_holds(void **unused)
{
	static char flag[] = "flag", gate2[] = "gate2", other[] = "other";
	const struct config_setting good[] = {{flag, 24.5}}, bad[] = {{flag, 900}, {other, 3}};
	const struct config_line lines[] = {{gate2, 5}, {other, 6}};
	double settings[KIT_SETTINGS];
	unsigned pins[MODEL_LINES] = {0};

	(void)unused;
	write_kit(ours, "gates", "usb: \"1a86:7523\"", GPIO_KIT);
	open_both();
	const struct model *model = catalogue_find(catalogue, "gates");

	assert_int_equal(catalogue_settings(model, good, 1, settings), 0);
	assert_true(settings[0] == 24.5);
	assert_int_equal(catalogue_settings(model, bad, 1, settings), -EDOM);
	assert_int_equal(catalogue_settings(model, bad, 2, settings), -EBADE);
	assert_true(settings[0] == 25);
	assert_int_equal(catalogue_settings(model, NULL, 0, settings), 0);
	assert_true(settings[0] == 25);
	assert_int_equal(catalogue_pins(model, lines, 2, pins), 0);
	assert_int_equal(pins[0], 17);
	assert_int_equal(pins[1], 5);
	assert_int_equal(catalogue_pins(model, NULL, 0, pins), -ENOENT);
	assert_int_equal(pins[1], 5);
}

/* `wished`: what stands in the configuration. */
static int usb_setting(const char *id, const char *wished, double *ret_value)
{
	double settings[KIT_SETTINGS];
	struct config *config;
	char *errors = NULL;

	assert_int_equal(config_parse("F", wished, strlen(wished), &config, &errors), 0);
	int failed = catalogue_usb_settings(catalogue_find(catalogue, id), config, settings);

	config_free(config);
	*ret_value = settings[0];
	return failed;
}

static void a_usb_kit_is_told_what_is_written_of_it(void **unused)
{
	static const char yaml[] = "usb: {kits: [{kit: other, settings: [{id: width, value: 3}]}, "
				   "{kit: beam, settings: [{id: width, value: 7.5}]}]}\n";
	double value;

	(void)unused;
	write_kit(ours, "beam", "usb: \"1a86:7525\"", BEAM_KIT);
	open_both();
	assert_int_equal(usb_setting("beam", yaml, &value), 0);
	assert_true(value == 7.5);
	assert_int_equal(usb_setting("beam", "log: info\n", &value), 0);
	assert_true(value == 5);
	assert_int_equal(
		usb_setting("beam",
			"usb: {kits: [{kit: beam, settings: [{id: width, value: 70}]}]}\n", &value),
		-EDOM);
}

/* A pty in place of an RS-485 adapter, with what is written of it behind its path. */
static int open_pty(const char *words, struct transport **ret_transport, struct kit_port *ret_about)
{
	char path[64], yaml[200], *errors = NULL;
	int master = posix_openpt(O_RDWR | O_NOCTTY), failed;
	struct config *config;
	bool is_late = false;

	assert_true(master >= 0 && !grantpt(master) && !unlockpt(master));
	assert_int_equal(ptsname_r(master, path, sizeof path), 0);
	snprintf(yaml, sizeof yaml, "serial: {ports: [{path: %s, %s}]}\n", path, words);
	assert_int_equal(config_parse("F", yaml, strlen(yaml), &config, &errors), 0);
	const struct finder_context context = {.config = config, .catalogue = catalogue};

	failed = finder_serial.open(&context, path, ret_transport, ret_about, &is_late);
	config_free(config);
	close(master);
	return failed;
}

static void a_port_knows_what_is_written_of_its_bus(void **unused)
{
	struct transport *transport;
	struct kit_port about;

	(void)unused;
	write_kit(ours, "gates", "usb: \"1a86:7523\"", GPIO_KIT);
	open_both();
	assert_int_equal(open_pty("kit: gates, slaves: [3, 9]", &transport, &about), 0);
	assert_int_equal(about.n_models, 1);
	assert_string_equal(about.models[0]->id, "gates");
	assert_true(about.is_sure);
	assert_int_equal(about.n_slaves, 2);
	assert_int_equal(about.slaves[1], 9);
	assert_true(about.settings[0] == 25);
	transport->class->close(transport);
	assert_int_equal(
		open_pty("kit: gates, settings: [{id: flag, value: 20}]", &transport, &about), 0);
	assert_true(about.settings[0] == 20);
	transport->class->close(transport);
	/* A mistake is no reason to measure with another width in silence. */
	assert_int_equal(
		open_pty("kit: gates, settings: [{id: flag, value: 900}]", &transport, &about),
		-EDOM);
	assert_int_equal(
		open_pty("kit: gates, settings: [{id: flog, value: 20}]", &transport, &about),
		-EBADE);
}

static void families_stand_in_order(void **unused)
{
	const struct model_forms *forms = catalogue_forms();

	(void)unused;
	assert_true(forms->n_forms >= 3 && forms->n_drivers >= 1);
	for (size_t i = 1; i < forms->n_forms; i++)
		assert_true(strcmp(forms->forms[i - 1]->name, forms->forms[i]->name) < 0);
	assert_ptr_equal(catalogue_forms(), forms);
}

/* What stands in the tree is good, whoever added it. */
static void our_own_kits_have_no_mistake(void **unused)
{
	const char *build = getenv("KITLOG_BUILD");
	char folder[300];
	const char *const folders[] = {folder};

	(void)unused;
	if (!build)
		skip(); /* not run by ctest */
	snprintf(folder, sizeof folder, "%s/kit-folders", build);
	assert_int_equal(catalogue_open(folders, 1, &catalogue), 0);
	assert_string_equal(catalogue_problems(catalogue), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			kits_are_found_by_id_and_in_order, make_folders, clean_up),
		cmocka_unit_test_setup_teardown(a_school_mends_our_kit, make_folders, clean_up),
		cmocka_unit_test_setup_teardown(
			a_kit_with_a_mistake_is_named_and_the_others_work, make_folders, clean_up),
		cmocka_unit_test_setup_teardown(
			only_our_own_folder_may_be_absent, make_folders, clean_up),
		cmocka_unit_test_setup_teardown(
			the_most_exact_kit_comes_first, make_folders, clean_up),
		cmocka_unit_test_teardown(two_kits_that_claim_one_device_are_named, clean_up),
		cmocka_unit_test_setup_teardown(
			a_driver_decodes_what_it_is_named_by, make_folders, clean_up),
		cmocka_unit_test_setup_teardown(
			what_the_configuration_names_in_vain_is_told, make_folders, clean_up),
		cmocka_unit_test_setup_teardown(
			what_the_configuration_says_of_a_kit_holds, make_folders, clean_up),
		cmocka_unit_test_setup_teardown(
			a_port_knows_what_is_written_of_its_bus, make_folders, clean_up),
		cmocka_unit_test_setup_teardown(
			a_usb_kit_is_told_what_is_written_of_it, make_folders, clean_up),
		cmocka_unit_test_setup_teardown(families_stand_in_order, make_folders, clean_up),
		cmocka_unit_test_setup_teardown(
			our_own_kits_have_no_mistake, make_folders, clean_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
