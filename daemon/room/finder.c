/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/finder.h"

#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-common/domain.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <errno.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "base/text.h"
#include "room/avahi_loop.h"

#define LOG_TAG "room"

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

struct finder {
	struct finder_options options;
	AvahiPoll *poll;
	AvahiClient *client;          /* NULL: tried again */
	AvahiServiceBrowser *browser; /* NULL: avahi-daemon does not run */
	struct sighting sightings[FINDER_MOST];
	struct timer again;
	struct log_state state;
};

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
	char base[FINDER_BASE];

	if (!*sighting->base)
		return;
	text_copy(base, sizeof base, sighting->base);
	sighting->base[0] = '\0';
	for (size_t i = 0; i < FINDER_MOST; i++)
		if (strcmp(finder->sightings[i].base, base) == 0)
			return; /* another network still has it */
	finder->options.lost(finder->options.self, base);
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
	char shown[FINDER_NAME];

	text_copy(shown, sizeof shown, host ? host : "");
	shown[strcspn(shown, ".")] = '\0'; /* the host's name without .local */
	finder->options.found(
		finder->options.self, shown, base, (flags & AVAHI_LOOKUP_RESULT_LOCAL) != 0);
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
	timer_at(finder->options.loop, &finder->again,
		instant_add(loop_now(finder->options.loop), AGAIN_NS));
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
	if (finder->browser)
		log_state_clear(&finder->state, LOG_TAG, "avahi-daemon answers");
	else
		try_later(finder);
}

static void stop_browsing(struct finder *finder)
{
	for (size_t i = 0; i < FINDER_MOST; i++)
		forget(&finder->sightings[i]);
	if (finder->browser)
		avahi_service_browser_free(finder->browser);
	finder->browser = NULL;
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
		timer_at(finder->options.loop, &finder->again,
			instant_add(loop_now(finder->options.loop), SOON_NS));
}

static void close_client(struct finder *finder)
{
	stop_browsing(finder);
	if (finder->client)
		avahi_client_free(finder->client);
	finder->client = NULL;
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

int finder_new(const struct finder_options *options, struct finder **ret_finder)
{
	struct finder *finder = calloc(1, sizeof *finder);
	int r = -ENOMEM;

	if (!finder)
		return r;
	finder->options = *options;
	finder->again.due = on_again;
	r = avahi_loop_new(options->loop, &finder->poll);
	if (r < 0) {
		free(finder);
		return r;
	}
	for (size_t i = 0; i < FINDER_MOST; i++)
		finder->sightings[i].finder = finder;
	timer_at(options->loop, &finder->again, loop_now(options->loop));
	*ret_finder = finder;
	return 0;
}

void finder_free(struct finder *finder)
{
	if (!finder)
		return;
	timer_cancel(&finder->again);
	close_client(finder);
	avahi_loop_free(finder->poll);
	free(finder);
}

bool finder_is_listening(const struct finder *finder)
{
	return finder->browser != NULL;
}
