/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A driver that cannot do a setting does not refuse it: it takes the nearest, without parity say, and
 * writes into the terminal's settings what it took. Reading them back is the only way to know. This
 * stands alone because the kernel's <asm/termbits.h>, which knows every speed, and <termios.h>
 * exclude each other. */
#include <asm/termbits.h>
#include <errno.h>
#include <sys/ioctl.h>

#include "sense/port.h"

enum {
	MOST_OFF_PERCENT = 3
}; /* of the speed; what a UART still reads, and dividers must round to */

static tcflag_t flags_of(const struct model_serial *serial)
{
	static const tcflag_t sizes[] = {[5] = CS5, [6] = CS6, [7] = CS7, [8] = CS8};
	tcflag_t flags = serial->bits < sizeof sizes / sizeof *sizes ? sizes[serial->bits] : 0;

	if (serial->parity != 'N')
		flags |= PARENB;
	if (serial->parity == 'O')
		flags |= PARODD;
	if (serial->stop_bits == 2)
		flags |= CSTOPB;
	return flags;
}

static bool is_near(unsigned speed, unsigned asked)
{
	unsigned off = speed > asked ? speed - asked : asked - speed;

	return (uint64_t)off * 100 <= (uint64_t)asked * MOST_OFF_PERCENT;
}

int port_check_serial(int fd, const struct model_serial *serial)
{
	struct termios2 taken;
	tcflag_t mask = CSIZE | PARENB | CSTOPB | (serial->parity != 'N' ? PARODD : 0);

	if (ioctl(fd, TCGETS2, &taken))
		return -errno;
	return (taken.c_cflag & mask) == flags_of(serial) && is_near(taken.c_ospeed, serial->speed)
		? 0
		: -EOPNOTSUPP;
}
