/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SO_REUSEADDR lets the daemon start again at once; SO_REUSEPORT, which would let two daemons share
 * a port in silence, is never set. */
#include "http/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

enum { BACKLOG = 512 };

static int refuse(int error, const char *address, unsigned port, char *ret_why, size_t size)
{
	const char *colon = strchr(address, ':');
	struct text why = text_over(ret_why, size);

	text_addf(&why, colon ? "http: [%s]:%u " : "http: %s:%u ", address, port);
	if (error == EADDRINUSE)
		text_add(&why,
			"is taken by another program; choose another http.port, or stop that "
			"program");
	else if (error == EACCES)
		text_add(&why,
			"is reserved for programs with more rights; choose an http.port from "
			"1024 up");
	else if (error == EADDRNOTAVAIL)
		text_add(&why,
			"is no address of this board; set http.listen to 127.0.0.1, or to "
			"0.0.0.0 for a class");
	else
		text_addf(&why, "cannot be listened on: %s; check http.listen and http.port",
			strerror(error));
	return -error;
}

static int resolve(const char *listen_at, struct sockaddr_storage *ret_address, socklen_t *ret_n)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_PASSIVE};
	struct addrinfo *found;

	if (strcmp(listen_at, "localhost") == 0)
		listen_at = "127.0.0.1";
	if (getaddrinfo(listen_at, NULL, &hints, &found) != 0)
		return -EADDRNOTAVAIL;
	memcpy(ret_address, found->ai_addr, found->ai_addrlen);
	*ret_n = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

/* The port field lies at the same place in both families. */
static in_port_t *port_of(struct sockaddr_storage *address)
{
	return &((struct sockaddr_in *)(void *)address)->sin_port;
}

static int listen_on(int fd, struct sockaddr_storage *address, socklen_t n)
{
	const int on = 1, off = 0;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (address->ss_family == AF_INET6) /* "::" is for everybody */
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (bind(fd, (struct sockaddr *)address, n) < 0 || listen(fd, BACKLOG) < 0 ||
		getsockname(fd, (struct sockaddr *)address, &n) < 0)
		return -errno;
	return 0;
}

int listener_open(const char *address, unsigned port, int *ret_fd, unsigned *ret_port,
	char *ret_why, size_t size)
{
	struct sockaddr_storage found = {0};
	socklen_t n;
	int fd = -1, r = resolve(address, &found, &n);

	if (r < 0)
		goto fail;
	*port_of(&found) = htons((uint16_t)port);
	fd = socket(found.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	r = fd < 0 ? -errno : listen_on(fd, &found, n);
	if (r < 0)
		goto fail;
	*ret_fd = fd;
	*ret_port = ntohs(*port_of(&found));
	return 0;
fail:
	if (fd >= 0)
		close(fd);
	return refuse(-r, address, port, ret_why, size);
}
