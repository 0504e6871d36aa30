/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /clock/boots: which boots have an hour, from whom, read by the work thread; POST
 * /clock/boots/{id}: somebody remembers when one began. */

#include "base/container.h"
#include "keep/boots.h"
#include "http/ask.h"
#include "api/handlers.h"
#include "api/inquiry.h"
#include "live/json.h"

/* The newest ones: a board that is switched on each lesson has a thousand a year. */
enum { MOST_BOOTS = 500, MOST_ANCHORS = 50 };

/* People remember when a lesson began, and kitlogd is there half a minute after the switch. */
static const int64_t REMEMBERED_NS = 300 * (int64_t)NS_PER_S;

static const int64_t OLDEST_MS = CLOCK_OLDEST_WALL_S * (int64_t)1000;

struct question {
	struct inquiry inquiry;

	/* the work thread's */
	struct wall_map *map;
	struct anchor anchors[MOST_ANCHORS]; /* of the newest boot */
	size_t n_anchors;
};

static size_t first_boot(const struct wall_map *map)
{
	size_t n = wall_map_boots(map);

	return n > MOST_BOOTS ? n - MOST_BOOTS : 0;
}

static int take_anchor(void *self, const struct anchor *anchor)
{
	struct question *question = self;

	question->anchors[question->n_anchors++] = *anchor;
	return 0;
}

static int read_boots(struct inquiry *inquiry, struct reader *reader)
{
	struct question *question = CONTAINER(inquiry, struct question, inquiry);
	int r = reader_wall_map(reader, &question->map);
	size_t n;

	if (r < 0 || (n = wall_map_boots(question->map)) == 0)
		return r;
	return boots_read_anchors(reader, wall_map_boot(question->map, n - 1).id, MOST_ANCHORS,
		take_anchor, question);
}

/* --- the list --- */

static void add_claim(
	struct text *text, const char *key, const struct wall *wall, const struct anchor *by)
{
	if (!wall) {
		text_addf(text, "\"%s\":null,\"source\":null,\"uncertainty_us\":null", key);
		return;
	}
	text_addf(text, "\"%s\":%lld,\"source\":\"%s\",\"uncertainty_us\":%lld", key,
		(long long)(wall->ns / NS_PER_US), anchor_source_name(by->source),
		(long long)(by->uncertainty_ns / NS_PER_US));
}

static void add_boot(struct text *text, const struct wall_boot *boot)
{
	bool has_ended = boot->end.ns != INT64_MAX;

	text_addf(text, "{\"id\":%u,\"began_us\":%lld,\"ended_us\":", boot->id,
		(long long)instant_us(boot->begin));
	if (has_ended)
		text_addf(text, "%lld,", (long long)instant_us(boot->end));
	else
		text_add(text, "null,");
	add_claim(text, "wall_began_us", boot->is_known ? &boot->began : NULL, &boot->anchor);
	text_add(text, ",\"wall_ended_us\":");
	if (boot->is_known && has_ended)
		text_add_int(text, boot->ended.ns / NS_PER_US);
	else
		text_add(text, "null");
	text_add_char(text, '}');
}

static void add_anchor(struct text *text, const struct anchor *anchor)
{
	text_addf(text, "{\"at_us\":%lld,", (long long)instant_us(anchor->at));
	text_addf(text, "\"source\":\"%s\",\"uncertainty_us\":%lld,\"wall_us\":",
		anchor_source_name(anchor->source),
		(long long)(anchor->uncertainty_ns / NS_PER_US));
	if (anchor->wall.ns < CLOCK_OLDEST_WALL_S * (int64_t)NS_PER_S)
		text_add(text, "null"); /* how long it slept, only */
	else
		text_add_int(text, anchor->wall.ns / NS_PER_US);
	text_add_char(text, '}');
}

static void send_boots(struct inquiry *inquiry)
{
	const struct question *question = CONTAINER(inquiry, struct question, inquiry);
	size_t first = first_boot(question->map);
	struct text text = answer_begin(inquiry->parts);

	text_add(&text, "{\"boots\":[");
	for (size_t i = first; i < wall_map_boots(question->map); i++) {
		const struct wall_boot boot = wall_map_boot(question->map, i);

		if (i > first)
			text_add_char(&text, ',');
		add_boot(&text, &boot);
	}
	text_add(&text, "],\"anchors\":[");
	for (size_t i = question->n_anchors; i-- > 0;) {
		add_anchor(&text, &question->anchors[i]);
		text_add(&text, i > 0 ? "," : "");
	}
	text_addf(&text, "],\"has_more\":%s}\n", first > 0 ? "true" : "false");
	answer_send(inquiry->request, 200, &text);
}

static void clear_boots(struct inquiry *inquiry)
{
	wall_map_free(CONTAINER(inquiry, struct question, inquiry)->map);
}

static const struct inquiry_kind BOOTS = {
	.look = read_boots, .answer = send_boots, .clear = clear_boots};

void handle_boots(void *self, struct request *request)
{
	struct question *question = inquiry_new(self, request, &BOOTS, sizeof *question);

	if (question)
		inquiry_ask(&question->inquiry);
}

/* --- somebody remembers --- */

static bool find_boot(const struct wall_map *map, uint32_t id, struct wall_boot *ret_boot)
{
	for (size_t i = wall_map_boots(map); i-- > 0;) {
		*ret_boot = wall_map_boot(map, i);
		if (ret_boot->id == id)
			return true;
	}
	return false;
}

struct telling {
	struct inquiry inquiry;
	uint32_t boot;
	struct anchor word;
	bool is_final; /* what was said before; the work thread's */
};

static int look_whether_final(struct inquiry *inquiry, struct reader *reader)
{
	struct telling *telling = CONTAINER(inquiry, struct telling, inquiry);

	return boots_is_word_final(reader, telling->boot, &telling->is_final);
}

static void take_word(struct inquiry *inquiry)
{
	const struct telling *telling = CONTAINER(inquiry, struct telling, inquiry);
	struct request *request = inquiry->request;
	struct keep *keep = inquiry->parts->keep;

	if (telling->is_final) {
		request_refuse(request, 409, "is_sent",
			"这一次开机的数据已经按说过的时间发走了，改不了了。",
			"Data of this boot were sent by the hour that was told before, which can be "
			"corrected no more.");
	} else if (keep_order_anchor(keep, &telling->word) < 0) {
		refuse_busy(request);
	} else {
		struct text text = answer_begin(inquiry->parts);

		keep_order_commit(keep);
		text_addf(&text, "{\"uncertainty_us\":%lld}\n",
			(long long)(REMEMBERED_NS / NS_PER_US));
		answer_send(request, 200, &text);
	}
}

static const struct inquiry_kind TELLING = {.look = look_whether_final, .answer = take_word};

static void take_unless_final(
	struct parts *parts, struct request *request, uint32_t id, const struct anchor *word)
{
	struct telling *telling = inquiry_new(parts, request, &TELLING, sizeof *telling);

	if (!telling)
		return;
	telling->boot = id;
	telling->word = *word;
	inquiry_ask(&telling->inquiry);
}

/* Is it between those of the starts before and after it that are known? As wall_map_judge says of a boot
 * whose hour nobody has told; of this one it would only say that it is told. */
static bool fits(
	const struct wall_map *map, const struct wall_boot *boot, const struct anchor *word)
{
	int64_t ran_ns = boot->end.ns == INT64_MAX ? 0 : instant_since(boot->end, boot->begin);

	for (size_t i = 0; i < wall_map_boots(map); i++) {
		const struct wall_boot other = wall_map_boot(map, i);

		if (!other.is_known || other.anchor.source == ANCHOR_BETWEEN)
			continue;
		if (other.id < boot->id && word->wall.ns + REMEMBERED_NS < other.ended.ns)
			return false;
		if (other.id > boot->id && word->wall.ns + ran_ns - REMEMBERED_NS > other.began.ns)
			return false;
	}
	return true;
}

static void answer_remembered(
	struct parts *parts, struct request *request, uint32_t id, int64_t wall_ms)
{
	const struct wall_map *map = parts->walltime.map;
	struct wall_boot boot;

	if (!map) {
		refuse_busy(request); /* it is read in a moment */
		return;
	}
	if (!find_boot(map, id, &boot)) {
		refuse_unknown(request, "没有这一次开机。看看列表（kitlog clock）。",
			"There is no such boot. Look at the list (kitlog clock).");
		return;
	}

	const struct anchor word = {
		boot.begin, {wall_ms * NS_PER_MS}, REMEMBERED_NS, ANCHOR_PERSON};
	bool is_persons = boot.is_known && boot.anchor.source == ANCHOR_PERSON &&
		boot.n_pieces == 1 && boot.end.ns != INT64_MAX;
	bool is_good = is_persons ? fits(map, &boot, &word)
				  : !wall_verdict_is_refusal(wall_map_judge(map, &word));

	if (boot.is_known && !is_persons)
		request_refuse(request, 409, "is_known",
			"这一次开机的时间已经知道了，不用再说。看看列表（kitlog clock）。",
			"The hour of this boot is known already. Look at the list (kitlog clock).");
	else if (!is_good)
		refuse_parameter(request, "wall_ms", "不对：要在前后两次开机的时间之间",
			"does not fit between the starts before and after it");
	else
		take_unless_final(parts, request, id, &word);
}

void handle_boot_tell(void *self, struct request *request)
{
	struct parts *parts = self;
	struct wall now;
	int64_t wall_ms = INT64_MIN;
	int64_t most_ms = 4102444800000; /* 2100-01-01, if nobody knows it better */
	uint32_t id;
	json_t *body;
	bool is_read;

	if (!ask_id(request, 0, &id) || !ask_body(request, &body))
		return;
	is_read = ask_member_int(request, body, "wall_ms", &wall_ms);
	json_decref(body);
	if (!is_read)
		return;
	if (walltime_at(&parts->walltime, clock_now(parts->clock), &now, NULL))
		most_ms = now.ns / NS_PER_MS;
	if (wall_ms == INT64_MIN)
		refuse_parameter(request, "wall_ms", "要写上", "is missing");
	else if (wall_ms < OLDEST_MS || wall_ms > most_ms)
		refuse_parameter(request, "wall_ms", "要在 2026 年以后、现在以前",
			"must be after the beginning of 2026 and before now");
	else
		answer_remembered(parts, request, id, wall_ms);
}
