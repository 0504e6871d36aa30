/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a driver took of a serial setting. The driver is the kernel's own of pseudo terminals, which
 * can do neither parity nor 7 bits, and says so like any other: by what is read back. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "sense/port.h"
#include "support/cmocka_all.h"

static int near_end, far_end;

static int plug_in(void **unused)
{
	(void)unused;
	near_end = posix_openpt(O_RDWR | O_NOCTTY);
	if (near_end < 0 || grantpt(near_end) || unlockpt(near_end))
		return -1;
	far_end = open(ptsname(near_end), O_RDWR | O_NOCTTY);
	return far_end < 0 ? -1 : 0;
}

static int unplug(void **unused)
{
	(void)unused;
	close(far_end);
	return close(near_end);
}

/* As libserialport and everybody does it: tcsetattr succeeds when anything was taken. */
static void set(speed_t speed, tcflag_t flags)
{
	struct termios settings;

	assert_int_equal(tcgetattr(far_end, &settings), 0);
	cfmakeraw(&settings);
	settings.c_cflag &= ~(tcflag_t)(CSIZE | PARENB | PARODD | CSTOPB);
	settings.c_cflag |= flags;
	assert_int_equal(cfsetspeed(&settings, speed), 0);
	assert_int_equal(tcsetattr(far_end, TCSANOW, &settings), 0);
}

static int check(unsigned speed, uint8_t bits, char parity, uint8_t stop_bits)
{
	struct model_serial serial = {.is_given = true,
		.speed = speed,
		.bits = bits,
		.parity = parity,
		.stop_bits = stop_bits};

	return port_check_serial(far_end, &serial);
}

static void what_was_taken_is_so(void **unused)
{
	(void)unused;
	set(B9600, CS8);
	assert_int_equal(check(9600, 8, 'N', 1), 0);
	set(B115200, CS8 | CSTOPB);
	assert_int_equal(check(115200, 8, 'N', 2), 0);
}

static void what_was_dropped_in_silence_is_told(void **unused)
{
	(void)unused;
	set(B9600, CS8 | PARENB);
	assert_int_equal(check(9600, 8, 'E', 1), -EOPNOTSUPP);
	set(B9600, CS8 | PARENB | PARODD);
	assert_int_equal(check(9600, 8, 'O', 1), -EOPNOTSUPP);
	set(B9600, CS7);
	assert_int_equal(check(9600, 7, 'N', 1), -EOPNOTSUPP);
}

static void another_speed_or_length_is_told(void **unused)
{
	(void)unused;
	set(B9600, CS8);
	assert_int_equal(check(19200, 8, 'N', 1), -EOPNOTSUPP);
	assert_int_equal(check(9600, 8, 'N', 2), -EOPNOTSUPP);
	assert_int_equal(check(9200, 8, 'N', 1), -EOPNOTSUPP); /* 4 % */
	assert_int_equal(check(9500, 8, 'N', 1), 0);           /* a divider that is near enough */
}

static void what_is_no_terminal_says_so(void **unused)
{
	struct model_serial serial = {.speed = 9600, .bits = 8, .parity = 'N', .stop_bits = 1};

	(void)unused;
	assert_int_equal(port_check_serial(-1, &serial), -EBADF);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, plug_in, unplug)
	const struct CMUnitTest tests[] = {
		TEST(what_was_taken_is_so),
		TEST(what_was_dropped_in_silence_is_told),
		TEST(another_speed_or_length_is_told),
		TEST(what_is_no_terminal_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
