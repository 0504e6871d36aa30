/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything `kitlog` knows comes through the same API as the pages, so what works here works
 * there. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/kitlog/board_inside.h"
#include "tools/kitlog/say.h"

enum { BODY_MAX = 16 << 20 };

size_t board_collect(char *bytes, size_t size, size_t n, void *self)
{
	struct board_body *body = self;

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

void board_aim(const struct board *board, CURL *curl, const char *path)
{
	char url[1024];

	snprintf(url, sizeof url, "%s%s", board->address, path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "kitlog/" KITLOG_VERSION);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_COOKIEFILE, ""); /* keep the session in memory */
	board_trust(board, curl);
	curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* the board is here, not behind a proxy */
}

/* The transfer itself failed: nobody answered. */
void board_tell_silence(const struct board *board, CURLcode code)
{
	if (board->is_quiet)
		return;
	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
		fprintf(stderr,
			say("kitlog: %s 没有应答；先启动 kitlogd，或用 --board 写明地址\n",
				"kitlog: %s does not answer; start kitlogd, or name its address with --board\n"),
			board->address);
	else if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
		fprintf(stderr,
			say("kitlog: %s 用的不是 %s 这个证书；用 kitlogd --check-config 看看证书，再 systemctl reload kitlogd\n",
				"kitlog: %s does not use the certificate %s; see what kitlogd --check-config says of it, "
				"then systemctl reload kitlogd\n"),
			board->address, board->config->http.certificate);
	else if (code == CURLE_PEER_FAILED_VERIFICATION)
		fprintf(stderr,
			say("kitlog: %s 的证书不可信；用证书上的名字称呼它，或把发证书的 CA 装到这台机器上\n",
				"kitlog: the certificate of %s cannot be trusted; call the board by a name in it, or "
				"install the authority that made it on this machine\n"),
			board->address);
	else if (code == CURLE_GOT_NOTHING || code == CURLE_SSL_CONNECT_ERROR)
		fprintf(stderr,
			say("kitlog: %s 答得不像；看看它用 http 还是 https\n",
				"kitlog: %s gives no answer that fits; look whether it speaks http or https\n"),
			board->address);
	else
		fprintf(stderr,
			say("kitlog: %s：连接断了（%s）；再试一次\n",
				"kitlog: %s: the connection broke (%s); try again\n"),
			board->address, curl_easy_strerror(code));
}

/* The board answered, but not with what was asked: its own sentence says why. */
void board_tell_answer(struct board *board, long status, const char *bytes)
{
	json_t *body = bytes ? json_loads(bytes, 0, NULL) : NULL;
	json_t *error = json_object_get(body, "error");
	const char *sentence = say_pick(error);
	const char *code = json_string_value(json_object_get(error, "code"));

	text_copy(board->refusal, sizeof board->refusal, code ? code : "");

	if (*sentence && !board->is_quiet) {
		fputs("kitlog: ", stderr);
		say_harmless_to(stderr, sentence);
	} else if (!board->is_quiet) {
		fprintf(stderr,
			say("kitlog: %s 用 %ld 应答，不像 kitlogd；看看 --board 的地址\n",
				"kitlog: %s answers %ld, which is not kitlogd's way; check --board\n"),
			board->address, status);
	}
	json_decref(body);
}

/* `method`: in place of GET or POST; NULL. */
static json_t *ask_by(struct board *board, const char *method, const char *path, const char *post)
{
	struct board_body body = {0};
	json_t *answer = NULL;
	long status = 0;

	board_aim(board, board->curl, path);
	curl_easy_setopt(board->curl, CURLOPT_WRITEFUNCTION, board_collect);
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
		board_tell_silence(board, code);
	else if (status == 204)
		answer = json_object();
	else if (status / 100 != 2 || !body.bytes || !(answer = json_loads(body.bytes, 0, NULL)))
		board_tell_answer(board, status, body.bytes);
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

static json_t *finish_sending(struct board *board, struct board_body *body, CURLcode code)
{
	json_t *answer = NULL;
	long status = 0;

	curl_easy_getinfo(board->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK)
		board_tell_silence(board, code);
	else if (status / 100 != 2 || !body->bytes || !(answer = json_loads(body->bytes, 0, NULL)))
		board_tell_answer(board, status, body->bytes);
	free(body->bytes);
	return answer;
}

json_t *board_send(struct board *board, const char *path, const char *type, FILE *file)
{
	struct board_body body = {0};
	struct curl_slist *headers;
	char header[64];

	if (!sign_in(board))
		return NULL;
	fseeko(file, 0, SEEK_END);
	curl_off_t size = ftello(file);
	rewind(file);
	snprintf(header, sizeof header, "Content-Type: %s", type);
	headers = curl_slist_append(NULL, header);
	board_aim(board, board->curl, path);
	curl_easy_setopt(board->curl, CURLOPT_WRITEFUNCTION, board_collect);
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

static size_t forget(char *bytes, size_t size, size_t n, void *self)
{
	(void)bytes;
	(void)self;
	return size * n;
}

/* The board knows so many teachers only: without this the next one's browser would be signed out.
 * Nobody is told when it fails; the session ends by itself some day. */
void board_sign_out(struct board *board)
{
	board_aim(board, board->curl, "/api/v1/login");
	curl_easy_setopt(board->curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(board->curl, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(board->curl, CURLOPT_CUSTOMREQUEST, "DELETE");
	curl_easy_setopt(board->curl, CURLOPT_TIMEOUT, 5L);
	curl_easy_setopt(board->curl, CURLOPT_WRITEFUNCTION, forget);
	curl_easy_perform(board->curl);
}
