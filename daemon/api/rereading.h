/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders of lessons are read again, without a restart: when a teacher asks (POST /lessons/reload), at a
 * SIGHUP, and 15 minutes after the class is over that kept a lesson as it was, since its end may be undone. They
 * are read on the slow work thread; main puts what came into the shelf between two turns. A lesson that an open
 * session has stays as that session began with it. Main thread. */
#pragma once

#include "api/parts.h"

/* 0; -EALREADY: one is under way; -EBUSY; -ENOMEM. */
int rereading_start(struct parts *parts);

/* Call it each second: what waited for a class is read, once no class has it. */
void rereading_look(struct parts *parts);
