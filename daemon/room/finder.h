/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which boards say by mDNS that they are here: the service `_kitlog._tcp` of tools/packaging's Avahi file, heard
 * through avahi-daemon. While that does not run, it is tried again. Only addresses that are of a local network are told
 * (RFC 1918, and 169.254.0.0/16 of RFC 3927): whoever announces something else wants us to ask elsewhere. Where more
 * are announced than are followed, those of whom the owner says that nobody is there give way in turn, so that whoever
 * announces much hides nobody. Everything belongs to the thread that runs the loop, and no call waits: avahi-daemon,
 * which may hang, is asked by a thread of finder's own. */
#pragma once

#include <stdbool.h>

#include "base/loop.h"

enum { FINDER_MOST = 64, FINDER_NAME = 64, FINDER_BASE = 32 };

struct finder;

struct finder_options {
	const struct clock *clock; /* borrowed until the program ends, also beyond finder_free */
	struct loop *loop;
	/* It is there, or at another address now. `base`: "http://192.168.1.7:8080". is_of_this_host: likely ourselves. */
	void (*found)(void *self, const char *name, const char *base, bool is_of_this_host);
	void (*lost)(void *self, const char *base); /* nobody announces that any more */
	void *self;
};
int finder_new(const struct finder_options *options, struct finder **ret_finder);
void finder_free(struct finder *finder); /* takes NULL; its thread may end later */

bool finder_is_listening(const struct finder *finder); /* false: avahi-daemon does not run */

/* Others wait for their turn; and whoever is announced at `base` lets them pass: that is `lost`, until its own turn
 * comes again. */
bool finder_is_crowded(const struct finder *finder);
void finder_pass_over(struct finder *finder, const char *base);
