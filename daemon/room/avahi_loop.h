/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Avahi's idea of an event loop (avahi-common/watch.h), as one of ours. Belongs to the thread that runs the loop.
 * Everything that Avahi made with it is freed before it is. */
#pragma once

#include <avahi-common/watch.h>

#include "base/loop.h"

int avahi_loop_new(struct loop *loop, AvahiPoll **ret_poll); /* 0 or -ENOMEM */
void avahi_loop_free(AvahiPoll *poll);                       /* takes NULL */
