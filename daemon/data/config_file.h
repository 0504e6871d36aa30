/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration as it is written: what is absent is NULL (or the first choice). Private to the
 * files config*.c; config.h has the configuration in effect. */
#pragma once

#include "data/config.h"
#include "data/load.h"

enum trust { TRUST_AUTO, TRUST_SYSTEM };

struct written_http {
	char *listen;
	unsigned *port;
	char **names;
	unsigned n_names;
	char *certificate, *key;
};

struct written_port {
	char *path, *kit;
	unsigned *speed, *slaves;
	unsigned n_slaves;
	struct config_setting *settings;
	unsigned n_settings;
};

struct written_usb_kit {
	char *kit;
	struct config_setting *settings;
	unsigned n_settings;
};

struct written_gpio {
	char *kit, *chip;
	struct config_line *lines;
	unsigned n_lines;
	struct config_setting *settings;
	unsigned n_settings;
};

struct written_scan {
	bool *scan;
	char **ignore;
	unsigned n_ignore;
	struct written_usb_kit *kits; /* of usb */
	unsigned n_kits;
};

struct written_serial {
	bool *scan;
	struct written_port *ports;
	unsigned n_ports;
	char **ignore;
	unsigned n_ignore;
};

struct written_store {
	char *commit;
	unsigned *limit;
};

struct written_sink {
	char *name, *url, *database, *org, *bucket, *user, *secret, *ca;
	enum sink_kind kind;
	bool *gzip;
};

struct written {
	char *board, *data;
	enum log_level *log;
	enum trust wall_clock;
	struct written_http http;
	struct written_serial serial;
	struct written_scan usb, iio;
	struct written_gpio *gpio;
	unsigned n_gpio;
	char **kits, **lessons, **boards;
	unsigned n_kits, n_lessons, n_boards;
	struct written_store store;
	struct written_sink *sinks;
	unsigned n_sinks;
};

/* Reads a struct written. */
extern const struct format config_format;

/* What several keys must be to each other (config_check.c). */
void config_check(const void *written, const struct tree *tree, struct report *report);

/* config_parse from what was read, with the mistakes as they are; and a file's bytes, malloc'ed, at
 * most one more than a description may have. */
int config_take(const struct tree *tree, struct report *report, struct config **ret_config);
int config_read(const char *path, char **ret_bytes, size_t *ret_n, char **ret_errors);

/* NULL, or what a board's name must be, but for its length. */
const char *config_check_name(const char *word);

/* The board's name when none is written: the host's, which may be longer, or "kitlog". */
void config_name_of_host(const char *host, char ret_name[CONFIG_BOARD_TEXT]);

const char *config_sink_kind_name(enum sink_kind kind);  /* "influxdb1" */
const char *config_log_level_name(enum log_level level); /* "info" */
