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

enum { RING_BYTES = 32768, STACK_BYTES = 256 * 1024 };

static const char SERVICE[] = "_kitlog._tcp";
static const int64_t SOON_NS = NS_PER_S;
static const int64_t AGAIN_NS = 10 * (int64_t)NS_PER_S;

/* One service as it is announced on one network; its resolver follows its address. */
struct sighting {
	struct finder *finder;
	AvahiServiceResolver *resolver; /* NULL: the place is free */
	AvahiIfIndex interface;
	char service[AVAHI_LABEL_MAX];
	char base[FINDER_BASE]; /* "": not known yet */
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
	int told_fd; /* an eventfd: there are tidings */
	atomic_bool is_listening;
	atomic_int users; /* both: whoever goes last frees */

	/* the thread's */
	struct loop *loop;
	AvahiPoll *poll;
	AvahiClient *client;          /* NULL: tried again */
	AvahiServiceBrowser *browser; /* NULL: avahi-daemon does not run */
	struct sighting sightings[FINDER_MOST];
	struct timer again;
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

static void add(struct finder *finder, AvahiIfIndex interface, const char *name, const char *domain)
{
	struct sighting *place = NULL;

	for (size_t i = 0; i < FINDER_MOST && !place; i++)
		if (!finder->sightings[i].resolver)
			place = &finder->sightings[i];
	if (!place || find(finder, interface, name))
		return; /* more than a room holds */
	*place = (struct sighting){.finder = finder, .interface = interface};
	text_copy(place->service, sizeof place->service, name);
	place->resolver = avahi_service_resolver_new(finder->client, interface, AVAHI_PROTO_INET,
		name, SERVICE, domain, AVAHI_PROTO_INET, 0, on_resolved, place);
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
	struct finder *finder = self;
	struct sighting *gone;

	(void)browser, (void)protocol, (void)type, (void)flags;
	if (event == AVAHI_BROWSER_NEW)
		add(finder, interface, name, domain);
	else if (event == AVAHI_BROWSER_REMOVE && (gone = find(finder, interface, name)))
		forget(gone);
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
	loop_close(finder->loop);
	ring_free(finder->tidings);
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
	timer_cancel(&finder->again);
	close_client(finder);
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
		(r = loop_open(finder->options.clock, &finder->loop)) < 0 ||
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
