/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/together.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/text.h"

enum { MOST_MS = 5000, PATH_TEXT = 96 };

/* One board and what it is asked. */
struct errand {
	struct together *together;
	struct room_result *result;
	struct visit *visit;
	char base[KEY_ADDRESS], token[VISIT_TOKEN];
	bool is_self;
	char certificate[VISIT_CERTIFICATE];
	/* Of BEGIN: how many groups its kits suffice for, and what is said of that there. Of ZERO: what is left out. */
	bool has_looked;
	struct room_words found;
};

struct together {
	struct together_options options;
	struct errand *errands;
	size_t n;
	size_t n_under_way;
	char recording[ROOM_WORDS / 2]; /* of START: who records already; "": nobody */
	struct timer over;              /* where nobody had to be asked */
};

/* ---------------------------------------------------------------- words */

static void say(struct room_result *result, const char *zh, const char *en)
{
	text_copy(result->words.zh, sizeof result->words.zh, zh);
	text_copy(result->words.en, sizeof result->words.en, en);
}

void together_read_refusal(
	const char *body, size_t n, struct room_words *ret_words, char *ret_code, size_t code_size)
{
	json_t *told = json_loadb(body, n, 0, NULL);
	const json_t *error = json_object_get(told, "error");
	const char *zh = json_string_value(json_object_get(error, "zh"));
	const char *en = json_string_value(json_object_get(error, "en"));
	const char *code = json_string_value(json_object_get(error, "code"));

	text_copy(
		ret_words->zh, sizeof ret_words->zh, zh ? zh : "那块板子没有做，也没有说为什么。");
	text_copy(ret_words->en, sizeof ret_words->en,
		en ? en : "That board did not do it, and did not say why.");
	text_copy(ret_code, code_size, code ? code : "refused");
	json_decref(told);
}

int together_read_readiness(const char *body, size_t n, struct room_words *ret_words)
{
	json_t *lesson = json_loadb(body, n, 0, NULL);
	const json_t *readiness = json_object_get(lesson, "readiness");
	const json_t *words = json_object_get(readiness, "sentence");
	const char *zh = json_string_value(json_object_get(words, "zh"));
	const char *en = json_string_value(json_object_get(words, "en"));
	json_int_t groups = json_integer_value(json_object_get(readiness, "groups"));

	text_copy(ret_words->zh, sizeof ret_words->zh, zh ? zh : "");
	text_copy(ret_words->en, sizeof ret_words->en, en ? en : "");
	json_decref(lesson);
	return groups < 1 ? 1 : groups > SUMMARY_GROUPS ? SUMMARY_GROUPS : (int)groups;
}

void together_read_session(
	const char *body, size_t n, const struct room_words *readiness, struct room_result *result)
{
	json_t *session = json_loadb(body, n, 0, NULL);
	const json_t *groups = json_object_get(session, "groups"), *group;
	json_int_t id = json_integer_value(json_object_get(session, "id"));
	size_t i;

	if (id > 0 && id <= UINT32_MAX)
		result->session = (uint32_t)id;
	if (json_is_array(groups))
		result->n_ready = 0;
	json_array_foreach(groups, i, group)
	{
		result->n_ready += json_is_true(json_object_get(group, "is_ready"));
	}
	if (result->n_ready == 0)
		result->words = *readiness;
	json_decref(session);
}

enum { MOST_NAMED = 4 };

/* "3 号 温度"; those behind the first few are counted. */
static void add_spared(
	struct text *zh, struct text *en, size_t n, const json_t *device, const json_t *channel)
{
	const json_t *name = json_object_get(channel, "name");
	const char *in_zh = json_string_value(json_object_get(name, "zh"));
	const char *in_en = json_string_value(json_object_get(name, "en"));
	long long sticker = json_integer_value(json_object_get(device, "sticker"));

	if (n >= MOST_NAMED)
		return;
	text_addf(zh, "%s%lld 号%s", n ? "、" : "没有归零：", sticker, in_zh ? in_zh : "");
	text_addf(en, "%skit %lld %s", n ? ", " : "Not zeroed: ", sticker, in_en ? in_en : "");
}

void together_read_spared(const char *body, size_t n_bytes, struct room_words *ret_words)
{
	struct text zh = text_over(ret_words->zh, sizeof ret_words->zh);
	struct text en = text_over(ret_words->en, sizeof ret_words->en);
	json_t *told = json_loadb(body, n_bytes, 0, NULL);
	const json_t *device, *stream, *channel;
	size_t i, k, c, n = 0;

	json_array_foreach(json_object_get(told, "devices"), i, device)
	{
		const char *state = json_string_value(json_object_get(device, "state"));

		if (!state || strcmp(state, "gone") == 0)
			continue;
		json_array_foreach(json_object_get(device, "streams"), k, stream)
		{
			json_array_foreach(json_object_get(stream, "channels"), c, channel)
			{
				if (json_is_false(json_object_get(channel, "is_zeroable")))
					add_spared(&zh, &en, n++, device, channel);
			}
		}
	}
	if (n > MOST_NAMED) {
		text_addf(&zh, "等 %zu 个通道", n);
		text_addf(&en, " and %zu more", n - MOST_NAMED);
	}
	text_add(&zh, n ? "；要就单独归零。" : "");
	text_add(&en, n ? "; zero one by itself if it is meant." : "");
	json_decref(told);
}

static void say_silent(struct room_result *result)
{
	char zh[ROOM_WORDS], en[ROOM_WORDS];

	snprintf(zh, sizeof zh, "“%s”没有应答，这一步没有做。看看它的电源灯和网线，再按一次。",
		result->name);
	snprintf(en, sizeof en,
		"\"%s\" did not answer, so this was not done there. Look at its power lamp and its "
		"network, then try again.",
		result->name);
	say(result, zh, en);
}

/* ---------------------------------------------------------------- one errand */

static void finish(struct errand *errand, bool is_ok)
{
	struct together *together = errand->together;

	errand->result->is_ok = is_ok;
	if (--together->n_under_way == 0)
		together->options.done(together->options.self, together);
}

/* -errno: it could not be asked. */
static int ask(struct errand *errand, const char *path, json_t *body)
{
	char *bytes = body ? json_dumps(body, JSON_COMPACT) : NULL;
	int r = body && !bytes
		? -ENOMEM
		: visit_begin(errand->visit,
			  &(struct visit_question){.base = errand->base,
				  .path = path,
				  .body = bytes,
				  .token = errand->token,
				  .certificate = *errand->certificate ? errand->certificate : NULL,
				  .most_ms = MOST_MS});

	free(bytes);
	json_decref(body);
	return r;
}

static int ask_act(struct errand *errand, const char *what)
{
	const struct room_order *order = errand->together->options.order;
	char path[PATH_TEXT];

	json_t *body = json_pack("{ss}", "do", what);

	if (order->deed == ROOM_END) {
		json_object_set_new(body, "together", json_true());
	} else if (order->deed == ROOM_REOPEN && errand->is_self) {
		json_object_set_new(body, "do", json_string("undo"));
		json_object_set_new(body, "act", json_integer(order->self.end));
	} else if (order->deed == ROOM_START) {
		json_object_set_new(body, "from_us", json_integer(errand->result->from_us));
		if (order->lasts_us >= 0)
			json_object_set_new(body, "lasts_us", json_integer(order->lasts_us));
	} else if (order->deed == ROOM_FREEZE || order->deed == ROOM_REVEAL) {
		json_object_set_new(body, "on", json_boolean(order->is_on));
	}
	if (errand->is_self)
		snprintf(path, sizeof path, "/api/v1/sessions/%u/acts", order->self.session);
	else
		snprintf(path, sizeof path, "/api/v1/together/%s/acts", order->together);
	return ask(errand, path, body);
}

static int ask_lesson(struct errand *errand)
{
	char path[PATH_TEXT];

	snprintf(path, sizeof path, "/api/v1/lessons/%s", errand->together->options.order->lesson);
	return ask(errand, path, NULL);
}

/* As a browser tells it (api_clock.c), with the bound of both clocks; a millisecond is cut. It is told of an instant
 * that is past there whatever the bound: they hear of none that has not come. */
static int ask_hour(struct errand *errand)
{
	const struct room_order *order = errand->together->options.order;
	int64_t stated_ms = errand->result->stated_ns / NS_PER_MS + 1;

	return ask(errand, "/api/v1/clock",
		json_pack("{sIsIsIsI}", "at_us",
			(json_int_t)(errand->result->from_us - stated_ms * 1000), "wall_ms",
			(json_int_t)(order->wall_ms - stated_ms), "round_trip_us", (json_int_t)0,
			"uncertainty_us",
			(json_int_t)(order->within_us + stated_ms * 1000 + 1000)));
}

static int ask_deed(struct errand *errand)
{
	switch (errand->together->options.order->deed) {
	case ROOM_BEGIN:
		return ask_lesson(errand);
	case ROOM_START:
		return ask_act(errand, "start");
	case ROOM_STOP:
		return ask_act(errand, "stop");
	case ROOM_END:
		return ask_act(errand, "end");
	case ROOM_FREEZE:
		return ask_act(errand, "freeze");
	case ROOM_REVEAL:
		return ask_act(errand, "reveal");
	case ROOM_HOUR:
		return ask_hour(errand);
	case ROOM_REOPEN:
		return ask_act(errand, "reopen");
	case ROOM_ZERO:
		return ask(errand, "/api/v1/devices", NULL);
	default:
		return -EINVAL;
	}
}

/* As many groups as the kits there suffice for, one at least: kits can be dealt later. That board says what becomes of it
 * where a lesson is open already. */
static int ask_begin(struct errand *errand, const struct visit_answer *answer)
{
	const struct room_order *order = errand->together->options.order;
	int groups = together_read_readiness(answer->body, answer->n, &errand->found);

	return ask(errand, "/api/v1/sessions",
		json_pack("{sssssiss}", "lesson", order->lesson, "title", order->title, "groups",
			groups, "together", order->together));
}

/* In which class it was done there. */
static void take_session(struct errand *errand, const struct visit_answer *answer)
{
	json_t *session = json_loadb(answer->body, answer->n, 0, NULL);
	json_int_t id = json_integer_value(json_object_get(session, "id"));

	if (id > 0 && id <= UINT32_MAX)
		errand->result->session = (uint32_t)id;
	json_decref(session);
}

/* What the class has, and nothing that somebody else measures with. */
static int ask_zero(struct errand *errand, const struct visit_answer *answer)
{
	const struct room_order *order = errand->together->options.order;
	json_t *body = json_pack("{sb}", "all", 1);

	together_read_spared(answer->body, answer->n, &errand->found);
	if (!errand->is_self)
		json_object_set_new(body, "together", json_string(order->together));
	else if (order->self.session)
		json_object_set_new(body, "session", json_integer(order->self.session));
	return ask(errand, "/api/v1/calibrations/zero", body);
}

static bool is_well(const struct visit_answer *answer)
{
	return answer->status >= 200 && answer->status < 300;
}

static void add_words(struct room_words *to, const struct room_words *more)
{
	struct room_words before = *to;
	struct text zh = text_over(to->zh, sizeof to->zh), en = text_over(to->en, sizeof to->en);

	text_addf(&zh, "%s%s", before.zh, more->zh);
	text_addf(&en, "%s %s", before.en, more->en);
}

static void take_refusal(struct errand *errand, const struct visit_answer *answer)
{
	const struct room_order *order = errand->together->options.order;
	char code[32];

	together_read_refusal(answer->body, answer->n, &errand->result->words, code, sizeof code);
	if (answer->status == 401)
		say(errand->result, "在这块板子上的登录过期了。再输一次它的 PIN。",
			"The sign-in at that board is over. Type its PIN again.");
	if (order->deed == ROOM_ZERO && *errand->found.en)
		add_words(&errand->result->words, &errand->found);
	bool is_left = strcmp(code, "not_together") == 0;

	if (is_left)
		errand->result->session = 0;
	/* Nothing to stop is nothing that went wrong; nor is what was done there already, or is not theirs. */
	finish(errand,
		(order->deed == ROOM_STOP && strcmp(code, "is_stopped") == 0) ||
			(order->deed == ROOM_END && strcmp(code, "is_ended") == 0) ||
			(is_left && order->deed != ROOM_START));
}

static bool looks_first(enum room_deed deed)
{
	return deed == ROOM_BEGIN || deed == ROOM_ZERO;
}

static void on_answer(void *self, const struct visit_answer *answer)
{
	struct errand *errand = self;
	const struct room_order *order = errand->together->options.order;

	if (answer->trouble != VISIT_ANSWERED) {
		say_silent(errand->result);
		finish(errand, false);
	} else if (!is_well(answer)) {
		take_refusal(errand, answer);
	} else if (looks_first(order->deed) && !errand->has_looked) {
		errand->has_looked = true;
		if ((order->deed == ROOM_BEGIN ? ask_begin : ask_zero)(errand, answer) < 0) {
			say_silent(errand->result);
			finish(errand, false);
		}
	} else {
		if (order->deed == ROOM_BEGIN)
			together_read_session(
				answer->body, answer->n, &errand->found, errand->result);
		else if (order->deed != ROOM_ZERO)
			take_session(errand, answer);
		else
			errand->result->words = errand->found;
		finish(errand, true);
	}
}

/* ---------------------------------------------------------------- who is asked */

/* Who is not in the lesson that is meant needs no asking; true: that was all. */
static bool settle(const struct room_order *order, struct errand *errand)
{
	struct room_result *result = errand->result;

	if (order->deed == ROOM_BEGIN || order->deed == ROOM_HOUR ||
		(errand->is_self && order->deed == ROOM_ZERO) ||
		(errand->is_self ? order->self.session != 0 : *order->together != '\0'))
		return false;
	result->is_ok = order->deed != ROOM_START;
	if (errand->is_self)
		say(result, "那里没有开着的课。", "No lesson is open there.");
	else
		say(result, "这块板子没有参加这节课，没有动它。",
			"This board is not in this lesson; it was left as it is.");
	return true;
}

/* A board that records already would make two instants of one: then none is started. */
static void find_recording(const struct together_options *options, char *ret_names, size_t size)
{
	const struct room_order *order = options->order;
	struct text names = text_over(ret_names, size);

	ret_names[0] = '\0';
	if (order->deed != ROOM_START)
		return;
	if (order->self.is_recording)
		text_addf(&names, "\"%s\"", order->self.name);
	for (const struct peer *peer = options->peers; peer; peer = peer->next)
		if (*order->together && peer_state(peer) == PEER_HERE && !peer->is_self &&
			!peer->is_twin && peer->summary.is_recording &&
			strcmp(peer->summary.together, order->together) == 0)
			text_addf(&names, "%s\"%s\"", names.length ? ", " : "", peer->name);
}

static void refuse_start(struct room_result *result, const char *names)
{
	char zh[ROOM_WORDS], en[ROOM_WORDS];

	snprintf(zh, sizeof zh, "没有开始：%s 还在记录。先停下，再一起开始。", names);
	snprintf(en, sizeof en,
		"Not started: %s is still recording. Stop it first, then start together.", names);
	say(result, zh, en);
}

static void begin(struct errand *errand)
{
	struct together *together = errand->together;

	if (*together->recording) {
		refuse_start(errand->result, together->recording);
		return;
	}
	const struct visit_options options = {.transfers = together->options.world->transfers,
		.clock = together->options.world->clock,
		.done = on_answer,
		.self = errand};

	if (visit_new(&options, &errand->visit) == 0 && ask_deed(errand) == 0)
		together->n_under_way++;
	else
		say_silent(errand->result);
}

static void add_self(struct together *together)
{
	const struct room_order *order = together->options.order;
	struct errand *errand = &together->errands[together->n];
	struct room_result *result = &together->options.order->results[together->n++];

	*errand = (struct errand){.together = together, .result = result, .is_self = true};
	text_copy(errand->base, sizeof errand->base, order->self.base);
	text_copy(errand->token, sizeof errand->token, order->self.token);
	*result = (struct room_result){.session = order->self.session,
		.n_ready = -1,
		.from_us = order->at.ns / NS_PER_US,
		.stated_ns = 0};
	text_copy(result->id, sizeof result->id, order->self.id);
	text_copy(result->name, sizeof result->name, order->self.name);
	if (!settle(order, errand))
		begin(errand);
}

static void add_peer(struct together *together, const struct peer *peer, const struct key *key)
{
	const struct room_order *order = together->options.order;
	struct errand *errand = &together->errands[together->n];
	struct room_result *result = &together->options.order->results[together->n++];
	struct instant theirs = {0};

	*errand = (struct errand){.together = together, .result = result};
	text_copy(errand->base, sizeof errand->base, peer->base);
	text_copy(errand->token, sizeof errand->token, key->token);
	text_copy(errand->certificate, sizeof errand->certificate, key->certificate);
	*result = (struct room_result){.n_ready = -1, .stated_ns = -1};
	text_copy(result->id, sizeof result->id, peer->id);
	text_copy(result->name, sizeof result->name, peer->name);
	if (mapping_at(&peer->mapping, order->at, &theirs, &result->stated_ns))
		result->from_us = theirs.ns / NS_PER_US;
	if (!peer->has_told)
		say_silent(result);
	else if (!settle(order, errand))
		begin(errand);
}

/* It is here, its clock is known, and what we say would be worth something to it. */
static bool wants_hour(const struct peer *peer, const struct room_order *order)
{
	return peer_state(peer) == PEER_HERE && peer->mapping.n > 0 &&
		hour_is_wanted(peer->summary.hour_within_us, order->within_us);
}

static void on_over(struct timer *timer, struct instant now)
{
	struct together *together = CONTAINER(timer, struct together, over);

	(void)now;
	together->options.done(together->options.self, together);
}

int together_begin(const struct together_options *options, struct together **ret_together)
{
	struct together *together = calloc(1, sizeof *together);
	struct room_order *order = options->order;
	size_t most = 1;

	for (const struct peer *peer = options->peers; peer; peer = peer->next)
		most++;
	order->results = calloc(most, sizeof *order->results);
	if (together)
		together->errands = calloc(most, sizeof *together->errands);
	if (!together || !together->errands || !order->results) {
		together_free(together);
		return -ENOMEM;
	}
	together->options = *options;
	together->over.due = on_over;
	find_recording(options, together->recording, sizeof together->recording);
	if (order->deed != ROOM_HOUR)
		add_self(together);
	for (const struct peer *peer = options->peers; peer; peer = peer->next) {
		const struct key *key = peer_key(peer);

		if (key && !peer->is_self && !peer->is_twin &&
			(order->deed != ROOM_HOUR || wants_hour(peer, order)))
			add_peer(together, peer, key);
	}
	together->options.peers = NULL; /* the caller's */
	order->n_results = together->n;
	if (together->n_under_way == 0)
		timer_at(options->world->loop, &together->over, loop_now(options->world->loop));
	*ret_together = together;
	return 0;
}

struct room_order *together_order(const struct together *together)
{
	return together->options.order;
}

void together_free(struct together *together)
{
	if (!together)
		return;
	timer_cancel(&together->over);
	for (size_t i = 0; i < together->n; i++)
		visit_free(together->errands[i].visit);
	free(together->errands);
	free(together);
}
