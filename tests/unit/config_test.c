/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: what a good file means; what is wrong with others is config_mistakes_test's. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/config_file.h"
#include "support/cmocka_all.h"

static struct config *config;

static int drop_config(void **state)
{
	(void)state;
	config_free(config);
	config = NULL;
	return 0;
}

static void read_good(const char *yaml)
{
	char *errors = NULL;

	drop_config(NULL);
	if (config_parse("kitlogd.yaml", yaml, strlen(yaml), &config, &errors) != 0)
		fail_msg("%s", errors);
	assert_null(errors);
}

static void absent_keys_have_their_defaults(void **state)
{
	static const char *const nothing[] = {"", "# only a comment\n", "---\n", "sinks: []\n"};
	char host[256], board[CONFIG_BOARD_TEXT];

	(void)state;
	gethostname(host, sizeof host);
	config_name_of_host(host, board);
	for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
		read_good(nothing[i]);
		assert_string_equal(config->board, board);
		assert_string_equal(config->data, "/var/lib/kitlog");
		assert_int_equal(config->log, LOG_INFO);
		assert_false(config->wall_clock_is_trusted);
		assert_string_equal(config->http.listen, "127.0.0.1");
		assert_int_equal(config->http.port, 8080);
		assert_int_equal(config->http.n_names, 0);
		assert_true(config->serial.scan);
		assert_int_equal(config->serial.n_ports, 0);
		assert_int_equal(config->serial.n_ignore, 0);
		assert_true(config->usb.scan && config->iio.scan);
		assert_int_equal(config->usb.n_ignore + config->n_gpio + config->n_kits, 0);
		assert_int_equal(config->store.commit_ms, 1000);
		assert_int_equal(config->store.limit_mb, 1024);
		assert_int_equal(config->n_sinks, 0);
	}
}

static const char everything[] =
	"\xEF\xBB\xBF# a byte order mark, as some editors leave\r\n"
	"board: '高一3班 #2'\r\n"
	"data: /srv/kit log\n"
	"log: debug\n"
	"wall_clock: system\n"
	"http:\n"
	"  listen: \"::\"\n"
	"  port: 0x1F90\n"
	"  names: [kitlog-3b2.local, Board.Example]\n"
	"  certificate: /etc/kitlog/board.crt\n"
	"  key: /etc/kitlog/board.key\n"
	"serial:\n"
	"  scan: no\n"
	"  ports:\n"
	"    - {path: /dev/ttyS0, speed: 9600, kit: text-board}\n"
	"    - path: /dev/pts/3\n"
	"    - {path: /dev/ttyUSB1, kit: xy-md02, slaves: [1, 0x04]}\n"
	"    - {path: /dev/ttyUSB2, kit: soil, settings: [{id: depth, value: 15}, {id: dry, value: 0.1}]}\n"
	"  ignore: [/dev/ttyUSB9]\n"
	"usb:\n"
	"  scan: no\n"
	"  ignore: ['04d9:a052', '1a86:*']\n"
	"  kits: [{kit: cart, settings: [{id: wheel, value: 31.5}]}, {kit: lamp}]\n"
	"iio: {scan: no}\n"
	"gpio:\n"
	"  - kit: photogates-two\n"
	"    chip: pinctrl-bcm2711\n"
	"    lines: [{id: gate1, pin: 5}, {id: gate2, pin: 6}]\n"
	"    settings: [{id: flag, value: 24.9}]\n"
	"  - kit: push-button\n"
	"kits: [/etc/kitlog/kits, /srv/physics kits]\n"
	"lessons: [/srv/lessons]\n"
	"store:\n"
	"  commit: 1.5 s\n"
	"  limit: 64\n"
	"sinks:\n"
	"  - name: school\n"
	"    kind: influxdb1\n"
	"    url: https://data.school.example:8086/db/\n"
	"    database: kitlog\n"
	"    user: board3\n"
	"    secret: /etc/kitlog/school.secret\n"
	"    ca: /etc/kitlog/school-ca.crt\n"
	"    gzip: no\n"
	"  - {name: two, kind: influxdb2, url: 'http://[::1]:8086', org: o, bucket: b, secret: /s}\n"
	"  - {name: three, kind: influxdb3, url: http://10.0.0.1, database: d}\n"
	"  - {name: vm, kind: victoriametrics, url: http://localhost:8428}\n";

static void a_name_taken_from_the_host_can_be_written_down(void **state)
{
	static const char longest[] =
		"0123456789-0123456789-0123456789-0123456789-0123456789-012345678"; /* 64 */
	char name[CONFIG_BOARD_TEXT], yaml[80];

	(void)state;
	config_name_of_host("board-3b2", name);
	assert_string_equal(name, "board-3b2");
	config_name_of_host("", name);
	assert_string_equal(name, "kitlog");
	config_name_of_host(longest, name);
	assert_int_equal(strlen(name), CONFIG_BOARD_TEXT - 1);
	snprintf(yaml, sizeof yaml, "board: %s\n", name);
	read_good(yaml);
	assert_string_equal(config->board, name);
}

static void assert_everything(void)
{
	assert_string_equal(config->board, "高一3班 #2");
	assert_string_equal(config->data, "/srv/kit log");
	assert_int_equal(config->log, LOG_DEBUG);
	assert_true(config->wall_clock_is_trusted);
	assert_string_equal(config->http.listen, "::");
	assert_int_equal(config->http.port, 8080);
	assert_int_equal(config->http.n_names, 2);
	assert_string_equal(config->http.names[1], "Board.Example");
	assert_string_equal(config->http.certificate, "/etc/kitlog/board.crt");
	assert_string_equal(config->http.key, "/etc/kitlog/board.key");
	assert_false(config->serial.scan);
	assert_int_equal(config->serial.n_ports, 4);
	assert_string_equal(config->serial.ports[0].path, "/dev/ttyS0");
	assert_int_equal(config->serial.ports[0].speed, 9600);
	assert_string_equal(config->serial.ports[0].kit, "text-board");
	assert_string_equal(config->serial.ports[1].path, "/dev/pts/3");
	assert_int_equal(config->serial.ports[1].speed, 0);
	assert_null(config->serial.ports[1].kit);
	assert_int_equal(config->serial.ports[1].n_slaves, 0);
	assert_int_equal(config->serial.ports[2].n_slaves, 2);
	assert_int_equal(config->serial.ports[2].slaves[1], 4);
	assert_int_equal(config->serial.ports[2].n_settings, 0);
	assert_int_equal(config->serial.ports[3].n_settings, 2);
	assert_string_equal(config->serial.ports[3].settings[1].id, "dry");
	assert_true(config->serial.ports[3].settings[1].value == 0.1);
	assert_int_equal(config->serial.n_ignore, 1);
	assert_string_equal(config->serial.ignore[0], "/dev/ttyUSB9");
	assert_false(config->usb.scan || config->iio.scan);
	assert_int_equal(config->usb.n_ignore, 2);
	assert_string_equal(config->usb.ignore[1], "1a86:*");
	assert_int_equal(config->usb.n_kits, 2);
	assert_string_equal(config->usb.kits[0].kit, "cart");
	assert_string_equal(config->usb.kits[0].settings[0].id, "wheel");
	assert_true(config->usb.kits[0].settings[0].value == 31.5);
	assert_int_equal(config->usb.kits[1].n_settings, 0);
	assert_int_equal(config->n_gpio, 2);
	assert_string_equal(config->gpio[0].kit, "photogates-two");
	assert_string_equal(config->gpio[0].chip, "pinctrl-bcm2711");
	assert_int_equal(config->gpio[0].n_lines, 2);
	assert_string_equal(config->gpio[0].lines[1].id, "gate2");
	assert_int_equal(config->gpio[0].lines[1].pin, 6);
	assert_int_equal(config->gpio[0].n_settings, 1);
	assert_string_equal(config->gpio[0].settings[0].id, "flag");
	assert_true(config->gpio[0].settings[0].value == 24.9);
	assert_null(config->gpio[1].chip);
	assert_int_equal(config->gpio[1].n_lines + config->gpio[1].n_settings, 0);
	assert_int_equal(config->n_kits, 2);
	assert_string_equal(config->kits[1], "/srv/physics kits");
	assert_int_equal(config->n_lessons, 1);
	assert_string_equal(config->lessons[0], "/srv/lessons");
	assert_int_equal(config->store.commit_ms, 1500);
	assert_int_equal(config->store.limit_mb, 64);
	assert_int_equal(config->n_sinks, 4);
	assert_string_equal(config->sinks[0].name, "school");
	assert_int_equal(config->sinks[0].kind, SINK_INFLUXDB1);
	assert_string_equal(config->sinks[0].url, "https://data.school.example:8086/db/");
	assert_string_equal(config->sinks[0].database, "kitlog");
	assert_string_equal(config->sinks[0].user, "board3");
	assert_string_equal(config->sinks[0].secret, "/etc/kitlog/school.secret");
	assert_string_equal(config->sinks[0].ca, "/etc/kitlog/school-ca.crt");
	assert_false(config->sinks[0].gzip);
	assert_int_equal(config->sinks[1].kind, SINK_INFLUXDB2);
	assert_string_equal(config->sinks[1].org, "o");
	assert_string_equal(config->sinks[1].bucket, "b");
	assert_null(config->sinks[1].user);
	assert_true(config->sinks[1].gzip);
	assert_int_equal(config->sinks[2].kind, SINK_INFLUXDB3);
	assert_int_equal(config->sinks[3].kind, SINK_VICTORIAMETRICS);
	assert_null(config->sinks[3].database);
}

static void every_key_is_read(void **state)
{
	(void)state;
	read_good(everything);
	assert_everything();
}

static char *print(void)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	config_print(config, out);
	fclose(out);
	return text;
}

static void what_is_printed_reads_back_to_the_same(void **state)
{
	char *first, *second;

	(void)state;
	read_good(everything);
	first = print();
	read_good(first);
	assert_everything();
	second = print();
	assert_string_equal(first, second);
	free(first);
	free(second);
	read_good("board: 'yes: no'\ndata: \"/a\xC2\xA0\\u00e9 '\\\"<>\"\n"); /* odd, but text */
	first = print();
	read_good(first);
	assert_string_equal(config->board, "yes: no");
	assert_string_equal(config->data, "/a\xC2\xA0\xC3\xA9 '\"<>");
	free(first);
}

static void times_take_seconds_and_milliseconds(void **state)
{
	static const struct {
		const char *yaml;
		unsigned ms;
	} times[] = {
		{"store: {commit: 1 s}", 1000},
		{"store: {commit: 250ms}", 250},
		{"store: {commit: 0.5 s}", 500},
		{"store: {commit: 60 s}", 60000},
		{"store: {commit: 1 min}", 60000},
		{"store: {commit: 100 ms}", 100},
	};

	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		read_good(times[i].yaml);
		assert_int_equal(config->store.commit_ms, times[i].ms);
	}
}

static void the_locale_changes_nothing(void **state)
{
	(void)state;
	if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
		print_message("skipped: no locale de_DE.UTF-8, whose numbers have a comma\n");
		skip();
	}
	read_good("store: {commit: 1.5 s}\n");
	assert_int_equal(config->store.commit_ms, 1500);
	setlocale(LC_ALL, "C");
}

/* --- files --- */

static char folder[] = "/tmp/kitlog-config-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? chdir(folder) : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink("good.yaml");
	unlink("secret");
	drop_config(NULL);
	return chdir("/") || rmdir(folder);
}

static void write_file(const char *name, const char *bytes, size_t n)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static void a_file_is_loaded_and_a_missing_one_named(void **state)
{
	char *errors = NULL;

	(void)state;
	write_file("good.yaml", everything, strlen(everything));
	assert_int_equal(config_load("good.yaml", &config, &errors), 0);
	assert_everything();
	drop_config(NULL);
	assert_int_equal(config_load(NULL, &config, &errors), 0);
	assert_int_equal(config->http.port, 8080);
	drop_config(NULL);
	assert_int_equal(config_load("absent.yaml", &config, &errors), -ENOENT);
	assert_string_equal(errors,
		"absent.yaml: No such file or directory; check the name, and "
		"whether kitlogd may read it\n");
	free(errors);
	assert_int_equal(config_load("/", &config, &errors), -EISDIR);
	assert_string_equal(
		errors, "/: Is a directory; check the name, and whether kitlogd may read it\n");
	free(errors);
	write_file("good.yaml", "log: loud\n", 10);
	assert_int_equal(config_load("good.yaml", &config, &errors), -EINVAL);
	assert_string_equal(
		errors, "good.yaml:1:6: log: \"loud\" is not err, warn, info or debug\n");
	free(errors);
}

static void assert_secret(const char *bytes, size_t n, int r, const char *expected)
{
	char secret[32] = "before";

	write_file("secret", bytes, n);
	assert_int_equal(config_read_secret("secret", secret, sizeof secret), r);
	assert_string_equal(secret, expected);
}

static void a_secret_is_the_first_line_of_its_file(void **state)
{
	char secret[8] = "before";
	char large[2000];

	(void)state;
	memset(large, 'x', sizeof large);
	assert_secret("hello\n", 6, 0, "hello");
	assert_secret("hello", 5, 0, "hello");
	assert_secret("a b=\r\nrest\n", 11, 0, "a b=");
	assert_secret("", 0, -ENODATA, "before");
	assert_secret("\nx", 2, -ENODATA, "before");
	assert_secret("a\0b", 3, -EINVAL, "before");
	assert_secret("a\rX-Header: b\n", 14, -EINVAL, "before");
	assert_secret(large, 31, 0, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	assert_secret(large, 32, -EMSGSIZE, "before");
	assert_secret(large, sizeof large, -EMSGSIZE, "before");
	assert_int_equal(config_read_secret("absent", secret, sizeof secret), -ENOENT);
	assert_string_equal(secret, "before");
}

#define TEST(test) cmocka_unit_test_teardown(test, drop_config)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(absent_keys_have_their_defaults),
		TEST(a_name_taken_from_the_host_can_be_written_down),
		TEST(every_key_is_read),
		TEST(what_is_printed_reads_back_to_the_same),
		TEST(times_take_seconds_and_milliseconds),
		TEST(the_locale_changes_nothing),
		TEST(a_file_is_loaded_and_a_missing_one_named),
		TEST(a_secret_is_the_first_line_of_its_file),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
