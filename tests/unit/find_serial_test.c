/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A name of a serial port may lead elsewhere by the time that it is open: links come and go with kits,
 * and the number of a pty goes to the next one that asks. Nobody may be heard under the name of another. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sense/finder.h"
#include "support/cmocka_all.h"

static struct {
	char folder[32], link[64], names[2][64];
	int masters[2];
	void (*looked)(void); /* behind the next question where the name leads */
} desk;

/* In the place of the C library's, for all that is linked in here. */
char *realpath(const char *path, char *resolved)
{
	char *(*real)(const char *, char *);
	void (*looked)(void) = desk.looked;
	char *found;

	*(void **)&real = dlsym(RTLD_NEXT, "realpath");
	found = real(path, resolved);
	desk.looked = NULL;
	if (looked)
		looked();
	return found;
}

/* The same where the library looks at the size of the result (_FORTIFY_SOURCE). */
char *__realpath_chk(const char *path, char *resolved, size_t size);
char *__realpath_chk(const char *path, char *resolved, size_t size)
{
	(void)size;
	return realpath(path, resolved);
}

static void lead_to(unsigned number)
{
	unlink(desk.link);
	assert_int_equal(symlink(desk.names[number], desk.link), 0);
}

static int set_up(void **unused)
{
	(void)unused;
	memset(&desk, 0, sizeof desk);
	strcpy(desk.folder, "/tmp/find-serial-XXXXXX");
	assert_non_null(mkdtemp(desk.folder));
	snprintf(desk.link, sizeof desk.link, "%s/kit", desk.folder);
	for (unsigned i = 0; i < 2; i++) {
		int slave;

		assert_int_equal(openpty(&desk.masters[i], &slave, desk.names[i], NULL, NULL), 0);
		close(slave);
	}
	lead_to(0);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	close(desk.masters[0]);
	close(desk.masters[1]);
	unlink(desk.link);
	rmdir(desk.folder);
	return 0;
}

static int open_link(struct transport **ret_transport)
{
	struct config_port ports[1] = {{.path = desk.link}};
	struct config config = {.serial.ports = ports, .serial.n_ports = 1};
	struct finder_context context = {.config = &config};
	struct kit_port about;
	bool is_late;

	return finder_serial.open(&context, desk.link, ret_transport, &about, &is_late);
}

static void what_stays_is_opened(void **unused)
{
	struct transport *transport;

	(void)unused;
	assert_int_equal(open_link(&transport), 0);
	transport->class->close(transport);
}

static void change(void)
{
	lead_to(1);
}

static void pull_out(void)
{
	unlink(desk.link);
}

static void a_name_that_leads_elsewhere_by_now_is_tried_again(void **unused)
{
	struct transport *transport;

	(void)unused;
	desk.looked = change;
	assert_int_equal(open_link(&transport), -EINPROGRESS);
	assert_null(desk.looked);
	assert_int_equal(open_link(&transport), 0);
	transport->class->close(transport);
}

static void a_name_that_is_gone_by_now_is_nobodys(void **unused)
{
	struct transport *transport;

	(void)unused;
	desk.looked = pull_out;
	assert_int_equal(open_link(&transport), -EINPROGRESS);
	assert_null(desk.looked);
	assert_int_equal(open_link(&transport), -ENOENT);
}

static void what_stopped_being_there_is_known_to_have_left(void **unused)
{
	struct transport *transport;

	(void)unused;
	assert_int_equal(open_link(&transport), 0);
	assert_false(transport->class->has_left(transport));
	close(desk.masters[0]);
	assert_true(transport->class->has_left(transport));
	transport->class->close(transport);
	desk.masters[0] = open("/dev/null", O_RDONLY | O_CLOEXEC); /* for tear_down */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_stays_is_opened, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_name_that_leads_elsewhere_by_now_is_tried_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_name_that_is_gone_by_now_is_nobodys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_stopped_being_there_is_known_to_have_left, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
