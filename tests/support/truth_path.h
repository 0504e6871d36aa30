/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way between a board and this one, in both directions: bytes that begin to leave at a true instant
 * arrive at another. Delays as they were measured or published for each kind of port:
 *
 *   UART  to the board 30 us + exp(20 us); from it 100 us + 0..350 us (the FIFO's time-out) +
 *         exp(30 us); bytes take 10 bits of 115200 bit/s each
 *   CDC   to it the next 1 ms frame + 120 us + exp(50 us); from it the next frame + 150 us + exp(40 us)
 *   FTDI  to it as CDC, then the wire; from it the wire, the next tick of the latency timer (1 or 16
 *         ms) + 300 us + exp(60 us)
 *   PTY   15 us + exp(10 us) both ways
 *
 * (UART: kernel tty; PL011 and 8250 wait four characters for more. CDC: USB 2.0, 5.5.4: a full-speed
 * bulk transfer waits for its frame. FTDI: AN232B-04.) Each floor is drawn anew for each seed, 40 %
 * up or down, so that nobody can know it; the phase of the frames too, and their period by 20 ppm,
 * since the host controller has a crystal of its own. A share of all transfers comes some
 * milliseconds late, and nothing overtakes. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sense/kit.h"
#include "support/draw.h"

enum truth_port { TRUTH_UART, TRUTH_CDC, TRUTH_FTDI_1, TRUTH_FTDI_16, TRUTH_PTY, TRUTH_PORTS };

struct truth_path {
	enum truth_port port;
	struct draw draw;
	int64_t to_floor_ns, from_floor_ns; /* of this seed */
	double frame_ns, timer_ns;          /* true lengths; 0: has none */
	double frame_phase_ns, timer_phase_ns;
	double outliers;   /* share of transfers, 0 .. 1 */
	double outlier_ns; /* how late those are, mean */
	int64_t to_free_ns, to_last_ns, from_last_ns;
};

const char *truth_port_name(enum truth_port port);

/* What the daemon's transport says of such a port. */
void truth_port_describe(enum truth_port port, struct kit_port *ret_port);

/* `is_in_step`: the host's frames are exactly 1 ms long. */
void truth_path_init(struct truth_path *path, enum truth_port port, double outliers,
	bool is_in_step, uint64_t seed);

/* How long a byte is on the wire; 0: there is no wire. */
int64_t truth_path_byte_ns(const struct truth_path *path);

/* We write n bytes at this instant: when the last one has come in at the board. */
int64_t truth_path_to(struct truth_path *path, int64_t written_ns, size_t n);

/* The last of some bytes has left the board: when our read returns with it. */
int64_t truth_path_from(struct truth_path *path, int64_t left_ns);
