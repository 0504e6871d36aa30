/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: what a good file means, and the exact sentence for each mistake that people
 * make. The sentences are what a teacher's helper reads at eight in the morning: a change here is a
 * change of the product. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/config_file.h"
#include "data/tree.h"
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

/* `expected`: all sentences, each with its newline, without the file's name and colon before it. */
static void assert_mistakes_of(const char *yaml, size_t n, const char *expected)
{
	struct config *none = NULL;
	char *errors = NULL;
	char said[8192];
	size_t used = 0;

	assert_int_equal(config_parse("F", yaml, n, &none, &errors), -EINVAL);
	assert_null(none);
	assert_non_null(errors);
	said[0] = '\0';
	for (char *line = strtok(errors, "\n"); line; line = strtok(NULL, "\n")) {
		assert_int_equal(strncmp(line, "F:", 2), 0);
		used += (size_t)snprintf(said + used, sizeof said - used, "%s\n", line + 2);
		assert_true(used < sizeof said);
	}
	assert_string_equal(said, expected);
	free(errors);
}

static void assert_mistakes(const char *yaml, const char *expected)
{
	assert_mistakes_of(yaml, strlen(yaml), expected);
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

#define SINK "sinks:\n  - {name: a, kind: influxdb1, database: d, url: "
#define EXPECTED_KEYS \
	"board, data, log, wall_clock, http, serial, usb, iio, gpio, kits, lessons, boards, store or sinks"

/* clang-format off */
static const struct {
	const char *yaml, *said;
} mistakes[] = {
	/* keys */
	{"board: a\nlgo: info\n", "2:1: \"lgo\" is not a key here; did you mean log?\n"},
	{"wall-clock: auto\n", "1:1: \"wall-clock\" is not a key here; did you mean wall_clock?\n"},
	{"Board: a\n", "1:1: \"Board\" is not a key here; did you mean board?\n"},
	{"sensors: a\n", "1:1: \"sensors\" is not a key here; expected " EXPECTED_KEYS "\n"},
	{"<<: {log: info}\n", "1:1: \"<<\" is not a key here; expected " EXPECTED_KEYS "\n"},
	{"http: {prot: 80}\n", "1:8: \"prot\" is not a key of http; did you mean port?\n"},
	{"serial: {ports: [{path: /dev/a, sped: 9600}]}\n", "1:33: \"sped\" is not a key of this entry of ports; did you mean speed?\n"},
	{"serial: {ports: [{speed: 9600}]}\n", "1:18: this entry of ports: the key \"path\" is missing\n"},
	{"log: info\nlog: err\n", "2:1: \"log\" stands twice in the file; keep one\n"},
	{"http:\n  port: 80\n  port: 81\n", "3:3: \"port\" stands twice in http; keep one\n"},
	{"? [a]\n: b\n", "1:3: a key is one word; write \"key: value\"\n"},
	/* values */
	{"http:\n  port: 80800\n", "2:9: port: \"80800\" is not between 1 and 65535\n"},
	{"http:\n  port: -1\n", "2:9: port: \"-1\" is not between 1 and 65535\n"},
	{"http:\n  port: 010\n", "2:9: port: \"010\" is not a whole number such as 12 or 0x0C\n"},
	{"http:\n  port: 80.0\n", "2:9: port: \"80.0\" is not a whole number such as 12 or 0x0C\n"},
	{"http:\n  port: 0x\n", "2:9: port: \"0x\" is not a whole number such as 12 or 0x0C\n"},
	{"http:\n  port: [80]\n", "2:9: port: a list stands where a whole number was expected\n"},
	{"store: {limit: 1 GB}\n", "1:16: limit: \"1 GB\" is not a whole number such as 12 or 0x0C\n"},
	{"store: {limit: 99999999999999999999}\n", "1:16: limit: \"99999999999999999999\" is not a whole number such as 12 or 0x0C\n"},
	{"store: {limit: 4294967297}\n", "1:16: limit: \"4294967297\" is not between 16 and 1048576\n"},
	{"store: {commit: 1}\n", "1:17: commit: \"1\" is not a time with its unit such as 1 s or 500 ms\n"},
	{"store: {commit: 1 ms}\n", "1:17: commit: \"1 ms\" is not between 100 ms and 1 min\n"},
	{"store: {commit: -1 s}\n", "1:17: commit: \"-1 s\" is not a time with its unit such as 1 s or 500 ms\n"},
	{"log: a温温温温温温温温温温温温温温温温温温温温温温温温温\n", "1:6: log: \"a温温温温温温温温温温温温温温温温温温温…\" is not err, warn, info or debug\n"},
	{"log: inof\n", "1:6: log: \"inof\" is not err, warn, info or debug; did you mean info?\n"},
	{"log: 6\n", "1:6: log: \"6\" is not err, warn, info or debug\n"},
	{"serial: {scan: true}\n", "1:16: scan: \"true\" is not yes or no; write yes\n"},
	{"serial: {scan: off}\n", "1:16: scan: \"off\" is not yes or no; write no\n"},
	{"serial: {scan: flase}\n", "1:16: scan: \"flase\" is not yes or no\n"},
	{"http: {listen: localhost}\n", "1:16: listen: \"localhost\" is not an address of this board such as 127.0.0.1; 0.0.0.0 or \"::\" listens on all\n"},
	{"http: {names: [\"http://a\"]}\n", "1:16: this entry of names: \"http://a\" is not a host name such as kitlog-3b2.local (no http://, no port)\n"},
	{"data: var/lib\n", "1:7: data: \"var/lib\" is not a full path, from / on\n"},
	{"board: \"a\\\\b\"\n", "1:8: board: \"a\\b\" is not a name in one line, without backslashes\n"},
	{"board: a123456789b123456789c123456789d123456789e12345678\n", "1:8: board: \"a123456789b123456789c123456789d123456789e12345678\" is not a text of at most 47 bytes\n"},
	{"serial: {ports: [{path: /dev/a, speed: 11520}]}\n", "1:40: speed: \"11520\" is not a usual bit rate such as 9600 or 115200; 0 finds it\n"},
	{"serial: {ports: [{path: /dev/a, kit: Text}]}\n", "1:38: kit: \"Text\" is not the name of a kit such as text-board (small letters, digits, -)\n"},
	{SINK "data.school.example}\n", "2:50: url: what stands here is not an address such as https://data.school.example:8086\n"},
	{SINK "ftp://a}\n", "2:50: url: what stands here is not an address such as https://data.school.example:8086\n"},
	{SINK "\"http://u:p@h\"}\n", "2:50: url: what stands here is not an address without a password in it; use the keys user and secret\n"},
	{SINK "\"http://h/write\"}\n", "2:50: url: what stands here is not the server's address alone; leave out /write, which kitlog adds\n"},
	{SINK "\"http://h/?db=x\"}\n", "2:50: url: what stands here is not an address such as https://data.school.example:8086\n"},
	{SINK "\"http://h\", user: u, secret: tok3n}\n", "2:79: secret: what stands here is not a full path, from / on\n"},
	{"sinks: [{name: a, kind: influxdb, database: d, url: \"http://h\"}]\n", "1:25: kind: \"influxdb\" is not influxdb1, influxdb2, influxdb3 or victoriametrics; did you mean influxdb1?\n"},
	/* shapes */
	{"board:\nlog: info\n", "1:7: board: nothing stands after the colon; write a text, or leave the key out\n"},
	{"http:\nlog: info\n", "1:6: http: nothing stands below it; write its keys, indented, or leave it out\n"},
	{"sinks:\nlog: info\n", "1:7: sinks: nothing stands after the colon; write a list, or leave the key out\n"},
	{"serial:\n  ignore: /dev/ttyS0\n", "2:11: ignore: \"/dev/ttyS0\" is not a list; write [/dev/ttyS0]\n"},
	{"serial:\n  ports: /dev/ttyS0\n", "2:10: ports: \"/dev/ttyS0\" is not a list; start each entry with \"- \"\n"},
	{"serial:\n  - scan: yes\n", "2:3: serial: a list stands here; write keys and values, each as \"key: value\"\n"},
	{"http: 8080\n", "1:7: http: \"8080\" stands alone; write keys and values, each as \"key: value\"\n"},
	{"board: {name: a}\n", "1:8: board: a map stands where a name in one line, without backslashes was expected; put it in quotes if it is meant so\n"},
	{"board: [a]\n", "1:8: board: a list stands where a name in one line, without backslashes was expected; put it in quotes if it is meant so\n"},
	{"board: [[a]]\n", "1:8: board: a list stands where a name in one line, without backslashes was expected\n"},
	{"data: [/var/lib]\n", "1:7: data: a list stands where a full path, from / on was expected; write /var/lib\n"},
	{"data: [lib, var]\n", "1:7: data: a list stands where a full path, from / on was expected\n"},
	{"data: {/var: lib}\n", "1:7: data: a map stands where a full path, from / on was expected\n"},
	{SINK "[\"http://h\"]}\n", "2:50: url: a list stands where an address such as https://data.school.example:8086 was expected\n"},
	{"- a\n- b\n", "1:1: the file: a list stands here; write keys and values, each as \"key: value\"\n"},
	/* several keys */
	{"sinks:\n  - name: s\n    kind: influxdb2\n    url: http://h:8086\n    org: o\n", "2:5: the sink \"s\" lacks what influxdb2 needs; add bucket, secret\n"},
	{"sinks:\n  - name: s\n    kind: victoriametrics\n    url: http://h:8428\n    database: d\n", "5:15: database: victoriametrics has no database; leave it out\n"},
	{SINK "\"http://h\", user: u}\n", "2:68: user and secret belong together; add secret, the file with the password\n"},
	{SINK "\"http://h\", secret: /s}\n", "2:70: user and secret belong together; add user\n"},
	{SINK "\"http://h\", ca: /c}\n", "2:66: ca: without https nothing is checked by it; write url: https://..., or leave ca out\n"},
	{SINK "\"https://h\", ca: c.pem}\n", "2:67: ca: \"c.pem\" is not a full path, from / on\n"},
	{"http: {certificate: /c}\n", "1:21: certificate and key belong together; add key, the file with its private key\n"},
	{"http: {key: /k}\n", "1:13: certificate and key belong together; add certificate, the file with the chain\n"},
	{"http: {key: MIGHAgEA, certificate: /c}\n", "1:13: key: what stands here is not a full path, from / on\n"},
	{SINK "\"http://h\"}\n  - {name: a, kind: victoriametrics, url: \"http://i\"}\n", "3:12: name: \"a\" names two sinks; rename one\n"},
	{"serial:\n  ports:\n    - {path: /dev/a}\n    - {path: /dev/a}\n", "4:14: path: \"/dev/a\" stands twice in ports; keep one\n"},
	{"serial: {ports: [{path: /dev/a, slaves: [1]}]}\n", "1:41: slaves: of which kit? add kit, such as kit: xy-md02\n"},
	{"serial: {ports: [{path: /dev/a, kit: x, slaves: [1, 1]}]}\n", "1:53: slaves: 1 stands twice; each device on a bus has an address of its own\n"},
	{"serial: {ports: [{path: /dev/a, kit: x, slaves: [255]}]}\n", "1:50: this entry of slaves: \"255\" is not between 1 and 254\n"},
	{"serial: {ports: [{path: /dev/a, kit: x, slaves: 1}]}\n", "1:49: slaves: \"1\" is not a list; write [1]\n"},
	{"serial: {ports: [{path: /dev/a, settings: [{id: x, value: 1}]}]}\n", "1:43: settings: of which kit? add kit, such as kit: xy-md02\n"},
	{"serial: {ports: [{path: /dev/a, kit: x, settings: [{id: x, value: 1}, {id: x, value: 2}]}]}\n", "1:76: id: \"x\" stands twice in settings; keep one\n"},
	{"serial: {ports: [{path: /dev/a, kit: x, settings: {flag: 20}}]}\n", "1:51: settings: a map stands where a list was expected; start each entry with \"- \"\n"},
	{"serial: {ports: [{path: /dev/a, kit: x, settings: [{id: x, value: 20 mm}]}]}\n", "1:67: value: \"20 mm\" is not a plain number; drop what follows the digits (the unit is known)\n"},
	{"usb: {kits: [{kit: x}, {kit: x}]}\n", "1:30: kit: \"x\" stands twice in kits; keep one\n"},
	{"usb: {kits: [{settings: [{id: x, value: 1}]}]}\n", "1:14: this entry of kits: the key \"kit\" is missing\n"},
	{"usb: {kits: [{kit: x, settings: [{id: x, value: 1}, {id: x, value: 1}]}]}\n", "1:58: id: \"x\" stands twice in settings; keep one\n"},
	{"usb: {ignore: [04d9]}\n", "1:16: this entry of ignore: \"04d9\" is not a vendor and product id in hex such as 04d9:a052 or 04d9:*\n"},
	{"gpio: [{chip: gpiochip0}]\n", "1:8: this entry of gpio: the key \"kit\" is missing\n"},
	{"gpio: [{kit: Gate}]\n", "1:14: kit: \"Gate\" is not the name of a kit such as text-board (small letters, digits, -)\n"},
	{"gpio: [{kit: a, lines: [{id: x, pin: 5}, {id: x, pin: 6}]}]\n", "1:47: id: \"x\" stands twice in lines; keep one\n"},
	{"gpio: [{kit: a, settings: [{id: x, value: 5}, {id: x, value: 6}]}]\n", "1:52: id: \"x\" stands twice in settings; keep one\n"},
	{"gpio: [{kit: a, lines: [{id: x, pin: 5}]}, {kit: b, lines: [{id: y, pin: 5}]}]\n", "1:74: pin: 5 is the pin of x of a, too; each line has its own\n"},
	{"gpio: [{kit: a, lines: [{id: x, pin: 600}]}]\n", "1:38: pin: \"600\" is not between 0 and 511\n"},
	{"lessons: [lessons]\n", "1:11: this entry of lessons: \"lessons\" is not a full path, from / on\n"},
	{"kits: [kits]\n", "1:8: this entry of kits: \"kits\" is not a full path, from / on\n"},
	{"serial:\n  ports: [{path: /dev/a}]\n  ignore: [/dev/a]\n", "2:18: path: \"/dev/a\" stands in ports and in ignore; keep one\n"},
	/* what is no YAML */
	{"board: x\nlog：info\n", "2:4: \"log\" is followed by the full-width colon ：; type \": \" (colon and space)\n"},
	{"http：\n  port: 80\n", "1:5: \"http\" is followed by the full-width colon ：; type \": \" (colon and space)\n"},
	{"port：8080\n", "1:5: \"port\" is followed by the full-width colon ：; type \": \" (colon and space)\n"},
	{"http:\n  port：8080\n", "2:7: \"port\" is followed by the full-width colon ：; type \": \" (colon and space)\n"},
	{"http:\n  names: [a，b]\n", "2:12: this line holds the full-width comma ，; type \", \"\n"},
	{"http: {names: [三楼的板子 a，b], port: 81}\n", "1:23: this line holds the full-width comma ，; type \", \"\n"},
	{"board: x\n　log: info\n", "2:1: this line holds a full-width space; type ordinary spaces\n"},
	{"http:\n  port:8080\n", "2:8: \"port:\" needs a space after its colon\n"},
	{"log:info\nboard: x\n", "1:5: \"log:\" needs a space after its colon\n"},
	{"http:\n\tport: 80\n", "2:1: this line holds a tab; indent with two spaces\n"},
	{"http:\n  port: 80\n listen: 127.0.0.1\n", "3:2: this line's indentation fits no line above; keys of one level start in the same column\n"},
	{"board: \"abc\nlog: info\n", "1:8: this quote is never closed; close it, or leave it out\n"},
	{"board: \"abc\nlog: info\ndata: \"/x\"\n", "1:1: a quote opened on this line is closed only on line 3; close it here\n"},
	{"http:\n  names: [a, b\nlog: info\n", "3:4: a list or map in brackets, opened on line 2, is not closed; expected , or ] or }\n"},
	{"board: %x\n", "1:8: a value cannot begin with %; put it in quotes\n"},
	{"board: a: b\n", "1:9: a second \": \" on one line; put the text in quotes, or start the next key on its own line\n"},
	{"board: \xC2\xC2\n", "1:9: byte 0xC2 is not UTF-8 text; save the file as UTF-8\n"},
	{"board: a\x07z\n", "1:9: byte 0x07 is a control character; leave it out\n"},
	{"board: \"a\\ez\"\n", "1:8: board: \"a\\x1bz\" is not a text without control characters\n"},
	{"board: \"a\\Nz\"\n", "1:8: board: \"a\\xc2\\x85z\" is not a text without control characters\n"},
	{"board: \"a\\Lz\"\n", "1:8: board: \"a\xE2\x80\xA8z\" is not a text without control characters\n"},
	{"board: \"a\\uFFFEz\"\n", "1:8: board: \"a\xEF\xBF\xBEz\" is not a text without control characters\n"},
	{"board: \"a\\0z\"\n", "1:8: a NUL character inside a text; leave it out\n"},
	/* what is YAML, but too clever */
	{"board: &a x\ndata: *a\n", "1:8: anchors (&), aliases (*) and tags (!) are not used here; write the value out, in quotes if it is text\n"},
	{"board: !!str x\n", "1:8: anchors (&), aliases (*) and tags (!) are not used here; write the value out, in quotes if it is text\n"},
	{"log: info\n---\nlog: err\n", "2:1: a second document (---) in one file; keep one\n"},
	{"a: [[[[[[[[[[[[[[1]]]]]]]]]]]]]]\n", "1:15: nested more than 12 deep; write it flatter\n"},
};
/* clang-format on */

static void each_mistake_has_its_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
		assert_mistakes(mistakes[i].yaml, mistakes[i].said);
}

/* libyaml ends a line at more than the newline: the sentence is about the same line. */
static void a_mistake_is_looked_for_in_the_line_that_is_named(void **state)
{
	static const char no_utf8[] = "board: a # \xE2\x80\xA8\rlog: \xFF\n";

	(void)state;
	assert_mistakes("board: a # \xC2\x85\nlog：info\nport: 1\n",
		"3:4: \"log\" is followed by the full-width colon ：; type \": \" (colon and "
		"space)\n");
	assert_mistakes("board: a\rlog：info\rport: 1\r",
		"2:4: \"log\" is followed by the full-width colon ：; type \": \" (colon and "
		"space)\n");
	assert_mistakes_of(no_utf8, sizeof no_utf8 - 1,
		"3:6: byte 0xFF is not UTF-8 text; save the file as UTF-8\n");
}

static void all_mistakes_are_told_in_the_order_of_the_file(void **state)
{
	(void)state;
	assert_mistakes("http: {port: 0}\n"
			"serial: {ports: [{speed: 1}], scan: x}\n"
			"nonsense: 1\n"
			"log: verbose\n",
		"1:14: port: \"0\" is not between 1 and 65535\n"
		"2:18: this entry of ports: the key \"path\" is missing\n"
		"2:26: speed: \"1\" is not a usual bit rate such as 9600 or 115200; 0 finds it\n"
		"2:37: scan: \"x\" is not yes or no\n"
		"3:1: \"nonsense\" is not a key here; expected " EXPECTED_KEYS "\n"
		"4:6: log: \"verbose\" is not err, warn, info or debug\n");
}

static void twenty_mistakes_are_enough(void **state)
{
	char yaml[1024], *errors = NULL;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 25; i++)
		n += (size_t)snprintf(yaml + n, sizeof yaml - n, "nonsense%d: 1\n", i);
	assert_int_equal(config_parse("F", yaml, n, &config, &errors), -EINVAL);
	assert_string_equal(
		errors + strlen(errors) - strlen("\nF: and 5 more\n"), "\nF: and 5 more\n");
	free(errors);
}

static void a_large_file_is_refused_unread(void **state)
{
	static char yaml[TREE_BYTES + 1];
	char *errors = NULL;

	(void)state;
	memset(yaml, '#', sizeof yaml);
	assert_mistakes_of(yaml, sizeof yaml, " larger than 64 KiB; is it the right file?\n");
	assert_int_equal(config_parse("F", yaml, TREE_BYTES, &config, &errors), 0);
}

/* Each of these once made a YAML reader slow or large. */
static void hostile_files_are_refused_in_one_sentence(void **state)
{
	static char yaml[TREE_BYTES];
	size_t n = 0;

	(void)state;
	memset(yaml, '[', 30000);
	assert_mistakes_of(yaml, 30000, "1:13: nested more than 12 deep; write it flatter\n");
	for (n = 0; n + 2 <= 40000; n += 2)
		memcpy(yaml + n, "? ", 2);
	assert_mistakes_of(yaml, n, "1:25: nested more than 12 deep; write it flatter\n");
	n = (size_t)snprintf(yaml, sizeof yaml, "sinks: [");
	while (n + 3 < sizeof yaml)
		n += (size_t)snprintf(yaml + n, sizeof yaml - n, "1,");
	char *errors = NULL;
	assert_int_equal(config_parse("F", yaml, n, &config, &errors), -EINVAL);
	assert_non_null(strstr(errors, "more than 8192 words; split the file"));
	free(errors);
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
		TEST(each_mistake_has_its_sentence),
		TEST(a_mistake_is_looked_for_in_the_line_that_is_named),
		TEST(all_mistakes_are_told_in_the_order_of_the_file),
		TEST(twenty_mistakes_are_enough),
		TEST(a_large_file_is_refused_unread),
		TEST(hostile_files_are_refused_in_one_sentence),
		TEST(a_file_is_loaded_and_a_missing_one_named),
		TEST(a_secret_is_the_first_line_of_its_file),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
