/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An adapter that refuses a serial setting, as some do parity: nobody reads on at a wrong setting in
 * silence. The adapter is played (the functions of sense/port.h that go through libserialport); the
 * finder, the table of ports and the sense thread are the real ones. Waits for conditions, with a
 * deadline. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sense/port.h"
#include "support/desk.h"

/* --- the adapter --- */

static struct {
	bool refuses, is_late;
	unsigned opens, closes;
	int far_end; /* of the cable */
} adapter;

int port_open_serial(const char *path, unsigned speed, struct port *ret_port,
	struct kit_port *ret_about, bool *ret_is_late)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	adapter.opens++;
	adapter.far_end = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	ret_about->speed = speed ? speed : 115200;
	*ret_is_late = adapter.is_late;
	*ret_port = (struct port){.fd = fd};
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

static int set_up(void **state)
{
	int failed = desk_set_up(state);

	memset(&adapter, 0, sizeof adapter);
	assert_int_equal(mkfifo(desk_path(*state, "kit"), 0600), 0);
	return failed;
}

/* --- the promises --- */

static void open_catalogue(struct desk *desk)
{
	const char *folders[] = {desk->folder};

	desk_make_folder(desk, "even");
	desk_write_file(desk, "even/kit.yaml",
		"kit: even\nname: {zh: 偶, en: Even}\nserial: 9600 8E1\nrate: 1 Hz\n"
		"frames: {start: AA, length: 2}\n"
		"channels: [{id: x, name: {zh: 甲, en: X}, quantity: number, unit: \"1\","
		" range: [0, 255], resolution: 1, from: u8@1}]\n");
	assert_int_equal(catalogue_open(folders, 1, &desk->catalogue), 0);
}

static int open_named(
	const struct desk *desk, struct transport **ret_transport, struct kit_port *ret_about)
{
	char path[80], kit[] = "even";
	struct config_port port = {.path = path, .kit = kit};
	const struct config config = {.serial = {.ports = &port, .n_ports = 1}};
	const struct finder_context context = {.config = &config, .catalogue = desk->catalogue};
	bool is_late;

	snprintf(path, sizeof path, "%s", desk_path(desk, "kit"));
	return finder_serial.open(&context, path, ret_transport, ret_about, &is_late);
}

static void a_named_kit_is_not_read_at_a_setting_that_is_refused(void **state)
{
	struct desk *desk = *state;
	const struct trouble *trouble = finder_serial.troubles;
	struct transport *transport = NULL;
	struct kit_port about;
	int failed;

	open_catalogue(desk);
	assert_int_equal(open_named(desk, &transport, &about), 0);
	assert_true(about.speed_is_fixed);
	assert_int_equal(about.bits_per_byte, 11); /* 8E1 */
	transport->class->close(transport);

	adapter.refuses = true;
	failed = open_named(desk, &transport, &about);
	assert_true(failed < 0);
	while (trouble->error && trouble->error != failed)
		trouble++;
	assert_string_equal(trouble->step, "take another adapter");
	assert_string_equal(trouble->step_zh, "换一个转接器");
	assert_int_equal(adapter.opens, 2);
	assert_int_equal(adapter.closes, 2);
}

/* Something at a wrong speed speaks; what the port says then. */
static struct port_status status_now(struct desk *desk)
{
	if (adapter.opens)
		(void)!write(adapter.far_end, "\x80\xf8\xff\x80", 4);
	return desk_port(desk);
}

/* Refuses, then takes a setting; `then` is what is said from then on. */
static void refuse_and_take(struct desk *desk, const char *then)
{
	struct port_status status;

	adapter.refuses = true;
	desk_open_port(desk);
	AWAIT((status = status_now(desk),
		strstr(status.problem, "that are needed; take another adapter")));
	assert_non_null(strstr(status.problem_zh, "；换一个转接器"));
	assert_true(status.is_open);
	assert_int_equal(status.speed, 115200); /* it is as it was */
	adapter.refuses = false;
	AWAIT((status = status_now(desk), strcmp(status.problem, then) == 0));
	assert_true(!status.problem_zh[0] == !then[0]);
	assert_int_not_equal(status.speed, 115200);
}

static void a_setting_that_is_refused_later_is_said_until_one_is_taken(void **state)
{
	refuse_and_take(*state, "");
}

static void what_else_is_wrong_with_the_adapter_is_said_again_then(void **state)
{
	adapter.is_late = true;
	refuse_and_take(*state,
		"works, but its chip holds bytes back, so times may be 16 ms late; take "
		"another adapter where that matters");
}

#define REFUSED_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, desk_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REFUSED_TEST(a_named_kit_is_not_read_at_a_setting_that_is_refused),
		REFUSED_TEST(a_setting_that_is_refused_later_is_said_until_one_is_taken),
		REFUSED_TEST(what_else_is_wrong_with_the_adapter_is_said_again_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
