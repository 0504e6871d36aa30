/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several keys of the configuration must be to each other, each said at the line where it can
 * be mended. */
#include "data/config_file.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct place {
	char path[64];
};

static struct place place_of(const char *list, unsigned i, const char *key)
{
	struct place place;

	snprintf(place.path, sizeof place.path, "%s[%u]%s", list, i, key);
	return place;
}

/* Which keys a kind of sink needs, and which it has. */
enum { I1 = 1 << SINK_INFLUXDB1, I2 = 1 << SINK_INFLUXDB2, I3 = 1 << SINK_INFLUXDB3 };
enum { VM = 1 << SINK_VICTORIAMETRICS, ALL = I1 | I2 | I3 | VM };

static const struct {
	const char *key, *path;
	size_t offset;
	unsigned needed_by, known_to;
} parts[] = {
	{"database", ".database", offsetof(struct written_sink, database), I1 | I3, I1 | I3},
	{"org", ".org", offsetof(struct written_sink, org), I2, I2},
	{"bucket", ".bucket", offsetof(struct written_sink, bucket), I2, I2},
	{"user", ".user", offsetof(struct written_sink, user), 0, I1 | VM},
	{"secret", ".secret", offsetof(struct written_sink, secret), I2, ALL},
};

static void check_sink(
	const struct written *written, unsigned i, const struct tree *tree, struct report *report)
{
	const struct written_sink *one = &written->sinks[i];
	const char *kind = config_sink_kind_name(one->kind);
	unsigned bit = 1U << one->kind;
	char buffer[80];
	struct text missing = text_over(buffer, sizeof buffer);

	for (size_t p = 0; p < COUNT(parts); p++) {
		const char *value =
			*(char *const *)(const void *)((const char *)one + parts[p].offset);

		if (!value && (parts[p].needed_by & bit))
			text_addf(&missing, "%s%s", missing.length ? ", " : "", parts[p].key);
		if (value && !(parts[p].known_to & bit))
			load_mistake(tree, report, place_of("sinks", i, parts[p].path).path,
				"%s: %s has no %s; leave it out", parts[p].key, kind, parts[p].key);
	}
	if (missing.length > 0)
		load_mistake(tree, report, place_of("sinks", i, "").path,
			"the sink \"%s\" lacks what %s needs; add %s", one->name, kind, missing.at);
	if (((I1 | VM) & bit) && !one->user != !one->secret)
		load_mistake(tree, report,
			place_of("sinks", i, one->user ? ".user" : ".secret").path,
			"user and secret belong together; add %s",
			one->user ? "secret, the file with the password" : "user");
	if (one->ca && strncmp(one->url, "https://", 8) != 0)
		load_mistake(tree, report, place_of("sinks", i, ".ca").path,
			"ca: without https nothing is checked by it; write url: https://..., or leave ca out");
	for (unsigned j = 0; j < i; j++)
		if (strcmp(written->sinks[j].name, one->name) == 0)
			load_mistake(tree, report, place_of("sinks", i, ".name").path,
				"name: \"%s\" names two sinks; rename one", one->name);
}

/* `list`: "gpio[0]" or the like. */
static void check_settings(const struct config_setting *settings, unsigned n, struct place list,
	const struct tree *tree, struct report *report)
{
	char path[96];

	for (unsigned j = 0; j < n; j++)
		for (unsigned k = 0; k < j; k++)
			if (strcmp(settings[j].id, settings[k].id) == 0) {
				snprintf(path, sizeof path, "%s.settings[%u].id", list.path, j);
				load_mistake(tree, report, path,
					"id: \"%s\" stands twice in settings; keep one",
					settings[j].id);
			}
}

static void check_slaves(
	const struct written_port *port, unsigned i, const struct tree *tree, struct report *report)
{
	char key[32];

	if (port->n_slaves > 0 && !port->kit)
		load_mistake(tree, report, place_of("serial.ports", i, ".slaves").path,
			"slaves: of which kit? add kit, such as kit: xy-md02");
	for (unsigned j = 0; j < port->n_slaves; j++) {
		snprintf(key, sizeof key, ".slaves[%u]", j);
		for (unsigned k = 0; k < j; k++)
			if (port->slaves[k] == port->slaves[j])
				load_mistake(tree, report, place_of("serial.ports", i, key).path,
					"slaves: %u stands twice; each device on a bus has an address of its own",
					port->slaves[j]);
	}
}

static void check_port(
	const struct written *written, unsigned i, const struct tree *tree, struct report *report)
{
	const struct written_serial *serial = &written->serial;
	const char *name = serial->ports[i].path;
	struct place place = place_of("serial.ports", i, ".path");

	for (unsigned j = 0; j < i; j++)
		if (strcmp(serial->ports[j].path, name) == 0)
			load_mistake(tree, report, place.path,
				"path: \"%.100s\" stands twice in ports; keep one", name);
	for (unsigned j = 0; j < serial->n_ignore; j++)
		if (strcmp(serial->ignore[j], name) == 0)
			load_mistake(tree, report, place.path,
				"path: \"%.100s\" stands in ports and in ignore; keep one", name);
	check_slaves(&serial->ports[i], i, tree, report);
	if (serial->ports[i].n_settings > 0 && !serial->ports[i].kit)
		load_mistake(tree, report, place_of("serial.ports", i, ".settings").path,
			"settings: of which kit? add kit, such as kit: xy-md02");
	check_settings(serial->ports[i].settings, serial->ports[i].n_settings,
		place_of("serial.ports", i, ""), tree, report);
}

static void check_usb_kit(
	const struct written *written, unsigned i, const struct tree *tree, struct report *report)
{
	const struct written_usb_kit *one = &written->usb.kits[i];

	for (unsigned j = 0; j < i; j++)
		if (strcmp(written->usb.kits[j].kit, one->kit) == 0)
			load_mistake(tree, report, place_of("usb.kits", i, ".kit").path,
				"kit: \"%s\" stands twice in kits; keep one", one->kit);
	check_settings(one->settings, one->n_settings, place_of("usb.kits", i, ""), tree, report);
}

/* One pin for each line, of all that hang at a chip. */
static void check_pin(const struct written *written, unsigned i, unsigned line,
	const struct tree *tree, struct report *report)
{
	const struct written_gpio *one = &written->gpio[i];
	char key[32];

	snprintf(key, sizeof key, ".lines[%u].pin", line);
	for (unsigned j = 0; j <= i; j++) {
		const struct written_gpio *other = &written->gpio[j];
		unsigned n = j == i ? line : other->n_lines;

		if (strcmp(one->chip ? one->chip : "", other->chip ? other->chip : "") != 0)
			continue;
		for (unsigned k = 0; k < n; k++)
			if (other->lines[k].pin == one->lines[line].pin)
				load_mistake(tree, report, place_of("gpio", i, key).path,
					"pin: %u is the pin of %s of %s, too; each line has its own",
					one->lines[line].pin, other->lines[k].id, other->kit);
	}
}

static void check_gpio(
	const struct written *written, unsigned i, const struct tree *tree, struct report *report)
{
	const struct written_gpio *one = &written->gpio[i];
	char key[32];

	for (unsigned j = 0; j < one->n_lines; j++) {
		check_pin(written, i, j, tree, report);
		snprintf(key, sizeof key, ".lines[%u].id", j);
		for (unsigned k = 0; k < j; k++)
			if (strcmp(one->lines[j].id, one->lines[k].id) == 0)
				load_mistake(tree, report, place_of("gpio", i, key).path,
					"id: \"%s\" stands twice in lines; keep one",
					one->lines[j].id);
	}
	check_settings(one->settings, one->n_settings, place_of("gpio", i, ""), tree, report);
}

static void check_http(
	const struct written_http *http, const struct tree *tree, struct report *report)
{
	if (http->certificate && !http->key)
		load_mistake(tree, report, "http.certificate",
			"certificate and key belong together; add key, the file with its private key");
	else if (http->key && !http->certificate)
		load_mistake(tree, report, "http.key",
			"certificate and key belong together; add certificate, the file with the chain");
}

void config_check(const void *data, const struct tree *tree, struct report *report)
{
	const struct written *written = data;

	check_http(&written->http, tree, report);
	for (unsigned i = 0; i < written->serial.n_ports; i++)
		check_port(written, i, tree, report);
	for (unsigned i = 0; i < written->usb.n_kits; i++)
		check_usb_kit(written, i, tree, report);
	for (unsigned i = 0; i < written->n_gpio; i++)
		check_gpio(written, i, tree, report);
	for (unsigned i = 0; i < written->n_sinks; i++)
		check_sink(written, i, tree, report);
}
