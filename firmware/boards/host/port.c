/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pseudo-terminal. We keep its slave side open, so that the master neither fails nor hangs up
 * when the reader goes. The price: the kernel would keep some kilobytes for a reader that may never
 * come, and a daemon that opens the port would first read minutes of the past. A real cable keeps
 * nothing, so what has been lying there for STALE_SECONDS is thrown away before sending more.
 */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "port.h"

#define STALE_SECONDS 3

struct port {
	int master, slave;
	char name[64];
	char *link;
	int unread;    /* bytes waiting for the reader when we last looked */
	time_t read_s; /* when the reader last took something, or had nothing to take */
};

static time_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static int make_link(const char *name, const char *link)
{
	struct stat status;

	if (lstat(link, &status) == 0) {
		if (!S_ISLNK(status.st_mode))
			return -EEXIST;
		if (unlink(link) < 0)
			return -errno;
	}
	return symlink(name, link) < 0 ? -errno : 0;
}

int port_open(const char *link, struct port **ret)
{
	struct port *port = calloc(1, sizeof(*port));
	struct termios raw = {0};
	int error;

	if (!port)
		return -ENOMEM;
	port->master = port->slave = -1;
	cfmakeraw(&raw);
	raw.c_cflag |= CREAD | CLOCAL;
	cfsetspeed(&raw, B115200);
	if (openpty(&port->master, &port->slave, port->name, &raw, NULL) < 0 ||
		fcntl(port->master, F_SETFL, O_NONBLOCK) < 0) {
		error = -errno;
		goto fail;
	}
	if (link) {
		error = make_link(port->name, link);
		if (error < 0)
			goto fail;
		port->link = strdup(link);
		if (!port->link) {
			unlink(link);
			error = -ENOMEM;
			goto fail;
		}
	}
	port->read_s = now_s();
	*ret = port;
	return 0;
fail:
	port_close(port);
	return error;
}

void port_close(struct port *port)
{
	char target[sizeof(port->name)] = "";

	if (!port)
		return;
	if (port->link && readlink(port->link, target, sizeof(target) - 1) > 0 &&
		strcmp(target, port->name) == 0)
		unlink(port->link);
	free(port->link);
	if (port->master >= 0)
		close(port->master);
	if (port->slave >= 0)
		close(port->slave);
	free(port);
}

const char *port_name(const struct port *port)
{
	return port->name;
}

int port_fd(const struct port *port)
{
	return port->master;
}

size_t port_receive(struct port *port, uint8_t *bytes, size_t room)
{
	ssize_t n = read(port->master, bytes, room);

	return n > 0 ? (size_t)n : 0;
}

static void throw_away(struct port *port)
{
	tcflush(port->slave, TCIFLUSH);
	port->unread = 0;
	port->read_s = now_s();
}

static void forget_the_past(struct port *port)
{
	int unread = 0;

	ioctl(port->slave, FIONREAD, &unread);
	if (unread == 0 || unread < port->unread)
		port->read_s = now_s();
	port->unread = unread;
	if (now_s() - port->read_s >= STALE_SECONDS)
		throw_away(port);
}

void port_send(struct port *port, const uint8_t *bytes, size_t size)
{
	forget_the_past(port);
	/* What finds no room is lost, as on a cable; the receiver sees it by the CRC. */
	if (write(port->master, bytes, size) < 0)
		return;
}
