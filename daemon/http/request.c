/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The request's memory, and the two ways in which libmicrohttpd wants to be told "not now": a
 * request whose answer is not ready, and a stream that has nothing to say, are both suspended
 * connections. (A reader that returned 0 bytes without suspending took 99.8 % of a processor,
 * measured.) */
#include "http/request.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

enum { MOST_HEADERS = 4, HEADER_TEXT = 160, SOURCE_BLOCK = 8192, REFUSAL_TEXT = 8192 };

struct request {
	struct MHD_Connection *mhd;
	struct connection *connection;
	const struct clock *clock;
	const char *path;
	struct route_arguments arguments;
	char *body; /* NULL: none */
	size_t n_body;
	bool is_too_large;
	struct upload *upload; /* NULL: the body is no file */

	struct header {
		const char *name;
		char value[HEADER_TEXT];
	} headers[MOST_HEADERS];
	size_t n_headers;
	unsigned status; /* 0: not answered */
	struct MHD_Response *response;
	bool is_prepared; /* the response is somebody else's */
	bool is_waiting, is_stream;
};

/* --- what was asked --- */

const char *request_path(const struct request *request)
{
	return request->path;
}

const char *request_argument(const struct request *request, unsigned index)
{
	assert(index < ROUTE_ARGUMENTS);
	return request->arguments.text[index];
}

struct wanted {
	const char *name;
	const char **values;
	size_t most, n;
};

static enum MHD_Result collect(
	void *self, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct wanted *wanted = self;

	(void)kind;
	if (strcmp(name, wanted->name) != 0)
		return MHD_YES;
	if (wanted->n < wanted->most)
		wanted->values[wanted->n] = value ? value : "";
	wanted->n++;
	return MHD_YES;
}

size_t request_queries(
	const struct request *request, const char *name, const char **ret_values, size_t most)
{
	struct wanted wanted = {name, ret_values, most, 0};

	MHD_get_connection_values(request->mhd, MHD_GET_ARGUMENT_KIND, collect, &wanted);
	return wanted.n;
}

const char *request_query(const struct request *request, const char *name)
{
	const char *value;

	return request_queries(request, name, &value, 1) > 0 ? value : NULL;
}

const char *request_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

const char *request_cookie(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->mhd, MHD_COOKIE_KIND, name);
}

const char *request_body(const struct request *request, size_t *ret_n)
{
	*ret_n = request->n_body;
	return request->body ? request->body : "";
}

static void write_ip(const struct sockaddr *address, char *ret_text, size_t size)
{
	const void *bytes = NULL;

	if (address && address->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
	else if (address && address->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	if (!bytes || !inet_ntop(address->sa_family, bytes, ret_text, (socklen_t)size))
		text_copy(ret_text, size, "?");
}

void request_peer(const struct request *request, char *ret_text, size_t size)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	write_ip(info ? info->client_addr : NULL, ret_text, size);
}

void request_met(const struct request *request, char *ret_text, size_t size)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct sockaddr_storage address;
	socklen_t n = sizeof address;
	bool is_known = info && getsockname(info->connect_fd, (struct sockaddr *)&address, &n) == 0;

	write_ip(is_known ? (struct sockaddr *)&address : NULL, ret_text, size);
}

/* --- the answer --- */

/* The pages load nothing from elsewhere and stand in nobody's frame; what the API says is nobody's
 * to keep, and no other site may read it (there is no Access-Control header on purpose). */
static const char *const EVERY_ANSWER[][2] = {
	{"Content-Security-Policy",
		"default-src 'self'; object-src 'none'; base-uri 'none'; "
		"form-action 'self'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
};

static struct MHD_Response *dress(struct MHD_Response *response, const char *type)
{
	if (!response)
		return NULL;
	if (type)
		MHD_add_response_header(response, "Content-Type", type);
	for (size_t i = 0; i < sizeof EVERY_ANSWER / sizeof *EVERY_ANSWER; i++)
		MHD_add_response_header(response, EVERY_ANSWER[i][0], EVERY_ANSWER[i][1]);
	return response;
}

struct MHD_Response *response_new(
	const char *type, const void *bytes, size_t n, enum MHD_ResponseMemoryMode mode)
{
	/* libmicrohttpd promises to only read what it is given to copy or to keep. */
	return dress(MHD_create_response_from_buffer(n, (void *)(uintptr_t)bytes, mode), type);
}

void request_add_header(struct request *request, const char *name, const char *value)
{
	struct header *header = &request->headers[request->n_headers];

	assert(request->n_headers < MOST_HEADERS);
	header->name = name;
	if (text_copy(header->value, sizeof header->value, value))
		request->n_headers++;
}

/* Takes the response over. A missing one (memory is out) closes the connection. */
static void answer(struct request *request, unsigned status, struct MHD_Response *response)
{
	assert(request->status == 0);
	request->status = status;
	request->response = response;
	for (size_t i = 0; i < request->n_headers && response; i++)
		MHD_add_response_header(
			response, request->headers[i].name, request->headers[i].value);
	if (request->is_waiting) {
		request->is_waiting = false;
		MHD_resume_connection(request->mhd);
	}
}

static void answer_private(struct request *request, unsigned status, struct MHD_Response *response)
{
	if (response)
		MHD_add_response_header(response, "Cache-Control", "no-store");
	answer(request, status, response);
}

void request_answer(
	struct request *request, unsigned status, const char *type, const void *bytes, size_t n)
{
	answer_private(request, status, response_new(type, bytes, n, MHD_RESPMEM_MUST_COPY));
}

void request_answer_owned(
	struct request *request, unsigned status, const char *type, char *bytes, size_t n)
{
	struct MHD_Response *response = response_new(type, bytes, n, MHD_RESPMEM_MUST_FREE);

	if (!response)
		free(bytes);
	answer_private(request, status, response);
}

void request_answer_prepared(
	struct request *request, unsigned status, struct MHD_Response *response)
{
	assert(request->status == 0 && !request->is_waiting && request->n_headers == 0);
	request->status = status;
	request->response = response;
	request->is_prepared = true;
}

void request_answer_made(struct request *request, unsigned status, struct MHD_Response *response)
{
	assert(!request->is_waiting && request->n_headers == 0);
	answer(request, status, response);
}

static void add_html(struct text *text, const char *string)
{
	for (; *string; string++) {
		if (*string == '<')
			text_add(text, "&lt;");
		else if (*string == '&')
			text_add(text, "&amp;");
		else
			text_add_char(text, *string);
	}
}

static void add_page(struct text *text, const char *zh, const char *en)
{
	text_add(text,
		"<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\"><title>kitlog</title><h1>");
	add_html(text, zh);
	text_add(text, "</h1><p lang=\"en\">");
	add_html(text, en);
	text_add(text, "</p><p><a href=\"/\">kitlog</a></p></html>\n");
}

static void add_object(struct text *text, const char *code, const char *zh, const char *en)
{
	text_add(text, "{\"error\":{\"code\":");
	text_add_json(text, code);
	text_add(text, ",\"zh\":");
	text_add_json(text, zh);
	text_add(text, ",\"en\":");
	text_add_json(text, en);
	text_add(text, "}}\n");
}

void request_refuse(
	struct request *request, unsigned status, const char *code, const char *zh, const char *en)
{
	static const char page[] = "text/html";
	const char *accept = request_header(request, "Accept");
	bool is_person = accept && strncmp(accept, page, sizeof page - 1) == 0;
	char buffer[REFUSAL_TEXT];
	struct text text = text_over(buffer, sizeof buffer);

	if (is_person)
		add_page(&text, zh, en);
	else
		add_object(&text, code, zh, en);
	request_answer(request, status, is_person ? "text/html; charset=utf-8" : "application/json",
		text.at, text.length);
}

void request_wait(struct request *request)
{
	assert(request->status == 0 && !request->is_waiting);
	request->is_waiting = true;
}

bool request_is_waiting(const struct request *request)
{
	return request->is_waiting;
}

/* --- streams --- */

static ssize_t read_source(void *self, uint64_t position, char *bytes, size_t room)
{
	struct source *source = self;
	ssize_t n = source->read(source, bytes, room);

	(void)position;
	connection_enter(source->connection, n == 0 ? CONNECTION_WAIT : CONNECTION_STREAM,
		clock_now(source->clock));
	if (n == SOURCE_END)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == SOURCE_FAILED)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (n == 0) {
		source->is_waiting = true;
		MHD_suspend_connection(source->mhd);
	}
	return n;
}

static void close_source(void *self)
{
	struct source *source = self;

	source->connection->source = NULL;
	source->closed(source);
}

void request_answer_source(
	struct request *request, unsigned status, const char *type, struct source *source)
{
	source->connection = request->connection;
	source->mhd = request->mhd;
	source->clock = request->clock;
	source->is_waiting = false;

	struct MHD_Response *response =
		dress(MHD_create_response_from_callback(
			      MHD_SIZE_UNKNOWN, SOURCE_BLOCK, read_source, source, close_source),
			type);
	if (response)
		request->connection->source = source;
	else
		source->closed(source);
	request->is_stream = response != NULL;
	answer_private(request, status, response);
}

void source_wake(struct source *source)
{
	if (!source->is_waiting)
		return;
	source->is_waiting = false;
	connection_enter(source->connection, CONNECTION_STREAM, clock_now(source->clock));
	MHD_resume_connection(source->mhd);
}

/* --- for http.c --- */

struct request *request_new(struct MHD_Connection *mhd, struct connection *connection,
	const struct clock *clock, const char *path)
{
	struct request *request = calloc(1, sizeof *request);

	if (!request)
		return NULL;
	request->mhd = mhd;
	request->connection = connection;
	request->clock = clock;
	request->path = path;
	return request;
}

void request_free(struct request *request)
{
	if (!request)
		return;
	if (request->response && !request->is_prepared)
		MHD_destroy_response(request->response);
	upload_free(request->upload);
	free(request->body);
	free(request);
}

void request_set_arguments(struct request *request, const struct route_arguments *arguments)
{
	request->arguments = *arguments;
}

void request_take_upload(struct request *request, struct upload *upload)
{
	request->upload = upload;
}

struct upload *request_upload(const struct request *request)
{
	return request->upload;
}

size_t request_take_body(struct request *request, const char *bytes, size_t n)
{
	char *body = NULL;

	if (request->upload)
		return upload_take(request->upload, bytes, n);

	if (!request->is_too_large && n <= REQUEST_BODY_BYTES - request->n_body)
		body = realloc(request->body, request->n_body + n + 1);
	if (!body) {
		request->is_too_large = true;
		return n;
	}
	memcpy(body + request->n_body, bytes, n);
	request->body = body;
	request->n_body += n;
	body[request->n_body] = '\0';
	return n;
}

bool request_is_whole(const struct request *request)
{
	return !request->is_too_large;
}

struct connection *request_connection(const struct request *request)
{
	return request->connection;
}

struct MHD_Connection *request_mhd(const struct request *request)
{
	return request->mhd;
}

bool request_is_answered(const struct request *request)
{
	return request->status != 0;
}

enum MHD_Result request_send(struct request *request)
{
	struct instant now = clock_now(request->clock);

	if (request->status == 0) {
		assert(request->is_waiting); /* a handler that neither answered nor waits */
		connection_enter(request->connection, CONNECTION_WAIT, now);
		MHD_suspend_connection(request->mhd);
		return MHD_YES;
	}
	if (!request->response)
		return MHD_NO;
	connection_enter(request->connection,
		request->is_stream ? CONNECTION_STREAM : CONNECTION_ANSWER, now);
	return MHD_queue_response(request->mhd, request->status, request->response);
}
