/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/plain.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static const char REFUSED[] =
	"{\"error\":{\"code\":\"https_only\",\"zh\":\"这块板子用 https：把地址开头的 http 改成 "
	"https。\",\"en\":\"This board speaks https: write https in place of http.\"}}\n";

/* A part of a line that may stand in a header of ours. */
struct part {
	const char *at;
	size_t n;
};

static bool is_of(struct part part, const char *signs)
{
	for (size_t i = 0; i < part.n; i++)
		if (part.at[i] == '\0' || !strchr(signs, part.at[i]))
			return false;
	return part.n > 0;
}

static bool is_visible(struct part part)
{
	for (size_t i = 0; i < part.n; i++)
		if (part.at[i] <= ' ' || part.at[i] > '~')
			return false;
	return part.n > 0;
}

static struct part host_of(const char *head, const char *end)
{
	static const char key[] = "\r\nHost:";
	struct part host = {"", 0};

	for (const char *at = head; at + sizeof key <= end; at++) {
		if (strncasecmp(at, key, sizeof key - 1) != 0)
			continue;
		at += sizeof key - 1;
		at += strspn(at, " \t");
		host = (struct part){at, strcspn(at, " \t\r")};
		break;
	}
	return host;
}

static size_t write_answer(
	struct text *text, const char *status, struct part host, struct part path)
{
	text_addf(text, "HTTP/1.1 %s\r\nConnection: close\r\nCache-Control: no-store\r\n", status);
	if (host.n > 0)
		text_addf(text, "Location: https://%.*s%.*s\r\n", (int)host.n, host.at, (int)path.n,
			path.at);
	text_addf(text,
		"Content-Type: application/json; charset=utf-8\r\nContent-Length: %zu\r\n\r\n%s",
		sizeof REFUSED - 1, REFUSED);
	return text->length;
}

size_t plain_answer(const char *bytes, size_t n, char *ret_answer, size_t size)
{
	char head[PLAIN_HEAD + 1];
	struct text text = text_over(ret_answer, size);
	const struct part nothing = {"", 0};

	n = n < PLAIN_HEAD ? n : PLAIN_HEAD;
	memcpy(head, bytes, n);
	head[n] = '\0';
	const char *end = strstr(head, "\r\n\r\n"), *space = strchr(head, ' ');
	bool is_page = strncmp(head, "GET ", 4) == 0 || strncmp(head, "HEAD ", 5) == 0;

	if (!end && n < PLAIN_HEAD)
		return 0;
	if (!end || !space || !is_page)
		return write_answer(&text, "426 Upgrade Required", nothing, nothing);
	struct part path = {space + 1, strcspn(space + 1, " \r")};
	struct part host = host_of(head, end + 2);

	if (!is_of(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") ||
		!is_visible(path) || *path.at != '/')
		return write_answer(&text, "426 Upgrade Required", nothing, nothing);
	return write_answer(&text, "307 Temporary Redirect", host, path);
}
