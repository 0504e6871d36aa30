/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/room_thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/ring.h"
#include "base/text.h"
#include "room/finder.h"
#include "room/join.h"
#include "room/together.h"

enum { MOST_ORDERS = 16, RING_BYTES = 16384, STACK_BYTES = 512 * 1024 };

struct room_thread {
	struct room_thread_options options;

	/* main's */
	pthread_t thread;
	struct wake arrived;
	unsigned n_orders;

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
	struct peer *peers;
	size_t n_peers;
	uint32_t last_number;
	/* Orders under way, in no order. */
	struct together *deeds[MOST_ORDERS];
	struct join *joins[MOST_ORDERS];
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

static void tell_gone(struct room_thread *thread, uint32_t number)
{
	struct room_news *news = calloc(1, sizeof *news);

	if (!news)
		return;
	news->number = number;
	put_news(thread, news);
}

static void finish_order(struct room_thread *thread, struct room_order *order)
{
	order->is_done = true;
	ring_put(thread->finished, &order, sizeof order);
	wake_signal(&thread->arrived);
}

/* ---------------------------------------------------------------- who is there */

/* By its address: which scheme it speaks is found out. */
static struct peer *find_base(const struct room_thread *thread, const char *base)
{
	const char *behind = strstr(base, "://"), *address = behind ? behind + 3 : base;

	for (struct peer *one = thread->peers; one; one = one->next)
		if (strcmp(peer_address(one), address) == 0)
			return one;
	return NULL;
}

/* The one that answers, where an address that is silent had the same. */
static struct peer *find_id(const struct room_thread *thread, const char *id)
{
	struct peer *silent = NULL;

	for (struct peer *one = thread->peers; one; one = one->next) {
		if (one->is_self || one->is_twin || strcmp(one->id, id) != 0)
			continue;
		if (!one->is_missing)
			return one;
		silent = one;
	}
	return silent;
}

/* Is it at the address at which a teacher joined it? */
static bool is_joined(const struct room_thread *thread, const struct peer *peer)
{
	const struct key *key = keys_find(thread->options.keys, peer->summary.id);

	return key && strcmp(key->address, peer->base) == 0;
}

static bool answers(const struct peer *peer)
{
	return peer->has_answered && !peer->is_missing && !peer->is_twin && !peer->is_self;
}

/* Another address at which the same running board answers; NULL. */
static struct peer *find_same(const struct room_thread *thread, const struct peer *peer)
{
	for (struct peer *one = thread->peers; one; one = one->next)
		if (one != peer && answers(one) &&
			strcmp(one->summary.life, peer->summary.life) == 0)
			return one;
	return NULL;
}

/* The same board by two addresses is one: by that at which it was joined, else by that which answered first. */
static bool is_twin(const struct room_thread *thread, const struct peer *peer)
{
	return !peer->is_self && find_same(thread, peer) && !is_joined(thread, peer);
}

/* Whoever was joined has its id, whoever else says that he is it; without that, who answered first. */
static bool has_its_id(const struct room_thread *thread, const struct peer *peer)
{
	const char *id = peer->summary.id;

	if (is_joined(thread, peer))
		return true;
	for (struct peer *one = thread->peers; one; one = one->next)
		if (one != peer && answers(one) && strcmp(one->summary.id, id) == 0 &&
			(is_joined(thread, one) || strcmp(one->id, id) == 0))
			return false;
	return true;
}

static void take_id_from_others(struct room_thread *thread, const struct peer *peer)
{
	for (struct peer *one = thread->peers; one; one = one->next)
		if (one != peer && strcmp(one->id, peer->id) == 0) {
			text_copy(one->id, sizeof one->id, peer_address(one));
			on_told(thread, one);
		}
}

/* It has just told who it is: the one place where ids and twins are given. */
static void on_named(void *self, struct peer *peer)
{
	struct room_thread *thread = self;
	struct peer *same;

	peer->is_twin = false;
	peer->is_twin = is_twin(thread, peer);
	while (!peer->is_twin && !peer->is_self && (same = find_same(thread, peer))) {
		same->is_twin = true;
		on_told(thread, same);
	}
	if (peer->is_twin || peer->is_self || !has_its_id(thread, peer)) {
		text_copy(peer->id, sizeof peer->id, peer_address(peer));
	} else {
		text_copy(peer->id, sizeof peer->id, peer->summary.id);
		take_id_from_others(thread, peer);
	}
}

static struct peer *add_peer(
	struct room_thread *thread, const char *base, const char *name, bool is_of_this_host)
{
	struct peer *peer = find_base(thread, base);

	if (peer || thread->n_peers == ROOM_BOARDS ||
		peer_new(&thread->world, base, name, &peer) < 0)
		return peer;
	peer->is_of_this_host = is_of_this_host;
	peer->next = thread->peers;
	thread->peers = peer;
	thread->n_peers++;
	peer->number = ++thread->last_number;
	on_told(thread, peer);
	return peer;
}

static void remove_peer(struct room_thread *thread, struct peer *peer)
{
	struct peer **at = &thread->peers;

	while (*at != peer)
		at = &(*at)->next;
	*at = peer->next;
	thread->n_peers--;
	tell_gone(thread, peer->number);
	peer_free(peer);
}

static void on_found(void *self, const char *name, const char *base, bool is_of_this_host)
{
	struct peer *peer = add_peer(self, base, name, is_of_this_host);

	if (!peer)
		return;
	peer->is_announced = true;
	peer->has_scheme |= strncmp(base, "https:", 6) == 0;
}

static void on_lost(void *self, const char *base)
{
	struct peer *peer = find_base(self, base);

	if (peer)
		peer->is_announced = false;
}

/* "10.0.0.7", "kitlog-2.local:8080", "https://10.0.0.7": as the configuration has it. */
static void add_configured(struct room_thread *thread, const char *word)
{
	char base[KEY_ADDRESS];
	struct text text = text_over(base, sizeof base);
	const char *behind = strstr(word, "://");
	struct peer *peer;

	if (!behind)
		text_add(&text, "http://");
	text_add(&text, word);
	if (!strrchr(behind ? behind + 3 : word, ':'))
		text_add(&text, ":8080");
	peer = text.is_cut ? NULL : add_peer(thread, base, "", false);
	if (!peer)
		return;
	peer->is_configured = true;
	peer->has_scheme = behind != NULL;
}

static bool answers_elsewhere(const struct room_thread *thread, const struct peer *peer)
{
	for (struct peer *one = thread->peers; one; one = one->next)
		if (one != peer && answers(one) && strcmp(one->summary.id, peer->summary.id) == 0)
			return true;
	return false;
}

/* It does not answer, nobody announces it, nobody wrote it down, and nobody has its key, or it answers elsewhere
 * now. */
static bool can_be_forgotten(const struct room_thread *thread, const struct peer *peer)
{
	return !peer->is_configured && !peer->is_announced && (peer->is_missing || peer->is_self) &&
		(!keys_find(thread->options.keys, peer->summary.id) ||
			answers_elsewhere(thread, peer));
}

static void on_tick(struct timer *timer, struct instant now)
{
	struct room_thread *thread = CONTAINER(timer, struct room_thread, tick);
	bool hears = finder_is_listening(thread->finder);
	struct peer *next;

	(void)now;
	for (struct peer *one = thread->peers; one; one = next) {
		next = one->next;
		if (can_be_forgotten(thread, one))
			remove_peer(thread, one);
	}
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
	struct peer *peer = find_id(thread, join_order(join)->board);

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
	struct peer *peer = find_id(thread, order->board);
	size_t i = 0;

	while (i < MOST_ORDERS && thread->joins[i])
		i++;
	order->outcome = ROOM_FAILED;
	if (!peer || peer_state(peer) == PEER_FOUND || peer_state(peer) == PEER_OTHER)
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

static void forget_key(struct room_thread *thread, struct room_order *order)
{
	struct peer *peer = find_id(thread, order->board);

	order->outcome = peer ? ROOM_DONE : ROOM_NO_BOARD;
	/* Who only says that he is that board has no key that could be forgotten. */
	if (peer && strcmp(peer->id, peer->summary.id) == 0) {
		if (keys_remove(thread->options.keys, peer->summary.id) < 0)
			order->outcome = ROOM_NOT_KEPT;
		peer->is_key_good = peer->is_key_known = false;
		peer->trouble = PEER_WELL;
		on_told(thread, peer);
	}
	finish_order(thread, order);
}

static void on_done_together(void *self, struct together *together)
{
	struct room_thread *thread = self;

	for (size_t i = 0; i < MOST_ORDERS; i++)
		if (thread->deeds[i] == together)
			thread->deeds[i] = NULL;
	finish_order(thread, together_order(together));
	together_free(together);
	for (struct peer *one = thread->peers; one; one = one->next)
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
				       .peers = thread->peers,
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
	struct room_order *order;

	if (atomic_load(&thread->is_stopping)) {
		loop_stop(thread->loop);
		return;
	}
	while ((order = next_of(thread->orders))) {
		if (order->deed == ROOM_JOIN)
			start_join(thread, order);
		else if (order->deed == ROOM_FORGET)
			forget_key(thread, order);
		else
			start_together(thread, order);
	}
}

/* ---------------------------------------------------------------- the thread */

static void add_known(struct room_thread *thread)
{
	for (size_t i = 0; i < thread->options.n_boards; i++)
		add_configured(thread, thread->options.boards[i]);
	for (size_t i = 0; i < thread->options.keys->n; i++) {
		struct peer *peer = add_peer(thread, thread->options.keys->all[i].address,
			thread->options.keys->all[i].name, false);

		if (!peer)
			continue;
		peer->has_scheme = true;
		text_copy(peer->base, sizeof peer->base, thread->options.keys->all[i].address);
		/* Until it answers, the key says who it is. */
		text_copy(
			peer->summary.id, sizeof peer->summary.id, thread->options.keys->all[i].id);
		text_copy(peer->id, sizeof peer->id, thread->options.keys->all[i].id);
		text_copy(peer->name, sizeof peer->name, thread->options.keys->all[i].name);
	}
}

/* What is under way when the end comes goes back undone. */
static void give_up(struct room_thread *thread)
{
	for (size_t i = 0; i < MOST_ORDERS; i++) {
		struct room_order *order = NULL;

		if (thread->deeds[i])
			order = together_order(thread->deeds[i]);
		together_free(thread->deeds[i]);
		if (order)
			ring_put(thread->finished, &order, sizeof order);
		order = thread->joins[i] ? join_order(thread->joins[i]) : NULL;
		join_free(thread->joins[i]);
		if (order)
			ring_put(thread->finished, &order, sizeof order);
	}
}

static void *run(void *self)
{
	struct room_thread *thread = self;

	pthread_setname_np(pthread_self(), "kitlog-room");
	if (!thread->options.keys->all)
		keys_open(thread->options.keys, thread->options.directory);
	add_known(thread);
	timer_every(thread->loop, &thread->tick, NS_PER_S / 2);
	loop_run(thread->loop);
	timer_cancel(&thread->tick);
	give_up(thread);
	finder_free(thread->finder);
	while (thread->peers) {
		struct peer *next = thread->peers->next;

		peer_free(thread->peers);
		thread->peers = next;
	}
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

struct room_order *room_thread_finished(struct room_thread *thread)
{
	struct room_order *order = next_of(thread->finished);

	thread->n_orders -= order != NULL;
	return order;
}

struct room_order *room_thread_left(struct room_thread *thread)
{
	struct room_order *order = next_of(thread->orders);

	thread->n_orders -= order != NULL;
	return order;
}

bool room_thread_hears_others(const struct room_thread *thread)
{
	return atomic_load(&thread->hears_others);
}

bool room_thread_is_busy(const struct room_thread *thread)
{
	return thread->n_orders > 0;
}

int room_thread_order(struct room_thread *thread, struct room_order *order)
{
	if (thread->n_orders == MOST_ORDERS || ring_put(thread->orders, &order, sizeof order) < 0)
		return -EBUSY;
	thread->n_orders++;
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
	thread->ordered.woken = on_ordered;
	thread->tick.due = on_tick;
	r = open_all(thread);
	if (r == 0)
		r = start(thread);
	if (r < 0) {
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
	pthread_join(thread->thread, NULL);
}

void room_thread_free(struct room_thread *thread)
{
	struct room_news *news;

	while (thread->news && (news = next_of(thread->news))) {
		free(news->groups);
		free(news);
	}
	transfers_free(thread->transfers);
	wake_close(&thread->arrived);
	wake_close(&thread->ordered);
	loop_close(thread->loop);
	ring_free(thread->orders);
	ring_free(thread->finished);
	ring_free(thread->news);
	free(thread);
}
