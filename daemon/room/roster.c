/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/roster.h"

#include <string.h>

#include "base/text.h"
#include "room/keys.h"

static void tell(const struct roster *roster, struct peer *peer)
{
	roster->world->told(roster->world->self, peer);
}

/* By its address: which scheme it speaks is found out. */
static struct peer *find_base(const struct roster *roster, const char *base)
{
	const char *behind = strstr(base, "://"), *address = behind ? behind + 3 : base;

	for (struct peer *one = roster->peers; one; one = one->next)
		if (strcmp(peer_address(one), address) == 0)
			return one;
	return NULL;
}

struct peer *roster_find_id(const struct roster *roster, const char *id)
{
	struct peer *silent = NULL;

	for (struct peer *one = roster->peers; one; one = one->next) {
		if (one->is_self || one->is_twin || strcmp(one->id, id) != 0)
			continue;
		if (!one->is_missing)
			return one;
		silent = one;
	}
	return silent;
}

/* Is it at the address at which a teacher joined it? */
static bool is_joined(const struct roster *roster, const struct peer *peer)
{
	const struct key *key = keys_find(roster->world->keys, peer->summary.id);

	return key && strcmp(key->address, peer->base) == 0;
}

static bool answers(const struct peer *peer)
{
	return peer->has_answered && !peer->is_missing && !peer->is_twin && !peer->is_self;
}

/* Another address at which the same running board answers; NULL. */
static struct peer *find_same(const struct roster *roster, const struct peer *peer)
{
	for (struct peer *one = roster->peers; one; one = one->next)
		if (one != peer && answers(one) &&
			strcmp(one->summary.life, peer->summary.life) == 0)
			return one;
	return NULL;
}

/* The same board by two addresses is one: by that at which it was joined, else by that which answered first. */
static bool is_twin(const struct roster *roster, const struct peer *peer)
{
	return !peer->is_self && find_same(roster, peer) && !is_joined(roster, peer);
}

/* Whoever was joined has its id, whoever else says that he is it; without that, who answered first. */
static bool has_its_id(const struct roster *roster, const struct peer *peer)
{
	const char *id = peer->summary.id;

	if (is_joined(roster, peer))
		return true;
	for (struct peer *one = roster->peers; one; one = one->next)
		if (one != peer && answers(one) && strcmp(one->summary.id, id) == 0 &&
			(is_joined(roster, one) || strcmp(one->id, id) == 0))
			return false;
	return true;
}

static void take_id_from_others(struct roster *roster, const struct peer *peer)
{
	for (struct peer *one = roster->peers; one; one = one->next)
		if (one != peer && strcmp(one->id, peer->id) == 0) {
			text_copy(one->id, sizeof one->id, peer_address(one));
			tell(roster, one);
		}
}

void roster_name(struct roster *roster, struct peer *peer)
{
	struct peer *same;

	peer->is_twin = false;
	peer->is_twin = is_twin(roster, peer);
	while (!peer->is_twin && !peer->is_self && (same = find_same(roster, peer))) {
		same->is_twin = true;
		tell(roster, same);
	}
	if (peer->is_twin || peer->is_self || !has_its_id(roster, peer)) {
		text_copy(peer->id, sizeof peer->id, peer_address(peer));
	} else {
		text_copy(peer->id, sizeof peer->id, peer->summary.id);
		take_id_from_others(roster, peer);
	}
}

static struct peer *add_peer(
	struct roster *roster, const char *base, const char *name, bool is_of_this_host)
{
	struct peer *peer = find_base(roster, base);

	if (peer || roster->n == PEERS_MOST || peer_new(roster->world, base, name, &peer) < 0)
		return peer;
	peer->is_of_this_host = is_of_this_host;
	peer->next = roster->peers;
	roster->peers = peer;
	roster->n++;
	peer->number = ++roster->last_number;
	tell(roster, peer);
	return peer;
}

static void remove_peer(struct roster *roster, struct peer *peer)
{
	struct peer **at = &roster->peers;

	while (*at != peer)
		at = &(*at)->next;
	*at = peer->next;
	roster->n--;
	roster->gone(roster->world->self, peer->number);
	peer_free(peer);
}

bool roster_found(struct roster *roster, const char *name, const char *base, bool is_of_this_host)
{
	struct peer *peer = add_peer(roster, base, name, is_of_this_host);

	if (!peer)
		return false;
	peer->is_announced = true;
	peer->has_scheme |= strncmp(base, "https:", 6) == 0;
	return true;
}

void roster_lost(struct roster *roster, const char *base)
{
	struct peer *peer = find_base(roster, base);

	if (peer)
		peer->is_announced = false;
}

void roster_add_configured(struct roster *roster, const char *word)
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
	peer = text.is_cut ? NULL : add_peer(roster, base, "", false);
	if (!peer)
		return;
	peer->is_configured = true;
	peer->has_scheme = behind != NULL;
}

static bool is_no_board(const struct peer *peer)
{
	return !*peer->summary.life && (peer->is_missing || peer->trouble == PEER_NO_KITLOG);
}

bool roster_gives_way(const struct peer *peer)
{
	return peer->is_announced && is_no_board(peer);
}

static bool answers_elsewhere(const struct roster *roster, const struct peer *peer)
{
	for (struct peer *one = roster->peers; one; one = one->next)
		if (one != peer && answers(one) && strcmp(one->summary.id, peer->summary.id) == 0)
			return true;
	return false;
}

/* It does not answer, nobody announces it, nobody wrote it down, and nobody has its key, or it answers elsewhere
 * now. */
static bool can_be_forgotten(const struct roster *roster, const struct peer *peer)
{
	return !peer->is_configured && !peer->is_announced &&
		(peer->is_missing || peer->is_self || is_no_board(peer)) &&
		(!keys_find(roster->world->keys, peer->summary.id) ||
			answers_elsewhere(roster, peer));
}

void roster_add_known(struct roster *roster)
{
	const struct keys *keys = roster->world->keys;

	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->all[i];
		struct peer *peer = add_peer(roster, key->address, key->name, false);

		if (!peer)
			continue;
		peer->has_scheme = true;
		text_copy(peer->base, sizeof peer->base, key->address);
		/* Until it answers, the key says who it is. */
		text_copy(peer->summary.id, sizeof peer->summary.id, key->id);
		text_copy(peer->id, sizeof peer->id, key->id);
		text_copy(peer->name, sizeof peer->name, key->name);
	}
}

void roster_tidy(struct roster *roster)
{
	struct peer *next;

	for (struct peer *one = roster->peers; one; one = next) {
		next = one->next;
		if (can_be_forgotten(roster, one))
			remove_peer(roster, one);
	}
}

void roster_clear(struct roster *roster)
{
	while (roster->peers) {
		struct peer *next = roster->peers->next;

		peer_free(roster->peers);
		roster->peers = next;
	}
}
