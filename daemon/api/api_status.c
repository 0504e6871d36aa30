/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the board is: GET /status, and the same facts as "hello" and "health" events. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/handlers.h"
#include "data/chinese.h"
#include "live/json.h"

enum { MOST_PORTS = 64 };

/* "now_us":...,"wall_us":... */
static void add_now(const struct parts *parts, struct text *text, struct anchor *ret_anchor)
{
	struct instant now = clock_now(parts->clock);
	struct wall wall;

	text_addf(text, "\"now_us\":%lld,\"wall_us\":", (long long)instant_us(now));
	if (walltime_at(&parts->walltime, now, &wall, ret_anchor))
		text_add_int(text, wall.ns / NS_PER_US);
	else
		text_add(text, "null");
}

static void add_board(const struct parts *parts, struct text *text)
{
	text_add(text, "\"board\":");
	text_add_json(text, parts->board);
	text_add(text, ",\"version\":\"" KITLOG_VERSION "\",");
}

static void add_store_problem(const struct parts *parts, struct text *text)
{
	switch (-parts->store.last_error) {
	case 0:
		text_add(text, "null");
		break;
	case ENOSPC:
		json_words(text, "卡满了。删掉卡上别的文件，或者换一张大一点的卡。",
			"The card is full. Remove other files from it, or put in a larger one.");
		break;
	case EROFS:
		json_words(text, "卡写不进了。换一张卡。",
			"The card refuses to be written. Replace it.");
		break;
	case ENOMEM:
		json_words(text, "卡太慢，数据在排队。换一张快一点的卡。",
			"The card is too slow and data queue up. Put in a faster one.");
		break;
	default:
		json_words(text, "存卡出错。把卡重新插紧，不行就换一张。",
			"The card fails. Push it in firmly, or replace it.");
	}
}

static void add_store(const struct parts *parts, struct text *text)
{
	const struct store_status *store = &parts->store;

	text_addf(text,
		"\"store\":{\"bytes\":%llu,\"limit_bytes\":%llu,\"rows\":%llu,"
		"\"pending_rows\":%llu,\"lost_rows\":%llu,\"damaged_chunks\":%llu,"
		"\"durable_us\":%lld,\"problem\":",
		(unsigned long long)store->bytes,
		(unsigned long long)parts->config->store.limit_mb << 20,
		(unsigned long long)store->rows, (unsigned long long)store->pending_rows,
		(unsigned long long)store->lost_rows, (unsigned long long)store->damaged_chunks,
		(long long)instant_us(store->durable));
	add_store_problem(parts, text);
	text_add_char(text, '}');
}

/* Whole microseconds are what a board can mean; below one is zero. */
static void add_spread(struct text *text, const char *key, const struct spread *spread)
{
	text_addf(text, "\"%s\":{\"n\":%llu,\"p50\":%lld,\"p99\":%lld,\"p999\":%lld,\"most\":%lld}",
		key, (unsigned long long)spread->n, (long long)(spread->p50 / NS_PER_US),
		(long long)(spread->p99 / NS_PER_US), (long long)(spread->p999 / NS_PER_US),
		(long long)(spread->most / NS_PER_US));
}

static void add_sense(const struct parts *parts, struct text *text)
{
	const struct feed_punctual *told = live_punctual(parts->live);

	text_add(text, "\"sense\":");
	if (!told) {
		text_add(text, "null");
		return;
	}
	text_add_char(text, '{');
	add_spread(text, "late_us", &told->late);
	text_add_char(text, ',');
	add_spread(text, "late_minute_us", &told->late_minute);
	text_add_char(text, ',');
	add_spread(text, "turn_us", &told->turn);
	text_add_char(text, ',');
	add_spread(text, "turn_minute_us", &told->turn_minute);
	text_add_char(text, '}');
}

/* "kit 3: No answer; ..." */
static void add_problem_of(
	const struct device *device, const char *zh, const char *en, struct text *text)
{
	char said_zh[PORT_PROBLEM + 32], said_en[PORT_PROBLEM + 32];

	if (!device || !zh[0]) {
		json_words(text, zh, en);
		return;
	}
	snprintf(said_zh, sizeof said_zh, "%u 号器材：%s", device->sticker, zh);
	snprintf(said_en, sizeof said_en, "kit %u: %s", device->sticker, en);
	json_words(text, said_zh, said_en);
}

/* What keeps a port shut comes first, then what its kit says, then what nobody understands. */
static void add_port_problem(
	const struct parts *parts, const struct port_status *port, struct text *text)
{
	struct trouble_words words = {.zh = ""};
	bool is_gone;
	const struct device *device = live_device_at(parts->live, port->path, &is_gone, &words);

	if (port->is_open && is_gone)
		device = NULL; /* somebody else speaks there now */
	if (!port->is_open || !words.zh[0])
		add_problem_of(device, port->problem_zh, port->problem, text);
	else
		add_problem_of(device, words.zh, words.en, text);
}

static void add_ports(const struct parts *parts, struct text *text)
{
	struct port_status ports[MOST_PORTS];
	size_t n = parts->ports ? ports_status(parts->ports, ports, MOST_PORTS) : 0;

	text_add(text, "\"ports\":[");
	for (size_t i = 0; i < n && i < MOST_PORTS; i++) {
		const char *state =
			ports[i].is_open ? live_port_state(parts->live, ports[i].path) : "closed";

		text_add(text, i > 0 ? ",{\"path\":" : "{\"path\":");
		text_add_json(text, ports[i].path);
		text_add(text, ",\"is_open\":");
		json_bool(text, ports[i].is_open);
		if (ports[i].speed > 0)
			text_addf(text, ",\"speed\":%u", ports[i].speed);
		else
			text_add(text, ",\"speed\":null");
		text_add(text, ",\"problem\":");
		add_port_problem(parts, &ports[i], text);
		text_addf(text, ",\"state\":\"%s\"}", state);
	}
	text_add_char(text, ']');
}

/* Starts of the board of which nobody has told the hour, the present one too: their rows wait. */
static void add_dark_boots(const struct parts *parts, struct text *text)
{
	const struct wall_map *map = parts->walltime.map;
	unsigned n_dark = 0;

	for (size_t i = 0; map && i < wall_map_boots(map); i++)
		n_dark += !wall_map_boot(map, i).is_known;
	if (map)
		text_addf(text, ",\"boots_without_hour\":%u", n_dark);
	else
		text_add(text, ",\"boots_without_hour\":null"); /* it is being read */
}

static void add_config_problem(const struct parts *parts, struct text *text)
{
	const char *tls = parts->tls ? tls_problem(parts->tls, parts_hour(parts)) : "";
	char *en = NULL, *zh = NULL;

	if (asprintf(&en, "%s%s%s", parts->config_problem ? parts->config_problem : "", tls,
		    *tls ? "\n" : "") < 0)
		en = NULL;
	if (en)
		zh = chinese_lines(en);
	json_words(text, zh ? zh : en ? en : "", en ? en : "");
	free(zh);
	free(en);
}

void handle_status(void *self, struct request *request)
{
	struct parts *parts = self;
	struct text text = answer_begin(parts);
	struct anchor anchor = {0};

	text_add_char(&text, '{');
	add_board(parts, &text);
	add_now(parts, &text, &anchor);
	if (anchor.source != 0)
		text_addf(&text, ",\"wall_source\":\"%s\",\"wall_uncertainty_us\":%lld",
			anchor_source_name(anchor.source),
			(long long)(anchor.uncertainty_ns / NS_PER_US));
	else
		text_add(&text, ",\"wall_source\":null,\"wall_uncertainty_us\":null");
	add_dark_boots(parts, &text);
	text_addf(&text,
		",\"started_us\":%lld,\"is_teacher\":", (long long)instant_us(parts->started));
	json_bool(&text, parts_is_teacher(parts, request));
	text_addf(&text, ",\"viewers\":%u,", events_viewers(parts->events));
	add_store(parts, &text);
	text_add_char(&text, ',');
	add_sense(parts, &text);
	text_add_char(&text, ',');
	add_ports(parts, &text);
	text_add(&text, ",\"kits\":");
	write_kits(parts, &text);
	text_add(&text, ",\"lessons\":");
	write_shelf(parts, &text);
	text_add(&text, ",\"config_problem\":");
	add_config_problem(parts, &text);
	text_add(&text, "}\n");
	answer_send(request, 200, &text);
}

void write_hello(void *self, struct text *text)
{
	struct parts *parts = self;

	text_add_char(text, '{');
	add_board(parts, text);
	add_now(parts, text, NULL);
	text_add_char(text, '}');
}

void write_health(struct parts *parts, struct text *text)
{
	text_add_char(text, '{');
	add_now(parts, text, NULL);
	text_addf(text, ",\"viewers\":%u,\"devices\":", events_viewers(parts->events));
	live_health_json(parts->live, text);
	text_addf(text, ",\"store\":{\"durable_us\":%lld,\"problem\":",
		(long long)instant_us(parts->store.durable));
	add_store_problem(parts, text);
	text_add(text, "},\"sinks\":");
	write_sinks_health(parts, text);
	text_add_char(text, '}');
}
