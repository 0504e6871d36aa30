/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server for readings that misbehaves when it is told to (support/badserver.py, in a process of its
 * own), and what arrived there: device by device, row numbers are the values of field v.
 *
 * Any thread, one at a time. What goes wrong here fails the test by cmocka's asserts. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SERVER_PATIENCE_S = 60, SERVER_ROWS = 40000 };

struct server {
	pid_t pid;
	int port, control; /* of 127.0.0.1: for readings, and for the calls below */
};

/* It ends with the test, also when that is killed. */
void server_start(struct server *server);
void server_end(struct server *server);

/* How it misbehaves from now on: a list of rules in JSON, as in the head of badserver.py; [] not. */
void server_rules(const struct server *server, const char *json);

/* "/refuse": it listens no more, "/listen": again. */
void server_tell(const struct server *server, const char *path);

/* What its control says to a GET: "/lines", all that came, or "/stats"; to be freed. */
char *server_ask(const struct server *server, const char *path);

int server_count_requests(const struct server *server);

/* How often each row of a device is there; returns how many rows are. */
size_t server_count_rows(
	const struct server *server, uint32_t sticker, unsigned ret_counts[SERVER_ROWS]);

/* Until n rows of a device are there, once or more. */
void server_wait_rows(const struct server *server, uint32_t sticker, size_t n);

/* Rows 0 .. n-1 of a device are there, each once, and no other. The second waits for them first. */
void server_check_each_once(const struct server *server, uint32_t sticker, size_t n);
void server_wait_each_once(const struct server *server, uint32_t sticker, size_t n);
