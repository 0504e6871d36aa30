/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between libcurl and the loop. libcurl says which descriptors to watch and when to be called;
 * every call into it may finish transfers, whose `done` runs after it has returned, because a
 * transfer must not be started inside libcurl's own callbacks. */
#include "ship/transfers.h"

#include <errno.h>
#include <stdlib.h>

#include "base/container.h"

struct transfers {
	struct loop *loop;
	CURLM *multi;
	struct timer timer;
};

struct connection { /* a descriptor of libcurl's */
	struct watch watch;
	struct transfers *transfers;
};

int transfers_library_open(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) ? -ENOMEM : 0;
}

static void collect(struct transfers *transfers)
{
	const CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(transfers->multi, &left))) {
		CURLcode code = message->data.result;
		char *self = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &self);
		struct transfer *transfer = (struct transfer *)(void *)self;

		transfer_drop(transfer);
		transfer->done(transfer, code);
	}
}

static void ready(struct watch *watch, uint32_t events)
{
	struct transfers *transfers = ((struct connection *)(void *)watch)->transfers;
	int running, what = 0;

	what |= events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0;
	what |= events & EPOLLOUT ? CURL_CSELECT_OUT : 0;
	what |= events & EPOLLERR ? CURL_CSELECT_ERR : 0;
	curl_multi_socket_action(transfers->multi, watch->fd, what, &running);
	collect(transfers); /* the watch may be gone by now */
}

static void due(struct timer *timer, struct instant now)
{
	struct transfers *transfers = CONTAINER(timer, struct transfers, timer);
	int running;

	(void)now;
	curl_multi_socket_action(transfers->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(transfers);
}

static int want_timer(CURLM *multi, long ms, void *self)
{
	struct transfers *transfers = self;

	(void)multi;
	if (ms < 0)
		timer_cancel(&transfers->timer);
	else
		timer_at(transfers->loop, &transfers->timer,
			instant_add(loop_now(transfers->loop), (int64_t)ms * NS_PER_MS));
	return 0;
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *self, void *assigned)
{
	struct transfers *transfers = self;
	struct connection *connection = assigned;
	uint32_t events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (connection)
			watch_remove(&connection->watch);
		free(connection);
		curl_multi_assign(transfers->multi, fd, NULL);
		return 0;
	}
	events |= what & CURL_POLL_IN ? EPOLLIN : 0;
	events |= what & CURL_POLL_OUT ? EPOLLOUT : 0;
	if (connection)
		return watch_change(&connection->watch, events) ? -1 : 0;
	connection = calloc(1, sizeof(*connection));
	if (!connection)
		return -1;
	connection->transfers = transfers;
	connection->watch.ready = ready;
	if (watch_add(transfers->loop, &connection->watch, fd, events)) {
		free(connection);
		return -1;
	}
	curl_multi_assign(transfers->multi, fd, connection);
	return 0;
}

int transfers_new(struct loop *loop, struct transfers **ret_transfers)
{
	struct transfers *transfers = calloc(1, sizeof(*transfers));

	if (!transfers)
		return -ENOMEM;
	transfers->loop = loop;
	transfers->timer.due = due;
	transfers->multi = curl_multi_init();
	if (!transfers->multi) {
		free(transfers);
		return -ENOMEM;
	}
	curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETDATA, transfers);
	curl_multi_setopt(transfers->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(transfers->multi, CURLMOPT_TIMERDATA, transfers);
	*ret_transfers = transfers;
	return 0;
}

void transfers_free(struct transfers *transfers)
{
	if (!transfers)
		return;
	curl_multi_cleanup(transfers->multi);
	timer_cancel(&transfers->timer);
	free(transfers);
}

int transfer_begin(struct transfers *transfers, struct transfer *transfer)
{
	if (curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer) ||
		curl_multi_add_handle(transfers->multi, transfer->easy))
		return -ENOMEM;
	transfer->transfers = transfers;
	return 0;
}

void transfer_drop(struct transfer *transfer)
{
	if (transfer->transfers)
		curl_multi_remove_handle(transfer->transfers->multi, transfer->easy);
	transfer->transfers = NULL;
}
