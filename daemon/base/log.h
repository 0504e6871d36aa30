/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages for the person who looks after the board: stderr, one line each, with journald's "<n>"
 * level prefix when stderr is the journal (JOURNAL_STREAM is set), a readable one otherwise.
 *
 * err: act now. warn: look today. info: a state changed. debug: tracing. A function logs or returns
 * an error, not both. No reading, name of a person, or secret in a log.
 *
 * Any thread but sense (it reports through its feed). Each message is one write(2).
 * `#define LOG_TAG "store"` before including. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_ERR = 3, LOG_WARN = 4, LOG_INFO = 6, LOG_DEBUG = 7 }; /* syslog's numbers */

void log_set_level(enum log_level most); /* once, before threads start */
void log_write(enum log_level level, const char *tag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_err(...) log_write(LOG_ERR, LOG_TAG, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, LOG_TAG, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, LOG_TAG, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, LOG_TAG, __VA_ARGS__)

/* A state that is logged when it changes, not when it repeats: a network that is down for a week is
 * two lines. Zero-initialise; one owner. */
struct log_state {
	uint64_t hash; /* of the sentence last logged; 0: the good state */
};

/* Logs the sentence if it differs from the last one. Returns whether it did. */
bool log_state_set(struct log_state *state, enum log_level level, const char *tag,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Back to good: logs the sentence as info if the state was bad. Returns whether it was. */
bool log_state_clear(struct log_state *state, const char *tag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
