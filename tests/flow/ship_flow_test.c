/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keep and ship together on a real card, against a server that misbehaves (support/badserver.py):
 * after each kind of trouble every row is at the server, none twice, and while it lasts the state
 * and the sentence say what is the matter. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ring.h"
#include "base/text.h"
#include "data/feed.h"
#include "keep/keep.h"
#include "keep/store.h"
#include "share/ship.h"
#include "support/cmocka_all.h"

enum { PATIENCE_S = 60, MOST_ROWS = 40000 };

#define MS ((int64_t)NS_PER_MS)

static const struct ship_pace quick = {
	.hold_ns = 300 * MS,
	.late_ns = 30 * (int64_t)NS_PER_S,
	.first_retry_ns = 50 * MS,
	.most_retry_ns = 400 * MS,
	.connect_ms = 2000,
	.request_ms = 20000,
	.stall_s = 1,
	.tick_ns = 100 * MS,
};

/* Ticks as in a class. */
static const struct ship_pace usual = {
	.hold_ns = 300 * MS,
	.late_ns = 30 * (int64_t)NS_PER_S,
	.first_retry_ns = 50 * MS,
	.most_retry_ns = 400 * MS,
	.connect_ms = 2000,
	.request_ms = 20000,
	.stall_s = 1,
	.tick_ns = NS_PER_S,
};

struct server {
	pid_t pid;
	int port, control;
};

struct board {
	char directory[64], secret[96], urls[2][64];
	struct config_sink sinks[2];
	struct config config;
	struct clock clock;
	struct store *store;
	struct ring *feed;
	struct keep *keep;
	struct ship *ship;
	struct server servers[2];
	struct server *server; /* the first */
	uint32_t boot;
	const char *boot_id;
	const struct ship_pace *pace; /* NULL: quick */
	struct instant next[8];       /* stamp of each device's next row, at the earliest */
};

static char *text_of(const char *text)
{
	return (char *)(uintptr_t)text;
}

static int64_t real_ns(void)
{
	return clock_now(&(struct clock){0}).ns;
}

/* --- the server --- */

static void server_start(struct server *server)
{
	int ends[2];
	char line[64] = "";
	FILE *out;

	assert_int_equal(pipe(ends), 0);
	server->pid = fork();
	assert_true(server->pid >= 0);
	if (!server->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when this test is killed */
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execlp("python3", "python3", "-B", KITLOG_SOURCE "/tests/support/badserver.py",
			(char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	out = fdopen(ends[0], "r");
	assert_non_null(fgets(line, sizeof(line), out));
	assert_int_equal(sscanf(line, "%d %d", &server->port, &server->control), 2);
	fclose(out);
}

static void server_end(struct server *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
}

struct memory {
	char *at;
	size_t n;
};

static size_t remember(char *bytes, size_t size, size_t n, void *self)
{
	struct memory *memory = self;

	memory->at = realloc(memory->at, memory->n + size * n + 1);
	memcpy(memory->at + memory->n, bytes, size * n);
	memory->n += size * n;
	memory->at[memory->n] = '\0';
	return size * n;
}

/* The answer's body; to be freed. */
static char *ask(const struct server *server, const char *path, const char *post)
{
	struct memory memory = {calloc(1, 1), 0};
	CURL *easy = curl_easy_init();
	char url[96];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", server->control, path);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	if (post)
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, remember);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, &memory);
	assert_int_equal(curl_easy_perform(easy), CURLE_OK);
	curl_easy_cleanup(easy);
	return memory.at;
}

static void rules(const struct server *server, const char *json)
{
	free(ask(server, "/rules", json));
}

static void tell(const struct server *server, const char *path)
{
	free(ask(server, path, ""));
}

static int count_requests(const struct server *server)
{
	char *stats = ask(server, "/stats", NULL);
	int n = -1;

	assert_int_equal(sscanf(stats, "{\"requests\": %d,", &n), 1);
	free(stats);
	return n;
}

/* How often each row of a device is at the server; row numbers are the values of field v. */
static size_t count_rows(const struct server *server, uint32_t sticker, unsigned counts[MOST_ROWS])
{
	char *lines = ask(server, "/lines", NULL), device[32];
	size_t n = 0;

	memset(counts, 0, MOST_ROWS * sizeof(*counts));
	snprintf(device, sizeof(device), ",device=%u", sticker);
	for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
		const char *value = strstr(line, " v=");
		unsigned row;

		if (!strstr(line, device))
			continue;
		assert_non_null(value);
		row = (unsigned)atoi(value + 3);
		assert_true(row < MOST_ROWS);
		n += counts[row]++ == 0;
	}
	free(lines);
	return n;
}

/* --- the board --- */

static struct device kit(uint32_t id)
{
	struct device device = {.id = id, .sticker = id, .n_streams = 2};

	snprintf(device.identity, sizeof(device.identity), "usb:1:2:%u", id);
	snprintf(device.kit, sizeof(device.kit), "text-board");
	snprintf(device.family, sizeof(device.family), "lines");
	for (uint32_t i = 0; i < 2; i++) {
		struct stream *stream = &device.streams[i];

		stream->id = id * 10 + i;
		stream->device = id;
		stream->kind = i ? STREAM_CLOCK : STREAM_DATA;
		stream->n_channels = 1;
		snprintf(stream->name, sizeof(stream->name), "%s", i ? "clock" : "main");
		snprintf(stream->channels[0].id, sizeof(stream->channels[0].id), "v");
		snprintf(stream->channels[0].name_zh, sizeof(stream->channels[0].name_zh), "v");
		snprintf(stream->channels[0].name_en, sizeof(stream->channels[0].name_en), "v");
	}
	return device;
}

static struct instant now(const struct board *board)
{
	return clock_now(&board->clock);
}

static void plug_in(struct board *board, uint32_t id)
{
	struct device device = kit(id);

	assert_int_equal(feed_put_device(board->feed, now(board), &device), 0);
	keep_wake(board->keep);
}

/* Rows first .. first+n-1, a millisecond apart, the first at `from`. */
static void measure_at(
	struct board *board, uint32_t id, unsigned first, unsigned n, struct instant from)
{
	for (unsigned done = 0; done < n;) {
		struct batch batch = {.stream = id * 10, .n_channels = 1};

		while (batch.n_rows < BATCH_ROWS && done < n) {
			batch.stamps_ns[batch.n_rows] = from.ns / MS * MS + done * MS;
			batch.values[batch.n_rows] = first + done;
			batch.n_rows++;
			done++;
		}
		while (feed_put_batch(board->feed, now(board), &batch) == -ENOSPC)
			poll(NULL, 0, 1); /* keep is drawing from the other end */
		keep_wake(board->keep);
	}
	board->next[id] = instant_add(from, n * MS);
}

/* n rows that end now, or begin where the last ones ended. */
static void measure(struct board *board, uint32_t id, unsigned first, unsigned n)
{
	struct instant from = instant_add(now(board), -(int64_t)n * MS);

	measure_at(board, id, first, n, from.ns > board->next[id].ns ? from : board->next[id]);
}

static void anchor(struct board *board)
{
	struct anchor anchor = clock_pair(&board->clock, ANCHOR_SYSTEM);

	assert_int_equal(keep_order_anchor(board->keep, &anchor), 0);
	keep_wake(board->keep);
}

static void board_start(struct board *board)
{
	struct store_options store = {.directory = board->directory};
	struct store_finding finding;
	int64_t monotonic = real_ns();

	assert_int_equal(store_open(&store, &finding, &board->store), 0);
	assert_int_equal(store_begin_boot(board->store, board->boot_id, monotonic, &board->boot,
				 &board->clock.base_ns),
		0);
	assert_int_equal(ring_new(1 << 20, &board->feed), 0);
	assert_int_equal(keep_new(&(struct keep_options){.clock = &board->clock,
					  .store = board->store,
					  .feed = board->feed,
					  .commit_ns = 50 * MS},
				 &board->keep),
		0);
	assert_int_equal(ship_new(&(struct ship_options){.clock = &board->clock,
					  .config = &board->config,
					  .keep = board->keep,
					  .pace = board->pace ? board->pace : &quick},
				 &board->ship),
		0);
	assert_int_equal(keep_start(board->keep), 0);
	assert_int_equal(ship_start(board->ship), 0);
}

static void board_stop(struct board *board)
{
	if (!board->ship)
		return;
	ship_stop(board->ship);
	keep_stop(board->keep);
	ship_free(board->ship);
	keep_free(board->keep);
	ring_free(board->feed);
	store_close(board->store);
	board->ship = NULL;
}

static struct config_sink sink_at(const char *name, char *url, size_t size, int port)
{
	snprintf(url, size, "http://127.0.0.1:%d", port);
	return (struct config_sink){
		.name = text_of(name),
		.url = url,
		.kind = SINK_INFLUXDB1,
		.database = text_of("kitlog"),
		.gzip = true,
	};
}

/* Around each test: a server and a board that is not started yet. */
static int set_up(void **state)
{
	struct board *board = calloc(1, sizeof(*board));
	FILE *secret;

	*state = board;
	snprintf(board->directory, sizeof(board->directory), "/tmp/ship_flow_XXXXXX");
	assert_non_null(mkdtemp(board->directory));
	snprintf(board->secret, sizeof(board->secret), "%s/secret", board->directory);
	secret = fopen(board->secret, "w");
	fputs("wrong\n", secret);
	fclose(secret);
	server_start(&board->servers[0]);
	server_start(&board->servers[1]);
	board->sinks[0] =
		sink_at("school", board->urls[0], sizeof(board->urls[0]), board->servers[0].port);
	board->sinks[0].user = text_of("board");
	board->sinks[0].secret = board->secret;
	board->sinks[1] =
		sink_at("other", board->urls[1], sizeof(board->urls[1]), board->servers[1].port);
	board->boot_id = "boot-a";
	board->config.board = text_of("kitlog-test");
	board->config.data = board->directory;
	board->config.sinks = board->sinks;
	board->config.n_sinks = 1;
	board->server = &board->servers[0];
	return 0;
}

static int tear_down(void **state)
{
	struct board *board = *state;
	char command[128];

	board_stop(board);
	server_end(&board->servers[0]);
	server_end(&board->servers[1]);
	snprintf(command, sizeof(command), "rm -r %s", board->directory);
	assert_int_equal(system(command), 0);
	free(board);
	return 0;
}

/* --- waiting for what must come --- */

static struct sink_status status_of(struct board *board, size_t i)
{
	struct sink_status states[2] = {0};

	ship_status(board->ship, states, 2);
	return states[i];
}

static void wait_state(struct board *board, enum sink_state state, const char *sentence)
{
	int64_t end = real_ns() + PATIENCE_S * (int64_t)NS_PER_S;
	struct sink_status status;

	do {
		status = status_of(board, 0);
		/* An empty sentence is wanted exactly, another one in part. */
		if (status.state == state &&
			(*sentence ? strstr(status.sentence, sentence) != NULL
				   : !*status.sentence)) {
			assert_true(status.sentence[0] == '\0' || status.sentence_zh[0] != '\0');
			return;
		}
		poll(NULL, 0, 20);
	} while (real_ns() < end);
	fail_msg("state %d \"%s\" instead of %d \"%s\"", status.state, status.sentence, state,
		sentence);
}

/* Until the published numbers have caught up with what happened. */
static struct sink_status wait_numbers(struct board *board, uint64_t sent, uint64_t behind)
{
	int64_t end = real_ns() + PATIENCE_S * (int64_t)NS_PER_S;
	struct sink_status status;

	do {
		status = status_of(board, 0);
		if (status.rows_sent == sent && status.rows_behind == behind)
			return status;
		poll(NULL, 0, 20);
	} while (real_ns() < end);
	fail_msg("%llu rows sent, %llu behind instead of %llu, %llu",
		(unsigned long long)status.rows_sent, (unsigned long long)status.rows_behind,
		(unsigned long long)sent, (unsigned long long)behind);
	return status;
}

static void wait_rows(const struct server *server, uint32_t sticker, size_t n)
{
	static unsigned counts[MOST_ROWS];
	int64_t end = real_ns() + PATIENCE_S * (int64_t)NS_PER_S;
	size_t there = 0;

	while (real_ns() < end) {
		there = count_rows(server, sticker, counts);
		if (there >= n)
			return;
		poll(NULL, 0, 20);
	}
	fail_msg("%zu rows of device %u arrived instead of %zu", there, sticker, n);
}

static void check_each_once(const struct server *server, uint32_t sticker, size_t n)
{
	static unsigned counts[MOST_ROWS];

	assert_int_equal(count_rows(server, sticker, counts), n);
	for (size_t i = 0; i < n; i++)
		if (counts[i] != 1)
			fail_msg("row %zu of device %u arrived %u times", i, sticker, counts[i]);
}

static int count_one(void *self, const struct quarantined *line)
{
	struct quarantined *last = ((void **)self)[1];

	++*(size_t *)((void **)self)[0];
	*last = *line;
	return 0;
}

static size_t count_quarantined(struct board *board, struct quarantined *ret_last)
{
	struct reader *reader;
	size_t n = 0;
	void *self[] = {&n, ret_last};

	assert_int_equal(reader_open(board->directory, &reader), 0);
	assert_int_equal(reader_quarantined(reader, "school", count_one, self), 0);
	reader_close(reader);
	return n;
}

/* --- promises --- */

static void ship_sends_every_row_once(void **state)
{
	struct board *board = *state;
	struct sink_status status;

	board_start(board);
	anchor(board);
	plug_in(board, 1);
	plug_in(board, 2);
	measure(board, 1, 0, 3000);
	measure(board, 2, 0, 300);
	wait_rows(board->server, 1, 3000);
	wait_rows(board->server, 2, 300);
	measure(board, 1, 3000, 10);
	wait_rows(board->server, 1, 3010);
	check_each_once(board->server, 1, 3010);
	check_each_once(board->server, 2, 300);
	wait_state(board, SINK_IDLE, "");
	status = wait_numbers(board, 3310, 0);
	assert_string_equal(status.name, "school");
	assert_string_equal(status.kind, "influxdb1");
	assert_int_equal(status.retries, 0);
	assert_int_equal(status.last_http, 204);
}

static void ship_picks_up_a_device_that_comes_later(void **state)
{
	struct board *board = *state;

	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 10);
	wait_rows(board->server, 1, 10);
	plug_in(board, 2);
	measure(board, 2, 0, 10);
	wait_rows(board->server, 2, 10);
	check_each_once(board->server, 2, 10);
}

/* A store with 100 s of rows meets a new sink. */
static void ship_sends_live_rows_before_the_backlog(void **state)
{
	static unsigned counts[MOST_ROWS];
	struct board *board = *state;
	char *lines;

	board->config.n_sinks = 0;
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	/* A board that has been on for a minute only has no instants of 100 s ago. */
	measure_at(board, 1, 0, 30000, (struct instant){MS});
	measure(board, 1, 30000, 500);
	board_stop(board);

	board->config.n_sinks = 1;
	board_start(board);
	wait_rows(board->server, 1, 30500);
	check_each_once(board->server, 1, 30500);
	lines = ask(board->server, "/lines", NULL);
	assert_true(atoi(strstr(lines, " v=") + 3) >= 28000);
	free(lines);
	assert_int_equal(count_rows(board->server, 1, counts), 30500);
	wait_state(board, SINK_IDLE, "");
	wait_numbers(board, 30500, 0);
}

/* Trouble that ends by itself or by a person: `rule` while it lasts. */
static void endure(
	struct board *board, const char *rule, enum sink_state during, const char *sentence)
{
	rules(board->server, rule);
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 500);
	wait_state(board, during, sentence);
	measure(board, 1, 500, 500);
	wait_state(board, during, sentence);
	wait_numbers(board, 0, 1000);
	rules(board->server, "[]");
	wait_rows(board->server, 1, 1000);
	check_each_once(board->server, 1, 1000);
	wait_numbers(board, 1000, 0);
}

/* The same, and then there is nothing more to say. */
static void suffer(
	struct board *board, const char *rule, enum sink_state during, const char *sentence)
{
	endure(board, rule, during, sentence);
	wait_state(board, SINK_IDLE, "");
}

static void ship_holds_everything_while_its_key_is_refused(void **state)
{
	suffer(*state,
		"[{\"do\":\"status\",\"code\":401,\"body\":\"{\\\"error\\\":\\\"authorization "
		"failed\\\"}\"}]",
		SINK_REFUSED, "school: the server refuses our key (401); put the right password");
}

static void ship_holds_everything_while_it_may_not_write(void **state)
{
	suffer(*state, "[{\"do\":\"status\",\"code\":403}]", SINK_REFUSED,
		"school: the server does not let us write to database \"kitlog\" (403)");
}

static void ship_holds_everything_while_the_database_is_missing(void **state)
{
	suffer(*state,
		"[{\"do\":\"status\",\"code\":404,\"body\":\"{\\\"error\\\":\\\"database not found: "
		"\\\\\\\"kitlog\\\\\\\"\\\"}\"}]",
		SINK_REFUSED,
		"school: the server has no database \"kitlog\" (404); create it there.");
}

static void ship_retries_through_a_storm_of_500(void **state)
{
	suffer(*state,
		"[{\"do\":\"status\",\"code\":500,\"body\":\"{\\\"error\\\":\\\"timeout\\\"}\"}]",
		SINK_WAITING, "school: the server is in trouble (500: timeout)");
}

static void ship_takes_no_web_page_for_an_answer(void **state)
{
	suffer(*state,
		"[{\"do\":\"status\",\"code\":200,\"headers\":{\"Content-Type\":\"text/html\"},"
		"\"body\":\"<html>log in</html>\"}]",
		SINK_WAITING, "school: a web page answers instead of the server (200)");
}

static void ship_blames_no_line_for_a_web_page(void **state)
{
	struct quarantined line;

	suffer(*state,
		"[{\"do\":\"status\",\"code\":400,\"headers\":{\"Content-Type\":\"text/html\"},"
		"\"body\":\"<html>The plain HTTP request was sent to HTTPS port</html>\"}]",
		SINK_WAITING, "school: a web page answers instead of the server (400)");
	assert_int_equal(count_quarantined(*state, &line), 0);
}

static void ship_follows_no_redirect(void **state)
{
	suffer(*state,
		"[{\"do\":\"status\",\"code\":302,\"headers\":{\"Location\":\"http://127.0.0.1:9/"
		"\"}}]",
		SINK_WAITING, "put the right one into the sink's url: http://127.0.0.1:9/.");
}

static void ship_retries_when_connections_are_reset(void **state)
{
	suffer(*state, "[{\"do\":\"reset\"}]", SINK_WAITING, "school: the connection to 127.0.0.1");
}

/* Every line that came again is the same to the byte; returns how many did. */
static size_t check_repeated_lines(const struct server *server, size_t n)
{
	static const char *first[MOST_ROWS];
	char *lines = ask(server, "/lines", NULL);
	size_t there = 0, repeated = 0;

	memset(first, 0, sizeof(first));
	for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned row = (unsigned)atoi(strstr(line, " v=") + 3);

		assert_true(row < n);
		if (!first[row]) {
			first[row] = line;
			there++;
			continue;
		}
		assert_string_equal(line, first[row]);
		repeated++;
	}
	assert_int_equal(there, n);
	free(lines);
	return repeated;
}

/* The server took the lines, and nobody heard of it. */
static void ship_repeats_itself_to_the_byte_after_a_lost_answer(void **state)
{
	struct board *board = *state;

	rules(board->server, "[{\"do\":\"reset\",\"keep\":true,\"times\":3}]");
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 1000);
	wait_rows(board->server, 1, 1000);
	wait_state(board, SINK_IDLE, "");
	assert_true(check_repeated_lines(board->server, 1000) > 0);
	wait_numbers(board, 1000, 0);
}

static void calibrate(struct board *board, uint32_t id, double by)
{
	struct device device = kit(1);
	struct calibration calibration = {.id = id,
		.kind = CALIBRATION_OFFSET,
		.stream = "main",
		.channel = "v",
		.made = now(board),
		.from = {0},
		.to = {INT64_MAX},
		.map = {.n = 1, .truth = {by}}};

	strcpy(calibration.identity, device.identity);
	assert_int_equal(keep_order_calibration(board->keep, &calibration), 0);
	keep_wake(board->keep);
}

/* Lines of one stamp are the same to the byte; returns how many came again, and how many of the
 * others are calibrated by so much. */
static size_t check_same_by_stamp(const struct server *server, int by, size_t *ret_calibrated)
{
	static struct {
		const char *stamp, *line;
	} seen[MOST_ROWS];
	char *lines = ask(server, "/lines", NULL);
	size_t n = 0, repeated = 0;

	*ret_calibrated = 0;
	for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
		const char *stamp = strrchr(line, ' ');
		size_t i = 0;

		while (i < n && strcmp(seen[i].stamp, stamp))
			i++;
		if (i < n) {
			assert_string_equal(line, seen[i].line);
			repeated++;
			continue;
		}
		seen[n].stamp = stamp;
		seen[n++].line = line;
		*ret_calibrated += atoi(strstr(line, " v=") + 3) / 10000 == by / 10000;
	}
	free(lines);
	return repeated;
}

/* Also when somebody calibrates, for all times, while answers are lost, and over a restart. */
static void ship_repeats_calibrated_rows_to_the_byte(void **state)
{
	struct board *board = *state;
	size_t calibrated;

	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 300);
	wait_rows(board->server, 1, 300);
	calibrate(board, 1, 10000);
	rules(board->server, "[{\"do\":\"reset\",\"keep\":true}]");
	measure(board, 1, 300, 300);
	wait_rows(board->server, 1, 600);
	calibrate(board, 2, 20000);
	board_stop(board);
	board_start(board);
	rules(board->server, "[]");
	measure(board, 1, 600, 300);
	wait_rows(board->server, 1, 900);
	wait_state(board, SINK_IDLE, "");
	assert_true(check_same_by_stamp(board->server, 10000, &calibrated) > 0);
	assert_true(calibrated > 0);
	check_same_by_stamp(board->server, 20000, &calibrated);
	assert_true(calibrated > 0);
	check_same_by_stamp(board->server, 0, &calibrated);
	assert_true(calibrated >= 300);
}

static void ship_retries_when_connections_are_closed(void **state)
{
	suffer(*state, "[{\"do\":\"close\"}]", SINK_WAITING, "school: the connection to 127.0.0.1");
}

static void ship_retries_when_the_answer_stops_in_the_middle(void **state)
{
	suffer(*state, "[{\"do\":\"hang\"}]", SINK_WAITING, "does not finish its answer");
}

static void ship_retries_when_the_answer_drips(void **state)
{
	suffer(*state, "[{\"do\":\"drip\"}]", SINK_WAITING, "does not finish its answer");
}

static void ship_outlives_a_server_that_is_switched_off(void **state)
{
	struct board *board = *state;

	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 500);
	wait_rows(board->server, 1, 500);
	tell(board->server, "/refuse");
	measure(board, 1, 500, 700);
	wait_state(board, SINK_WAITING, "school: cannot reach 127.0.0.1:");
	assert_true(status_of(board, 0).retries > 0);
	tell(board->server, "/listen");
	wait_rows(board->server, 1, 1200);
	check_each_once(board->server, 1, 1200);
}

static void ship_waits_as_long_as_the_server_asks(void **state)
{
	struct board *board = *state;
	int64_t begin;

	rules(board->server,
		"[{\"do\":\"status\",\"code\":429,\"times\":1,\"headers\":"
		"{\"Retry-After\":\"3\"}}]");
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	begin = real_ns();
	measure(board, 1, 0, 100);
	wait_state(board, SINK_WAITING, "school: the server asks us to slow down (429)");
	assert_true(status_of(board, 0).retry_in_ns > 0);
	wait_rows(board->server, 1, 100);
	assert_true(real_ns() - begin >= 3 * (int64_t)NS_PER_S);
	check_each_once(board->server, 1, 100);
}

static void ship_sends_smaller_requests_after_413(void **state)
{
	struct board *board = *state;

	rules(board->server, "[{\"do\":\"too_large\",\"bytes\":9000}]");
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 3000);
	wait_rows(board->server, 1, 3000);
	wait_state(board, SINK_IDLE, "school: the server refuses large requests (413)");
	measure(board, 1, 3000, 1000);
	wait_rows(board->server, 1, 4000);
	check_each_once(board->server, 1, 4000);
}

/* An uplink on which a large request takes longer than it may. */
static void ship_sends_smaller_requests_when_large_ones_are_too_slow(void **state)
{
	struct board *board = *state;

	board->config.n_sinks = 0; /* until all rows are there: they make one request */
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 3000);
	board_stop(board);
	board->config.n_sinks = 1;
	rules(board->server, "[{\"do\":\"hang\",\"bytes\":60000}]");
	board_start(board);
	wait_rows(board->server, 1, 3000);
	check_each_once(board->server, 1, 3000);
	wait_state(board, SINK_IDLE, "");
}

static void ship_understands_413_from_a_server_that_does_not_read_on(void **state)
{
	struct board *board = *state;

	board->sinks[0].gzip = false;
	rules(board->server, "[{\"do\":\"unread\",\"times\":2}]");
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 4000);
	wait_rows(board->server, 1, 4000);
	check_each_once(board->server, 1, 4000);
}

static void ship_holds_when_even_one_line_is_too_large(void **state)
{
	/* It may end in the middle of halving: then requests are small for a while, and it is
	 * said. */
	endure(*state, "[{\"do\":\"too_large\",\"bytes\":10}]", SINK_REFUSED,
		"school: the server finds even one reading too large (413)");
}

static void ship_sets_a_poisoned_line_aside_and_sends_all_others(void **state)
{
	static unsigned counts[MOST_ROWS];
	struct quarantined line;
	struct board *board = *state;

	rules(board->server, "[{\"do\":\"poison\",\"pattern\":\" v=(777|1234) \"}]");
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 2000);
	wait_rows(board->server, 1, 1998);
	wait_state(
		board, SINK_IDLE, "school: the server refused some readings (400: partial write");
	assert_int_equal(status_of(board, 0).quarantined, 2);
	measure(board, 1, 2000, 100);
	wait_rows(board->server, 1, 2098);
	board_stop(board);
	assert_int_equal(count_rows(board->server, 1, counts), 2098);
	for (unsigned i = 0; i < 2100; i++)
		assert_int_equal(counts[i], i != 777 && i != 1234);
	assert_int_equal(count_quarantined(board, &line), 2);
	assert_int_equal(line.status, 400);
	assert_int_equal(line.stream, 10);
	assert_non_null(strstr(line.line, "text-board,board=kitlog-test,device=1 v=1234 "));
	assert_null(strchr(line.line, '\n'));
	assert_non_null(strstr(line.words, "partial write: unable to parse"));
}

/* As InfluxDB 1.6: the good lines are stored at once, and come again while the bad one is
 * sought. */
static void ship_isolates_a_line_from_a_partial_write(void **state)
{
	static unsigned counts[MOST_ROWS];
	struct board *board = *state;

	rules(board->server, "[{\"do\":\"poison\",\"pattern\":\" v=1500 \",\"partial\":true}]");
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 2000);
	wait_state(board, SINK_IDLE, "school: the server refused some readings");
	wait_rows(board->server, 1, 1999);
	assert_int_equal(count_rows(board->server, 1, counts), 1999);
	assert_int_equal(counts[1500], 0);
	assert_int_equal(status_of(board, 0).quarantined, 1);
}

/* The first board that comes after a year in a drawer: not 600 requests, and not 300 entries. */
static void expire(struct board *board, int status, const char *words)
{
	struct quarantined line;
	char rule[256];

	snprintf(rule, sizeof(rule),
		"[{\"do\":\"status\",\"code\":%d,\"times\":1,\"body\":\"{\\\"error\\\":"
		"\\\"partial write: %s\\\"}\"}]",
		status, words);
	rules(board->server, rule);
	board->config.n_sinks = 0; /* until all rows are there: they make one request */
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 300);
	board_stop(board);
	board->config.n_sinks = 1;
	board_start(board);
	wait_state(board, SINK_IDLE, "school: the server refused some readings");
	assert_int_equal(count_requests(board->server), 1);
	assert_int_equal(status_of(board, 0).quarantined, 1);
	measure(board, 1, 300, 100);
	wait_rows(board->server, 1, 100);
	board_stop(board);
	assert_int_equal(count_quarantined(board, &line), 1);
	assert_non_null(strstr(line.words, words));
}

static void ship_takes_expired_lines_as_one(void **state)
{
	expire(*state, 400, "points beyond retention policy dropped=300");
}

static void ship_takes_expired_lines_as_one_in_newer_words(void **state)
{
	expire(*state, 422, "dropped 300 points outside retention policy of duration 168h0m0s");
}

static void ship_takes_expired_lines_as_one_in_a_500(void **state)
{
	expire(*state, 500, "points beyond retention policy dropped=300");
}

/* A field that is of another type over there: device 1 waits for a person, device 2 goes on. */
static void ship_holds_a_stream_of_which_every_line_is_refused(void **state)
{
	struct quarantined line;
	struct board *board = *state;

	rules(board->server, "[{\"do\":\"poison\",\"pattern\":\"device=1 \"}]");
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	plug_in(board, 2);
	measure(board, 1, 0, 400);
	measure(board, 2, 0, 400);
	wait_rows(board->server, 2, 400);
	wait_state(board, SINK_REFUSED,
		"school: the server refuses every reading of device 1, text-board (400: partial "
		"write: unable to parse '...'");
	measure(board, 2, 400, 400);
	wait_rows(board->server, 2, 800);
	assert_int_equal(status_of(board, 0).quarantined, 0);
	board_stop(board); /* also across a restart */
	assert_int_equal(count_quarantined(board, &line), 0);
	board_start(board);
	wait_state(board, SINK_REFUSED, "school: the server refuses every reading of device 1");
	rules(board->server, "[]");
	wait_rows(board->server, 1, 400);
	wait_state(board, SINK_IDLE, "");
	wait_numbers(board, 400, 0);
	check_each_once(board->server, 1, 400);
	check_each_once(board->server, 2, 800);
	board_stop(board);
	assert_int_equal(count_quarantined(board, &line), 0);
}

/* "Client sent an HTTP request to an HTTPS server.": a 400 that is about no line. Nothing is
 * lost. */
static void ship_loses_nothing_to_a_server_that_misunderstands(void **state)
{
	struct quarantined line;
	struct board *board = *state;

	rules(board->server,
		"[{\"do\":\"status\",\"code\":400,\"body\":\"Client sent an HTTP request to an HTTPS "
		"server.\"}]");
	board_start(board);
	anchor(board);
	for (uint32_t id = 1; id <= 3; id++) {
		plug_in(board, id);
		measure(board, id, 0, 100);
	}
	wait_state(board, SINK_REFUSED, "Client sent an HTTP request to an HTTPS server.");
	rules(board->server, "[]");
	for (uint32_t id = 1; id <= 3; id++) {
		wait_rows(board->server, id, 100);
		check_each_once(board->server, id, 100);
	}
	wait_state(board, SINK_IDLE, "");
	board_stop(board);
	assert_int_equal(count_quarantined(board, &line), 0);
}

/* Sinks count what is behind each 5 s; what begins to wait between two counts is told a second
 * later. */
static void ship_tells_at_once_that_something_waits(void **state)
{
	struct board *board = *state;
	int64_t begin;

	board->pace = &usual;
	rules(board->server, "[{\"do\":\"status\",\"code\":503}]");
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	poll(NULL, 0, 1300); /* the first count was after one second */
	begin = real_ns();
	measure(board, 1, 0, 50);
	wait_numbers(board, 0, 50);
	assert_true(real_ns() - begin < 3 * (int64_t)NS_PER_S);
}

static void ship_waits_for_the_hour(void **state)
{
	struct board *board = *state;

	board_start(board);
	plug_in(board, 1);
	measure(board, 1, 0, 100);
	wait_state(board, SINK_NO_TIME, "school: nobody has told this board the hour yet");
	anchor(board);
	wait_rows(board->server, 1, 100);
	check_each_once(board->server, 1, 100);
	wait_state(board, SINK_IDLE, "");
}

/* Yesterday nobody told the hour, today somebody does: yesterday's rows are not called
 * delivered. */
static void ship_says_that_rows_without_an_hour_stay(void **state)
{
	struct board *board = *state;
	static unsigned counts[MOST_ROWS];

	board_start(board);
	plug_in(board, 1);
	measure_at(board, 1, 0, 100, (struct instant){MS});
	wait_state(board, SINK_NO_TIME, "school: nobody has told this board the hour yet");
	board_stop(board);
	board->boot_id = "boot-b";
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure_at(board, 1, 100, 50, now(board));
	wait_rows(board->server, 1, 50);
	wait_state(board, SINK_NO_TIME,
		"school: nobody told the hour of an earlier start of this board, so its readings "
		"stay here; export them");
	wait_numbers(board, 50, 100);
	assert_int_equal(count_rows(board->server, 1, counts), 50);
	assert_int_equal(counts[99], 0);
}

static void ship_goes_on_after_a_restart_where_it_was(void **state)
{
	struct board *board = *state;

	rules(board->server,
		"[{\"do\":\"too_large\",\"bytes\":30000},"
		"{\"do\":\"status\",\"code\":503,\"times\":1}]");
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	for (unsigned part = 0; part < 5; part++) {
		measure(board, 1, part * 2000, 2000);
		wait_rows(board->server, 1, part * 2000 + 500);
		board_stop(board);
		board_start(board);
		plug_in(board, 1);
	}
	wait_rows(board->server, 1, 10000);
	check_each_once(board->server, 1, 10000);
}

/* A name server that is dead: libcurl asks it in a thread of its own, that cannot be told to
 * stop. */
static atomic_bool is_asking_for_name;

int getaddrinfo(const char *restrict name, const char *restrict service,
	const struct addrinfo *restrict hints, struct addrinfo **restrict ret_found)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

	memcpy(&real, &symbol, sizeof(real));
	if (strcmp(name, "slow.invalid"))
		return real(name, service, hints, ret_found);
	atomic_store(&is_asking_for_name, true);
	poll(NULL, 0, 30000);
	return EAI_AGAIN;
}

static void ship_stops_in_time_although_the_name_server_is_dead(void **state)
{
	struct board *board = *state;
	int64_t begin;

	snprintf(board->urls[0], sizeof(board->urls[0]), "http://slow.invalid:8086");
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 10);
	while (!atomic_load(&is_asking_for_name))
		poll(NULL, 0, 10);
	begin = real_ns();
	board_stop(board);
	assert_true(real_ns() - begin < 10 * (int64_t)NS_PER_S); /* 2 s, on a busy machine */
}

static void ship_delays_no_sink_because_of_another(void **state)
{
	struct board *board = *state;

	rules(&board->servers[1], "[{\"do\":\"hang\"}]");
	board->config.n_sinks = 2;
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	for (unsigned i = 0; i < 10; i++) {
		measure(board, 1, i * 100, 100);
		wait_rows(board->server, 1, i * 100 + 100);
	}
	check_each_once(board->server, 1, 1000);
	assert_int_equal(status_of(board, 1).rows_sent, 0);
	rules(&board->servers[1], "[]");
	wait_rows(&board->servers[1], 1, 1000);
}

static void ship_reads_a_key_that_was_put_right(void **state)
{
	struct board *board = *state;
	FILE *secret;

	assert_int_equal(unlink(board->secret), 0);
	rules(board->server, "[{\"do\":\"status\",\"code\":401,\"times\":12}]");
	board_start(board);
	anchor(board);
	plug_in(board, 1);
	measure(board, 1, 0, 10);
	wait_state(board, SINK_REFUSED, "(No such file or directory)");
	secret = fopen(board->secret, "w");
	fputs("right\n", secret);
	fclose(secret);
	wait_rows(board->server, 1, 10);
}

#define PROMISE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROMISE(ship_sends_every_row_once),
		PROMISE(ship_picks_up_a_device_that_comes_later),
		PROMISE(ship_sends_live_rows_before_the_backlog),
		PROMISE(ship_holds_everything_while_its_key_is_refused),
		PROMISE(ship_holds_everything_while_it_may_not_write),
		PROMISE(ship_holds_everything_while_the_database_is_missing),
		PROMISE(ship_retries_through_a_storm_of_500),
		PROMISE(ship_takes_no_web_page_for_an_answer),
		PROMISE(ship_blames_no_line_for_a_web_page),
		PROMISE(ship_follows_no_redirect),
		PROMISE(ship_retries_when_connections_are_reset),
		PROMISE(ship_repeats_itself_to_the_byte_after_a_lost_answer),
		PROMISE(ship_repeats_calibrated_rows_to_the_byte),
		PROMISE(ship_retries_when_connections_are_closed),
		PROMISE(ship_retries_when_the_answer_stops_in_the_middle),
		PROMISE(ship_retries_when_the_answer_drips),
		PROMISE(ship_outlives_a_server_that_is_switched_off),
		PROMISE(ship_waits_as_long_as_the_server_asks),
		PROMISE(ship_sends_smaller_requests_after_413),
		PROMISE(ship_sends_smaller_requests_when_large_ones_are_too_slow),
		PROMISE(ship_understands_413_from_a_server_that_does_not_read_on),
		PROMISE(ship_holds_when_even_one_line_is_too_large),
		PROMISE(ship_sets_a_poisoned_line_aside_and_sends_all_others),
		PROMISE(ship_isolates_a_line_from_a_partial_write),
		PROMISE(ship_takes_expired_lines_as_one),
		PROMISE(ship_takes_expired_lines_as_one_in_newer_words),
		PROMISE(ship_takes_expired_lines_as_one_in_a_500),
		PROMISE(ship_holds_a_stream_of_which_every_line_is_refused),
		PROMISE(ship_loses_nothing_to_a_server_that_misunderstands),
		PROMISE(ship_tells_at_once_that_something_waits),
		PROMISE(ship_waits_for_the_hour),
		PROMISE(ship_says_that_rows_without_an_hour_stay),
		PROMISE(ship_goes_on_after_a_restart_where_it_was),
		PROMISE(ship_stops_in_time_although_the_name_server_is_dead),
		PROMISE(ship_delays_no_sink_because_of_another),
		PROMISE(ship_reads_a_key_that_was_put_right),
	};

	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
