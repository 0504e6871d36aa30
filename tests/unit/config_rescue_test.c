/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board with a mistyped configuration still records. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "data/config.h"

struct rest {
	struct config *config;
	char *errors;
	int result;
};

static struct rest load_rest(const char *yaml)
{
	char path[] = "/tmp/kitlog-config-XXXXXX";
	struct rest rest = {0};
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, yaml, strlen(yaml)), strlen(yaml));
	close(fd);
	rest.result = config_load_rest(path, &rest.config, &rest.errors);
	unlink(path);
	return rest;
}

static void free_rest(struct rest *rest)
{
	config_free(rest->config);
	free(rest->errors);
}

static void config_without_mistakes_is_whole_and_silent(void **state)
{
	struct rest rest = load_rest("board: a\nhttp: {port: 81}\n");

	(void)state;
	assert_int_equal(rest.result, 0);
	assert_null(rest.errors);
	assert_string_equal(rest.config->board, "a");
	assert_int_equal(rest.config->http.port, 81);
	free_rest(&rest);
}

/* `without`: the names in the last sentence; `data` and `pages` are told there too. */
static void assert_goes_on(const struct rest *rest, const char *without)
{
	char outcome[512];
	const struct config *config = rest->config;

	assert_int_equal(rest->result, 0);
	assert_non_null(rest->errors);
	snprintf(outcome, sizeof outcome, ": going on %s: data in %s, pages at %s:%u\n", without,
		config->data, config->http.listen, config->http.port);
	if (!strstr(rest->errors, outcome))
		fail_msg("no \"%s\" in \"%s\"", outcome, rest->errors);
}

static void config_leaves_out_only_the_key_with_the_mistake(void **state)
{
	static const char *const styles[] = {
		"board: a\nhttp:\n  prot: 1\n  listen: 0.0.0.0\n  port: 8296\nstore:\n"
		"  # a comment\n  limit: 100\n  commit: 1 x\nlog: warn\nsinkz: []\n",
		"board: a\nhttp: {listen: 0.0.0.0, port: 8296, prot: 1}\n"
		"store: {limit: 100, commit: 1 x}\nlog: warn\nsinkz: []\n",
		"{board: a, http: {prot: 1, listen: 0.0.0.0, port: 8296},\n"
		" store: {limit: 100, commit: 1 x}, log: warn, sinkz: []}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
		struct rest rest = load_rest(styles[i]);

		assert_string_equal(rest.config->board, "a");
		assert_string_equal(rest.config->http.listen, "0.0.0.0");
		assert_int_equal(rest.config->http.port, 8296);
		assert_int_equal(rest.config->store.limit_mb, 100);
		assert_int_equal(rest.config->store.commit_ms, 1000);
		assert_int_equal(rest.config->log, LOG_WARN);
		assert_goes_on(&rest, "without http.prot, store.commit, sinkz");
		free_rest(&rest);
	}
}

#define GOOD "{name: gone, kind: influxdb1, url: 'http://h', database: d}"

static void config_leaves_out_only_the_entry_that_lacks_something(void **state)
{
	static const char *const styles[] = {
		"sinks:\n  - " GOOD
		"\n  - {name: bad, kind: influxdb2, url: 'http://127.0.0.1:1'}\n",
		"sinks:\n  - " GOOD "\n  - name: bad\n    kind: influxdb2\n    url: http://h\n",
		"sinks:\n- " GOOD "\n-\n",
		"sinks: [" GOOD ", {kind: victoriametrics, name: bad, url: 'htp://h'}]\n",
		"sinks: [" GOOD ", {name: bad}]\n", "sinks: [" GOOD ", bad]\n",
		"sinks: [" GOOD ", " GOOD "]\n", /* one name for two */
	};

	(void)state;
	for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
		struct rest rest = load_rest(styles[i]);

		assert_goes_on(&rest, "without entry 2 of sinks");
		assert_int_equal(rest.config->n_sinks, 1);
		assert_string_equal(rest.config->sinks[0].name, "gone");
		assert_string_equal(rest.config->sinks[0].database, "d");
		free_rest(&rest);
	}
}

static void config_leaves_out_a_mistake_in_a_list_in_a_map(void **state)
{
	struct rest rest =
		load_rest("serial:\n  scan: no\n  ports:\n    - path: /dev/a\n      speed: 11\n"
			  "    - speed: 9600\n    - {path: /dev/c, kit: c}\n  ignore: [/dev/d, e]\n"
			  "http: {names: [a.local, 'http://b', c.local], port: 81}\n");

	(void)state;
	assert_goes_on(&rest,
		"without speed in entry 1 of serial.ports, entry 2 of serial.ports, "
		"entry 2 of serial.ignore, entry 2 of http.names");
	assert_false(rest.config->serial.scan);
	assert_int_equal(rest.config->serial.n_ports, 2);
	assert_string_equal(rest.config->serial.ports[0].path, "/dev/a");
	assert_int_equal(rest.config->serial.ports[0].speed, 0);
	assert_string_equal(rest.config->serial.ports[1].path, "/dev/c");
	assert_string_equal(rest.config->serial.ports[1].kit, "c");
	assert_int_equal(rest.config->serial.n_ignore, 1);
	assert_int_equal(rest.config->http.n_names, 2);
	assert_string_equal(rest.config->http.names[1], "c.local");
	assert_int_equal(rest.config->http.port, 81);
	free_rest(&rest);
}

/* Places are counted in characters. */
static void config_keeps_what_stands_behind_a_mistake_in_chinese(void **state)
{
	struct rest rest = load_rest("http: {names: [三楼的板子 a，b], port: 81}\n");

	(void)state;
	assert_goes_on(&rest, "without entry 1 of http.names");
	assert_int_equal(rest.config->http.port, 81);
	free_rest(&rest);
}

/* What several keys must be to each other is looked at when each of them is right. */
static void config_names_the_mistakes_of_its_writer_and_no_others(void **state)
{
	struct rest rest = load_rest("sinkz: []\nsinks:\n"
				     "  - {url: 'htp://h', name: a, kind: victoriametrics}\n"
				     "  - name: b\n    kind: influxdb2\n    url: http://h\n");

	(void)state;
	assert_goes_on(&rest, "without sinkz, entry 1 of sinks, entry 2 of sinks");
	assert_non_null(strstr(rest.errors, ":1:1: \"sinkz\" is not a key"));
	assert_non_null(strstr(rest.errors, ":3:11: url: what stands here is not"));
	assert_non_null(strstr(rest.errors, ":4:5: the sink \"b\" lacks"));
	assert_null(strstr(rest.errors, "is missing")); /* the url is there, and wrong */
	free_rest(&rest);
}

/* libyaml ends a line at more than the newline. */
static void config_is_rescued_whatever_ends_its_lines(void **state)
{
	static const struct {
		const char *yaml;
		enum log_level log;
	} cases[] = {
		{"board: x\rbogus: 1\r", LOG_INFO},
		{"board: x\r\nbogus: 1\r\nlog: err\r\n", LOG_ERR},
		{"board: x # \xC2\x85\nbogus: 1\nlog: err", LOG_ERR},
		{"board: x\nbogus: 1\n# \xE2\x80\xA8\nlog: err", LOG_ERR},
		{"# \xE2\x80\xA9\nboard: x\nbogus: 1\nlog: err", LOG_ERR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rest rest = load_rest(cases[i].yaml);

		assert_goes_on(&rest, "without bogus");
		assert_string_equal(rest.config->board, "x");
		assert_int_equal(rest.config->log, cases[i].log);
		free_rest(&rest);
	}
}

static void config_quotes_a_left_out_key_as_a_terminal_can_bear_it(void **state)
{
	struct rest rest = load_rest("\"\\e[2J\": 1\nlog: err\n");

	(void)state;
	assert_int_equal(rest.config->log, LOG_ERR);
	assert_goes_on(&rest, "without \\x1b[2J");
	free_rest(&rest);
}

static void config_says_that_it_left_out_more_than_it_can_name(void **state)
{
	char yaml[4096];
	struct text text = text_over(yaml, sizeof yaml);

	(void)state;
	for (int i = 0; i < 60; i++)
		text_addf(&text, "bogus%d: 1\n", i);
	text_add(&text, "log: err\n");

	struct rest rest = load_rest(yaml);
	assert_int_equal(rest.config->log, LOG_ERR);
	assert_non_null(strstr(rest.errors, ": and 40 more\n"));
	assert_non_null(strstr(rest.errors, " and more: data in "));
	free_rest(&rest);
}

/* Another data folder has other runs and another PIN. */
static void config_says_where_the_data_are_when_it_does_not_do_as_written(void **state)
{
	struct rest rest = load_rest("data: \"/tmp/x\nhttp: {port: 81}\n");

	(void)state;
	assert_goes_on(&rest, "with the defaults");
	assert_non_null(strstr(rest.errors, "data in /var/lib/kitlog, pages at 127.0.0.1:8080\n"));
	free_rest(&rest);
	rest = load_rest("data: tmp/x\nhttp: {port: 81, listen: '::1'}\n");
	assert_non_null(strstr(rest.errors,
		"going on without data: data in /var/lib/kitlog, pages at [::1]:81\n"));
	free_rest(&rest);
}

static void config_that_is_no_yaml_leaves_the_defaults(void **state)
{
	static const char *const cases[] = {
		"board: [a\nhttp: {{{\n", "- board: a\n", "board\n", "port: 81\n\x01"};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct rest rest = load_rest(cases[i]);

		assert_goes_on(&rest, "with the defaults");
		assert_int_equal(rest.config->http.port, 8080);
		free_rest(&rest);
	}
}

static void config_that_cannot_be_read_is_refused(void **state)
{
	struct config *config = NULL;
	char *errors = NULL;

	(void)state;
	assert_true(config_load_rest("/nonexistent/kitlogd.yaml", &config, &errors) < 0);
	assert_null(config);
	assert_non_null(strstr(errors, "/nonexistent/kitlogd.yaml"));
	free(errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_without_mistakes_is_whole_and_silent),
		cmocka_unit_test(config_leaves_out_only_the_key_with_the_mistake),
		cmocka_unit_test(config_leaves_out_only_the_entry_that_lacks_something),
		cmocka_unit_test(config_leaves_out_a_mistake_in_a_list_in_a_map),
		cmocka_unit_test(config_keeps_what_stands_behind_a_mistake_in_chinese),
		cmocka_unit_test(config_names_the_mistakes_of_its_writer_and_no_others),
		cmocka_unit_test(config_is_rescued_whatever_ends_its_lines),
		cmocka_unit_test(config_quotes_a_left_out_key_as_a_terminal_can_bear_it),
		cmocka_unit_test(config_says_that_it_left_out_more_than_it_can_name),
		cmocka_unit_test(config_says_where_the_data_are_when_it_does_not_do_as_written),
		cmocka_unit_test(config_that_is_no_yaml_leaves_the_defaults),
		cmocka_unit_test(config_that_cannot_be_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
