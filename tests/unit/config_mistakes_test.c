/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: the exact sentence for each mistake that people make. The sentences are what a teacher's
 * helper reads at eight in the morning: a change here is a change of the product. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/config_file.h"
#include "data/tree.h"
#include "support/cmocka_all.h"

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
	struct config *config = NULL;
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
	struct config *config = NULL;
	char *errors = NULL;

	(void)state;
	memset(yaml, '#', sizeof yaml);
	assert_mistakes_of(yaml, sizeof yaml, " larger than 64 KiB; is it the right file?\n");
	assert_int_equal(config_parse("F", yaml, TREE_BYTES, &config, &errors), 0);
	config_free(config);
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
	struct config *config = NULL;
	char *errors = NULL;
	assert_int_equal(config_parse("F", yaml, n, &config, &errors), -EINVAL);
	assert_non_null(strstr(errors, "more than 8192 words; split the file"));
	free(errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_has_its_sentence),
		cmocka_unit_test(a_mistake_is_looked_for_in_the_line_that_is_named),
		cmocka_unit_test(all_mistakes_are_told_in_the_order_of_the_file),
		cmocka_unit_test(twenty_mistakes_are_enough),
		cmocka_unit_test(a_large_file_is_refused_unread),
		cmocka_unit_test(hostile_files_are_refused_in_one_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
