/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a file to the configuration in effect: read it, settle what it leaves out. The keys and what
 * they must be are in config_file.c, writing is in config_print.c. */
#include "data/config.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "data/config_file.h"
#include "data/file.h"
#include "data/word.h"

enum { CONFIG_MEMORY = 512 * 1024, SECRET_BYTES = 1024, SECRETS_MOST = 16 };

/* What config_free frees: all texts and lists are in the arena. */
struct owner {
	struct config config;
	struct arena arena;
	char board[CONFIG_BOARD_TEXT];
	char data[sizeof "/var/lib/kitlog"], listen[sizeof "127.0.0.1"];
};

static char *text_or(char *written, char *otherwise)
{
	return written ? written : otherwise;
}

static unsigned number_or(const unsigned *written, unsigned otherwise)
{
	return written ? *written : otherwise;
}

static bool truth_or(const bool *written, bool otherwise)
{
	return written ? *written : otherwise;
}

void config_name_of_host(const char *host, char ret_name[CONFIG_BOARD_TEXT])
{
	text_copy(ret_name, CONFIG_BOARD_TEXT, config_check_name(host) ? "kitlog" : host);
}

static unsigned commit_ms(const char *written)
{
	int64_t ns = NS_PER_S;

	if (written)
		word_duration(written, &ns); /* was checked */
	return (unsigned)(ns / NS_PER_MS);
}

static int settle_ports(struct owner *owner, const struct written_serial *written)
{
	struct config *config = &owner->config;
	size_t n = written->n_ports;
	struct config_port *ports = arena_take(&owner->arena, n * sizeof *ports);

	if (!ports)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct written_port *from = &written->ports[i];

		ports[i] = (struct config_port){
			.path = from->path,
			.kit = from->kit,
			.speed = number_or(from->speed, 0),
			.slaves = from->slaves,
			.n_slaves = from->n_slaves,
			.settings = from->settings,
			.n_settings = from->n_settings,
		};
	}
	config->serial.ports = ports;
	config->serial.n_ports = n;
	return 0;
}

static int settle_usb_kits(struct owner *owner, const struct written_scan *written)
{
	struct config *config = &owner->config;
	size_t n = written->n_kits;
	struct config_usb_kit *kits = arena_take(&owner->arena, n * sizeof *kits);

	if (!kits)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		kits[i] = (struct config_usb_kit){
			.kit = written->kits[i].kit,
			.settings = written->kits[i].settings,
			.n_settings = written->kits[i].n_settings,
		};
	config->usb.kits = kits;
	config->usb.n_kits = n;
	return 0;
}

static int settle_gpio(struct owner *owner, const struct written *written)
{
	struct config *config = &owner->config;
	size_t n = written->n_gpio;
	struct config_gpio *gpio = arena_take(&owner->arena, n * sizeof *gpio);

	if (!gpio)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct written_gpio *from = &written->gpio[i];

		gpio[i] = (struct config_gpio){
			.kit = from->kit,
			.chip = from->chip,
			.lines = from->lines,
			.n_lines = from->n_lines,
			.settings = from->settings,
			.n_settings = from->n_settings,
		};
	}
	config->gpio = gpio;
	config->n_gpio = n;
	return 0;
}

static int settle_sinks(struct owner *owner, const struct written *written)
{
	struct config *config = &owner->config;
	size_t n = written->n_sinks;
	struct config_sink *sinks = arena_take(&owner->arena, n * sizeof *sinks);

	if (!sinks)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct written_sink *from = &written->sinks[i];

		sinks[i] = (struct config_sink){
			.name = from->name,
			.kind = from->kind,
			.url = from->url,
			.database = from->database,
			.org = from->org,
			.bucket = from->bucket,
			.user = from->user,
			.secret = from->secret,
			.ca = from->ca,
			.gzip = truth_or(from->gzip, true),
		};
	}
	config->sinks = sinks;
	config->n_sinks = n;
	return 0;
}

/* The configuration in effect: what is written, else the default. Every default stands here. */
static int settle(struct owner *owner, const struct written *written)
{
	struct config *config = &owner->config;
	char host[HOST_NAME_MAX + 1] = "";

	gethostname(host, sizeof host);
	config_name_of_host(host, owner->board);
	strcpy(owner->data, "/var/lib/kitlog");
	strcpy(owner->listen, "127.0.0.1");
	config->board = text_or(written->board, owner->board);
	config->data = text_or(written->data, owner->data);
	config->log = written->log ? *written->log : LOG_INFO;
	config->wall_clock_is_trusted = written->wall_clock == TRUST_SYSTEM;
	config->http.listen = text_or(written->http.listen, owner->listen);
	config->http.port = number_or(written->http.port, 8080);
	config->http.names = written->http.names;
	config->http.n_names = written->http.n_names;
	config->http.certificate = written->http.certificate;
	config->http.key = written->http.key;
	config->serial.scan = truth_or(written->serial.scan, true);
	config->serial.ignore = written->serial.ignore;
	config->serial.n_ignore = written->serial.n_ignore;
	config->usb.scan = truth_or(written->usb.scan, true);
	config->usb.ignore = written->usb.ignore;
	config->usb.n_ignore = written->usb.n_ignore;
	config->iio.scan = truth_or(written->iio.scan, true);
	config->kits = written->kits;
	config->n_kits = written->n_kits;
	config->lessons = written->lessons;
	config->n_lessons = written->n_lessons;
	config->boards = written->boards;
	config->n_boards = written->n_boards;
	config->store.commit_ms = commit_ms(written->store.commit);
	config->store.limit_mb = number_or(written->store.limit, 1024);

	int r = settle_ports(owner, &written->serial);
	if (r == 0)
		r = settle_usb_kits(owner, &written->usb);
	if (r == 0)
		r = settle_gpio(owner, written);
	return r < 0 ? r : settle_sinks(owner, written);
}

int config_take(const struct tree *tree, struct report *report, struct config **ret_config)
{
	static const struct written nothing = {0};
	struct owner *owner = calloc(1, sizeof *owner);
	void *written = NULL;
	int r = -ENOMEM;

	if (!owner)
		goto fail;
	owner->arena = arena_of(CONFIG_MEMORY);
	r = load(&config_format, tree, &owner->arena, report, &written);
	if (r < 0)
		goto fail;
	r = settle(owner, written ? written : &nothing);
	if (r < 0)
		goto fail;
	*ret_config = &owner->config;
	return 0;
fail:
	config_free(owner ? &owner->config : NULL);
	return r;
}

int config_parse(
	const char *name, const char *yaml, size_t n, struct config **ret_config, char **ret_errors)
{
	struct report report = {.file = name};
	struct tree tree;
	int r = tree_read(yaml, n, &report, &tree);

	if (r == 0)
		r = config_take(&tree, &report, ret_config);
	tree_free(&tree);
	if (r == -ENOMEM)
		report_add(&report, 0, 0, "out of memory");
	if (r < 0)
		*ret_errors = report_text(&report);
	return r;
}

static int config_unreadable(const char *path, int error, char **ret_errors)
{
	struct report report = {.file = path};

	report_add(&report, 0, 0, "%s; check the name, and whether kitlogd may read it",
		strerror(-error));
	*ret_errors = report_text(&report);
	return error;
}

int config_read(const char *path, char **ret_bytes, size_t *ret_n, char **ret_errors)
{
	enum { SIZE = TREE_BYTES + 1 }; /* one more than a description may have shows that it has */
	char *bytes = malloc(SIZE);
	int r = bytes ? file_read(path, bytes, SIZE, ret_n) : -ENOMEM;

	if (r < 0) {
		free(bytes);
		return config_unreadable(path, r, ret_errors);
	}
	*ret_bytes = bytes;
	return 0;
}

int config_load(const char *path, struct config **ret_config, char **ret_errors)
{
	char *bytes = NULL;
	size_t n = 0;

	if (!path)
		return config_parse("", "", 0, ret_config, ret_errors);
	int r = config_read(path, &bytes, &n, ret_errors);

	if (r == 0)
		r = config_parse(path, bytes, n, ret_config, ret_errors);
	free(bytes);
	return r;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	struct owner *owner =
		(struct owner *)(void *)((char *)config - offsetof(struct owner, config));

	arena_free(&owner->arena);
	free(owner);
}

/* The path, where everybody may read what is there. */
static const char *open_secret(const char *path)
{
	struct stat found;

	return path && stat(path, &found) == 0 && (found.st_mode & S_IROTH) ? path : NULL;
}

/* Adds a line to a text that was malloc'ed; NULL when memory is short. */
static char *add_line(char *lines, const char *line)
{
	char *more = NULL;

	if (!lines || asprintf(&more, "%s%s\n", lines, line) < 0)
		more = NULL;
	free(lines);
	return more;
}

char *config_open_secrets(const struct config *config)
{
	const char *paths[SECRETS_MOST];
	size_t n = 0;
	char *lines = strdup("");

	paths[n++] = open_secret(config->http.key);
	for (size_t i = 0; i < config->n_sinks && n < SECRETS_MOST; i++)
		paths[n++] = open_secret(config->sinks[i].secret);
	for (size_t i = 0; i < n && lines; i++) {
		char line[400];

		if (!paths[i])
			continue;
		snprintf(line, sizeof line,
			"%s: everybody on this board can read this secret; chmod o= it", paths[i]);
		lines = add_line(lines, line);
	}
	return lines;
}

static int take_secret(const char *bytes, size_t n, char *ret_secret, size_t size)
{
	size_t line = 0;

	while (line < n && bytes[line] != '\n')
		line++;
	if (line == SECRET_BYTES)
		return -EMSGSIZE;
	if (line > 0 && bytes[line - 1] == '\r')
		line--;
	if (line == 0)
		return -ENODATA;
	if (line >= size)
		return -EMSGSIZE;
	/* It goes into a header of a request, where a line end would start another one. */
	for (size_t i = 0; i < line; i++)
		if ((unsigned char)bytes[i] < ' ' || bytes[i] == 0x7F)
			return -EINVAL;
	memcpy(ret_secret, bytes, line);
	ret_secret[line] = '\0';
	return 0;
}

int config_read_secret(const char *path, char *ret_secret, size_t size)
{
	char bytes[SECRET_BYTES];
	size_t n;
	int r = file_read(path, bytes, sizeof bytes, &n);

	if (r == 0)
		r = take_secret(bytes, n, ret_secret, size);
	explicit_bzero(bytes, sizeof bytes);
	return r;
}

char *config_lost_secrets(const struct config *config)
{
	char *lines = strdup("");

	for (size_t i = 0; i < config->n_sinks && lines; i++) {
		const char *path = config->sinks[i].secret;
		char secret[SECRET_BYTES], line[400];
		int failed = path ? config_read_secret(path, secret, sizeof secret) : 0;

		explicit_bzero(secret, sizeof secret);
		if (failed == -ENODATA || failed == -EINVAL || failed == -EMSGSIZE)
			snprintf(line, sizeof line,
				"%s: holds no secret; write the password or token into its first line",
				path);
		else if (failed)
			snprintf(line, sizeof line,
				"%s: %s; check the name, and let kitlogd read it (chgrp kitlog, chmod 640)",
				path, strerror(-failed));
		if (failed)
			lines = add_line(lines, line);
	}
	return lines;
}
