/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each call of libavahi-client that asks avahi-daemon waits for it, where that hangs 25 s (libdbus), so a thread does
 * nothing else. Nobody waits for that thread: it is told to end, and whoever of both goes last frees. */
#include "room/finder.h"

#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-common/domain.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <errno.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/container.h"
#include "base/log.h"
#include "base/ring.h"
#include "base/text.h"
#include "room/avahi_loop.h"

#define LOG_TAG "room"

enum { RING_BYTES = 32768, PASSED_BYTES = 16384, STACK_BYTES = 256 * 1024, WAITING_MOST = 256 };

static const char SERVICE[] = "_kitlog._tcp";
static const int64_t SOON_NS = NS_PER_S;
static const int64_t AGAIN_NS = 10 * (int64_t)NS_PER_S;
static const int64_t TURN_NS = NS_PER_S;
/* Whoever has no address by then has none. */
static const int64_t RESOLVED_NS = 6 * (int64_t)NS_PER_S;

/* One service as it is announced on one network; its resolver follows its address. */
struct sighting {
	struct finder *finder;
	AvahiServiceResolver *resolver; /* NULL: the place is free */
	AvahiIfIndex interface;
	char service[AVAHI_LABEL_MAX];
	char base[FINDER_BASE]; /* "": not known yet */
	struct instant since;
};

/* One that is announced, and for which there was no place. */
struct waiting {
	AvahiIfIndex interface;
	char service[AVAHI_LABEL_MAX];
};

/* What the thread tells. */
struct tiding {
	bool is_there, is_of_this_host;
	char name[FINDER_NAME], base[FINDER_BASE];
};

struct finder {
	/* the owner's */
	struct finder_options options;
	struct watch told; /* of told_fd */

	/* between the two */
	struct ring *tidings;
	int told_fd;         /* an eventfd: there are tidings */
	struct ring *passed; /* the addresses of those that nobody answers for */
	atomic_bool is_listening, is_crowded;
	atomic_int users; /* both: whoever goes last frees */

	/* the thread's */
	struct loop *loop;
	AvahiPoll *poll;
	AvahiClient *client;          /* NULL: tried again */
	AvahiServiceBrowser *browser; /* NULL: avahi-daemon does not run */
	struct sighting sightings[FINDER_MOST];
	struct waiting waiting[WAITING_MOST]; /* first come, first served */
	size_t n_waiting;
	struct wake passing;
	struct timer again, turn;
	struct log_state state;
};

static void tell(struct finder *finder, const struct tiding *tiding)
{
	const uint64_t one = 1;

	/* It holds four times what a room does, and its reader waits for nobody: it is not full. */
	ring_put(finder->tidings, tiding, sizeof *tiding);
	ssize_t n = write(finder->told_fd, &one, sizeof one);

	(void)n; /* fails only when it is awake */
}

/* --- one service --- */

static bool is_local(uint32_t address) /* in network order */
{
	uint32_t a = ntohl(address);

	return a >> 24 == 10 || a >> 20 == (172u << 4 | 1) || a >> 16 == (192u << 8 | 168) ||
		a >> 16 == (169u << 8 | 254);
}

static void tell_lost(struct sighting *sighting)
{
	struct finder *finder = sighting->finder;
	struct tiding tiding = {.is_there = false};

	if (!*sighting->base)
		return;
	text_copy(tiding.base, sizeof tiding.base, sighting->base);
	sighting->base[0] = '\0';
	for (size_t i = 0; i < FINDER_MOST; i++)
		if (strcmp(finder->sightings[i].base, tiding.base) == 0)
			return; /* another network still has it */
	tell(finder, &tiding);
}

static bool says_https(AvahiStringList *words)
{
	AvahiStringList *scheme = avahi_string_list_find(words, "scheme");

	return scheme &&
		strcmp((const char *)avahi_string_list_get_text(scheme), "scheme=https") == 0;
}

static void on_resolved(AvahiServiceResolver *resolver, AvahiIfIndex interface,
	AvahiProtocol protocol, AvahiResolverEvent event, const char *name, const char *type,
	const char *domain, const char *host, const AvahiAddress *address, uint16_t port,
	AvahiStringList *words, AvahiLookupResultFlags flags, void *self)
{
	struct sighting *sighting = self;
	struct finder *finder = sighting->finder;
	char base[FINDER_BASE], dotted[INET_ADDRSTRLEN];

	(void)resolver, (void)interface, (void)protocol, (void)name, (void)type, (void)domain;
	if (event != AVAHI_RESOLVER_FOUND || !address || address->proto != AVAHI_PROTO_INET ||
		!is_local(address->data.ipv4.address) ||
		!inet_ntop(AF_INET, &address->data.ipv4.address, dotted, sizeof dotted))
		return;
	snprintf(base, sizeof base, "%s://%s:%u", says_https(words) ? "https" : "http", dotted,
		port);
	if (strcmp(base, sighting->base) != 0) {
		tell_lost(sighting);
		text_copy(sighting->base, sizeof sighting->base, base);
	}
	struct tiding tiding = {
		.is_there = true, .is_of_this_host = (flags & AVAHI_LOOKUP_RESULT_LOCAL) != 0};

	text_copy(tiding.base, sizeof tiding.base, base);
	text_copy(tiding.name, sizeof tiding.name, host ? host : "");
	tiding.name[strcspn(tiding.name, ".")] = '\0'; /* the host's name without .local */
	tell(finder, &tiding);
}

static struct sighting *find(struct finder *finder, AvahiIfIndex interface, const char *service)
{
	for (size_t i = 0; i < FINDER_MOST; i++) {
		struct sighting *one = &finder->sightings[i];

		if (one->resolver && one->interface == interface &&
			strcmp(one->service, service) == 0)
			return one;
	}
	return NULL;
}

static void forget(struct sighting *sighting)
{
	if (sighting->resolver)
		avahi_service_resolver_free(sighting->resolver);
	sighting->resolver = NULL;
	tell_lost(sighting);
}

/* Does it follow that one now, or need not? */
static bool follow(struct finder *finder, const struct waiting *whom)
{
	struct sighting *place = NULL;

	if (find(finder, whom->interface, whom->service))
		return true;
	for (size_t i = 0; i < FINDER_MOST && !place; i++)
		if (!finder->sightings[i].resolver)
			place = &finder->sightings[i];
	if (!place)
		return false;
	*place = (struct sighting){
		.finder = finder, .interface = whom->interface, .since = loop_now(finder->loop)};
	text_copy(place->service, sizeof place->service, whom->service);
	place->resolver =
		avahi_service_resolver_new(finder->client, whom->interface, AVAHI_PROTO_INET,
			whom->service, SERVICE, NULL, AVAHI_PROTO_INET, 0, on_resolved, place);
	return true;
}

/* --- those that wait --- */

static void drop_waiting(struct finder *finder, size_t i)
{
	finder->n_waiting--;
	memmove(&finder->waiting[i], &finder->waiting[i + 1],
		(finder->n_waiting - i) * sizeof *finder->waiting);
}

static void let_wait(struct finder *finder, const struct waiting *whom)
{
	if (finder->n_waiting == WAITING_MOST)
		return; /* more than any room holds */
	finder->waiting[finder->n_waiting++] = *whom;
	atomic_store(&finder->is_crowded, true);
	if (!finder->turn.loop)
		timer_at(finder->loop, &finder->turn, instant_add(loop_now(finder->loop), TURN_NS));
}

static void step_back(struct sighting *sighting)
{
	struct waiting self = {.interface = sighting->interface};

	text_copy(self.service, sizeof self.service, sighting->service);
	forget(sighting);
	let_wait(sighting->finder, &self);
}

static bool is_told_by_another(const struct sighting *sighting)
{
	for (const struct sighting *one = sighting->finder->sightings; one < sighting; one++)
		if (*one->base && strcmp(one->base, sighting->base) == 0)
			return true;
	return false;
}

static void on_turn(struct timer *timer, struct instant now)
{
	struct finder *finder = CONTAINER(timer, struct finder, turn);

	for (size_t i = 0; i < FINDER_MOST; i++) {
		struct sighting *one = &finder->sightings[i];
		bool is_new = instant_since(now, one->since) <= RESOLVED_NS;

		if (one->resolver && ((!*one->base && !is_new) || is_told_by_another(one)))
			step_back(one);
	}
	while (finder->n_waiting && follow(finder, &finder->waiting[0]))
		drop_waiting(finder, 0);
	atomic_store(&finder->is_crowded, finder->n_waiting > 0);
	if (finder->n_waiting)
		timer_at(finder->loop, timer, instant_add(now, TURN_NS));
}

static const char *address_of(const char *base)
{
	const char *behind = strstr(base, "://");

	return behind ? behind + 3 : base;
}

static void on_passing(struct wake *wake)
{
	struct finder *finder = CONTAINER(wake, struct finder, passing);
	const char *address;
	size_t n;

	while ((address = ring_peek(finder->passed, &n))) {
		for (size_t i = 0; i < FINDER_MOST; i++) {
			struct sighting *one = &finder->sightings[i];

			if (one->resolver && strcmp(address_of(one->base), address) == 0)
				step_back(one);
		}
		ring_drop(finder->passed);
	}
}

/* Whoever is new, or is gone. */
static void take_service(
	struct finder *finder, AvahiIfIndex interface, const char *name, bool is_there)
{
	struct waiting it = {.interface = interface};
	struct sighting *sighting = find(finder, interface, name);
	size_t i = 0;

	text_copy(it.service, sizeof it.service, name);
	while (i < finder->n_waiting &&
		(finder->waiting[i].interface != interface ||
			strcmp(finder->waiting[i].service, name) != 0))
		i++;
	if (is_there && !sighting && i == finder->n_waiting) {
		if (finder->n_waiting || !follow(finder, &it))
			let_wait(finder, &it);
	} else if (!is_there && sighting) {
		forget(sighting);
	} else if (!is_there && i < finder->n_waiting) {
		drop_waiting(finder, i);
	}
}

/* --- the daemon --- */

static void say_trouble(struct finder *finder)
{
	log_state_set(&finder->state, LOG_INFO, LOG_TAG,
		"avahi-daemon does not answer: other boards are found only by boards: in the "
		"configuration; start it (systemctl start avahi-daemon)");
}

static void try_later(struct finder *finder)
{
	say_trouble(finder);
	timer_at(finder->loop, &finder->again, instant_add(loop_now(finder->loop), AGAIN_NS));
}

static void on_browsed(AvahiServiceBrowser *browser, AvahiIfIndex interface, AvahiProtocol protocol,
	AvahiBrowserEvent event, const char *name, const char *type, const char *domain,
	AvahiLookupResultFlags flags, void *self)
{
	(void)browser, (void)protocol, (void)type, (void)domain, (void)flags;
	if (event == AVAHI_BROWSER_NEW || event == AVAHI_BROWSER_REMOVE)
		take_service(self, interface, name, event == AVAHI_BROWSER_NEW);
}

static void browse(struct finder *finder, AvahiClient *client)
{
	if (finder->browser)
		return;
	finder->client = client; /* within avahi_client_new it is not ours yet */
	finder->browser = avahi_service_browser_new(
		client, AVAHI_IF_UNSPEC, AVAHI_PROTO_INET, SERVICE, NULL, 0, on_browsed, finder);
	atomic_store(&finder->is_listening, finder->browser != NULL);
	if (finder->browser)
		log_state_clear(&finder->state, LOG_TAG, "avahi-daemon answers");
	else
		try_later(finder);
}

static void on_client(AvahiClient *client, AvahiClientState state, void *self)
{
	struct finder *finder = self;

	if (state == AVAHI_CLIENT_S_RUNNING || state == AVAHI_CLIENT_S_REGISTERING ||
		state == AVAHI_CLIENT_S_COLLISION)
		browse(finder, client);
	else if (state == AVAHI_CLIENT_CONNECTING)
		say_trouble(finder);            /* it comes by itself when the daemon does */
	else if (state == AVAHI_CLIENT_FAILURE) /* a new one waits for the daemon */
		timer_at(
			finder->loop, &finder->again, instant_add(loop_now(finder->loop), SOON_NS));
}

/* The client goes first: it hangs up, and frees what is of it without asking the daemon, which may hang. */
static void close_client(struct finder *finder)
{
	if (finder->client)
		avahi_client_free(finder->client);
	finder->client = NULL;
	finder->browser = NULL;
	atomic_store(&finder->is_listening, false);
	finder->n_waiting = 0;
	for (size_t i = 0; i < FINDER_MOST; i++) {
		finder->sightings[i].resolver = NULL;
		tell_lost(&finder->sightings[i]);
	}
}

static void on_again(struct timer *timer, struct instant now)
{
	struct finder *finder = CONTAINER(timer, struct finder, again);

	(void)now;
	close_client(finder);
	finder->client =
		avahi_client_new(finder->poll, AVAHI_CLIENT_NO_FAIL, on_client, finder, &(int){0});
	if (!finder->client)
		try_later(finder);
}

/* --- the thread, and its owner --- */

static void leave(struct finder *finder)
{
	if (atomic_fetch_sub(&finder->users, 1) > 1)
		return;
	avahi_loop_free(finder->poll);
	wake_close(&finder->passing);
	loop_close(finder->loop);
	ring_free(finder->tidings);
	ring_free(finder->passed);
	if (finder->told_fd >= 0)
		close(finder->told_fd);
	free(finder);
}

static void *run(void *self)
{
	struct finder *finder = self;

	pthread_setname_np(pthread_self(), "kitlog-finder");
	timer_at(finder->loop, &finder->again, loop_now(finder->loop));
	loop_run(finder->loop);
	close_client(finder);
	timer_cancel(&finder->again);
	timer_cancel(&finder->turn);
	leave(finder);
	return NULL;
}

static void on_told(struct watch *watch, uint32_t events)
{
	struct finder *finder = CONTAINER(watch, struct finder, told);
	const struct finder_options *options = &finder->options;
	const struct tiding *tiding;
	uint64_t signals;
	ssize_t n = read(watch->fd, &signals, sizeof signals);
	size_t size;

	(void)n, (void)events;
	while ((tiding = ring_peek(finder->tidings, &size))) {
		if (tiding->is_there)
			options->found(
				options->self, tiding->name, tiding->base, tiding->is_of_this_host);
		else
			options->lost(options->self, tiding->base);
		ring_drop(finder->tidings);
	}
}

static int open_all(struct finder *finder)
{
	int r;

	if ((r = ring_new(RING_BYTES, &finder->tidings)) < 0 ||
		(r = ring_new(PASSED_BYTES, &finder->passed)) < 0 ||
		(r = loop_open(finder->options.clock, &finder->loop)) < 0 ||
		(r = wake_open(finder->loop, &finder->passing)) < 0 ||
		(r = avahi_loop_new(finder->loop, &finder->poll)) < 0)
		return r;
	finder->told_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return finder->told_fd < 0
		? -errno
		: watch_add(finder->options.loop, &finder->told, finder->told_fd, EPOLLIN);
}

static int start(struct finder *finder)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int r;

	atomic_store(&finder->users, 2);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	r = pthread_create(&thread, &attributes, run, finder);
	pthread_attr_destroy(&attributes);
	if (r)
		atomic_store(&finder->users, 1);
	return -r;
}

int finder_new(const struct finder_options *options, struct finder **ret_finder)
{
	struct finder *finder = calloc(1, sizeof *finder);
	int r;

	if (!finder)
		return -ENOMEM;
	finder->options = *options;
	finder->told_fd = -1;
	finder->told.ready = on_told;
	finder->again.due = on_again;
	finder->turn.due = on_turn;
	finder->passing.woken = on_passing;
	atomic_init(&finder->users, 1);
	for (size_t i = 0; i < FINDER_MOST; i++)
		finder->sightings[i].finder = finder;
	r = open_all(finder);
	if (r == 0)
		r = start(finder);
	if (r < 0) {
		watch_remove(&finder->told);
		leave(finder);
		return r;
	}
	*ret_finder = finder;
	return 0;
}

void finder_free(struct finder *finder)
{
	if (!finder)
		return;
	watch_remove(&finder->told);
	loop_stop(finder->loop);
	leave(finder);
}

bool finder_is_listening(const struct finder *finder)
{
	return atomic_load(&finder->is_listening);
}

bool finder_is_crowded(const struct finder *finder)
{
	return atomic_load(&finder->is_crowded);
}

void finder_pass_over(struct finder *finder, const char *base)
{
	char address[FINDER_BASE];

	/* Where it is full the thread hangs, and it is said again. */
	if (text_copy(address, sizeof address, address_of(base)) &&
		ring_put(finder->passed, address, sizeof address) == 0)
		wake_signal(&finder->passing);
}
