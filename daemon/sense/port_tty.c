/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terminals that are no ports: ptys of virtual kits and simulators. libserialport refuses them,
 * since they have no modem lines and stand in no list; termios is enough. */
#include "sense/port.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"

int port_make_ours(int fd)
{
	struct termios settings;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (tcgetattr(fd, &settings) < 0)
		return -errno;
	cfmakeraw(&settings);
	settings.c_cflag |= CREAD | CLOCAL;
	settings.c_cc[VMIN] = 1;
	settings.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSANOW, &settings) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	tcflush(fd, TCIFLUSH); /* raw by now: in line mode half a line would stay */
	return 0;
}

bool port_has_hung_up(int fd)
{
	struct pollfd looked = {.fd = fd};

	return poll(&looked, 1, 0) > 0 && (looked.revents & (POLLHUP | POLLERR));
}

int port_open_tty(const char *path, struct port *ret_port, struct kit_port *ret_about)
{
	int error, fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	error = port_make_ours(fd); /* -ENOTTY: it is no terminal */
	if (error < 0) {
		close(fd);
		return error;
	}
	text_copy(ret_about->socket, sizeof ret_about->socket, path);
	ret_about->uncertainty_ns = NS_PER_MS; /* it stands for a USB port */
	*ret_port = (struct port){.fd = fd};
	return 0;
}
