/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything `kitlog` knows comes through the same API as the pages, so what works here works
 * there. */
#include "tools/kitlog/board.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "data/config.h"
#include "tools/kitlog/say.h"

enum {
	BODY_MAX = 16 << 20,
	EVENT_MAX = 4 << 20,
	USUAL_PORT = 8080,
	STALL_S = 30,
	BOARD_FOLDERS = 16
};

/* Of kits, or of lessons. */
struct folders {
	char *at[BOARD_FOLDERS];
	size_t n;
};

struct board {
	CURL *curl;
	struct curl_slist *headers;
	char address[256];
	char pin[32];
	struct config *config;
	struct folders kits, lessons;
	bool is_signed_in;
	char refusal[32]; /* the code of the last one; empty: none */
	bool is_quiet;    /* what fails is not said */
};

struct body {
	char *bytes;
	size_t n;
};

static size_t collect(char *bytes, size_t size, size_t n, void *self)
{
	struct body *body = self;

	n *= size;
	if (body->n + n > BODY_MAX)
		return 0;
	char *grown = realloc(body->bytes, body->n + n + 1);
	if (!grown)
		return 0;
	body->bytes = grown;
	memcpy(body->bytes + body->n, bytes, n);
	body->n += n;
	body->bytes[body->n] = 0;
	return n;
}

/* What people type: "kitlog-3b2.local", "10.0.0.7:80", "::1", a URL. */
static void write_address(struct text *text, const char *address)
{
	const char *bracket = strrchr(address, ']');
	const char *colon = strchr(bracket ? bracket : address, ':');
	bool is_url = strstr(address, "://");
	bool is_bare_v6 = !bracket && colon && strchr(colon + 1, ':') && !is_url;
	int n = (int)strlen(address);

	while (n > 0 && address[n - 1] == '/')
		n--;
	if (is_url)
		text_addf(text, "%.*s", n, address);
	else
		text_addf(text, is_bare_v6 ? "http://[%.*s]" : "http://%.*s", n, address);
	if (!is_url && (!colon || is_bare_v6))
		text_addf(text, ":%d", USUAL_PORT);
}

static bool is_address(const char *url)
{
	CURLU *parts = curl_url();
	char *scheme = NULL;
	bool is_good = parts && !curl_url_set(parts, CURLUPART_URL, url, 0) &&
		!curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) &&
		(!strcmp(scheme, "http") || !strcmp(scheme, "https"));

	curl_free(scheme);
	curl_url_cleanup(parts);
	return is_good;
}

/* kitlog's own stand beside the program, where it is installed or in the build tree; then come the
 * school's: those of the configuration, else the usual one if it is there. As kitlogd does. */
static bool take_folders(struct folders *folders, const char *const places[2], const char *school,
	char *const *configured, size_t n_configured)
{
	char own[400] = "", path[512] = "";
	ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);

	own[n > 0 ? n : 0] = 0;
	if (strrchr(own, '/'))
		*strrchr(own, '/') = 0;
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s%s", own, places[i]);
		if (access(path, R_OK | X_OK) == 0)
			break;
	}
	folders->at[folders->n++] = realpath(path, NULL);
	if (!folders->at[0])
		folders->at[0] = strdup(path);
	for (size_t i = 0; i < n_configured && folders->n < BOARD_FOLDERS; i++)
		folders->at[folders->n++] = strdup(configured[i]);
	if (folders->n == 1 && access(school, F_OK) == 0)
		folders->at[folders->n++] = strdup(school);
	for (size_t i = 0; i < folders->n; i++)
		if (!folders->at[i])
			return false;
	return true;
}

static bool take_kits(struct board *board, const struct config *config)
{
	static const char *const places[] = {"/../share/kitlog/kits", "/../../kit-folders"};

	return take_folders(&board->kits, places, "/etc/kitlog/kits", config->kits, config->n_kits);
}

static bool take_lessons(struct board *board, const struct config *config)
{
	static const char *const places[] = {"/../share/kitlog/lessons", "/../../lesson-folders"};

	return take_folders(
		&board->lessons, places, "/etc/kitlog/lessons", config->lessons, config->n_lessons);
}

static int take_address(struct board *board, const char *address)
{
	struct text text = text_over(board->address, sizeof board->address);

	write_address(&text, address);
	if (is_address(board->address))
		return 0;
	fprintf(stderr,
		say("kitlog: “%s”不是板子的地址；写成 kitlog-3b2.local 或 http://10.0.0.7:8080 这样\n",
			"kitlog: \"%s\" is no address of a board; give one such as "
			"kitlog-3b2.local or http://10.0.0.7:8080\n"),
		address);
	return -EDESTADDRREQ;
}

int board_open(
	const char *address, const char *config_path, const char *pin, struct board **ret_board)
{
	static const char usual[] = "/etc/kitlog/kitlogd.yaml";
	struct board *board = calloc(1, sizeof *board);
	struct config *config = NULL;
	char *errors = NULL;
	int failed = -ENOMEM;

	if (!board)
		return -ENOMEM;
	if (!config_path && access(usual, R_OK) == 0)
		config_path = usual;
	if (config_path && access(config_path, R_OK)) {
		failed = -errno;
		fprintf(stderr,
			say("kitlog: %s：%s；看看 --config 后面的文件名\n",
				"kitlog: %s: %s; check the name behind --config\n"),
			config_path, strerror(-failed));
		goto fail;
	}
	failed = config_load_rest(config_path, &config, &errors);
	fputs(errors ? errors : "", stderr);
	free(errors);
	if (failed)
		goto fail;

	if (address && *address) {
		failed = take_address(board, address);
		if (failed)
			goto fail;
	} else {
		struct text text = text_over(board->address, sizeof board->address);
		bool is_any = !strcmp(config->http.listen, "0.0.0.0") ||
			!strcmp(config->http.listen, "::");
		bool is_v6 = strchr(config->http.listen, ':') && !is_any;
		text_addf(&text, is_v6 ? "http://[%s]:%u" : "http://%s:%u",
			is_any ? "127.0.0.1" : config->http.listen, config->http.port);
	}
	failed = -ENOMEM;
	board->curl = curl_easy_init();
	if (!board->curl)
		goto fail;

	if (!take_kits(board, config) || !take_lessons(board, config))
		goto fail;

	char path[512];
	snprintf(path, sizeof path, "%s/pin", config->data);
	if (pin)
		text_copy(board->pin, sizeof board->pin, pin);
	else if (config_read_secret(path, board->pin, sizeof board->pin))
		board->pin[0] = 0;

	board->config = config;
	*ret_board = board;
	return 0;
fail:
	config_free(config);
	board_close(board);
	return failed;
}

int board_open_other(const char *address, struct board **ret_board)
{
	struct board *board = calloc(1, sizeof *board);
	int failed = board ? take_address(board, address) : -ENOMEM;

	if (failed == 0 && !(board->curl = curl_easy_init()))
		failed = -ENOMEM;
	if (failed)
		board_close(board);
	else
		*ret_board = board;
	return failed;
}

static void aim(const struct board *board, CURL *curl, const char *path)
{
	char url[1024];

	snprintf(url, sizeof url, "%s%s", board->address, path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "kitlog/" KITLOG_VERSION);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_COOKIEFILE, ""); /* keep the session in memory */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");      /* the board is here, not behind a proxy */
}

static size_t forget(char *bytes, size_t size, size_t n, void *self)
{
	(void)bytes;
	(void)self;
	return size * n;
}

/* The board knows so many teachers only: without this the next one's browser would be signed out.
 * Nobody is told when it fails; the session ends by itself some day. */
static void sign_out(struct board *board)
{
	aim(board, board->curl, "/api/v1/login");
	curl_easy_setopt(board->curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(board->curl, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(board->curl, CURLOPT_CUSTOMREQUEST, "DELETE");
	curl_easy_setopt(board->curl, CURLOPT_TIMEOUT, 5L);
	curl_easy_setopt(board->curl, CURLOPT_WRITEFUNCTION, forget);
	curl_easy_perform(board->curl);
}

static void free_folders(struct folders *folders)
{
	for (size_t i = 0; i < folders->n; i++)
		free(folders->at[i]);
}

void board_close(struct board *board)
{
	if (!board)
		return;
	if (board->is_signed_in)
		sign_out(board);
	curl_slist_free_all(board->headers);
	if (board->curl)
		curl_easy_cleanup(board->curl);
	config_free(board->config);
	free_folders(&board->kits);
	free_folders(&board->lessons);
	free(board);
}

const char *board_address(const struct board *board)
{
	return board->address;
}

const char *board_data(const struct board *board)
{
	return board->config->data;
}

const struct config *board_config(const struct board *board)
{
	return board->config;
}

const char *const *board_kits(const struct board *board, size_t *ret_n)
{
	*ret_n = board->kits.n;
	return (const char *const *)board->kits.at;
}

const char *const *board_lessons(const struct board *board, size_t *ret_n)
{
	*ret_n = board->lessons.n;
	return (const char *const *)board->lessons.at;
}

/* The transfer itself failed: nobody answered. */
static void complain_of_silence(const struct board *board, CURLcode code)
{
	if (board->is_quiet)
		return;
	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
		fprintf(stderr,
			say("kitlog: %s 没有应答；先启动 kitlogd，或用 --board 写明地址\n",
				"kitlog: %s does not answer; start kitlogd, or name its address with --board\n"),
			board->address);
	else
		fprintf(stderr,
			say("kitlog: %s：连接断了（%s）；再试一次\n",
				"kitlog: %s: the connection broke (%s); try again\n"),
			board->address, curl_easy_strerror(code));
}

/* The board answered, but not with what was asked: its own sentence says why. */
static void complain_of_answer(struct board *board, long status, const char *bytes)
{
	json_t *body = bytes ? json_loads(bytes, 0, NULL) : NULL;
	json_t *error = json_object_get(body, "error");
	const char *sentence = say_pick(error);
	const char *code = json_string_value(json_object_get(error, "code"));

	text_copy(board->refusal, sizeof board->refusal, code ? code : "");

	if (*sentence && !board->is_quiet)
		fprintf(stderr, "kitlog: %s\n", sentence);
	else if (!board->is_quiet)
		fprintf(stderr,
			say("kitlog: %s 用 %ld 应答，不像 kitlogd；看看 --board 的地址\n",
				"kitlog: %s answers %ld, which is not kitlogd's way; check --board\n"),
			board->address, status);
	json_decref(body);
}

/* `method`: in place of GET or POST; NULL. */
static json_t *ask_by(struct board *board, const char *method, const char *path, const char *post)
{
	struct body body = {0};
	json_t *answer = NULL;
	long status = 0;

	aim(board, board->curl, path);
	curl_easy_setopt(board->curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(board->curl, CURLOPT_WRITEDATA, &body);
	curl_easy_setopt(board->curl, CURLOPT_TIMEOUT, 30L);
	if (post) {
		if (!board->headers)
			board->headers = curl_slist_append(NULL, "Content-Type: application/json");
		curl_easy_setopt(board->curl, CURLOPT_HTTPHEADER, board->headers);
		curl_easy_setopt(board->curl, CURLOPT_COPYPOSTFIELDS, post);
	} else {
		curl_easy_setopt(board->curl, CURLOPT_HTTPHEADER, NULL);
		curl_easy_setopt(board->curl, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(board->curl, CURLOPT_CUSTOMREQUEST, method);

	CURLcode code = curl_easy_perform(board->curl);
	curl_easy_setopt(board->curl, CURLOPT_CUSTOMREQUEST, NULL);
	curl_easy_getinfo(board->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK)
		complain_of_silence(board, code);
	else if (status == 204)
		answer = json_object();
	else if (status / 100 != 2 || !body.bytes || !(answer = json_loads(body.bytes, 0, NULL)))
		complain_of_answer(board, status, body.bytes);
	free(body.bytes);
	return answer;
}

static json_t *ask(struct board *board, const char *path, const char *post)
{
	return ask_by(board, NULL, path, post);
}

json_t *board_get(struct board *board, const char *path)
{
	return ask(board, path, NULL);
}

json_t *board_try(struct board *board, const char *path)
{
	board->is_quiet = true;
	json_t *answer = ask(board, path, NULL);
	board->is_quiet = false;
	return answer;
}

static bool sign_in(struct board *board)
{
	if (board->is_signed_in)
		return true;
	if (!*board->pin) {
		fputs(say("kitlog: 这一步要老师的口令；加上 --pin\n",
			      "kitlog: this needs the teacher's PIN; add --pin\n"),
			stderr);
		return false;
	}
	json_t *login = json_pack("{s:s}", "pin", board->pin);
	char *text = json_dumps(login, JSON_COMPACT);
	json_t *answer = text ? ask(board, "/api/v1/login", text) : NULL;
	board->is_signed_in = answer != NULL;
	json_decref(answer);
	json_decref(login);
	free(text);
	return board->is_signed_in;
}

void board_look_as_teacher(struct board *board)
{
	if (*board->pin)
		sign_in(board);
}

const char *board_refusal(const struct board *board)
{
	return board->refusal;
}

json_t *board_post(struct board *board, const char *path, const json_t *body)
{
	return sign_in(board) ? board_put_question(board, path, body) : NULL;
}

json_t *board_delete(struct board *board, const char *path)
{
	return sign_in(board) ? ask_by(board, "DELETE", path, NULL) : NULL;
}

json_t *board_put_question(struct board *board, const char *path, const json_t *body)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : strdup("{}");
	json_t *answer = text ? ask(board, path, text) : NULL;
	free(text);
	return answer;
}

static json_t *finish_sending(struct board *board, struct body *body, CURLcode code)
{
	json_t *answer = NULL;
	long status = 0;

	curl_easy_getinfo(board->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK)
		complain_of_silence(board, code);
	else if (status / 100 != 2 || !body->bytes || !(answer = json_loads(body->bytes, 0, NULL)))
		complain_of_answer(board, status, body->bytes);
	free(body->bytes);
	return answer;
}

json_t *board_send(struct board *board, const char *path, const char *type, FILE *file)
{
	struct body body = {0};
	struct curl_slist *headers;
	char header[64];

	if (!sign_in(board))
		return NULL;
	fseeko(file, 0, SEEK_END);
	curl_off_t size = ftello(file);
	rewind(file);
	snprintf(header, sizeof header, "Content-Type: %s", type);
	headers = curl_slist_append(NULL, header);
	aim(board, board->curl, path);
	curl_easy_setopt(board->curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(board->curl, CURLOPT_WRITEDATA, &body);
	curl_easy_setopt(board->curl, CURLOPT_TIMEOUT, 0L); /* it may be large, and the card slow */
	curl_easy_setopt(board->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(board->curl, CURLOPT_POST, 1L);
	curl_easy_setopt(board->curl, CURLOPT_POSTFIELDS, NULL);
	curl_easy_setopt(board->curl, CURLOPT_POSTFIELDSIZE_LARGE, size);
	curl_easy_setopt(board->curl, CURLOPT_READDATA, file);
	json_t *answer = finish_sending(board, &body, curl_easy_perform(board->curl));
	curl_easy_setopt(board->curl, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(board->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1);
	curl_slist_free_all(headers);
	return answer;
}

struct fetch {
	struct board *board;
	FILE *out;
	struct body error;
	int write_error; /* errno, as it was then */
	char line[BOARD_LINE];
	size_t n_line;
	bool is_line_over;
};

/* Whatever a file says of itself stands in its last line. */
static void keep_line(struct fetch *fetch, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fetch->is_line_over)
			fetch->n_line = 0;
		fetch->is_line_over = bytes[i] == '\n';
		if (!fetch->is_line_over && fetch->n_line < BOARD_LINE - 1)
			fetch->line[fetch->n_line++] = bytes[i];
	}
}

static size_t pour(char *bytes, size_t size, size_t n, void *self)
{
	struct fetch *fetch = self;
	long status = 0;

	curl_easy_getinfo(fetch->board->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return collect(bytes, size, n, &fetch->error);
	keep_line(fetch, bytes, size * n);
	if (fwrite(bytes, size, n, fetch->out) == n)
		return n * size;
	fetch->write_error = errno;
	return 0;
}

void board_cannot_write(const char *name, int error)
{
	fprintf(stderr, say("kitlog: %s：%s；换个地方\n", "kitlog: %s: %s; choose another place\n"),
		name, strerror(error));
}

int board_fetch(struct board *board, const char *path, FILE *out, const char *name,
	char ret_last[BOARD_LINE])
{
	struct fetch fetch = {.board = board, .out = out};
	long status = 0;

	aim(board, board->curl, path);
	curl_easy_setopt(board->curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(board->curl, CURLOPT_TIMEOUT, 0L);
	curl_easy_setopt(board->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(board->curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
	curl_easy_setopt(board->curl, CURLOPT_WRITEFUNCTION, pour);
	curl_easy_setopt(board->curl, CURLOPT_WRITEDATA, &fetch);
	CURLcode code = curl_easy_perform(board->curl);
	if (fflush(out) && !fetch.write_error)
		fetch.write_error = errno;
	curl_easy_getinfo(board->curl, CURLINFO_RESPONSE_CODE, &status);

	int failed = code != CURLE_OK || status != 200 || fetch.write_error ? -EIO : 0;
	if (fetch.write_error)
		board_cannot_write(name, fetch.write_error);
	else if (code != CURLE_OK)
		complain_of_silence(board, code);
	else if (status != 200)
		complain_of_answer(board, status, fetch.error.bytes);
	free(fetch.error.bytes);
	fetch.line[fetch.n_line] = 0;
	if (!failed)
		memcpy(ret_last, fetch.line, BOARD_LINE);
	return failed;
}

/* Server-sent events: fields a line each, an empty line ends the event (HTML living standard,
 * 9.2). */
struct listen {
	CURL *curl;
	board_event *event;
	void *self;
	char name[32];
	struct body data, line;
	int result;
	bool is_open; /* the board did answer */
};

static void take_line(struct listen *listen)
{
	const char *line = listen->line.bytes ? listen->line.bytes : "";

	if (!*line) {
		json_t *data = listen->data.n ? json_loads(listen->data.bytes, 0, NULL) : NULL;
		if (data && listen->result == 0)
			listen->result = listen->event(listen->self, listen->name, data);
		json_decref(data);
		listen->data.n = 0;
		listen->name[0] = 0;
	} else if (strncmp(line, "event: ", 7) == 0) {
		text_copy(listen->name, sizeof listen->name, line + 7);
	} else if (strncmp(line, "data: ", 6) == 0) {
		collect((char *)line + 6, 1, listen->line.n - 6, &listen->data);
	}
	listen->line.n = 0;
	if (listen->line.bytes)
		listen->line.bytes[0] = 0;
}

static size_t hear(char *bytes, size_t size, size_t n, void *self)
{
	struct listen *listen = self;
	long status = 0;

	n *= size;
	curl_easy_getinfo(listen->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return collect(bytes, 1, n, &listen->data);
	listen->is_open = true;
	for (size_t from = 0; from < n && listen->result == 0;) {
		char *end = memchr(bytes + from, '\n', n - from);
		size_t length = end ? (size_t)(end - bytes) - from : n - from;
		if (listen->line.n + length > EVENT_MAX ||
			collect(bytes + from, 1, length, &listen->line) != length)
			return 0;
		from += length + (end ? 1 : 0);
		if (end)
			take_line(listen);
	}
	return listen->result ? 0 : n;
}

int board_listen(struct board *board, board_event *event, void *self)
{
	struct listen listen = {.event = event, .self = self};
	CURL *curl = curl_easy_init(); /* so that others may be asked meanwhile */
	long status = 0;

	if (!curl)
		return -ENOMEM;
	listen.curl = curl;
	aim(board, curl, "/api/v1/events");
	curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 0L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L); /* the board pings each 10 s */
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, hear);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &listen);
	CURLcode code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	if (listen.result == 0 && !listen.is_open && code == CURLE_OK)
		complain_of_answer(board, status, listen.data.bytes);
	else if (listen.result == 0)
		complain_of_silence(board, code == CURLE_OK ? CURLE_GOT_NOTHING : code);
	free(listen.data.bytes);
	free(listen.line.bytes);
	return listen.result == 0 ? -EIO : listen.result;
}
