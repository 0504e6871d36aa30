/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board on a desk, see support/desk.h. */
#include "support/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Holds what comes while the test looks elsewhere. */
enum { RING_SIZE = 1 << 22 };

int desk_set_up(void **ret_desk)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	assert_non_null(desk);
	*ret_desk = desk;
	strcpy(desk->folder, "/tmp/kitlog-desk-XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	desk->rises = true;
	desk->device.streams[0].id = UINT32_MAX;
	return 0;
}

int desk_tear_down(void **state)
{
	struct desk *desk = *state;
	char command[100];

	if (desk->virtual_kit) { /* of a test that failed */
		kill(desk->virtual_kit, SIGKILL);
		waitpid(desk->virtual_kit, NULL, 0);
	}
	sense_stop(desk->sense);
	ports_close(desk->ports);
	sense_free(desk->sense);
	loop_close(desk->loop);
	ring_free(desk->keep);
	ring_free(desk->to_main);
	registry_free(desk->registry);
	catalogue_close(desk->catalogue);
	config_free(desk->config);
	snprintf(command, sizeof(command), "rm -r %s", desk->folder);
	free(desk);
	return system(command);
}

/* --- the folder --- */

const char *desk_path(const struct desk *desk, const char *name)
{
	static char path[300];

	snprintf(path, sizeof(path), "%s/%s", desk->folder, name);
	return path;
}

void desk_make_folder(struct desk *desk, const char *name)
{
	assert_true(mkdir(desk_path(desk, name), 0700) == 0 || errno == EEXIST);
}

void desk_write_file(struct desk *desk, const char *name, const char *words)
{
	FILE *file = fopen(desk_path(desk, name), "w");

	assert_non_null(file);
	assert_true(fputs(words, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* --- sensing --- */

static void take_notice(void *self, bool is_urgent)
{
	struct desk *desk = self;

	desk->n_urgent += is_urgent;
	if (desk->noticed)
		desk->noticed();
}

void desk_open(struct desk *desk, const char *yaml)
{
	char *errors = NULL;
	struct sense_options options = {.clock = &desk->clock, .notify = take_notice, .self = desk};

	assert_int_equal(config_parse("test", yaml, strlen(yaml), &desk->config, &errors), 0);
	free(errors);
	assert_int_equal(registry_new(&desk->registry), 0);
	assert_int_equal(ring_new(RING_SIZE, &desk->keep), 0);
	assert_int_equal(ring_new(RING_SIZE, &desk->to_main), 0);
	assert_int_equal(loop_open(&desk->clock, &desk->loop), 0);
	options.registry = desk->registry;
	options.feed_keep = desk->keep;
	options.feed_main = desk->to_main;
	assert_int_equal(sense_new(&options, &desk->sense), 0);
	assert_int_equal(ports_open(&(struct ports_options){.loop = desk->loop,
					    .config = desk->config,
					    .catalogue = desk->catalogue,
					    .sense = desk->sense,
					    .sysfs = desk->sysfs},
				 &desk->ports),
		0);
	assert_int_equal(sense_start(desk->sense), 0);
}

void desk_open_port(struct desk *desk)
{
	char yaml[200];

	snprintf(yaml, sizeof(yaml),
		"serial:\n  scan: no\n  ports:\n    - {path: %s/kit, speed: 0}\n", desk->folder);
	desk_open(desk, yaml);
}

int64_t desk_now_ns(const struct desk *desk)
{
	return clock_now(&desk->clock).ns;
}

struct port_status desk_port(const struct desk *desk)
{
	struct port_status status = {.speed = 1};

	assert_int_equal(ports_status(desk->ports, &status, 1), 1);
	return status;
}

/* --- what came out --- */

static struct desk_row row_of(const struct feed_record *record, uint32_t i)
{
	uint32_t n = record->batch.n_channels;
	struct desk_row row = {.stamp_ns = record->batch.stamps_ns[i]};

	memcpy(row.values, record->batch.values + i * n, n * sizeof(*row.values));
	return row;
}

static void take_batch(struct desk *desk, const struct feed_record *record)
{
	uint32_t stream = record->batch.stream, n = record->batch.n_rows;

	assert_true(stream < DESK_STREAMS);
	for (uint32_t i = 0; i < n; i++) {
		desk->rises &= record->batch.stamps_ns[i] > desk->last_stamps_ns[stream];
		desk->last_stamps_ns[stream] = record->batch.stamps_ns[i];
	}
	if (stream != desk->device.streams[0].id)
		return;
	for (uint32_t i = 0; i < n && desk->n_rows + i < DESK_ROWS; i++)
		desk->rows[desk->n_rows + i] = row_of(record, i);
	desk->last = row_of(record, n - 1);
	desk->n_rows += n;
	desk->n_rows_with_ticks += record->batch.has_ticks ? n : 0;
}

void desk_collect(struct desk *desk)
{
	struct feed_record record;

	for (; feed_peek(desk->keep, &record); ring_drop(desk->keep)) {
		if (record.kind == FEED_DEVICE) {
			desk->device = *record.device;
			desk->n_devices++;
		} else if (record.kind == FEED_BATCH) {
			take_batch(desk, &record);
		} else if (record.kind == FEED_GONE) {
			desk->n_gone++;
		} else if (record.kind == FEED_GAP && desk->n_gaps < DESK_GAPS) {
			desk->gaps[desk->n_gaps++] = record.gap;
		} else if (record.kind == FEED_HEALTH) {
			desk->health = *record.health;
		} else if (record.kind == FEED_PUNCTUAL) {
			desk->punctual = *record.punctual;
		}
	}
	while (feed_peek(desk->to_main, &record))
		ring_drop(desk->to_main);
}

/* --- what is plugged in --- */

int desk_plug_pty(struct desk *desk)
{
	struct termios raw;
	int near, far;
	char name[64];

	assert_int_equal(openpty(&near, &far, name, NULL, NULL), 0);
	assert_int_equal(tcgetattr(far, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(far, TCSANOW, &raw), 0);
	close(far);
	unlink(desk_path(desk, "kit"));
	assert_int_equal(symlink(name, desk_path(desk, "kit")), 0);
	fcntl(near, F_SETFL, O_NONBLOCK);
	return near;
}

void desk_say(int pty, const char *text)
{
	ssize_t ignored = write(pty, text, strlen(text));

	(void)ignored;
}

void desk_start_virtual(struct desk *desk, const char *skew_ppm)
{
	const char *program = getenv("KITLOG_VIRTUAL");

	if (!program) {
		print_message("no kitlog-virtual was built\n");
		skip();
	}
	desk->virtual_kit = fork();
	if (desk->virtual_kit == 0) {
		execl(program, program, "--quiet", "--model", "wave", "--link",
			desk_path(desk, "kit"), "--uid", "6b74000000000042", "--skew-ppm", skew_ppm,
			(char *)NULL);
		_exit(127);
	}
	assert_true(desk->virtual_kit > 0);
}

void desk_end_virtual(struct desk *desk)
{
	assert_int_equal(kill(desk->virtual_kit, SIGTERM), 0);
	assert_int_equal(waitpid(desk->virtual_kit, NULL, 0), desk->virtual_kit);
	desk->virtual_kit = 0;
}
