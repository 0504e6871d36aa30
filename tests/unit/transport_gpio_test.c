/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the kernel's queue to the conversation: edges in order of time with the kernel's instants, a
 * flood that leaves the loop to others, a chip that goes away, a pulse. The lines are this file's
 * own, behind the header that both back ends keep; loop, clock and conversation are the real ones. */
#include "sense/transport_gpio.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sense/conversation.h"
#include "support/cmocka_all.h"

enum { EDGES = 4096 };

/* --- lines that do as they are told --- */

struct gpio {
	int fd; /* readable while there are edges, or for ever when hung up */
	struct gpio_edge edges[EDGES];
	size_t n, taken;
	int error; /* of reading and asking; 0: all is well */
	bool is_closed;
	unsigned n_set;
	bool set[8];
};

static struct gpio lines;

static void fill(struct gpio *gpio)
{
	eventfd_t ignored;

	(void)!eventfd_read(gpio->fd, &ignored);
	if (gpio->taken < gpio->n || gpio->error)
		assert_int_equal(eventfd_write(gpio->fd, 1), 0);
}

int gpio_open(const char *path, const struct gpio_line *wanted, size_t n, struct gpio **ret_gpio)
{
	(void)path;
	(void)wanted;
	(void)n;
	(void)ret_gpio;
	return -ENOSYS;
}

int gpio_describe(const char *path, struct gpio_chip *ret_chip)
{
	(void)path;
	(void)ret_chip;
	return -ENOSYS;
}

void gpio_close(struct gpio *gpio)
{
	gpio->is_closed = true;
}

int gpio_fd(const struct gpio *gpio)
{
	return gpio->fd;
}

int gpio_read(struct gpio *gpio, struct gpio_edge *ret_edges, size_t most)
{
	size_t n = gpio->n - gpio->taken;

	assert_true(most >= GPIO_EDGES);
	if (n == 0)
		return gpio->error;
	if (n > GPIO_EDGES)
		n = GPIO_EDGES;
	memcpy(ret_edges, gpio->edges + gpio->taken, n * sizeof *ret_edges);
	gpio->taken += n;
	fill(gpio);
	return (int)n;
}

int gpio_set(struct gpio *gpio, unsigned line, bool is_active)
{
	if (line != 2)
		return -EINVAL;
	gpio->set[gpio->n_set++] = is_active;
	return 0;
}

int gpio_check(struct gpio *gpio)
{
	return gpio->error;
}

static void come(unsigned line, bool is_active, int64_t ns)
{
	lines.edges[lines.n++] = (struct gpio_edge){
		.line = line, .is_active = is_active, .monotonic_ns = ns, .n_lost = line};
	fill(&lines);
}

/* --- a family that writes down what it hears --- */

static struct kit_edge heard[EDGES];
static size_t n_heard;

static void hear(struct kit *kit, void *state, const struct kit_edge *edge)
{
	(void)kit;
	(void)state;
	heard[n_heard++] = *edge;
}

static const struct model_form form = {.name = "ears"};
static const struct kit_family ears = {
	.name = "ears", .form = &form, .needs_model = true, .edge = hear};
static const struct kit_family *const families[] = {&ears};
static const struct model model = {.id = "ears", .form = &form};

/* --- the bench --- */

struct bench {
	struct clock clock;
	struct loop *loop;
	struct registry *registry;
	struct ring *keep, *to_main;
	struct outlet *outlet;
	struct conversation_host host;
	struct kit *kit;
	struct transport *transport;
	unsigned n_spoke;
	int gone; /* positive errno; 0: still there */
};

static struct bench bench;

static void take_gone(void *self, int error)
{
	(void)self;
	bench.gone = error;
}

static void count_spoke(void *self)
{
	(void)self;
	bench.n_spoke++;
}

static void open_bench(size_t n_inputs)
{
	const struct gpio_line asked[] = {{.pin = 1}, {.pin = 2}, {.pin = 3, .is_output = true}};
	struct kit_port port = {.transport = KIT_GPIO, .n_models = 1, .is_sure = true};

	memset(&lines, 0, sizeof lines);
	memset(&bench, 0, sizeof bench);
	n_heard = 0;
	lines.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	assert_true(lines.fd >= 0);
	bench.clock = (struct clock){.is_fake = true, .base_ns = 1000, .frozen_ns = NS_PER_S};
	assert_int_equal(loop_open(&bench.clock, &bench.loop), 0);
	assert_int_equal(registry_new(&bench.registry), 0);
	assert_int_equal(ring_new(1 << 16, &bench.keep), 0);
	assert_int_equal(ring_new(1 << 16, &bench.to_main), 0);
	assert_int_equal(outlet_new(bench.keep, bench.to_main, NULL, NULL, &bench.outlet), 0);
	bench.host = (struct conversation_host){.clock = &bench.clock,
		.registry = bench.registry,
		.outlet = bench.outlet,
		.families = families,
		.n_families = 1};
	assert_int_equal(conversation_new(&bench.host, &bench.kit), 0);
	assert_int_equal(transport_gpio_new(&lines, asked, n_inputs, &bench.transport), 0);
	const struct transport_host host = {.clock = &bench.clock,
		.loop = bench.loop,
		.kit = bench.kit,
		.gone = take_gone,
		.spoke = count_spoke};

	assert_int_equal(bench.transport->class->start(bench.transport, &host), 0);
	port.models[0] = &model;
	conversation_open(bench.kit, &port, clock_now(&bench.clock));
}

static int close_bench(void **state)
{
	(void)state;
	bench.transport->class->stop(bench.transport);
	bench.transport->class->close(bench.transport);
	assert_true(lines.is_closed);
	conversation_free(bench.kit);
	outlet_free(bench.outlet);
	ring_free(bench.keep);
	ring_free(bench.to_main);
	registry_free(bench.registry);
	loop_close(bench.loop);
	close(lines.fd);
	return 0;
}

static void tick(void)
{
	int64_t late_ns = -1;

	bench.transport->class->tick(bench.transport, &late_ns);
	assert_int_equal(late_ns, 0);
}

/* CLOCK_MONOTONIC of now, less so many microseconds. */
static int64_t ago(int64_t us)
{
	return clock_to_monotonic(&bench.clock, clock_now(&bench.clock)) - us * NS_PER_US;
}

/* --- promises --- */

static void edge_of_one_line_comes_at_once_with_the_kernels_instant(void **state)
{
	(void)state;
	open_bench(1);
	come(0, true, ago(7));
	loop_turn(bench.loop, 0);
	assert_int_equal(n_heard, 1);
	assert_true(heard[0].is_active);
	assert_int_equal(heard[0].at.ns, NS_PER_S - 7 * NS_PER_US);
	assert_true(bench.n_spoke > 0);
}

static void edges_of_two_lines_come_in_order_of_time(void **state)
{
	(void)state;
	open_bench(2);
	come(0, true, ago(5000));
	come(0, false, ago(3000));
	come(1, true, ago(4000));
	loop_turn(bench.loop, 0);
	assert_int_equal(n_heard, 3);
	assert_int_equal(heard[0].line, 0);
	assert_int_equal(heard[1].line, 1);
	assert_int_equal(heard[1].n_lost, 1);
	assert_int_equal(heard[2].line, 0);
	assert_true(heard[1].at.ns < heard[2].at.ns);
}

static void young_edges_wait_for_older_ones_of_the_other_line(void **state)
{
	(void)state;
	open_bench(2);
	come(0, true, ago(100));
	loop_turn(bench.loop, 0);
	assert_int_equal(n_heard, 0);
	come(1, true, ago(200)); /* queued later, but it was first */
	loop_turn(bench.loop, 0);
	bench.clock.frozen_ns += 20 * NS_PER_MS;
	tick();
	assert_int_equal(n_heard, 2);
	assert_int_equal(heard[0].line, 1);
	assert_int_equal(heard[1].line, 0);
}

static void edges_that_wait_are_not_lost_at_the_end(void **state)
{
	(void)state;
	open_bench(2);
	come(0, true, ago(100));
	loop_turn(bench.loop, 0);
	bench.transport->class->stop(bench.transport);
	assert_int_equal(n_heard, 1);
}

static void flood_leaves_the_loop_to_others_and_loses_nothing(void **state)
{
	unsigned turns = 0;

	(void)state;
	open_bench(2);
	for (unsigned i = 0; i < EDGES; i++)
		come(i % 2, i / 2 % 2 == 0, ago((int64_t)(EDGES - i + 5000)));
	loop_turn(bench.loop, 0);
	assert_in_range(n_heard, 1, EDGES / 2); /* somebody else would have had a turn now */
	while (n_heard < EDGES && turns++ < 100)
		loop_turn(bench.loop, 0);
	assert_int_equal(n_heard, EDGES);
	for (unsigned i = 1; i < EDGES; i++)
		assert_true(heard[i - 1].at.ns < heard[i].at.ns);
}

static void chip_that_goes_away_is_told_once_behind_its_last_edges(void **state)
{
	(void)state;
	open_bench(2);
	come(0, true, ago(100));
	lines.error = -ENODEV;
	loop_turn(bench.loop, 0);
	assert_int_equal(bench.gone, ENODEV);
	assert_int_equal(n_heard, 1);
	bench.gone = 0;
	fill(&lines);
	loop_turn(bench.loop, 0);
	assert_int_equal(bench.gone, 0);
}

static void chip_that_goes_away_in_silence_is_noticed(void **state)
{
	(void)state;
	open_bench(1);
	lines.error = -ENODEV; /* an old kernel: nobody wakes us */
	bench.clock.frozen_ns += 500 * NS_PER_MS;
	tick();
	assert_int_equal(bench.gone, 0);
	bench.clock.frozen_ns += 600 * NS_PER_MS;
	tick();
	assert_int_equal(bench.gone, ENODEV);
}

static void pulse_goes_up_and_down(void **state)
{
	const struct transport_class *class;

	(void)state;
	open_bench(1);
	class = bench.transport->class;
	assert_int_equal(class->pulse(bench.transport, 2, 12), 0);
	assert_int_equal(lines.n_set, 2);
	assert_true(lines.set[0] && !lines.set[1]);
	assert_int_equal(class->pulse(bench.transport, 0, 12), -EINVAL);
	assert_int_equal(class->pulse(bench.transport, 2, 51), -EINVAL);
	assert_int_equal(lines.n_set, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, close_bench)
	const struct CMUnitTest tests[] = {
		TEST(edge_of_one_line_comes_at_once_with_the_kernels_instant),
		TEST(edges_of_two_lines_come_in_order_of_time),
		TEST(young_edges_wait_for_older_ones_of_the_other_line),
		TEST(edges_that_wait_are_not_lost_at_the_end),
		TEST(flood_leaves_the_loop_to_others_and_loses_nothing),
		TEST(chip_that_goes_away_is_told_once_behind_its_last_edges),
		TEST(chip_that_goes_away_in_silence_is_noticed),
		TEST(pulse_goes_up_and_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
