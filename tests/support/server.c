/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server that misbehaves, see support/server.h. */
#include "support/server.h"

#include <curl/curl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/cmocka_all.h"
#include "support/patience.h"

void server_start(struct server *server)
{
	const char *source = getenv("KITLOG_SOURCE");
	char script[300];
	int ends[2];
	char line[64] = "";
	FILE *out;

	assert_non_null(source);
	snprintf(script, sizeof(script), "%s/tests/support/badserver.py", source);
	assert_int_equal(pipe(ends), 0);
	server->pid = fork();
	assert_true(server->pid >= 0);
	if (!server->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when this test is killed */
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execlp("python3", "python3", "-B", script, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	out = fdopen(ends[0], "r");
	assert_non_null(fgets(line, sizeof(line), out));
	assert_int_equal(sscanf(line, "%d %d", &server->port, &server->control), 2);
	fclose(out);
}

void server_end(struct server *server)
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

/* The answer's body; to be freed. `post`: NULL for a GET. */
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

char *server_ask(const struct server *server, const char *path)
{
	return ask(server, path, NULL);
}

void server_rules(const struct server *server, const char *json)
{
	free(ask(server, "/rules", json));
}

void server_tell(const struct server *server, const char *path)
{
	free(ask(server, path, ""));
}

int server_count_requests(const struct server *server)
{
	char *stats = server_ask(server, "/stats");
	int n = -1;

	assert_int_equal(sscanf(stats, "{\"requests\": %d,", &n), 1);
	free(stats);
	return n;
}

size_t server_count_rows(
	const struct server *server, uint32_t sticker, unsigned ret_counts[SERVER_ROWS])
{
	char *lines = server_ask(server, "/lines"), device[32];
	size_t n = 0;

	memset(ret_counts, 0, SERVER_ROWS * sizeof(*ret_counts));
	snprintf(device, sizeof(device), ",device=%u", sticker);
	for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
		const char *value = strstr(line, " v=");
		unsigned row;

		if (!strstr(line, device))
			continue;
		assert_non_null(value);
		row = (unsigned)atoi(value + 3);
		assert_true(row < SERVER_ROWS);
		n += ret_counts[row]++ == 0;
	}
	free(lines);
	return n;
}

static int64_t real_ns(void)
{
	return clock_now(&(struct clock){0}).ns;
}

void server_wait_rows(const struct server *server, uint32_t sticker, size_t n)
{
	static unsigned counts[SERVER_ROWS];
	int64_t end = real_ns() + patience_ns(SERVER_PATIENCE_S);
	size_t there = 0;

	while (real_ns() < end) {
		there = server_count_rows(server, sticker, counts);
		if (there >= n)
			return;
		poll(NULL, 0, 20);
	}
	fail_msg("%zu rows of device %u arrived instead of %zu", there, sticker, n);
}

void server_check_each_once(const struct server *server, uint32_t sticker, size_t n)
{
	static unsigned counts[SERVER_ROWS];

	assert_int_equal(server_count_rows(server, sticker, counts), n);
	for (size_t i = 0; i < n; i++)
		if (counts[i] != 1)
			fail_msg("row %zu of device %u arrived %u times", i, sticker, counts[i]);
}

void server_wait_each_once(const struct server *server, uint32_t sticker, size_t n)
{
	server_wait_rows(server, sticker, n);
	server_check_each_once(server, sticker, n);
}
