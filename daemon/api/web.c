/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens what is behind the door, in the order in which it stands on each other, and passes on the
 * news. */
#include "api/web.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/container.h"
#include "base/text.h"
#include "data/machine.h"
#include "api/accepting.h"
#include "api/api.h"
#include "api/boards.h"
#include "api/classes.h"
#include "live/described.h"
#include "class/endings.h"
#include "api/handlers.h"
#include "api/lists.h"
#include "api/own_room.h"
#include "http/address.h"
#include "api/rereading.h"
#include "http/http.h"

#define LOG_TAG "web"
#include "base/log.h"

/* By address alone: what some do keeps nobody out elsewhere. A class of forty types four digits, and slips; a class
 * behind one router comes at once. */
enum { WRONG_CODES_PER_ADDRESS = 10, JOINS_PER_ADDRESS = 80, REGROUPS_PER_BROWSER = 12 };
enum { ADDRESS_TEXT = 80, BOARD_TEXT = 256, GOODBYE_MS = 1000 };
enum { PING_BEATS = 10, LOAD_BEATS = 5, TELL_BEATS = 5, REREAD_BEATS = 30 };

static const int64_t LISTEN_AGAIN_NS = 5 * (int64_t)NS_PER_S;

struct web {
	struct parts parts;
	struct loop *loop;
	struct http_options http_options;
	struct http *http; /* NULL while the port is taken */
	struct log_state http_state, lists_state, address_state;
	struct ring *notices; /* keep's, after each commit */
	struct timer beat;    /* each second: health */
	struct timer listen_again;
	unsigned n_beats;
	char board[BOARD_TEXT];
	char *scratch;
};

static void send_out(void *self)
{
	struct web *web = self;

	if (web->http)
		http_run(web->http);
}

/* Said when it changes: the network may come up after the board, and give it another address each day. */
static void tell_address(struct web *web)
{
	char address[ADDRESS_TEXT];
	int r = address_write(
		web->http_options.listen, web->parts.port, web->parts.tls, address, sizeof address);

	log_state_set(&web->address_state, LOG_INFO, LOG_TAG, "pages at %s%s", address,
		r == -ENETDOWN ? ", for the board alone: no network is up" : "");
}

/* --- news --- */

static bool settle_all(struct parts *parts)
{
	bool has_any = settle_look(&parts->settles);

	has_any |= settle_look(&parts->readings);
	has_any |= settle_look(&parts->acts);
	return settle_look(&parts->receipts) || has_any;
}

static void read_notices(struct web *web)
{
	const struct store_status *status;
	size_t n;

	while (web->notices && (status = ring_peek(web->notices, &n))) {
		web->parts.store = *status;
		ring_drop(web->notices);
		downloads_told(&web->parts.downloads);
	}
	if (settle_all(&web->parts))
		send_out(web);
}

void web_feed(struct web *web)
{
	live_feed(web->parts.live);
	read_notices(web);
}

static bool wall_of(void *self, struct instant at, struct wall *ret_wall)
{
	return walltime_at(self, at, ret_wall, NULL);
}

static void on_beat(struct timer *timer, struct instant now)
{
	struct web *web = CONTAINER(timer, struct web, beat);

	walltime_refresh(&web->parts.walltime, now);
	teacher_end_old(&web->parts.teacher, now, wall_of, &web->parts.walltime);
	teacher_file_keep(&web->parts.teacher_file);
	if (!lists_are_known(&web->parts) && web->n_beats % LOAD_BEATS == 0)
		lists_load(&web->parts, &web->lists_state);
	if (web->http && web->n_beats % TELL_BEATS == 0)
		tell_address(web);
	if (web->parts.tls && web->n_beats % REREAD_BEATS == 0)
		tls_watch(web->parts.tls, parts_hour(&web->parts));
	settle_all(&web->parts);
	triggers_look(&web->parts.triggers);
	endings_look(&web->parts.sessions);
	accepting_look(&web->parts);
	classes_watch(&web->parts);
	boards_watch(&web->parts);
	rereading_look(&web->parts);
	marks_give(&web->parts.marks);
	refinements_look(&web->parts.refinements);
	if (++web->n_beats % PING_BEATS == 0)
		events_ping(web->parts.events);
	write_health(&web->parts, events_begin(web->parts.events, "health"));
	events_send(web->parts.events);
	send_out(web);
}

/* --- listening --- */

static bool is_teacher(void *self, const struct request *request)
{
	return parts_is_teacher(self, request);
}

static int listen_now(struct web *web, char *ret_why, size_t size)
{
	int r = http_open(&web->http_options, &web->http, ret_why, size);

	if (r < 0)
		return r;
	web->parts.port = http_port(web->http);
	log_state_clear(&web->http_state, LOG_TAG, "listening at port %u now", web->parts.port);
	tell_address(web);
	return 0;
}

/* A port that is taken costs nobody data: what is plugged in is followed all the same. */
static void on_listen_again(struct timer *timer, struct instant now)
{
	struct web *web = CONTAINER(timer, struct web, listen_again);
	char why[256];

	if (listen_now(web, why, sizeof why) < 0)
		timer_at(web->loop, timer, instant_add(now, LISTEN_AGAIN_NS));
}

unsigned web_port(const struct web *web)
{
	return web->parts.port;
}

void web_reread(struct web *web)
{
	if (web->parts.tls)
		tls_reread(web->parts.tls);
	int failed = rereading_start(&web->parts);

	if (!failed)
		log_info("reading the lessons again, as a signal asks");
	else if (failed != -EALREADY)
		log_warn("the lessons are not read again: %s; try again", strerror(-failed));
}

/* --- opening --- */

static void learn_board(struct web *web, const struct config *config)
{
	if (config->board)
		text_copy(web->board, sizeof web->board, config->board);
	else if (gethostname(web->board, sizeof web->board - 1) < 0)
		text_copy(web->board, sizeof web->board, "kitlog");
}

/* Names of events must not be mistaken for those of an earlier life. */
static uint64_t new_epoch(struct instant now)
{
	uint32_t random = 0;

	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		random = (uint32_t)now.ns;
	return random;
}

/* Another kit may mean another lesson. */
static void devices_changed(void *self)
{
	struct web *web = self;

	announce_lessons(&web->parts);
}

static void rows_came(void *self, const struct stream *stream, const struct current *current,
	const struct feed_record *rows)
{
	struct web *web = self;

	triggers_take(&web->parts.triggers, stream, current, rows);
}

static void load_pages(struct web *web, const char *folder)
{
	int r = pages_open(folder, &web->parts.pages);

	if (r < 0)
		log_warn("pages in %s: %s; install kitlog whole, or build the target pages", folder,
			strerror(-r));
}

static bool rules_of_kit(void *self, const struct device *device, const struct stream *stream,
	const struct channel *channel, struct calibration_rules *ret_rules)
{
	const struct parts *parts = self;

	(void)stream;
	return described_rules(parts->catalogue, device, channel, ret_rules);
}

static int open_parts(struct web *web, const struct web_options *options)
{
	char machine[MACHINE_WORD];
	struct parts *parts = &web->parts;
	const char *certificate = options->config->http.certificate;
	int r = certificate ? tls_open(certificate, options->config->http.key, &parts->tls) : 0;

	if (r < 0)
		return r;
	r = work_open(options->loop, options->config->data, send_out, web, &parts->work);
	if (r < 0)
		return r;
	r = work_open(options->loop, options->config->data, send_out, web, &parts->slow);
	if (r < 0)
		return r;
	parts->uploads = (struct uploads){
		.clock = options->clock, .work = parts->slow, .directory = options->config->data};
	teacher_init(&parts->teacher, options->pin);
	teacher_file_open(&parts->teacher_file, &parts->teacher, parts->slow, options->config->data,
		parts->started);
	parts->imports.directory = options->config->data;
	imports_load(&parts->imports);
	walltime_init(&parts->walltime, parts->work);
	parts->downloads = (struct downloads){.clock = options->clock,
		.loop = options->loop,
		.work = parts->work,
		.keep = options->keep,
		.store = &parts->store,
		.refused = send_out,
		.self = web};
	downloads_init(&parts->downloads);
	parts->refinements = (struct refinements){
		.work = parts->work, .keep = options->keep, .store = &parts->store};
	parts->marks = (struct marks){.keep = options->keep,
		.catalogue = options->catalogue,
		.made = announce_mark,
		.self = parts};
	parts->settles = (struct settles){.clock = options->clock,
		.keep = options->keep,
		.store = &parts->store,
		.answer = answer_calibrations,
		.self = parts};
	parts->sessions = (struct sessions){.clock = options->clock,
		.keep = options->keep,
		.runs = &parts->runs,
		.marks = &parts->marks,
		.store = &parts->store,
		.done = announce_session,
		.ran = announce_run,
		.self = parts};
	parts->triggers = (struct triggers){
		.sessions = &parts->sessions, .shelf = parts->shelf, .live = &parts->live};
	parts->results.clock = options->clock;
	parts->acts = parts->settles;
	parts->acts.answer = answer_act;
	parts->readings = parts->settles;
	parts->readings.answer = take_reading;
	parts->receipts = parts->settles;
	parts->receipts.answer = answer_receipt;
	parts->wrong_codes.most_per_address = WRONG_CODES_PER_ADDRESS;
	parts->joins.most_per_address = JOINS_PER_ADDRESS;
	parts->regroups.most_per_address = REGROUPS_PER_BROWSER;
	parts->presence.since = parts->started;
	parts->calibrations.rules_of = options->rules_of ? options->rules_of : rules_of_kit;
	parts->calibrations.self = options->rules_of ? options->rules_self : parts;
	lists_load(parts, &web->lists_state);
	r = own_room_new(parts, options->loop, &parts->own_room);
	if (r < 0)
		return r;
	machine_ask("", machine);
	r = room_new(&(struct room_options){.clock = options->clock,
			     .loop = options->loop,
			     .directory = options->config->data,
			     .machine = machine,
			     .boards = options->config->boards,
			     .n_boards = options->config->n_boards,
			     .changed = send_out,
			     .self = web},
		&parts->room);
	if (r < 0)
		return r;
	r = events_new(&(struct events_options){.clock = options->clock,
			       .epoch = new_epoch(parts->started),
			       .hello = write_hello,
			       .devices = write_devices,
			       .self = parts},
		&parts->events);
	if (r < 0)
		return r;
	r = live_new(&(struct live_options){.clock = options->clock,
			     .loop = options->loop,
			     .feed = options->feed,
			     .events = parts->events,
			     .catalogue = options->catalogue,
			     .calibrations = &parts->calibrations,
			     .walltime = &parts->walltime,
			     .wallwatch = options->wallwatch,
			     .marks = &parts->marks,
			     .took = rows_came,
			     .sent = send_out,
			     .changed = devices_changed,
			     .self = web},
		&parts->live);
	if (r < 0)
		return r;
	load_pages(web, options->pages);
	return 0;
}

static void prepare_listening(struct web *web, const struct web_options *options)
{
	web->http_options = (struct http_options){
		.clock = options->clock,
		.loop = options->loop,
		.listen = options->config->http.listen,
		.port = options->config->http.port,
		.board = web->board,
		.names = options->config->http.names,
		.n_names = options->config->http.n_names,
		.otherwise = api_otherwise,
		.is_teacher = is_teacher,
		.came = note_presence,
		.uploads = &web->parts.uploads,
		.upload_path = "/api/v1/import",
		.tls = web->parts.tls,
		.self = &web->parts,
	};
	web->http_options.routes = api_routes(&web->http_options.n_routes);
}

int web_open(const struct web_options *options, struct web **ret_web, char *ret_why, size_t size)
{
	struct web *web = calloc(1, sizeof *web);
	int r = -ENOMEM;

	text_copy(ret_why, size, "http: out of memory; stop other programs");
	if (!web)
		return r;
	web->loop = options->loop;
	web->notices = options->notices;
	web->beat.due = on_beat;
	web->listen_again.due = on_listen_again;
	learn_board(web, options->config);
	web->scratch = malloc(PARTS_SCRATCH);
	if (!web->scratch)
		goto fail;
	web->parts = (struct parts){
		.clock = options->clock,
		.config = options->config,
		.board = web->board,
		.config_problem = options->config_problem,
		.catalogue = options->catalogue,
		.shelf = options->shelf,
		.keep = options->keep,
		.wallwatch = options->wallwatch,
		.ship = options->ship,
		.sense = options->sense,
		.ports = options->ports,
		.started = clock_now(options->clock),
		.scratch = web->scratch,
	};
	r = open_parts(web, options);
	if (r < 0) {
		struct text why = text_over(ret_why, size);

		text_addf(&why, "http: %s; the pages stay away", strerror(-r));
		goto fail;
	}
	prepare_listening(web, options);
	if (listen_now(web, ret_why, size) < 0) {
		log_state_set(&web->http_state, LOG_ERR, LOG_TAG,
			"%s; recording goes on without pages", ret_why);
		timer_at(web->loop, &web->listen_again,
			instant_add(web->parts.started, LISTEN_AGAIN_NS));
	}
	timer_every(web->loop, &web->beat, NS_PER_S);
	walltime_refresh(&web->parts.walltime, web->parts.started);
	*ret_web = web;
	return 0;
fail:
	web_close(web);
	return r;
}

static void answer_settling(struct parts *parts)
{
	settle_clear(&parts->settles);
	settle_clear(&parts->readings);
	settle_clear(&parts->acts);
	settle_clear(&parts->receipts);
}

void web_close(struct web *web)
{
	struct parts *parts;

	if (!web)
		return;
	parts = &web->parts;
	timer_cancel(&web->beat);
	timer_cancel(&web->listen_again);
	downloads_clear(&parts->downloads);
	answer_settling(parts);
	room_close(parts->room);
	work_stop(parts->work); /* answers everybody who waits */
	work_stop(parts->slow);
	answer_settling(parts); /* what was read to the end has become an act */
	teacher_file_close(&parts->teacher_file);
	http_close(web->http, GOODBYE_MS);
	tls_close(parts->tls);
	live_free(parts->live);
	events_free(parts->events);
	pages_close(parts->pages);
	walltime_clear(&parts->walltime);
	work_close(parts->work);
	work_close(parts->slow);
	imports_clear(&parts->imports);
	runs_clear(&parts->runs);
	calibrations_clear(&parts->calibrations);
	sessions_clear(&parts->sessions);
	presence_clear(&parts->presence);
	own_room_free(parts->own_room);
	room_free(parts->room);
	result_memory_clear(&parts->result_memory);
	shared_clear(&parts->results);
	receipt_memory_clear(&parts->receipt_memory);
	free(web->scratch);
	free(web);
}
