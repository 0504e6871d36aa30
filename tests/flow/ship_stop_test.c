/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stopping: soon, whatever hangs, and the next start goes on where it was. */
#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "support/uplink.h"

static void ship_goes_on_after_a_restart_where_it_was(void **state)
{
	struct uplink *uplink = *state;

	server_rules(uplink->server,
		"[{\"do\":\"too_large\",\"bytes\":30000},"
		"{\"do\":\"status\",\"code\":503,\"times\":1}]");
	uplink_begin(uplink);
	for (unsigned part = 0; part < 5; part++) {
		uplink_measure(uplink, 1, part * 2000, 2000);
		server_wait_rows(uplink->server, 1, part * 2000 + 500);
		uplink_stop(uplink);
		uplink_start(uplink);
		uplink_plug(uplink, 1);
	}
	server_wait_each_once(uplink->server, 1, 10000);
}

/* A name server that is dead: libcurl asks it in a thread of its own, that cannot be told to
 * stop. */
static atomic_bool is_asking_for_name;

int getaddrinfo(const char *restrict name, const char *restrict service,
	const struct addrinfo *restrict hints, struct addrinfo **restrict ret_found)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

	memcpy(&real, &symbol, sizeof(real));
	if (strcmp(name, "slow.invalid"))
		return real(name, service, hints, ret_found);
	atomic_store(&is_asking_for_name, true);
	poll(NULL, 0, 30000);
	return EAI_AGAIN;
}

static void ship_stops_in_time_although_the_name_server_is_dead(void **state)
{
	struct uplink *uplink = *state;
	int64_t begin;

	snprintf(uplink->urls[0], sizeof(uplink->urls[0]), "http://slow.invalid:8086");
	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, 10);
	while (!atomic_load(&is_asking_for_name))
		poll(NULL, 0, 10);
	begin = uplink_real_ns();
	uplink_stop(uplink);
	assert_true(uplink_real_ns() - begin < 10 * (int64_t)NS_PER_S); /* 2 s, on a busy machine */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UPLINK_TEST(ship_goes_on_after_a_restart_where_it_was),
		UPLINK_TEST(ship_stops_in_time_although_the_name_server_is_dead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
