/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: one YAML file, described by one table (config_file.c), read through libcyaml.
 *
 *     board: kitlog-3B2            # name of this board: tag of everything shipped; default: host name
 *     data: /var/lib/kitlog        # the store, the PIN, the cursors
 *     log: info                    # err warn info debug
 *     wall_clock: auto             # auto: trusted when NTP or a battery clock says so; system: always
 *     http:
 *       listen: 127.0.0.1          # an address of this board; 0.0.0.0 or :: for a class
 *       port: 8080
 *       names: [kitlog-3b2.local]  # further Host names a browser may use (DNS rebinding is refused)
 *       certificate: /etc/kitlog/board.crt  # PEM, the chain behind it: the port speaks https only
 *       key: /etc/kitlog/board.key # its private key, PEM
 *     serial:
 *       scan: yes                  # take every USB serial port the kernel lists
 *       ports:                     # ports named by hand: also ptys and ports without USB
 *         - {path: /dev/ttyS0, speed: 9600, kit: text-board}   # speed 0: find it; kit: also for its name
 *         - {path: /dev/ttyUSB1, kit: xy-md02, slaves: [1, 4]} # addresses on an RS-485 bus
 *         - {path: /dev/ttyUSB2, kit: soil, settings: [{id: depth, value: 15}]} # else the kit's own
 *       ignore: [/dev/ttyUSB9]
 *     usb:
 *       scan: yes                  # take every USB device that a kit describes
 *       ignore: ["04d9:a052"]      # vendor:product; "04d9:*" is every product
 *       kits: [{kit: cart, settings: [{id: wheel, value: 31}]}]    # else the kit's own
 *     iio:
 *       scan: yes                  # take the kernel's sensors: iio and 1-Wire
 *     gpio:                        # what hangs at the board's pins
 *       - kit: photogates-two
 *         chip: gpiochip0          # name, label or path; else the board's own header
 *         lines: [{id: gate1, pin: 17}, {id: gate2, pin: 27}]  # else the kit's own pins
 *         settings: [{id: flag, value: 25}]                    # else the kit's own values
 *     kits: [/etc/kitlog/kits]     # a school's own kit folders, beside kitlog's
 *     lessons: [/etc/kitlog/lessons]  # and its own lessons
 *     boards: [192.168.1.7, "kitlog-2.local:8080"]  # other boards in the room, beside those found by mDNS
 *     store:
 *       commit: 1 s                # what a power cut may cost
 *       limit: 1024                # MB on the card
 *     sinks:
 *       - name: school
 *         kind: influxdb1          # influxdb1 influxdb2 influxdb3 victoriametrics
 *         url: https://data.school.example:8086
 *         database: kitlog         # influxdb1, influxdb3
 *         org: school              # influxdb2
 *         bucket: kitlog           # influxdb2
 *         user: board3             # influxdb1, victoriametrics: basic authentication
 *         secret: /etc/kitlog/school.secret   # file: password or token, first line
 *         ca: /etc/kitlog/school-ca.crt       # PEM: what is trusted for https in place of the system's
 *         gzip: yes
 *
 * Everything is optional. A mistake is one sentence with file, line and column, naming the word,
 * what was expected and the nearest right word; all mistakes of a file at once. Pure but for what
 * takes a path. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/log.h"

enum sink_kind {
	SINK_INFLUXDB1 = 1,
	SINK_INFLUXDB2 = 2,
	SINK_INFLUXDB3 = 3,
	SINK_VICTORIAMETRICS = 4,
};

enum { CONFIG_BOARD_TEXT = 48 }; /* room for a board's name and its NUL */

struct config_sink {
	char *name, *url, *database, *org, *bucket, *user, *secret, *ca; /* NULL when absent */
	enum sink_kind kind;
	bool gzip;
};

enum { CONFIG_SLAVES = 6, CONFIG_FOLDERS = 8, CONFIG_BOARDS = 64 };

struct config_line {
	char *id; /* of the kit's gpio */
	unsigned pin;
};

struct config_setting {
	char *id; /* of the kit's settings */
	double value;
};

/* Settings that are not here have the kit's value. */
struct config_port {
	char *path, *kit;
	unsigned speed;
	unsigned *slaves; /* n_slaves 0: the kit's own */
	size_t n_slaves;
	struct config_setting *settings;
	size_t n_settings;
};

struct config_usb_kit {
	char *kit;
	struct config_setting *settings;
	size_t n_settings;
};

struct config_gpio {
	char *kit, *chip; /* chip NULL: the board's own header (sense/gpio_chips.h) */
	struct config_line *lines;
	size_t n_lines; /* those that are not here have the kit's pin */
	struct config_setting *settings;
	size_t n_settings; /* those that are not here have the kit's value */
};

struct config {
	char *board, *data;
	enum log_level log;
	bool wall_clock_is_trusted; /* wall_clock: system */
	struct {
		char *listen;
		unsigned port;
		char **names;
		size_t n_names;
		char *certificate, *key; /* both or neither (NULL): with them https only */
	} http;
	struct {
		bool scan;
		struct config_port *ports;
		size_t n_ports;
		char **ignore;
		size_t n_ignore;
	} serial;
	struct {
		bool scan;
		char **ignore; /* "04d9:a052", "04d9:*" */
		size_t n_ignore;
		struct config_usb_kit *kits;
		size_t n_kits;
	} usb;
	struct {
		bool scan;
	} iio;
	struct config_gpio *gpio;
	size_t n_gpio;
	char **kits; /* n_kits 0: the usual folder, if it is there */
	size_t n_kits;
	char **lessons; /* the same */
	size_t n_lessons;
	char **boards; /* addresses of other boards, beside those that are found */
	size_t n_boards;
	struct {
		unsigned commit_ms;
		unsigned limit_mb;
	} store;
	struct config_sink *sinks;
	size_t n_sinks;
};

/* Reads and checks a file; path NULL gives the defaults. On -EINVAL (mistakes) and on other -errno,
 * *ret_errors is a malloc'ed text of one sentence per line, for the caller to print and free (NULL
 * when memory is short); on success it is not touched. */
int config_load(const char *path, struct config **ret_config, char **ret_errors);

/* As config_load, for a board that must record whatever somebody mistyped: the smallest thing that
 * holds a mistake is left out, a key or an entry of a list, and of a file that is no YAML
 * everything. Returns 0 with *ret_errors set when there was one: the mistakes, then what was left
 * out, and where the data and the pages are with what holds now. A file that cannot be read at all
 * is still -errno. */
int config_load_rest(const char *path, struct config **ret_config, char **ret_errors);

/* The same two from memory; `name` stands for the file in messages. For tests and fuzzing. */
int config_parse(const char *name, const char *yaml, size_t n, struct config **ret_config,
	char **ret_errors);
int config_parse_rest(const char *name, const char *yaml, size_t n, struct config **ret_config,
	char **ret_errors);

void config_free(struct config *config);

/* Writes the configuration in effect as YAML that config_load reads back to the same. No secrets
 * are in it: they are in files of their own. */
void config_print(const struct config *config, FILE *out);

/* Whoever is on the board can read these files of secrets, and shall not: a sentence a line with the
 * file's name before it, malloc'ed; NULL when memory is short. Those that cannot be looked at are told
 * where they are used. */
char *config_open_secrets(const struct config *config);

/* The same of the sinks' secrets that cannot be read, or are none: for --check-config. The daemon tells
 * them as what is the matter with the sink. */
char *config_lost_secrets(const struct config *config);

/* Reads a secret's file: its first line without the newline. -errno; -EACCES and friends as they
 * are, -ENODATA when the line is empty, -EMSGSIZE when it is longer than size - 1, -EINVAL when it
 * holds control characters. */
int config_read_secret(const char *path, char *ret_secret, size_t size);
