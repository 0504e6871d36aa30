/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was captured replays: the same driver, fed from the recording, sends the same and gives the
 * same, over bytes, USB and GPIO. The transport is a script; the conversation, the clock and the
 * replay are real, so each capture takes its real time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/container.h"
#include "sense/capture.h"
#include "sense/conversation.h"
#include "sense/replay.h"
#include "support/cmocka_all.h"
#include "support/toy_probe.h"

/* A device: what it does when it is spoken to, and at each of its ticks. */
struct device_script {
	struct transport transport;
	struct transport_host host;
	void (*tick)(struct device_script *script, unsigned tick);
	unsigned n_ticks;
	bool is_started, is_asked, is_stopped, refuses;
	struct kit_control request;
};

static struct device_script *script_of(struct transport *transport)
{
	return CONTAINER(transport, struct device_script, transport);
}

static int start(struct transport *transport, const struct transport_host *host)
{
	script_of(transport)->host = *host;
	script_of(transport)->is_started = true;
	return 0;
}

static void stop(struct transport *transport)
{
	script_of(transport)->is_stopped = true;
}

static void tick(struct transport *transport, int64_t *ret_late_ns)
{
	struct device_script *script = script_of(transport);

	*ret_late_ns = 0;
	if (!script->is_stopped)
		script->tick(script, script->n_ticks++);
}

static int take_bytes(struct transport *transport, const void *bytes, size_t n)
{
	(void)bytes;
	(void)n;
	script_of(transport)->is_asked = true;
	return 0;
}

static int take_control(
	struct transport *transport, const struct kit_control *request, const void *bytes, size_t n)
{
	struct device_script *script = script_of(transport);

	(void)bytes;
	(void)n;
	assert_true(script->is_started); /* sense/transport.h: the conversation opens after it */
	script->is_asked = true;
	script->request = *request;
	return 0;
}

static int take_pulse(struct transport *transport, unsigned line, unsigned us)
{
	(void)transport;
	(void)line;
	(void)us;
	return 0;
}

static int take_serial(struct transport *transport, const struct model_serial *serial)
{
	return script_of(transport)->refuses && serial->parity == 'E' ? -EINVAL : 0;
}

static const struct transport_class class = {
	.start = start,
	.stop = stop,
	.tick = tick,
	.send = take_bytes,
	.control = take_control,
	.pulse = take_pulse,
	.set_serial = take_serial,
};

/* --- devices --- */

static void tick_always(struct device_script *script, unsigned n)
{
	static const uint8_t answer[] = {0xa5, 41};

	(void)n;
	if (script->is_asked)
		conversation_feed(
			script->host.kit, answer, sizeof answer, clock_now(script->host.clock));
	script->is_asked = false;
	script->host.spoke(script->host.self);
}

/* Answers in two pieces, and once that it cannot; unplugged at the end. */
static void tick_probe(struct device_script *script, unsigned n)
{
	static const uint8_t head = 0xa5, value = 41, busy = 0x5a;
	struct kit *kit = script->host.kit;

	if (script->is_asked) {
		script->is_asked = false;
		conversation_feed(kit, n > 30 ? &busy : &head, 1, clock_now(script->host.clock));
		if (n <= 30)
			conversation_feed(kit, &value, 1, clock_now(script->host.clock));
		script->host.spoke(script->host.self);
	}
	if (n == 110) {
		script->is_stopped = true;
		script->host.gone(script->host.self, EIO);
	}
}

/* On a board that has other things to do for 50 ms, again and again: what has come meanwhile is read
 * before the driver is woken, which is late. */
static void tick_busy(struct device_script *script, unsigned n)
{
	static const uint8_t answer[] = {0, 0xa5, 41};
	const struct timespec busy = {0, 50 * NS_PER_MS};

	(void)n;
	nanosleep(&busy, NULL);
	conversation_feed(script->host.kit, answer, script->is_asked ? sizeof answer : 1,
		clock_now(script->host.clock));
	script->is_asked = false;
	script->host.spoke(script->host.self);
}

static void tick_gate(struct device_script *script, unsigned n)
{
	struct instant now = clock_now(script->host.clock);
	struct kit_edge edge = {0, n % 2 == 0, n == 7 ? 2 : 0, instant_add(now, -1000)};

	conversation_edge(script->host.kit, &edge, now);
	script->host.spoke(script->host.self);
}

/* The feature report is taken, the request answered, then reports come. */
static void tick_sister(struct device_script *script, unsigned n)
{
	const uint8_t report[] = {0, (uint8_t)n};
	struct instant now = clock_now(script->host.clock);

	if (script->is_asked) {
		script->is_asked = false;
		conversation_answer(script->host.kit, 0,
			script->request.type & 0x80 ? report : NULL,
			script->request.type & 0x80 ? 1 : 0, now);
	} else {
		conversation_report(script->host.kit, report, sizeof report, now);
	}
	script->host.spoke(script->host.self);
}

/* --- capturing --- */

struct tape {
	char text[1 << 18];
	struct text written;
};

static int write_event(void *self, const struct recording_event *event)
{
	struct tape *tape = self;

	recording_write(&tape->written, event);
	return tape->written.is_cut ? -ENOSPC : 0;
}

static struct capture_outcome run(
	struct tape *tape, const struct kit_port *port, struct device_script *script, int64_t ms)
{
	struct capture_options options = {.transport = &script->transport,
		.port = port,
		.families = toy_probe_families,
		.n_families = TOY_PROBE_FAMILIES,
		.length_ns = ms * NS_PER_MS,
		.event = write_event,
		.self = tape};
	struct capture_outcome outcome;

	tape->written = text_over(tape->text, sizeof tape->text);
	text_add(&tape->written, "kit: toy-probe\nmade: by a script\n\n");
	assert_int_equal(capture_run(&options, &outcome), 0);
	assert_true(script->is_stopped);
	return outcome;
}

static struct capture_outcome capture_at(struct tape *tape, const struct kit_port *port,
	void (*device)(struct device_script *, unsigned), int64_t ms)
{
	struct device_script script = {.transport.class = &class, .tick = device};
	struct capture_outcome outcome = run(tape, port, &script, ms);

	assert_string_equal(outcome.kit, "toy-probe");
	return outcome;
}

static struct capture_outcome capture(struct tape *tape, struct model *model,
	enum kit_transport transport, void (*device)(struct device_script *, unsigned), int64_t ms)
{
	struct kit_port port = {.transport = transport,
		.path = "toy",
		.socket = "toy",
		.kit = "toy-probe",
		.models = {model},
		.n_models = 1,
		.is_sure = true,
		.speed = model->serial.speed};

	return capture_at(tape, &port, device, ms);
}

/* Plays it, strictly; the text that comes out is the caller's to free. */
static char *replay(const struct tape *tape, const struct model *model, uint64_t rows)
{
	struct replay_options options = {
		.model = model, .families = toy_probe_families, .n_families = TOY_PROBE_FAMILIES};
	struct report report = {.file = "tape"};
	struct recording *recording;
	struct replay_outcome outcome;
	char *text;
	size_t n;

	assert_int_equal(
		recording_open_text(tape->text, tape->written.length, &report, &recording), 0);
	assert_int_equal(replay_run(&options, recording, &outcome, &text, &n), 0);
	if (outcome.failed_line)
		fail_msg("line %d: %s\n%s", outcome.failed_line, outcome.failure, tape->text);
	assert_int_equal(outcome.values, rows);
	recording_close(recording);
	return text;
}

static struct tape tape; /* too large for the stack */

static void a_polled_probe_that_is_unplugged_replays(void **state)
{
	struct model model = toy_probe_model(&toy_probe_form);
	struct capture_outcome outcome = capture(&tape, &model, KIT_SERIAL, tick_probe, 0);
	char *text = replay(&tape, &model, outcome.rows);

	(void)state;
	assert_true(outcome.is_gone);
	assert_true(outcome.rows >= 1);
	assert_non_null(strstr(tape.text, " > 51\n"));
	assert_non_null(strstr(tape.text, " unplug\n"));
	assert_non_null(strstr(text, " temp 20.5\n"));
	assert_non_null(strstr(text, " error busy\n"));
	assert_non_null(strstr(text, " gap unplugged\n"));
	free(text);
}

static void what_a_busy_board_captured_replays(void **state)
{
	struct model model = toy_probe_model(&toy_probe_form);
	struct capture_outcome outcome = capture(&tape, &model, KIT_SERIAL, tick_busy, 3500);
	char *text = replay(&tape, &model, outcome.rows);

	(void)state;
	assert_true(outcome.rows >= 2);
	free(text);
}

static void edges_and_pulses_replay(void **state)
{
	struct model model = toy_probe_model(&toy_gate_form);
	struct capture_outcome outcome = capture(&tape, &model, KIT_GPIO, tick_gate, 2000);
	char *text = replay(&tape, &model, outcome.rows);

	(void)state;
	assert_false(outcome.is_gone);
	assert_true(outcome.rows > 8);
	assert_true(outcome.heard >= outcome.rows); /* although not one byte came */
	assert_int_equal(outcome.bytes, 0);
	assert_non_null(strstr(tape.text, " edge gate1 down lost 2\n"));
	assert_non_null(strstr(tape.text, " pulse gate1 10\n"));
	assert_non_null(strstr(text, " gap device lost 2\n"));
	free(text);
}

static void requests_and_reports_of_usb_replay(void **state)
{
	struct model model = toy_probe_model(&toy_sister_form);
	struct capture_outcome outcome = capture(&tape, &model, KIT_USB, tick_sister, 2000);
	char *text = replay(&tape, &model, outcome.rows);

	(void)state;
	assert_true(outcome.rows > 5);
	assert_true(outcome.heard >= outcome.rows);
	assert_non_null(strstr(tape.text, " >f 01 02\n"));
	assert_non_null(strstr(tape.text, " >c C0 04 0001 0000 get 1\n"));
	assert_non_null(strstr(tape.text, " <c 00\n"));
	free(text);
}

static void the_serial_setting_of_a_named_kit_is_told(void **state)
{
	struct model model = toy_probe_model(&toy_probe_form);
	struct capture_outcome outcome;

	(void)state;
	model.serial = (struct model_serial){
		.is_given = true, .speed = 9600, .bits = 8, .parity = 'N', .stop_bits = 2};
	outcome = capture(&tape, &model, KIT_SERIAL, tick_probe, 300);
	assert_int_equal(outcome.serial.speed, 9600);
	assert_int_equal(outcome.serial.bits, 8);
	assert_int_equal(outcome.serial.parity, 'N');
	assert_int_equal(outcome.serial.stop_bits, 2);
}

/* Nobody named it: after three seconds of silence it is asked, at its own setting. */
static struct model_match asked = {.has_usb = true,
	.vendor = 0x1a86,
	.any_product = true,
	.ask = {.n = 1, .bytes = {0x51}, .mask = {0xff}},
	.answer = {.n = 1, .bytes = {0xa5}, .mask = {0xff}}};

static struct kit_port unnamed_port(struct model *model)
{
	model->matches = &asked;
	model->n_matches = 1;
	model->serial = (struct model_serial){
		.is_given = true, .speed = 9600, .bits = 8, .parity = 'E', .stop_bits = 2};
	return (struct kit_port){.transport = KIT_SERIAL,
		.path = "toy",
		.socket = "toy",
		.usb_vendor = asked.vendor,
		.models = {model},
		.n_models = 1,
		.speed = 115200};
}

static void the_serial_setting_that_was_found_is_told(void **state)
{
	struct model model = toy_probe_model(&toy_probe_form);
	struct kit_port port = unnamed_port(&model);
	struct capture_outcome outcome = capture_at(&tape, &port, tick_always, 5000);

	(void)state;
	assert_int_equal(outcome.refusal, 0);
	assert_int_equal(outcome.serial.speed, 9600);
	assert_int_equal(outcome.serial.parity, 'E');
	assert_int_equal(outcome.serial.stop_bits, 2);
	assert_non_null(strstr(tape.text, " note speed 9600 8E2\n"));
}

static void a_setting_that_the_adapter_refuses_is_told(void **state)
{
	struct model model = toy_probe_model(&toy_probe_form);
	struct kit_port port = unnamed_port(&model);
	struct device_script script = {
		.transport.class = &class, .tick = tick_always, .refuses = true};
	struct capture_outcome outcome = run(&tape, &port, &script, 5000);

	(void)state;
	assert_int_equal(outcome.refusal, -EINVAL);
	assert_int_equal(outcome.refused.speed, 9600);
	assert_int_equal(outcome.refused.parity, 'E');
	assert_int_equal(outcome.serial.parity, 'N'); /* that of the opening, or one tried later */
	assert_non_null(strstr(tape.text, " note speed 9600 8E2 refused\n"));
}

static int refuse_event(void *self, const struct recording_event *event)
{
	(void)self;
	return event->kind == RECORDING_SENT ? -ENOSPC : 0;
}

static void a_full_card_ends_the_capture_with_its_error(void **state)
{
	struct model model = toy_probe_model(&toy_probe_form);
	struct device_script script = {.transport.class = &class, .tick = tick_probe};
	struct kit_port port = {
		.path = "toy", .socket = "toy", .models = {&model}, .n_models = 1, .is_sure = true};
	struct capture_options options = {.transport = &script.transport,
		.port = &port,
		.families = toy_probe_families,
		.n_families = TOY_PROBE_FAMILIES,
		.event = refuse_event};
	struct capture_outcome outcome;

	(void)state;
	assert_int_equal(capture_run(&options, &outcome), -ENOSPC);
	assert_true(script.is_stopped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_polled_probe_that_is_unplugged_replays),
		cmocka_unit_test(what_a_busy_board_captured_replays),
		cmocka_unit_test(edges_and_pulses_replay),
		cmocka_unit_test(requests_and_reports_of_usb_replay),
		cmocka_unit_test(the_serial_setting_of_a_named_kit_is_told),
		cmocka_unit_test(the_serial_setting_that_was_found_is_told),
		cmocka_unit_test(a_setting_that_the_adapter_refuses_is_told),
		cmocka_unit_test(a_full_card_ends_the_capture_with_its_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
