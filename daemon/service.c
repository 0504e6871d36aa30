/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service.h"

#include <assert.h>
#include <systemd/sd-daemon.h>

#include "base/container.h"

static void tell_systemd(const char *state)
{
	sd_notify(0, state); /* nobody listens: nothing to be done */
}

/* Has it moved, or may it still be at its work? */
static bool is_moving(struct service *service, size_t i)
{
	const struct watched *part = &service->watched[i].part;
	unsigned turns = part->probe(part->part);

	if (turns != service->watched[i].turns) {
		service->watched[i].turns = turns;
		service->watched[i].still = 0;
		log_state_clear(&service->watched[i].state, "kitlogd", "the %s thread moves again",
			part->name);
		return true;
	}
	if (++service->watched[i].still <= part->patience)
		return true;
	log_state_set(&service->watched[i].state, LOG_ERR, "kitlogd",
		"the %s thread has not moved for more than %.3g s; the service manager is to start "
		"kitlogd again",
		part->name,
		(double)part->patience * (double)service->period_ns / SERVICE_BEATS / 1e9);
	return false;
}

void service_look(struct service *service)
{
	bool is_alive = true;

	for (size_t i = 0; i < service->n; i++)
		is_alive &= is_moving(service, i);
	if (is_alive)
		service->tell("WATCHDOG=1");
}

static void look_due(struct timer *timer, struct instant now)
{
	(void)now;
	service_look(CONTAINER(timer, struct service, timer));
}

void service_start(
	struct service *service, struct loop *loop, const struct watched *parts, size_t n)
{
	uint64_t period_us = 0;

	assert(n <= SERVICE_WATCHED);
	if (!service->tell) {
		service->tell = tell_systemd;
		if (sd_watchdog_enabled(0, &period_us) > 0)
			service->period_ns = (int64_t)period_us * 1000;
	}
	service->loop = loop;
	service->timer.due = look_due;
	service->n = n;
	for (size_t i = 0; i < n; i++) {
		service->watched[i].part = parts[i];
		service->watched[i].turns = parts[i].probe(parts[i].part);
		service->watched[i].still = 0;
	}
	service->tell("READY=1");
	if (service->period_ns > 0)
		timer_every(loop, &service->timer, service->period_ns / SERVICE_BEATS);
}

void service_stop(struct service *service)
{
	if (!service->loop)
		return;
	timer_cancel(&service->timer);
	service->tell("STOPPING=1");
	service->loop = NULL;
}
