/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of a path's delay that no message escapes. No method that only exchanges messages can
 * measure it where the two directions differ, so it is presumed, and the doubt of the presumption is
 * part of every stamp's uncertainty. The figures are those that kitlog's paths were simulated with:
 *
 *   UART on the board    to it 30 us (system call, driver); from it 100 us (interrupt, wake-up): what
 *                        the receive time-out of the FIFO adds (8250: four characters) is no floor
 *   USB, full speed      120 us and 150 us besides the wait for a frame of 1 ms (USB 2.0, 8.4.3),
 *                        which meets zero when messages go off at a random phase
 *   FTDI                 300 us from it besides its latency timer (AN232B-04), however long that is
 *
 * Each may be 40 % off, evenly spread: 38 % covers 95 of 100. The live map doubts both directions by
 * the floor from the device, which is the larger one of all paths above, since it keeps one figure. Of a pty nothing is presumed: what
 * simulates a device behind it has delays of its own. */
#include "base/clock.h"
#include "sense/port.h"

enum {
	UART_TO_US = 30,
	UART_FROM_US = 100,
	USB_TO_US = 120,
	USB_FROM_US = 150,
	FTDI_FROM_US = 300
};

int64_t port_floor_doubt(int64_t floor_ns)
{
	return floor_ns * 38 / 100;
}

static void set(struct kit_port *about, int64_t to_us, int64_t from_us)
{
	about->floor_to_ns = to_us * NS_PER_US;
	about->floor_from_ns = from_us * NS_PER_US;
	about->floor_doubt_ns = port_floor_doubt(about->floor_from_ns);
}

void port_presume(unsigned latency_ms, struct kit_port *about)
{
	if (!about->usb_vendor)
		set(about, UART_TO_US, UART_FROM_US);
	else if (latency_ms == 0)
		set(about, USB_TO_US, USB_FROM_US);
	else
		set(about, USB_TO_US, FTDI_FROM_US);
}
