/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration in effect, written so that it reads back to the same and so that a person may
 * start from it. */
#include "data/config_file.h"

#include <string.h>

#include "base/number.h"

/* Quoted where YAML, or a reader, could take it for something else. A JSON string is a YAML string;
 * each character becomes six bytes at most. */
static void put_text(FILE *out, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
	char buffer[6 * 256 + 3];
	struct text text = text_over(buffer, sizeof buffer);

	if (*word && *word != '-' && word[strspn(word, plain)] == '\0') {
		fputs(word, out);
		return;
	}
	text_add_json(&text, word);
	fputs(text.at, out);
}

static void put_key(FILE *out, const char *key, const char *word)
{
	if (!word)
		return;
	fprintf(out, "%s: ", key);
	put_text(out, word);
	fputc('\n', out);
}

static void put_list(FILE *out, const char *key, char *const *words, size_t n)
{
	if (n == 0)
		return;
	fprintf(out, "%s: [", key);
	for (size_t i = 0; i < n; i++) {
		fputs(i > 0 ? ", " : "", out);
		put_text(out, words[i]);
	}
	fputs("]\n", out);
}

static const char *yes_or_no(bool is_so)
{
	return is_so ? "yes" : "no";
}

static void put_duration(FILE *out, const char *key, unsigned ms)
{
	if (ms % 1000 == 0)
		fprintf(out, "%s: %u s\n", key, ms / 1000);
	else
		fprintf(out, "%s: %u ms\n", key, ms);
}

static void put_slaves(FILE *out, const struct config_port *port)
{
	if (port->n_slaves == 0)
		return;
	for (size_t i = 0; i < port->n_slaves; i++)
		fprintf(out, "%s%u", i > 0 ? ", " : "      slaves: [", port->slaves[i]);
	fputs("]\n", out);
}

static void put_number(FILE *out, double value)
{
	char buffer[NUMBER_TEXT + 1];
	struct text text = text_over(buffer, sizeof buffer);

	text_add_double(&text, value);
	fputs(text.at, out);
}

static void put_settings(
	FILE *out, const char *indent, const struct config_setting *settings, size_t n)
{
	if (n > 0)
		fprintf(out, "%ssettings:\n", indent);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "%s  - {id: %s, value: ", indent, settings[i].id);
		put_number(out, settings[i].value);
		fputs("}\n", out);
	}
}

static void put_ports(FILE *out, const struct config *config)
{
	if (config->serial.n_ports > 0)
		fputs("  ports:\n", out);
	for (size_t i = 0; i < config->serial.n_ports; i++) {
		const struct config_port *port = &config->serial.ports[i];

		put_key(out, "    - path", port->path);
		fprintf(out, "      speed: %u\n", port->speed);
		put_key(out, "      kit", port->kit);
		put_slaves(out, port);
		put_settings(out, "      ", port->settings, port->n_settings);
	}
}

static void put_usb(FILE *out, const struct config *config)
{
	fputs("usb:\n", out);
	fprintf(out, "  scan: %s\n", yes_or_no(config->usb.scan));
	put_list(out, "  ignore", config->usb.ignore, config->usb.n_ignore);
	if (config->usb.n_kits > 0)
		fputs("  kits:\n", out);
	for (size_t i = 0; i < config->usb.n_kits; i++) {
		const struct config_usb_kit *kit = &config->usb.kits[i];

		put_key(out, "    - kit", kit->kit);
		put_settings(out, "      ", kit->settings, kit->n_settings);
	}
}

static void put_gpio(FILE *out, const struct config_gpio *gpio)
{
	put_key(out, "  - kit", gpio->kit);
	put_key(out, "    chip", gpio->chip);
	if (gpio->n_lines > 0)
		fputs("    lines:\n", out);
	for (size_t i = 0; i < gpio->n_lines; i++)
		fprintf(out, "      - {id: %s, pin: %u}\n", gpio->lines[i].id, gpio->lines[i].pin);
	put_settings(out, "    ", gpio->settings, gpio->n_settings);
}

static void put_sinks(FILE *out, const struct config *config)
{
	if (config->n_sinks > 0)
		fputs("sinks:\n", out);
	for (size_t i = 0; i < config->n_sinks; i++) {
		const struct config_sink *sink = &config->sinks[i];

		put_key(out, "  - name", sink->name);
		put_key(out, "    kind", config_sink_kind_name(sink->kind));
		put_key(out, "    url", sink->url);
		put_key(out, "    database", sink->database);
		put_key(out, "    org", sink->org);
		put_key(out, "    bucket", sink->bucket);
		put_key(out, "    user", sink->user);
		put_key(out, "    secret", sink->secret);
		put_key(out, "    ca", sink->ca);
		fprintf(out, "    gzip: %s\n", yes_or_no(sink->gzip));
	}
}

void config_print(const struct config *config, FILE *out)
{
	put_key(out, "board", config->board);
	put_key(out, "data", config->data);
	put_key(out, "log", config_log_level_name(config->log));
	put_key(out, "wall_clock", config->wall_clock_is_trusted ? "system" : "auto");
	fputs("http:\n", out);
	put_key(out, "  listen", config->http.listen);
	fprintf(out, "  port: %u\n", config->http.port);
	put_list(out, "  names", config->http.names, config->http.n_names);
	put_key(out, "  certificate", config->http.certificate);
	put_key(out, "  key", config->http.key);
	fputs("serial:\n", out);
	fprintf(out, "  scan: %s\n", yes_or_no(config->serial.scan));
	put_ports(out, config);
	put_list(out, "  ignore", config->serial.ignore, config->serial.n_ignore);
	put_usb(out, config);
	fputs("iio:\n", out);
	fprintf(out, "  scan: %s\n", yes_or_no(config->iio.scan));
	if (config->n_gpio > 0)
		fputs("gpio:\n", out);
	for (size_t i = 0; i < config->n_gpio; i++)
		put_gpio(out, &config->gpio[i]);
	put_list(out, "kits", config->kits, config->n_kits);
	put_list(out, "lessons", config->lessons, config->n_lessons);
	put_list(out, "boards", config->boards, config->n_boards);
	fputs("store:\n", out);
	put_duration(out, "  commit", config->store.commit_ms);
	fprintf(out, "  limit: %u\n", config->store.limit_mb);
	put_sinks(out, config);
}
