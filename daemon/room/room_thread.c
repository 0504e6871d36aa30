/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/room_thread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/ring.h"
#include "base/text.h"
#include "room/farewell.h"
#include "room/finder.h"
#include "room/join.h"
#include "room/roster.h"
#include "room/together.h"

enum { MOST_ORDERS = 16, RING_BYTES = 16384, STACK_BYTES = 512 * 1024 };

/* The thread's copy of an order. */
struct copy {
	struct room_order order;
	struct room_order *original; /* main's: only passed on */
};

struct room_thread {
	struct room_thread_options options;

	/* main's */
	pthread_t thread;
	bool has_begun;
	struct wake arrived, over;
	struct room_order *given[MOST_ORDERS]; /* those under way; NULL: a free place */

	/* between the two; a ring holds more than may be under way */
	struct ring *orders, *finished, *news;
	atomic_bool is_stopping, hears_others;

	/* the thread's */
	struct loop *loop;
	struct wake ordered;
	struct timer tick;
	struct transfers *transfers;
	struct finder *finder;
	struct peer_world world;
	struct roster roster;
	/* Orders under way, in no order. */
	struct together *deeds[MOST_ORDERS];
	struct join *joins[MOST_ORDERS];
	/* Nobody waits for these. */
	struct farewell *farewells[MOST_ORDERS];
};

static void *next_of(struct ring *ring)
{
	size_t n;
	void *const *place = ring_peek(ring, &n);
	void *one = place ? *place : NULL;

	if (place)
		ring_drop(ring);
	return one;
}

/* ---------------------------------------------------------------- telling main */

/* What does not fit is told with the next answer of that board. */
static void put_news(struct room_thread *thread, struct room_news *news)
{
	if (ring_put(thread->news, &news, sizeof news) < 0) {
		free(news->groups);
		free(news);
		return;
	}
	wake_signal(&thread->arrived);
}

static struct room_news *news_of(const struct peer *peer)
{
	struct room_news *news = calloc(1, sizeof *news);
	struct board_seen *board;
	struct instant theirs;

	if (!news)
		return NULL;
	news->number = peer->number;
	news->is_there =
		!peer->is_self && !peer->is_twin && (peer->has_answered || !peer->is_of_this_host);
	board = &news->board;
	text_copy(board->id, sizeof board->id, peer->id);
	text_copy(board->base, sizeof board->base, peer->base);
	text_copy(board->name, sizeof board->name, peer->name);
	text_copy(board->lesson, sizeof board->lesson, peer->summary.lesson);
	text_copy(board->version, sizeof board->version, peer->summary.version);
	board->state = peer_state(peer);
	board->trouble = peer->trouble;
	board->has_key = keys_find(peer->world->keys, peer->summary.id) &&
		strcmp(peer->id, peer->summary.id) == 0;
	board->has_answered = peer->has_answered;
	board->answered = peer->answered;
	board->session = peer->summary.session;
	board->hour_within_us = peer->summary.groups ? peer->summary.hour_within_us : -1;
	text_copy(board->together, sizeof board->together, peer->summary.together);
	if (!mapping_at(&peer->mapping, peer->answered, &theirs, &board->stated_ns))
		board->stated_ns = -1;
	news->groups = peer->summary.groups ? strdup(peer->summary.groups) : NULL;
	return news;
}

static void on_told(void *self, struct peer *peer)
{
	struct room_thread *thread = self;
	struct room_news *news = news_of(peer);

	if (news)
		put_news(thread, news);
}

static void on_gone(void *self, uint32_t number)
{
	struct room_thread *thread = self;
	struct room_news *news = calloc(1, sizeof *news);

	if (!news)
		return;
	news->number = number;
	put_news(thread, news);
}

static void finish_order(struct room_thread *thread, struct room_order *order)
{
	struct copy *copy = CONTAINER(order, struct copy, order);

	order->is_done = true;
	ring_put(thread->finished, &copy, sizeof copy);
	wake_signal(&thread->arrived);
}

/* ---------------------------------------------------------------- who is there */

static void on_named(void *self, struct peer *peer)
{
	roster_name(&((struct room_thread *)self)->roster, peer);
}

static void on_found(void *self, const char *name, const char *base, bool is_of_this_host)
{
	struct room_thread *thread = self;

	if (!roster_found(&thread->roster, name, base, is_of_this_host))
		finder_pass_over(thread->finder, base);
}

static void on_lost(void *self, const char *base)
{
	roster_lost(&((struct room_thread *)self)->roster, base);
}

static void make_room(struct room_thread *thread)
{
	for (const struct peer *one = thread->roster.peers; one; one = one->next)
		if (roster_gives_way(one))
			finder_pass_over(thread->finder, one->base);
}

static void on_tick(struct timer *timer, struct instant now)
{
	struct room_thread *thread = CONTAINER(timer, struct room_thread, tick);
	bool hears = finder_is_listening(thread->finder);

	(void)now;
	roster_tidy(&thread->roster);
	if (finder_is_crowded(thread->finder))
		make_room(thread);
	if (atomic_exchange(&thread->hears_others, hears) != hears)
		wake_signal(&thread->arrived);
}

/* ---------------------------------------------------------------- orders */

static void on_joined(void *self, struct join *join)
{
	struct room_thread *thread = self;

	for (size_t i = 0; i < MOST_ORDERS; i++)
		if (thread->joins[i] == join)
			thread->joins[i] = NULL;
	struct peer *peer = roster_find_id(&thread->roster, join_order(join)->board);

	if (peer &&
		(join_order(join)->outcome == ROOM_DONE ||
			join_order(join)->outcome == ROOM_NOT_KEPT)) {
		peer->is_key_good = peer->is_key_known = peer->has_scheme = true;
		peer->trouble = PEER_WELL;
		on_told(thread, peer);
	}
	finish_order(thread, join_order(join));
	join_free(join);
}

static void start_join(struct room_thread *thread, struct room_order *order)
{
	struct peer *peer = roster_find_id(&thread->roster, order->board);
	size_t i = 0;

	while (i < MOST_ORDERS && thread->joins[i])
		i++;
	order->outcome = ROOM_FAILED;
	if (!peer || !*peer->summary.id || peer_state(peer) == PEER_FOUND ||
		peer_state(peer) == PEER_OTHER)
		order->outcome = peer ? ROOM_NO_ANSWER : ROOM_NO_BOARD;
	else if (i < MOST_ORDERS &&
		join_begin(&(struct join_options){.world = &thread->world,
				   .peer = peer,
				   .order = order,
				   .done = on_joined,
				   .self = thread},
			&thread->joins[i]) == 0)
		return;
	finish_order(thread, order);
}

static void on_parted(void *self, struct farewell *farewell)
{
	struct room_thread *thread = self;

	for (size_t i = 0; i < MOST_ORDERS; i++)
		if (thread->farewells[i] == farewell)
			thread->farewells[i] = NULL;
	farewell_free(farewell);
}

/* Where it is that board which answers; elsewhere the key is nobody's business. */
static void sign_out(struct room_thread *thread, const struct peer *peer)
{
	const struct key *key = peer_key(peer);
	size_t i = 0;

	while (i < MOST_ORDERS && thread->farewells[i])
		i++;
	if (key && peer->has_told && i < MOST_ORDERS)
		farewell_begin(&(struct farewell_options){.world = &thread->world,
				       .key = key,
				       .done = on_parted,
				       .self = thread},
			&thread->farewells[i]);
}

static void forget_key(struct room_thread *thread, struct room_order *order)
{
	struct peer *peer = roster_find_id(&thread->roster, order->board);

	order->outcome = peer ? ROOM_DONE : ROOM_NO_BOARD;
	/* Who only says that he is that board has no key that could be forgotten. */
	if (peer && strcmp(peer->id, peer->summary.id) == 0) {
		sign_out(thread, peer);
		if (keys_remove(thread->options.keys, peer->summary.id) < 0)
			order->outcome = ROOM_NOT_KEPT;
		peer->is_key_good = peer->is_key_known = false;
		peer->trouble = PEER_WELL;
		on_told(thread, peer);
	}
	finish_order(thread, order);
}

/* What was done holds at once: the next deed need not wait until it is told. */
static void learn(struct room_thread *thread, const struct room_order *order)
{
	for (size_t i = 0; i < order->n_results; i++) {
		const struct room_result *result = &order->results[i];
		bool is_begun = order->deed == ROOM_BEGIN;
		struct peer *peer = roster_find_id(&thread->roster, result->id);

		if (!peer || !result->is_ok || !result->session)
			continue;
		if (order->deed == ROOM_STOP || order->deed == ROOM_END)
			peer->summary.is_recording = false;
		if (!is_begun && order->deed != ROOM_END)
			continue;
		peer->summary.session = is_begun ? result->session : 0;
		text_copy(peer->summary.lesson, sizeof peer->summary.lesson,
			is_begun ? order->lesson : "");
		text_copy(peer->summary.together, sizeof peer->summary.together,
			is_begun ? order->together : "");
		on_told(thread, peer);
	}
}

static void on_done_together(void *self, struct together *together)
{
	struct room_thread *thread = self;

	for (size_t i = 0; i < MOST_ORDERS; i++)
		if (thread->deeds[i] == together)
			thread->deeds[i] = NULL;
	learn(thread, together_order(together));
	finish_order(thread, together_order(together));
	together_free(together);
	for (struct peer *one = thread->roster.peers; one; one = one->next)
		if (!one->is_self && !one->is_twin)
			peer_ask_now(one);
}

static void start_together(struct room_thread *thread, struct room_order *order)
{
	size_t i = 0;

	while (i < MOST_ORDERS && thread->deeds[i])
		i++;
	order->outcome = ROOM_FAILED;
	if (i < MOST_ORDERS &&
		together_begin(&(struct together_options){.world = &thread->world,
				       .peers = thread->roster.peers,
				       .order = order,
				       .done = on_done_together,
				       .self = thread},
			&thread->deeds[i]) == 0)
		order->outcome = ROOM_DONE;
	else
		finish_order(thread, order);
}

static void on_ordered(struct wake *wake)
{
	struct room_thread *thread = CONTAINER(wake, struct room_thread, ordered);
	struct copy *copy;

	if (atomic_load(&thread->is_stopping)) {
		loop_stop(thread->loop);
		return;
	}
	while ((copy = next_of(thread->orders))) {
		struct room_order *order = &copy->order;

		if (order->deed == ROOM_JOIN)
			start_join(thread, order);
		else if (order->deed == ROOM_FORGET)
			forget_key(thread, order);
		else
			start_together(thread, order);
	}
}

/* ---------------------------------------------------------------- the thread */

static void drop(struct copy *copy)
{
	explicit_bzero(copy->order.pin, sizeof copy->order.pin);
	free(copy->order.results);
	free(copy);
}

/* What is under way when the end comes is not done. */
static void give_up(struct room_thread *thread)
{
	for (size_t i = 0; i < MOST_ORDERS; i++) {
		struct room_order *deed = NULL, *join = NULL;

		if (thread->deeds[i])
			deed = together_order(thread->deeds[i]);
		if (thread->joins[i])
			join = join_order(thread->joins[i]);
		together_free(thread->deeds[i]);
		join_free(thread->joins[i]);
		farewell_free(thread->farewells[i]);
		if (deed)
			drop(CONTAINER(deed, struct copy, order));
		if (join)
			drop(CONTAINER(join, struct copy, order));
	}
}

static void *run(void *self)
{
	struct room_thread *thread = self;

	pthread_setname_np(pthread_self(), "kitlog-room");
	if (!thread->options.keys->all)
		keys_open(thread->options.keys, thread->options.directory);
	roster_add_known(&thread->roster);
	timer_every(thread->loop, &thread->tick, NS_PER_S / 2);
	loop_run(thread->loop);
	timer_cancel(&thread->tick);
	give_up(thread);
	finder_free(thread->finder);
	roster_clear(&thread->roster);
	wake_signal(&thread->over);
	return NULL;
}

/* ---------------------------------------------------------------- main's side */

static void on_arrived(struct wake *wake)
{
	struct room_thread *thread = CONTAINER(wake, struct room_thread, arrived);

	thread->options.news(thread->options.self);
}

struct room_news *room_thread_news(struct room_thread *thread)
{
	return next_of(thread->news);
}

static void on_over(struct wake *wake)
{
	struct room_thread *thread = CONTAINER(wake, struct room_thread, over);

	thread->options.over(thread->options.self);
}

/* The place of that order; of NULL, a free one. */
static struct room_order **find_place(struct room_thread *thread, const struct room_order *order)
{
	for (size_t i = 0; i < MOST_ORDERS; i++)
		if (thread->given[i] == order)
			return &thread->given[i];
	return NULL;
}

struct room_order *room_thread_finished(struct room_thread *thread)
{
	struct copy *copy = next_of(thread->finished);
	struct room_order *order;

	if (!copy)
		return NULL;
	order = copy->original;
	*find_place(thread, order) = NULL;
	*order = copy->order;
	copy->order.results = NULL;
	drop(copy);
	return order;
}

struct room_order *room_thread_left(struct room_thread *thread)
{
	for (size_t i = 0; i < MOST_ORDERS; i++) {
		struct room_order *order = thread->given[i];

		thread->given[i] = NULL;
		if (order)
			return order;
	}
	return NULL;
}

bool room_thread_hears_others(const struct room_thread *thread)
{
	return atomic_load(&thread->hears_others);
}

bool room_thread_is_busy(const struct room_thread *thread)
{
	for (size_t i = 0; i < MOST_ORDERS; i++)
		if (thread->given[i])
			return true;
	return false;
}

int room_thread_order(struct room_thread *thread, struct room_order *order)
{
	struct room_order **place = find_place(thread, NULL);
	struct copy *copy = place ? malloc(sizeof *copy) : NULL;

	if (!copy)
		return -EBUSY;
	*copy = (struct copy){.order = *order, .original = order};
	if (ring_put(thread->orders, &copy, sizeof copy) < 0) {
		drop(copy);
		return -EBUSY;
	}
	*place = order;
	wake_signal(&thread->ordered);
	return 0;
}

static int start(struct room_thread *thread)
{
	pthread_attr_t attributes;
	int r;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	r = pthread_create(&thread->thread, &attributes, run, thread);
	pthread_attr_destroy(&attributes);
	thread->has_begun = r == 0;
	return -r;
}

static int open_all(struct room_thread *thread)
{
	int r;

	if ((r = transfers_library_open()) < 0 || (r = ring_new(RING_BYTES, &thread->orders)) < 0 ||
		(r = ring_new(RING_BYTES, &thread->finished)) < 0 ||
		(r = ring_new(RING_BYTES, &thread->news)) < 0 ||
		(r = loop_open(thread->options.clock, &thread->loop)) < 0 ||
		(r = wake_open(thread->loop, &thread->ordered)) < 0 ||
		(r = wake_open(thread->options.loop, &thread->arrived)) < 0 ||
		(r = wake_open(thread->options.loop, &thread->over)) < 0 ||
		(r = transfers_new(thread->loop, &thread->transfers)) < 0)
		return r;
	thread->world = (struct peer_world){.clock = thread->options.clock,
		.loop = thread->loop,
		.transfers = thread->transfers,
		.keys = thread->options.keys,
		.life = thread->options.life,
		.told = on_told,
		.named = on_named,
		.self = thread};
	thread->roster = (struct roster){.world = &thread->world, .gone = on_gone};
	return finder_new(&(struct finder_options){.clock = thread->options.clock,
				  .loop = thread->loop,
				  .found = on_found,
				  .lost = on_lost,
				  .self = thread},
		&thread->finder);
}

int room_thread_start(const struct room_thread_options *options, struct room_thread **ret_thread)
{
	struct room_thread *thread = calloc(1, sizeof *thread);
	int r;

	if (!thread)
		return -ENOMEM;
	thread->options = *options;
	thread->arrived.woken = on_arrived;
	thread->over.woken = on_over;
	thread->ordered.woken = on_ordered;
	thread->tick.due = on_tick;
	r = open_all(thread);
	/* What is the configuration's is copied here: a thread that hangs may outlive it. */
	for (size_t i = 0; i < options->n_boards && r == 0; i++)
		roster_add_configured(&thread->roster, options->boards[i]);
	if (r == 0)
		r = start(thread);
	if (r < 0) {
		roster_clear(&thread->roster);
		finder_free(thread->finder);
		room_thread_free(thread);
		return r;
	}
	*ret_thread = thread;
	return 0;
}

void room_thread_stop(struct room_thread *thread)
{
	atomic_store(&thread->is_stopping, true);
	wake_signal(&thread->ordered);
}

bool room_thread_is_over(const struct room_thread *thread, int most_ms)
{
	return poll(&(struct pollfd){.fd = thread->over.watch.fd, .events = POLLIN}, 1, most_ms) ==
		1;
}

void room_thread_free(struct room_thread *thread)
{
	struct room_news *news;
	struct copy *copy;

	if (thread->has_begun)
		pthread_join(thread->thread, NULL);
	while (thread->news && (news = next_of(thread->news))) {
		free(news->groups);
		free(news);
	}
	while (thread->orders && (copy = next_of(thread->orders)))
		drop(copy);
	transfers_free(thread->transfers);
	wake_close(&thread->arrived);
	wake_close(&thread->over);
	wake_close(&thread->ordered);
	loop_close(thread->loop);
	ring_free(thread->orders);
	ring_free(thread->finished);
	ring_free(thread->news);
	free(thread);
}

void room_thread_leave(struct room_thread *thread)
{
	watch_remove(&thread->arrived.watch);
	watch_remove(&thread->over.watch);
}
