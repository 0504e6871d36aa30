/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An adapter that refuses a serial setting, as some do parity: nobody reads on at a wrong setting in
 * silence. The adapter is played (the functions of sense/port.h that go through libserialport); the
 * finder, the table of ports and the sense thread are the real ones. Waits for conditions, with a
 * deadline. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/feed.h"
#include "sense/port.h"
#include "sense/ports.h"
#include "support/cmocka_all.h"

enum { PATIENCE_S = 30 };

/* --- the adapter --- */

static struct {
	bool refuses, is_late;
	unsigned opens, closes;
	int far_end; /* of the cable */
} adapter;

int port_open_serial(const char *path, unsigned speed, struct port *ret_port,
	struct kit_port *ret_about, bool *ret_is_late)
{
	int ends[2];

	(void)path;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends))
		return -errno;
	adapter.opens++;
	adapter.far_end = ends[1];
	ret_about->speed = speed ? speed : 115200;
	*ret_is_late = adapter.is_late;
	*ret_port = (struct port){.fd = ends[0]};
	return 0;
}

int port_set_serial(const struct port *port, const struct model_serial *serial)
{
	(void)port;
	(void)serial;
	return adapter.refuses ? -EINVAL : 0;
}

void port_close(struct port *port)
{
	adapter.closes++;
	close(port->fd);
	close(adapter.far_end);
	port->fd = -1;
}

void port_list(void (*found)(void *self, const char *path), void *self)
{
	(void)found;
	(void)self;
}

/* --- a folder with a kit, and a path to be opened --- */

static char folder[] = "/tmp/serial_refused_XXXXXX";
static char path[80];
static struct catalogue *catalogue;

static void write_file(const char *name, const char *text)
{
	char file_path[120];
	FILE *file;

	snprintf(file_path, sizeof file_path, "%s/%s", folder, name);
	file = fopen(file_path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	const char *folders[] = {folder};

	(void)state;
	memset(&adapter, 0, sizeof adapter);
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/even", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file("even/kit.yaml",
		"kit: even\nname: {zh: 偶, en: Even}\nserial: 9600 8E1\nrate: 1 Hz\n"
		"frames: {start: AA, length: 2}\n"
		"channels: [{id: x, name: {zh: 甲, en: X}, quantity: number, unit: \"1\","
		" range: [0, 255], resolution: 1, from: u8@1}]\n");
	snprintf(path, sizeof path, "%s/port", folder);
	write_file("port", "");
	assert_int_equal(catalogue_open(folders, 1, &catalogue), 0);
	return 0;
}

static int tear_down(void **state)
{
	char made[120];

	(void)state;
	catalogue_close(catalogue);
	unlink(path);
	snprintf(made, sizeof made, "%s/even/kit.yaml", folder);
	unlink(made);
	snprintf(made, sizeof made, "%s/even", folder);
	rmdir(made);
	return rmdir(folder);
}

/* --- the promises --- */

static int open_named(struct transport **ret_transport, struct kit_port *ret_about)
{
	char kit[] = "even";
	struct config_port port = {.path = path, .kit = kit};
	const struct config config = {.serial = {.ports = &port, .n_ports = 1}};
	const struct finder_context context = {.config = &config, .catalogue = catalogue};
	bool is_late;

	return finder_serial.open(&context, path, ret_transport, ret_about, &is_late);
}

static void a_named_kit_is_not_read_at_a_setting_that_is_refused(void **state)
{
	const struct trouble *trouble = finder_serial.troubles;
	struct transport *transport = NULL;
	struct kit_port about;
	int failed;

	(void)state;
	assert_int_equal(open_named(&transport, &about), 0);
	assert_true(about.speed_is_fixed);
	assert_int_equal(about.bits_per_byte, 11); /* 8E1 */
	transport->class->close(transport);

	adapter.refuses = true;
	failed = open_named(&transport, &about);
	assert_true(failed < 0);
	while (trouble->error && trouble->error != failed)
		trouble++;
	assert_string_equal(trouble->step, "take another adapter");
	assert_string_equal(trouble->step_zh, "换一个转接器");
	assert_int_equal(adapter.opens, 2);
	assert_int_equal(adapter.closes, 2);
}

static struct clock real_clock;
static struct loop *loop;
static struct ports *ports;
static struct ring *keep, *to_main;

static void take_notice(void *self, bool is_urgent)
{
	(void)self;
	(void)is_urgent;
}

static struct port_status status_now(void)
{
	struct port_status status;

	assert_int_equal(ports_status(ports, &status, 1), 1);
	return status;
}

/* Turns main's loop until it is true, while something at a wrong speed speaks. */
#define AWAIT(condition) \
	do { \
		struct instant end = \
			instant_add(clock_now(&real_clock), PATIENCE_S * (int64_t)NS_PER_S); \
		while (!(condition)) { \
			struct feed_record record; \
\
			while (feed_peek(keep, &record)) \
				ring_drop(keep); \
			while (feed_peek(to_main, &record)) \
				ring_drop(to_main); \
			if (clock_now(&real_clock).ns > end.ns) \
				fail_msg("waited %d s for %s", PATIENCE_S, #condition); \
			if (adapter.opens) \
				(void)!write(adapter.far_end, "\x80\xf8\xff\x80", 4); \
			loop_turn(loop, 5); \
		} \
	} while (0)

/* Refuses, then takes a setting; `then` is what is said from then on. */
static void refuse_and_take(const char *then)
{
	struct config_port port = {.path = path};
	const struct config config = {.serial = {.ports = &port, .n_ports = 1}};
	struct sense_options options = {.clock = &real_clock, .notify = take_notice};
	struct registry *registry;
	struct sense *sense;

	adapter.refuses = true;
	assert_int_equal(registry_new(&registry), 0);
	assert_int_equal(ring_new(1 << 20, &keep), 0);
	assert_int_equal(ring_new(1 << 20, &to_main), 0);
	assert_int_equal(loop_open(&real_clock, &loop), 0);
	options.registry = registry;
	options.feed_keep = keep;
	options.feed_main = to_main;
	assert_int_equal(sense_new(&options, &sense), 0);
	assert_int_equal(
		ports_open(&(struct ports_options){.loop = loop, .config = &config, .sense = sense},
			&ports),
		0);
	assert_int_equal(sense_start(sense), 0);
	AWAIT(strstr(status_now().problem, "that are needed; take another adapter"));
	assert_non_null(strstr(status_now().problem_zh, "；换一个转接器"));
	assert_true(status_now().is_open);
	assert_int_equal(status_now().speed, 115200); /* it is as it was */
	adapter.refuses = false;
	AWAIT(strcmp(status_now().problem, then) == 0);
	assert_true(!status_now().problem_zh[0] == !then[0]);
	assert_int_not_equal(status_now().speed, 115200);
	sense_stop(sense);
	ports_close(ports);
	sense_free(sense);
	loop_close(loop);
	ring_free(keep);
	ring_free(to_main);
	registry_free(registry);
}

static void a_setting_that_is_refused_later_is_said_until_one_is_taken(void **state)
{
	(void)state;
	refuse_and_take("");
}

static void what_else_is_wrong_with_the_adapter_is_said_again_then(void **state)
{
	(void)state;
	adapter.is_late = true;
	refuse_and_take("works, but its chip holds bytes back, so times may be 16 ms late; take "
			"another adapter where that matters");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_named_kit_is_not_read_at_a_setting_that_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_setting_that_is_refused_later_is_said_until_one_is_taken, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_else_is_wrong_with_the_adapter_is_said_again_then, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
