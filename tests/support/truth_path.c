/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One table of ports, one function a direction. */
#include "support/truth_path.h"

#include <string.h>

#include "sense/port.h"
#include "support/truth_draw.h"

enum { BAUD = 115200, BITS_PER_BYTE = 10 };

static const struct port_model {
	const char *name, *path;
	double to_floor_us, to_tail_us;
	double from_floor_us, from_spread_us, from_tail_us;
	double frame_us, timer_us; /* 0: has none */
	bool has_wire;
	unsigned latency_ms;
	uint16_t usb_vendor;
} models[TRUTH_PORTS] = {
	[TRUTH_UART] = {"UART 115200", "/dev/ttyAMA0", 30, 20, 100, 350, 30, 0, 0, true, 0, 0},
	[TRUTH_CDC] = {"USB CDC", "/dev/ttyACM0", 120, 50, 150, 0, 40, 1000, 0, false, 0, 0x2e8a},
	[TRUTH_FTDI_1] = {"FTDI, 1 ms", "/dev/ttyUSB0", 120, 50, 300, 0, 60, 1000, 1000, true, 1,
		0x0403},
	[TRUTH_FTDI_16] = {"FTDI, 16 ms", "/dev/ttyUSB0", 120, 50, 300, 0, 60, 1000, 16000, true,
		16, 0x0403},
	[TRUTH_PTY] = {"pty", "/dev/pts/7", 15, 10, 15, 0, 10, 0, 0, false, 0, 0},
};

const char *truth_port_name(enum truth_port port)
{
	return models[port].name;
}

void truth_port_describe(enum truth_port port, struct kit_port *ret_port)
{
	const struct port_model *model = &models[port];

	*ret_port = (struct kit_port){
		.transport = KIT_SERIAL,
		.socket = "truth",
		.usb_vendor = model->usb_vendor,
		.speed = BAUD,
		.bits_per_byte = BITS_PER_BYTE,
		.has_wire = model->has_wire,
		.uncertainty_ns = (model->latency_ms ? model->latency_ms : 1) * (int64_t)NS_PER_MS,
	};
	strcpy(ret_port->path, model->path);
	if (port != TRUTH_PTY)
		port_presume(model->latency_ms, ret_port);
}

static double around(struct draw *from, double middle)
{
	return middle * (0.6 + 0.8 * truth_uniform(from));
}

void truth_path_init(struct truth_path *path, enum truth_port port, double outliers,
	bool is_in_step, uint64_t seed)
{
	const struct port_model *model = &models[port];

	*path = (struct truth_path){
		.port = port, .draw = {seed}, .outliers = outliers, .outlier_ns = 2.5 * NS_PER_MS};
	path->to_floor_ns = (int64_t)(around(&path->draw, model->to_floor_us) * NS_PER_US);
	path->from_floor_ns = (int64_t)(around(&path->draw, model->from_floor_us) * NS_PER_US);

	double off = is_in_step ? 0 : 40e-6 * (truth_uniform(&path->draw) - 0.5);
	path->frame_ns = model->frame_us * NS_PER_US * (1 + off);
	path->timer_ns = model->timer_us * NS_PER_US * (1 + off);
	path->frame_phase_ns = path->frame_ns * truth_uniform(&path->draw);
	path->timer_phase_ns = path->timer_ns * truth_uniform(&path->draw);
}

int64_t truth_path_byte_ns(const struct truth_path *path)
{
	return models[path->port].has_wire ? (int64_t)BITS_PER_BYTE * NS_PER_S / BAUD : 0;
}

/* The next instant at which something goes that goes each `period`. */
static int64_t next_turn(int64_t at_ns, double period_ns, double phase_ns)
{
	if (period_ns <= 0)
		return at_ns;
	return (int64_t)(ceil(((double)at_ns - phase_ns) / period_ns) * period_ns + phase_ns);
}

static int64_t outlier(struct truth_path *path)
{
	if (truth_uniform(&path->draw) >= path->outliers)
		return 0;
	return (int64_t)truth_exponential(&path->draw, path->outlier_ns);
}

static int64_t in_order(int64_t *last_ns, int64_t at_ns)
{
	if (at_ns < *last_ns)
		at_ns = *last_ns;
	*last_ns = at_ns;
	return at_ns;
}

int64_t truth_path_to(struct truth_path *path, int64_t written_ns, size_t n)
{
	const struct port_model *model = &models[path->port];
	int64_t at_ns = next_turn(written_ns + outlier(path), path->frame_ns, path->frame_phase_ns);

	at_ns += path->to_floor_ns +
		(int64_t)truth_exponential(&path->draw, model->to_tail_us * NS_PER_US);
	if (at_ns < path->to_free_ns)
		at_ns = path->to_free_ns;
	at_ns += (int64_t)n * truth_path_byte_ns(path);
	path->to_free_ns = at_ns;
	return in_order(&path->to_last_ns, at_ns);
}

int64_t truth_path_from(struct truth_path *path, int64_t left_ns)
{
	const struct port_model *model = &models[path->port];
	int64_t at_ns = path->timer_ns > 0
		? next_turn(left_ns, path->timer_ns, path->timer_phase_ns)
		: next_turn(left_ns, path->frame_ns, path->frame_phase_ns);

	at_ns += path->from_floor_ns +
		(int64_t)(truth_uniform(&path->draw) * model->from_spread_us * NS_PER_US) +
		(int64_t)truth_exponential(&path->draw, model->from_tail_us * NS_PER_US);
	return in_order(&path->from_last_ns, at_ns + outlier(path));
}
