/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which board, and what the configuration on this machine says of it. */
#include "tools/kitlog/board.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "data/config.h"
#include "data/places.h"
#include "tools/kitlog/board_inside.h"
#include "tools/kitlog/say.h"

enum { USUAL_PORT = 8080 };

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
	say_mistakes_to(stderr, errors);
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
		text_add(&text, config->http.certificate ? "https://" : "http://");
		text_addf(&text, is_v6 ? "[%s]:%u" : "%s:%u",
			is_any ? "127.0.0.1" : config->http.listen, config->http.port);
		board_learn_key(board, config);
	}
	failed = -ENOMEM;
	board->curl = curl_easy_init();
	if (!board->curl)
		goto fail;

	/* Where kitlog's own are not there, the school's are all there is. */
	places_of_kits(config, &board->kits);
	places_of_lessons(config, &board->lessons);

	char path[512];
	snprintf(path, sizeof path, "%s/pin", config->data);
	board->is_pin_given = pin;
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

void board_close(struct board *board)
{
	if (!board)
		return;
	if (board->is_signed_in)
		board_sign_out(board);
	curl_slist_free_all(board->headers);
	if (board->curl)
		curl_easy_cleanup(board->curl);
	config_free(board->config);
	free(board);
}

const char *board_address(const struct board *board)
{
	return board->address;
}

const char *board_pin(const struct board *board)
{
	return board->is_pin_given ? "" : board->pin;
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
	return board->kits.at;
}

const char *const *board_lessons(const struct board *board, size_t *ret_n)
{
	*ret_n = board->lessons.n;
	return board->lessons.at;
}
