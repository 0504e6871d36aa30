/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line on stderr per message. What a message quotes may come from a device, a file or a
 * browser, so nothing in it can start a second line or speak to a terminal. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/text.h"

enum { MESSAGE_TEXT = 1024, LINE_TEXT = MESSAGE_TEXT + 128 };

static enum log_level most_level = LOG_INFO; /* the project's only global: see log_set_level */

void log_set_level(enum log_level most)
{
	most_level = most;
}

/* systemd names the device and inode of the stream it gave us, which tells the journal from a file
 * or terminal that stderr was sent to later. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat stderr_is;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
		fstat(STDERR_FILENO, &stderr_is) == 0 && stderr_is.st_dev == device &&
		stderr_is.st_ino == inode;
}

static const char *level_name(enum log_level level)
{
	switch (level) {
	case LOG_ERR:
		return "error: ";
	case LOG_WARN:
		return "warning: ";
	case LOG_INFO:
		return "";
	case LOG_DEBUG:
		return "debug: ";
	}
	return "";
}

struct message {
	char text[MESSAGE_TEXT];
	bool is_cut;
};

static void compose(struct message *message, const char *format, va_list arguments)
{
	int n = vsnprintf(message->text, sizeof message->text, format, arguments);

	if (n < 0) /* a wide character that has no bytes: show the sentence at least */
		text_copy(message->text, sizeof message->text, format);
	message->is_cut = n >= MESSAGE_TEXT;
}

static void write_line(enum log_level level, const char *tag, const struct message *message)
{
	static const char end_of_cut[] = " ...";
	char buffer[LINE_TEXT];
	struct text line = text_over(buffer, sizeof buffer - sizeof end_of_cut);
	int error = errno;

	if (is_journal())
		text_addf(&line, "<%d>%s: ", (int)level, tag);
	else
		text_addf(&line, "%s%s: ", level_name(level), tag);
	text_add_harmless(&line, message->text);
	bool is_cut = line.is_cut || message->is_cut;
	line.is_cut = false;
	line.size = sizeof buffer; /* room was kept for the end */
	text_add(&line, is_cut ? end_of_cut : "");
	text_add_char(&line, '\n');
	/* A log that cannot be written has nowhere to complain. */
	ssize_t written = write(STDERR_FILENO, line.at, line.length);
	(void)written;
	errno = error;
}

void log_write(enum log_level level, const char *tag, const char *format, ...)
{
	struct message message;
	va_list arguments;

	if (level > most_level)
		return;
	va_start(arguments, format);
	compose(&message, format, arguments);
	va_end(arguments);
	write_line(level, tag, &message);
}

static uint64_t hash_of(const char *sentence)
{
	uint64_t hash = hash_add(HASH_START, sentence, strlen(sentence));

	return hash ? hash : 1;
}

bool log_state_set(
	struct log_state *state, enum log_level level, const char *tag, const char *format, ...)
{
	struct message message;
	va_list arguments;

	va_start(arguments, format);
	compose(&message, format, arguments);
	va_end(arguments);

	uint64_t hash = hash_of(message.text);
	if (state->hash == hash)
		return false;
	state->hash = hash;
	if (level <= most_level)
		write_line(level, tag, &message);
	return true;
}

bool log_state_clear(struct log_state *state, const char *tag, const char *format, ...)
{
	struct message message;
	va_list arguments;

	if (state->hash == 0)
		return false;
	*state = (struct log_state){0};
	if (LOG_INFO > most_level)
		return true;
	va_start(arguments, format);
	compose(&message, format, arguments);
	va_end(arguments);
	write_line(LOG_INFO, tag, &message);
	return true;
}
