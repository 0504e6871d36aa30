/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting is for a condition with a deadline of ten seconds of the kernel's clock, whatever the
 * server's clock says. */
#include "support/browser.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/patience.h"

enum { DEADLINE_S = 10, TURN_MS = 5, NARROW = 4096 };

static int64_t kernel_ns(void)
{
	const struct clock kernel = {0};

	return clock_now(&kernel).ns;
}

static unsigned come_from = 1;

void browser_come_from(unsigned last)
{
	come_from = last;
}

static void open_socket(
	struct browser *browser, struct loop *loop, unsigned port, int receive_bytes)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in own = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl((127u << 24) + come_from)};

	*browser = (struct browser){.loop = loop};
	browser->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(browser->fd >= 0);
	if (receive_bytes > 0)
		setsockopt(
			browser->fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
	assert_int_equal(bind(browser->fd, (struct sockaddr *)&own, sizeof own), 0);
	/* The kernel completes this without the server's help. */
	assert_int_equal(connect(browser->fd, (struct sockaddr *)&address, sizeof address), 0);
}

void browser_open(struct browser *browser, struct loop *loop, unsigned port)
{
	open_socket(browser, loop, port, 0);
}

void browser_open_narrow(struct browser *browser, struct loop *loop, unsigned port)
{
	open_socket(browser, loop, port, NARROW);
}

void browser_close(struct browser *browser)
{
	if (browser->fd >= 0)
		close(browser->fd);
	browser->fd = -1;
	free(browser->got);
	browser->got = NULL;
}

void browser_send_bytes(struct browser *browser, const void *bytes, size_t n)
{
	const char *at = bytes;
	int64_t end_ns = kernel_ns() + patience_ns(DEADLINE_S);

	while (n > 0) {
		ssize_t sent = send(browser->fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno != EAGAIN)
			return; /* the server has closed: the test sees it by what it got */
		if (sent > 0) {
			at += sent;
			n -= (size_t)sent;
		}
		loop_turn(browser->loop, 0);
		assert_true(kernel_ns() < end_ns);
	}
}

void browser_send(struct browser *browser, const char *format, ...)
{
	char text[4096];
	va_list arguments;

	va_start(arguments, format);
	int n = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	assert_true(n >= 0 && (size_t)n < sizeof text);
	browser_send_bytes(browser, text, (size_t)n);
}

void browser_send_get(struct browser *browser, const char *path)
{
	browser_send(browser, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
}

static void receive(struct browser *browser)
{
	for (;;) {
		if (browser->room - browser->n < 65536) {
			browser->room = browser->room ? browser->room * 2 : 131072;
			browser->got = realloc(browser->got, browser->room);
			assert_non_null(browser->got);
		}
		ssize_t n = recv(browser->fd, browser->got + browser->n,
			browser->room - browser->n - 1, MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0) {
			browser->is_closed = true;
			break;
		}
		browser->n += (size_t)n;
	}
	browser->got[browser->n] = '\0';
}

void browser_turn(struct browser *browser)
{
	assert_true(loop_turn(browser->loop, TURN_MS) >= 0);
	receive(browser);
}

bool browser_has(const struct browser *browser, const char *words)
{
	return browser->got && memmem(browser->got, browser->n, words, strlen(words));
}

void browser_wait(struct browser *browser, const char *words)
{
	int64_t end_ns = kernel_ns() + patience_ns(DEADLINE_S);

	while (!browser_has(browser, words)) {
		if (browser->is_closed || kernel_ns() > end_ns)
			fail_msg("\"%s\" did not come; got: %s", words,
				browser->got ? browser->got : "nothing");
		browser_turn(browser);
	}
}

void browser_wait_closed(struct browser *browser)
{
	int64_t end_ns = kernel_ns() + patience_ns(DEADLINE_S);

	while (!browser->is_closed) {
		if (kernel_ns() > end_ns)
			fail_msg("the server keeps the connection open");
		browser_turn(browser);
	}
}

void browser_forget(struct browser *browser)
{
	browser->n = 0;
	if (browser->got)
		browser->got[0] = '\0';
}

int browser_ask(struct loop *loop, unsigned port, const char *method, const char *path,
	const char *head, const char *body, struct browser *ret_browser)
{
	browser_open(ret_browser, loop, port);
	browser_send(ret_browser, "%s %s HTTP/1.1\r\nHost: localhost:%u\r\nConnection: close\r\n%s",
		method, path, port, head);
	if (body)
		browser_send(ret_browser, "Content-Length: %zu\r\n", strlen(body));
	browser_send(ret_browser, "\r\n");
	if (body)
		browser_send_bytes(ret_browser, body, strlen(body));
	browser_wait_closed(ret_browser);
	int status = 0;

	if (sscanf(ret_browser->got, "HTTP/1.1 %d", &status) != 1)
		fail_msg("no HTTP answer: %s", ret_browser->got);
	return status;
}

int browser_get(struct loop *loop, unsigned port, const char *path, struct browser *ret_browser)
{
	return browser_ask(loop, port, "GET", path, "", NULL, ret_browser);
}

/* In place: the body only gets shorter. */
static void undo_chunks(char *body)
{
	char *to = body, *from = body, *rest;
	unsigned long n;

	while ((n = strtoul(from, &rest, 16)) > 0 && strncmp(rest, "\r\n", 2) == 0) {
		memmove(to, rest + 2, n);
		to += n;
		from = rest + 2 + n + 2;
	}
	*to = '\0';
}

const char *browser_body(struct browser *browser)
{
	char *body = strstr(browser->got, "\r\n\r\n");
	bool is_chunked = strcasestr(browser->got, "Transfer-Encoding: chunked");

	assert_non_null(body);
	if (is_chunked) {
		undo_chunks(body + 4);
		memcpy(strcasestr(browser->got, "Transfer-Encoding: chunked"), "X", 1);
	}
	return body + 4;
}
