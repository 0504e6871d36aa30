/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door on main's side; room_thread.c is behind it. Orders and news are pointers in rings: what is in one is
 * nobody's else. */
#include "room/room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/container.h"
#include "base/log.h"
#include "base/text.h"
#include "data/file.h"
#include "data/machine.h"
#include "room/room_thread.h"

#define LOG_TAG "room"

/* Until avahi-daemon has said who it is nobody shall be told that it is not there. */
static const int64_t GREETING_NS = 3 * (int64_t)NS_PER_S;
/* So long after the last look the thread ends. */
static const int64_t PATIENCE_NS = 60 * (int64_t)NS_PER_S;
/* When the program ends the thread has so long to do so: of systemd's 30 s most are for the card. */
enum { ENDING_MS = 2000 };
/* Whoever ends for so long hangs, for no question takes that long. */
static const int64_t HANGS_NS = 15 * (int64_t)NS_PER_S;

struct seen {
	uint32_t number;
	struct board_seen board;
	char *groups;
};

struct room {
	struct room_options options;
	char id[SUMMARY_ID], life[SUMMARY_ID];
	struct keys keys; /* the thread's while it runs; what the card refused holds beyond it */
	struct room_thread *thread; /* NULL: nobody looks */
	bool is_ending;             /* it was told to */
	struct instant looked, started, ended;
	struct log_state state;
	bool is_closed;
	struct seen seen[ROOM_BOARDS];
	size_t n;
	unsigned serial;
	bool hears_others;
};

/* ---------------------------------------------------------------- who we are */

static void make_id(char ret_id[SUMMARY_ID])
{
	unsigned char random[(SUMMARY_ID - 1) / 2] = {0};
	struct text text = text_over(ret_id, SUMMARY_ID);

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		log_warn("no random numbers: other boards may take this one for another");
	text_add_hex(&text, random, sizeof random);
}

/* What opened other boards from the machine before would open them from this one, too. */
static void forget_keys(const struct room *room)
{
	char path[512];

	snprintf(path, sizeof path, "%s/boards", room->options.directory);
	if (unlink(path) < 0 && errno != ENOENT)
		log_err("%s: %s; it opens other boards for another machine: remove it", path,
			strerror(errno));
}

/* "ID\nMACHINE\n"; is that so, and is it this machine's? */
static bool read_id(
	const struct room *room, const char *path, const char *machine, char ret_id[SUMMARY_ID])
{
	char bytes[2 * SUMMARY_ID + MACHINE_WORD] = "", *line;
	size_t n = 0;

	if (file_read_plain(path, bytes, sizeof bytes - 1, &n) < 0 || n < SUMMARY_ID ||
		strspn(bytes, "0123456789abcdef") != SUMMARY_ID - 1)
		return false;
	line = &bytes[SUMMARY_ID - 1];
	*line++ = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (*machine && strcmp(line, machine) != 0) {
		log_info("board %s was on another machine: this one has an id of its own, and asks "
			 "for the PINs of other boards again",
			bytes);
		forget_keys(room);
		return false;
	}
	text_copy(ret_id, SUMMARY_ID, bytes);
	return true;
}

/* One that cannot be kept holds until the daemon ends. */
static void load_id(struct room *room, const char *machine)
{
	char path[512], bytes[2 * SUMMARY_ID + MACHINE_WORD];

	snprintf(path, sizeof path, "%s/board-id", room->options.directory);
	if (read_id(room, path, machine, room->id))
		return;
	make_id(room->id);
	snprintf(bytes, sizeof bytes, "%s\n%s\n", room->id, machine);
	int r = file_write_secret(path, bytes, strlen(bytes));
	if (r < 0)
		log_warn("%s: %s; after a restart other boards take this one for another", path,
			strerror(-r));
}

const char *room_id(const struct room *room)
{
	return room->id;
}

const char *room_life(const struct room *room)
{
	return room->life;
}

/* ---------------------------------------------------------------- news */

static struct seen *find_number(struct room *room, uint32_t number)
{
	for (size_t i = 0; i < room->n; i++)
		if (room->seen[i].number == number)
			return &room->seen[i];
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	const struct board_seen *one = &((const struct seen *)a)->board;
	const struct board_seen *other = &((const struct seen *)b)->board;
	int r = strcmp(one->name, other->name);

	return r ? r : strcmp(one->base, other->base);
}

static void drop(struct room *room, struct seen *seen)
{
	free(seen->groups);
	*seen = room->seen[--room->n];
}

static void take_news(struct room *room, struct room_news *news)
{
	struct seen *seen = find_number(room, news->number);

	if (!news->is_there) {
		if (seen)
			drop(room, seen);
	} else if (!room->is_ending && (seen || room->n < ROOM_BOARDS)) {
		if (!seen)
			*(seen = &room->seen[room->n++]) = (struct seen){.groups = NULL};
		free(seen->groups);
		seen->groups = news->groups;
		news->groups = NULL;
		seen->number = news->number;
		seen->board = news->board;
		seen->board.groups = seen->groups ? seen->groups : "[]";
	}
	qsort(room->seen, room->n, sizeof *room->seen, by_name);
	free(news->groups);
	free(news);
}

/* On main, when the thread has put something into a ring. */
static void on_news(void *self)
{
	struct room *room = self;
	struct room_news *news;
	struct room_order *order;

	while ((news = room_thread_news(room->thread))) {
		take_news(room, news);
		room->serial++;
	}
	while ((order = room_thread_finished(room->thread)))
		order->done(order);
	bool hears = room_thread_hears_others(room->thread);
	if (hears != room->hears_others)
		room->serial++;
	room->hears_others = hears;
	room->options.changed(room->options.self);
}

/* ---------------------------------------------------------------- the thread */

static void forget_all(struct room *room)
{
	while (room->n)
		drop(room, &room->seen[room->n - 1]);
	room->serial++;
}

static void return_orders(struct room *room)
{
	struct room_order *order;

	while ((order = room_thread_finished(room->thread)))
		order->done(order);
	while ((order = room_thread_left(room->thread)))
		order->done(order);
}

/* Waits for nobody: the thread says when it is over. */
static void stop(struct room *room, struct instant now)
{
	room_thread_stop(room->thread);
	room->is_ending = true;
	room->ended = now;
	forget_all(room);
}

static void finish(struct room *room)
{
	struct room_thread *thread = room->thread;

	return_orders(room);
	room->thread = NULL;
	room->is_ending = false;
	room_thread_free(thread);
	log_state_clear(&room->state, LOG_TAG, "other boards can be looked for again");
}

static bool is_looked_at(const struct room *room, struct instant now)
{
	return instant_since(now, room->looked) <= PATIENCE_NS;
}

static int start(struct room *room);

static void on_over(void *self)
{
	struct room *room = self;

	finish(room);
	if (is_looked_at(room, clock_now(room->options.clock))) /* since it was told to end */
		start(room);
	room->options.changed(room->options.self);
}

static int start(struct room *room)
{
	room->started = room->looked;
	return room_thread_start(&(struct room_thread_options){.clock = room->options.clock,
					 .loop = room->options.loop,
					 .keys = &room->keys,
					 .directory = room->options.directory,
					 .life = room->life,
					 .boards = room->options.boards,
					 .n_boards = room->options.n_boards,
					 .news = on_news,
					 .over = on_over,
					 .self = room},
		&room->thread);
}

int room_look(struct room *room)
{
	room->looked = clock_now(room->options.clock);
	if (room->thread) /* one that ends begins anew */
		return 0;
	return room->is_closed ? -ESHUTDOWN : start(room);
}

void room_beat(struct room *room, struct instant now)
{
	if (!room->thread)
		return;
	if (room->is_ending && instant_since(now, room->ended) > HANGS_NS)
		log_state_set(&room->state, LOG_WARN, LOG_TAG,
			"whoever asks other boards waits for the card or the network, and no others "
			"are looked for meanwhile; if that goes on, start kitlogd again");
	else if (!room->is_ending && !is_looked_at(room, now) && !room_thread_is_busy(room->thread))
		stop(room, now);
}

int room_order(struct room *room, struct room_order *order)
{
	int r = room_look(room);

	if (r == 0 && room->is_ending)
		r = -EBUSY;
	return r < 0 ? r : room_thread_order(room->thread, order);
}

int room_order_unasked(struct room *room, struct room_order *order)
{
	return room_is_finding(room) ? room_thread_order(room->thread, order) : -ESHUTDOWN;
}

/* ---------------------------------------------------------------- looking */

bool room_is_finding(const struct room *room)
{
	return room->thread && !room->is_ending;
}

bool room_hears_others(const struct room *room)
{
	return room->hears_others ||
		instant_since(clock_now(room->options.clock), room->started) < GREETING_NS;
}

size_t room_count(const struct room *room)
{
	return room->n;
}

const struct board_seen *room_at(const struct room *room, size_t i)
{
	return &room->seen[i].board;
}

const struct board_seen *room_find(const struct room *room, const char *id)
{
	for (size_t i = 0; i < room->n; i++)
		if (strcmp(room->seen[i].board.id, id) == 0)
			return &room->seen[i].board;
	return NULL;
}

unsigned room_serial(const struct room *room)
{
	return room->serial;
}

int room_new(const struct room_options *options, struct room **ret_room)
{
	struct room *room = calloc(1, sizeof *room);

	if (!room)
		return -ENOMEM;
	room->options = *options;
	load_id(room, options->machine);
	room->options.machine = NULL; /* the caller's */
	make_id(room->life);
	*ret_room = room;
	return 0;
}

void room_close(struct room *room)
{
	if (!room || room->is_closed)
		return;
	room->is_closed = true;
	if (!room->thread)
		return;
	stop(room, clock_now(room->options.clock));
	if (room_thread_is_over(room->thread, ENDING_MS)) {
		finish(room);
		return;
	}
	log_warn("whoever asks other boards hangs, and is left behind");
	return_orders(room);
	room_thread_leave(room->thread);
}

void room_free(struct room *room)
{
	room_close(room);
	if (!room || room->thread) /* one that hangs has the keys */
		return;
	keys_close(&room->keys);
	free(room);
}
