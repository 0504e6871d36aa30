/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other boards in the room: GET /boards, their keys, and what is done on all of them (room/room.h). What other
 * boards do not answer is told in a sentence with the next step; the key of one is its teacher's PIN, typed once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "api/boards.h"
#include "api/classes.h"
#include "base/container.h"
#include "http/ask.h"
#include "api/handlers.h"
#include "api/own_room.h"
#include "live/json.h"

/* ---------------------------------------------------------------- words */

struct words {
	char zh[ROOM_WORDS], en[ROOM_WORDS];
};

static void add_duration(struct text *zh, struct text *en, int64_t ns)
{
	long long s = ns / NS_PER_S;

	if (s < 120) {
		text_addf(zh, "%lld 秒", s);
		text_addf(en, "%lld s", s);
	} else if (s < 7200) {
		text_addf(zh, "%lld 分钟", s / 60);
		text_addf(en, "%lld min", s / 60);
	} else {
		text_addf(zh, "%lld 小时", s / 3600);
		text_addf(en, "%lld h", s / 3600);
	}
}

static void say_missing(const struct board_seen *board, struct instant now, struct words *ret_words)
{
	struct text zh = text_over(ret_words->zh, sizeof ret_words->zh);
	struct text en = text_over(ret_words->en, sizeof ret_words->en);

	text_addf(&zh, "“%s”", board->name);
	text_addf(&en, "\"%s\" has not answered", board->name);
	if (board->has_answered) {
		text_add(&zh, " ");
		text_add(&en, " for ");
		add_duration(&zh, &en, instant_since(now, board->answered));
	} else {
		text_add(&zh, "还");
		text_add(&en, " yet");
	}
	text_add(&zh, "没有应答：看看它的电源灯和网线，地址有没有变。");
	text_add(&en,
		": look at its power lamp and its network, and whether its address is another.");
}

static const char *const LOCKED[][2] = {
	[PEER_WELL] = {"输一次这块板子的 PIN，就能从这里一起上课。",
		"Type this board's PIN once, and it can be taught from here."},
	[PEER_ENDED] = {"在这块板子上的登录过期了。再输一次它的 PIN。",
		"The sign-in at this board is over. Type its PIN again."},
	[PEER_MOVED] = {"这块板子换了地址。先看清楚是不是它，再输一次它的 PIN。",
		"This board has another address. Make sure that it is the one, then type its PIN again."},
	[PEER_REPLACED] =
		{"这个地址上现在是另一块板子，或者卡换到了另一块板子里。先看清楚，再输一次 PIN。",
			"Another board answers at this address now, or the card is in another one. Make sure "
			"that it is the one, then type its PIN."},
	[PEER_CHANGED] = {"这块板子的证书换了。先看清楚是不是它，再输一次它的 PIN。",
		"This board has another certificate. Make sure that it is the one, then type its PIN "
		"again."},
	[PEER_NO_KITLOG] = {"", ""},
};

static void say_other(const struct board_seen *board, struct text *zh, struct text *en)
{
	if (board->trouble == PEER_NO_KITLOG) {
		text_add(zh, "这个地址上应答的不是 kitlog。看看配置里 boards: 的地址。");
		text_add(en,
			"What answers at this address is not kitlog. Look at the addresses under boards: "
			"in the configuration.");
		return;
	}
	text_addf(zh, "这块板子的 kitlog 版本（%s）和这里不合。两边装同一个版本。",
		*board->version ? board->version : "不知道");
	text_addf(en,
		"This board's kitlog (version %s) does not fit ours. Install the same on both.",
		*board->version ? board->version : "unknown");
}

/* What to do next; empty: nothing. */
static void say_next(const struct board_seen *board, struct instant now, struct words *ret_words)
{
	struct text zh = text_over(ret_words->zh, sizeof ret_words->zh);
	struct text en = text_over(ret_words->en, sizeof ret_words->en);

	switch (board->state) {
	case PEER_HERE:
		break;
	case PEER_FOUND:
		text_add(&zh, "正在问这块板子，等几秒。");
		text_add(&en, "This board is being asked; wait some seconds.");
		break;
	case PEER_LOCKED:
		text_add(&zh, LOCKED[board->trouble][0]);
		text_add(&en, LOCKED[board->trouble][1]);
		break;
	case PEER_MISSING:
		say_missing(board, now, ret_words);
		break;
	case PEER_OTHER:
		say_other(board, &zh, &en);
		break;
	}
}

/* ---------------------------------------------------------------- one board */

enum { BOARD_TEXT = 3 * 1024 }; /* at most, without its groups */

static void add_stated(struct text *text, int64_t ns)
{
	if (ns < 0)
		text_add(text, "null");
	else
		text_add_int(text, (ns + NS_PER_US - 1) / NS_PER_US);
}

/* Groups are up to SUMMARY_TEXT of each board, so those of a room full of them may be more than an answer holds: then
 * some are left out. Who was not joined has half of what there is, whoever else may need it. */
static bool groups_fit(const struct board_seen *board, const struct text *text)
{
	size_t left = text->size - text->length, rest = (size_t)ROOM_BOARDS * BOARD_TEXT;

	left = left > rest ? left - rest : 0;
	return strlen(board->groups) < (board->has_key ? left : left / 2);
}

static void add_board(const struct parts *parts, const struct board_seen *board, struct text *text)
{
	struct instant now = clock_now(parts->clock);
	char address[sizeof board->base + 1];
	struct words words;

	text_add(text, "{\"id\":");
	text_add_json(text, board->id);
	text_add(text, ",\"name\":");
	text_add_json(text, board->name);
	text_add(text, ",\"address\":");
	text_copy(address, sizeof address, board->base);
	strcat(address, "/");
	text_add_json(text, address);
	text_addf(text,
		",\"state\":\"%s\",\"has_key\":%s,\"seen_s\":", peer_state_name(board->state),
		board->has_key ? "true" : "false");
	if (board->has_answered)
		text_add_int(text, instant_since(now, board->answered) / NS_PER_S);
	else
		text_add(text, "null");
	text_add(text, ",\"stated_us\":");
	add_stated(text, board->stated_ns);
	text_add(text, ",\"lesson\":");
	json_text(text, board->lesson);
	json_id(text, "session", board->session);
	text_add(text, ",\"together\":");
	json_text(text, board->together);
	text_add(text, ",\"hour_within_us\":");
	if (board->hour_within_us < 0)
		text_add(text, "null");
	else
		text_add_int(text, board->hour_within_us);
	say_next(board, now, &words);
	text_add(text, ",\"sentence\":");
	json_words(text, words.zh, words.en);
	text_addf(text, ",\"groups\":%s}", groups_fit(board, text) ? board->groups : "[]");
}

static void add_trouble(const struct parts *parts, struct text *text)
{
	/* Whoever has written down where the others are need not be found them. */
	bool is_deaf = room_is_finding(parts->room) && !room_hears_others(parts->room) &&
		parts->config->n_boards == 0;

	json_words(text,
		is_deaf ? "这块板子上没有运行 avahi-daemon，不能自己找到别的板子。启动它，或者在配置里写 boards:。"
			: "",
		is_deaf ? "avahi-daemon does not run on this board, so it cannot find others by itself. "
			  "Start it, or list them as boards: in the configuration."
			: "");
}

void handle_boards(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct session *session = own_room_session(parts);
	struct text text;

	if (room_look(parts->room) < 0) {
		refuse_busy(request);
		return;
	}
	text = answer_begin(parts);
	text_addf(&text, "{\"id\":\"%s\",\"name\":", room_id(parts->room));
	text_add_json(&text, parts->board);
	json_id(&text, "session", session ? session->id : 0);
	text_add(&text, ",\"is_finding\":");
	json_bool(&text, room_is_finding(parts->room));
	text_add(&text, ",\"trouble\":");
	add_trouble(parts, &text);
	text_add(&text, ",\"boards\":[");
	for (size_t i = 0; i < room_count(parts->room); i++) {
		text_add(&text, i ? "," : "");
		add_board(parts, room_at(parts->room, i), &text);
	}
	text_add(&text, "]}\n");
	answer_send(request, 200, &text);
}

/* ---------------------------------------------------------------- orders */

struct wanting {
	struct room_order order;
	struct parts *parts;
	struct request *request;
};

static void refuse_no_board(struct request *request)
{
	refuse_unknown(request, "没有这块板子。看看板子的列表（kitlog boards）。",
		"There is no such board. Look at the list (kitlog boards).");
}

static struct wanting *want(
	struct parts *parts, struct request *request, void (*done)(struct room_order *order))
{
	struct wanting *wanting = calloc(1, sizeof *wanting);

	if (!wanting) {
		refuse_busy(request);
		return NULL;
	}
	wanting->parts = parts;
	wanting->request = request;
	wanting->order.done = done;
	return wanting;
}

static void clear(struct wanting *wanting)
{
	free(wanting->order.results);
	explicit_bzero(wanting->order.pin, sizeof wanting->order.pin);
	free(wanting);
}

static void give(struct wanting *wanting)
{
	if (room_order(wanting->parts->room, &wanting->order) < 0) {
		refuse_busy(wanting->request);
		clear(wanting);
		return;
	}
	request_wait(wanting->request);
}

/* ---------------------------------------------------------------- keys */

static void pass_refusal(struct request *request, const struct room_order *order)
{
	unsigned status =
		order->status == 403 || order->status == 429 ? (unsigned)order->status : 502;
	char wait[16];
	struct text text = text_over(wait, sizeof wait);

	if (status == 429) {
		text_add_int(&text, order->retry_after_s);
		request_add_header(request, "Retry-After", wait);
	}
	request_refuse(request, status,
		status == 403           ? "wrong_pin"
			: status == 429 ? "too_many_tries"
					: "not_understood",
		order->words.zh, order->words.en);
}

static void refuse_outcome(struct request *request, const struct room_order *order)
{
	if (!order->is_done || order->outcome == ROOM_FAILED)
		refuse_busy(request);
	else if (order->outcome == ROOM_NO_BOARD)
		refuse_no_board(request);
	else if (order->outcome == ROOM_NO_ANSWER)
		request_refuse(request, 502, "no_answer",
			"那块板子没有应答。看看它的电源灯和网线，再试一次。",
			"That board does not answer. Look at its power lamp and its network, and try "
			"again.");
	else if (order->outcome == ROOM_NOT_KEPT)
		request_refuse(request, 500, "not_kept",
			"做了，可是卡写不进去：重启以后又和原来一样。看看卡满了没有，再做一次。",
			"Done, but the card refused it: after a restart it is as it was before. See whether "
			"the card is full, then do it again.");
	else if (order->outcome == ROOM_NO_TRUST)
		request_refuse(request, 502, "no_trust",
			"那块板子的证书读不出来，或者刚刚换了。先看清楚是不是它，再试一次。",
			"That board's certificate cannot be read, or has just changed. Make sure that it "
			"is the one, then try again.");
	else
		pass_refusal(request, order);
}

static void answer_join(struct room_order *order)
{
	struct wanting *wanting = CONTAINER(order, struct wanting, order);
	const struct board_seen *board = room_find(wanting->parts->room, order->board);

	if (order->is_done && order->outcome == ROOM_DONE && board) {
		struct text text = answer_begin(wanting->parts);

		add_board(wanting->parts, board, &text);
		text_add_char(&text, '\n');
		answer_send(wanting->request, 200, &text);
	} else {
		refuse_outcome(wanting->request, order);
	}
	clear(wanting);
}

void handle_board_join(void *self, struct request *request)
{
	struct parts *parts = self;
	const char *pin = NULL;
	struct wanting *wanting;
	json_t *body;

	if (!ask_body(request, &body))
		return;
	if (ask_member_text(request, body, "pin", &pin)) {
		if (!pin || strlen(pin) >= ROOM_PIN)
			refuse_parameter(request, "pin", "要写上那块板子的 PIN",
				"must be the PIN of that board");
		else if (!room_find(parts->room, request_argument(request, 0)))
			refuse_no_board(request);
		else if ((wanting = want(parts, request, answer_join))) {
			wanting->order.deed = ROOM_JOIN;
			text_copy(wanting->order.board, sizeof wanting->order.board,
				request_argument(request, 0));
			text_copy(wanting->order.pin, sizeof wanting->order.pin, pin);
			give(wanting);
		}
	}
	json_decref(body);
}

static void answer_forget(struct room_order *order)
{
	struct wanting *wanting = CONTAINER(order, struct wanting, order);

	if (order->is_done && order->outcome == ROOM_DONE)
		request_answer(wanting->request, 204, NULL, "", 0);
	else
		refuse_outcome(wanting->request, order);
	clear(wanting);
}

void handle_board_forget(void *self, struct request *request)
{
	struct parts *parts = self;
	struct wanting *wanting;

	if (!room_find(parts->room, request_argument(request, 0))) {
		refuse_no_board(request);
		return;
	}
	if (!(wanting = want(parts, request, answer_forget)))
		return;
	wanting->order.deed = ROOM_FORGET;
	text_copy(wanting->order.board, sizeof wanting->order.board, request_argument(request, 0));
	give(wanting);
}

/* ---------------------------------------------------------------- together */

static const struct {
	const char *name;
	enum room_deed deed;
} DEEDS[] = {
	{"begin", ROOM_BEGIN},
	{"start", ROOM_START},
	{"stop", ROOM_STOP},
	{"zero", ROOM_ZERO},
	{"end", ROOM_END},
	{"reopen", ROOM_REOPEN},
	{"freeze", ROOM_FREEZE},
	{"reveal", ROOM_REVEAL},
};

static const char *deed_name(enum room_deed deed)
{
	for (size_t i = 0; i < sizeof DEEDS / sizeof *DEEDS; i++)
		if (DEEDS[i].deed == deed)
			return DEEDS[i].name;
	return "";
}

static void add_result(const struct room_result *result, bool is_start, struct text *text)
{
	text_add(text, "{\"id\":");
	text_add_json(text, result->id);
	text_add(text, ",\"name\":");
	text_add_json(text, result->name);
	text_add(text, ",\"ok\":");
	json_bool(text, result->is_ok);
	text_add(text, ",\"sentence\":");
	json_words(text, result->words.zh, result->words.en);
	json_id(text, "session", result->session);
	text_add(text, ",\"groups_ready\":");
	if (result->n_ready < 0)
		text_add(text, "null");
	else
		text_add_int(text, result->n_ready);
	text_add(text, ",\"from_us\":");
	if (is_start && result->is_ok)
		text_add_int(text, result->from_us);
	else
		text_add(text, "null");
	text_add(text, ",\"stated_us\":");
	add_stated(text, result->stated_ns);
	text_add_char(text, '}');
}

static void answer_together(struct room_order *order)
{
	struct wanting *wanting = CONTAINER(order, struct wanting, order);
	struct text text = answer_begin(wanting->parts);

	if (!order->is_done || order->outcome != ROOM_DONE) {
		refuse_busy(wanting->request);
		clear(wanting);
		return;
	}
	text_addf(&text, "{\"do\":\"%s\",\"boards\":[", deed_name(order->deed));
	for (size_t i = 0; i < order->n_results; i++) {
		text_add(&text, i ? "," : "");
		add_result(&order->results[i], order->deed == ROOM_START, &text);
	}
	text_add(&text, "]}\n");
	answer_send(wanting->request, 200, &text);
	clear(wanting);
}

/* This board is asked as the others are, by the address at which it listens to itself. */
static void fill_self(
	const struct parts *parts, const struct request *request, struct room_self *ret_self)
{
	const char *listen = parts->config->http.listen;
	const char *token = request_cookie(request, "kitlog");
	struct text base = text_over(ret_self->base, sizeof ret_self->base);

	if (strcmp(listen, "0.0.0.0") == 0)
		listen = "127.0.0.1";
	else if (strcmp(listen, "::") == 0)
		listen = "::1";
	text_add(&base, parts->tls ? "https://" : "http://");
	text_addf(&base, strchr(listen, ':') ? "[%s]:%u" : "%s:%u", listen, parts->port);
	text_copy(ret_self->token, sizeof ret_self->token, token ? token : "");
	text_copy(ret_self->id, sizeof ret_self->id, room_id(parts->room));
	text_copy(ret_self->name, sizeof ret_self->name, parts->board);
}

/* The lesson that is open here goes on as it is, under its id, on boards that lack it. */
static bool fill_begin(
	struct request *request, const struct session *session, struct room_order *order)
{
	unsigned char random[(SUMMARY_ID - 1) / 2];
	struct text text;

	if (session && strcmp(session->lesson, order->lesson) == 0 && session->together[0])
		return true;
	/* It would be in the way here, and what began elsewhere would be nobody's. */
	if (session && !session->is_project && strcmp(session->lesson, order->lesson) != 0) {
		request_refuse(request, 409, "another_lesson",
			"这块板子上还开着另一节课。先下课，再开这一节。",
			"Another lesson is still open on this board. End it first.");
		return false;
	}
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
		refuse_busy(request);
		return false;
	}
	text = text_over(order->together, sizeof order->together);
	text_add_hex(&text, random, sizeof random);
	return true;
}

/* Of what is over here the newest that others had, too: they may have it still. */
static const struct session *newest_together(const struct classroom *room)
{
	for (size_t i = classroom_count(room); i-- > 0;)
		if (classroom_at(room, i)->together[0])
			return classroom_at(room, i);
	return NULL;
}

/* Which session is meant here, and what those of other boards have that are meant with it. False: refused. */
static bool fill_session(
	struct parts *parts, struct request *request, const json_t *body, struct room_order *order)
{
	const struct classroom *room = parts->sessions.room;
	const struct session *session = own_room_session(parts), *meant;
	const struct act *end;
	int64_t id = 0;

	if (!ask_member_int(request, body, "session", &id))
		return false;
	if (!parts->sessions.is_known) {
		refuse_busy(request);
		return false;
	}
	if (id) {
		session = id > 0 && id <= UINT32_MAX ? classroom_session(room, (uint32_t)id) : NULL;
		if (!session) {
			classes_refuse(request, ACT_NO_SESSION);
			return false;
		}
	}
	meant = session ? session : newest_together(room);
	if (order->deed == ROOM_REOPEN)
		session = meant;
	if (session)
		order->self.session = session->id;
	end = meant ? classroom_end(room, meant->id) : NULL;
	order->self.end = end ? end->id : 0;
	order->self.is_recording = session && classes_recording(session);
	text_copy(order->together, sizeof order->together, meant ? meant->together : "");
	return order->deed != ROOM_BEGIN || fill_begin(request, session, order);
}

static bool read_deed(struct request *request, const json_t *body, struct room_order *ret_order)
{
	const char *name = "", *lesson = "", *title = "";
	int64_t lasts_us = -1;
	bool is_on = true;
	size_t i = 0;

	if (!ask_member_text(request, body, "do", &name) ||
		!ask_member_text(request, body, "lesson", &lesson) ||
		!ask_member_text(request, body, "title", &title) ||
		!ask_member_int(request, body, "lasts_us", &lasts_us) ||
		!ask_member_bool(request, body, "on", &is_on))
		return false;
	while (i < sizeof DEEDS / sizeof *DEEDS && strcmp(DEEDS[i].name, name) != 0)
		i++;
	if (i == sizeof DEEDS / sizeof *DEEDS) {
		refuse_parameter(request, "do",
			"要写 begin、start、stop、zero、end、reopen、freeze 或 reveal",
			"must be begin, start, stop, zero, end, reopen, freeze or reveal");
		return false;
	}
	ret_order->deed = DEEDS[i].deed;
	ret_order->lasts_us = lasts_us; /* each board judges it */
	ret_order->is_on = is_on;
	text_copy(ret_order->title, sizeof ret_order->title, title);
	if (ret_order->deed != ROOM_BEGIN ||
		(*lesson && text_copy(ret_order->lesson, sizeof ret_order->lesson, lesson) &&
			strspn(lesson, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(lesson)))
		return true;
	refuse_parameter(request, "lesson", "要写课的编号，比如 pendulum",
		"must be the id of a lesson such as pendulum");
	return false;
}

void handle_boards_act(void *self, struct request *request)
{
	struct parts *parts = self;
	struct instant now = clock_now(parts->clock);
	struct wanting *wanting;
	json_t *body;

	if (!ask_body(request, &body))
		return;
	wanting = want(parts, request, answer_together);
	if (wanting &&
		(!read_deed(request, body, &wanting->order) ||
			!fill_session(parts, request, body, &wanting->order))) {
		clear(wanting);
	} else if (wanting) {
		wanting->order.at = now;
		fill_self(parts, request, &wanting->order.self);
		give(wanting);
	}
	json_decref(body);
}

/* ---------------------------------------------------------------- the hour */

/* So often at most: who refuses it is asked again, and has it shown on the page meanwhile. */
static const int64_t TELL_HOUR_NS = 10 * (int64_t)NS_PER_S;

struct telling {
	struct room_order order;
	struct parts *parts;
};

static void on_told_hour(struct room_order *order)
{
	struct telling *telling = CONTAINER(order, struct telling, order);

	telling->parts->is_telling_hour = false;
	free(order->results);
	free(telling);
}

static bool somebody_wants_hour(const struct parts *parts, int64_t within_us)
{
	for (size_t i = 0; i < room_count(parts->room); i++) {
		const struct board_seen *board = room_at(parts->room, i);

		if (board->state == PEER_HERE && board->stated_ns >= 0 &&
			hour_is_wanted(board->hour_within_us, within_us))
			return true;
	}
	return false;
}

/* A teacher's browser tells the hour to the board whose page it shows; the others hear it from that one. */
static void tell_hour(struct parts *parts)
{
	struct instant now = clock_now(parts->clock);
	struct telling *telling;
	struct anchor anchor;
	struct wall wall;

	if (parts->is_telling_hour || !room_is_finding(parts->room) ||
		instant_since(now, parts->told_hour) < TELL_HOUR_NS ||
		!walltime_at(&parts->walltime, now, &wall, &anchor) ||
		!somebody_wants_hour(parts, anchor.uncertainty_ns / NS_PER_US))
		return;
	telling = calloc(1, sizeof *telling);
	if (!telling)
		return;
	telling->parts = parts;
	telling->order.deed = ROOM_HOUR;
	telling->order.at = now;
	telling->order.wall_ms = wall.ns / NS_PER_MS;
	telling->order.within_us = anchor.uncertainty_ns / NS_PER_US;
	telling->order.done = on_told_hour;
	parts->told_hour = now;
	parts->is_telling_hour = room_order_unasked(parts->room, &telling->order) == 0;
	if (!parts->is_telling_hour)
		free(telling);
}

/* ---------------------------------------------------------------- news */

void boards_watch(struct parts *parts)
{
	unsigned serial = room_serial(parts->room);

	tell_hour(parts);
	room_beat(parts->room, clock_now(parts->clock));
	if (serial == parts->boards_told)
		return;
	parts->boards_told = serial;
	text_addf(events_begin(parts->events, "boards"), "{\"n\":%u}", serial);
	events_send(parts->events);
}
