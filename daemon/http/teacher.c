/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PIN is compared in a time that depends on the guess's length only. Tokens are not compared, but their
 * digests, which nobody can aim at. */
#include "http/teacher.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <nettle/hmac.h>
#include <sys/random.h>

enum { TOKEN_BYTES = (TEACHER_TOKEN_TEXT - 1) / 2 };

static const int64_t LIFE_NS = TEACHER_HOURS * 3600 * (int64_t)NS_PER_S;

void teacher_init(struct teacher *teacher, const char *pin)
{
	*teacher = (struct teacher){.pin = pin,
		.each = {.most = GUESSES, .most_per_address = TEACHER_TRIES_EACH},
		.new_ones = {.most = TEACHER_TRIES_NEW, .most_per_address = GUESSES},
		.old_ones = {
			.most = TEACHER_TRIES - TEACHER_TRIES_NEW, .most_per_address = GUESSES}};
}

static bool has_pin(const struct teacher *teacher)
{
	return teacher->pin && teacher->pin[0];
}

static bool is_same(const char *secret, const char *guess)
{
	size_t n_secret = strlen(secret), n_guess = strlen(guess);
	size_t differences = n_secret ^ n_guess;

	for (size_t i = 0; i < n_guess; i++)
		differences |=
			(size_t)(unsigned char)(guess[i] ^ secret[n_secret ? i % n_secret : 0]);
	return differences == 0;
}

/* ---------------------------------------------------------------- passes */

static void digest_of(
	const struct teacher *teacher, const char *token, unsigned char ret_digest[TEACHER_DIGEST])
{
	struct hmac_sha256_ctx hash;

	hmac_sha256_set_key(&hash, strlen(teacher->pin), (const uint8_t *)teacher->pin);
	hmac_sha256_update(&hash, strlen(token), (const uint8_t *)token);
	hmac_sha256_digest(&hash, TEACHER_DIGEST, ret_digest);
}

/* The index among n passes; n: none of them. */
static size_t find(const struct teacher *teacher, const struct teacher_pass *passes, size_t n,
	const char *token)
{
	unsigned char digest[TEACHER_DIGEST];
	size_t i = 0;

	if (!has_pin(teacher) || !token || strlen(token) != TEACHER_TOKEN_TEXT - 1)
		return n;
	digest_of(teacher, token, digest);
	while (i < n &&
		!(passes[i].is_there && memcmp(passes[i].digest, digest, sizeof digest) == 0))
		i++;
	return i;
}

static bool is_living(const struct teacher_pass *session, struct instant now)
{
	return session->is_there && instant_since(now, session->since) < LIFE_NS;
}

/* A free place, else that of the oldest. */
static size_t place(const struct teacher_pass *passes, size_t n)
{
	size_t oldest = 0;

	for (size_t i = 0; i < n; i++) {
		if (!passes[i].is_there)
			return i;
		if (passes[i].since.ns < passes[oldest].since.ns)
			oldest = i;
	}
	return oldest;
}

static int make_token(char ret_token[TEACHER_TOKEN_TEXT])
{
	unsigned char bytes[TOKEN_BYTES];
	struct text token = text_over(ret_token, TEACHER_TOKEN_TEXT);

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return -errno;
	text_add_hex(&token, bytes, sizeof bytes);
	return 0;
}

static void take_away(struct teacher *teacher, struct teacher_pass *pass)
{
	teacher->n_changes += pass->is_there && pass->is_remembered;
	*pass = (struct teacher_pass){.is_there = false};
}

static void put(struct teacher *teacher, struct teacher_pass *pass, const char *token,
	struct instant now, bool is_remembered)
{
	take_away(teacher, pass);
	*pass = (struct teacher_pass){
		.since = now, .is_there = true, .is_remembered = is_remembered};
	digest_of(teacher, token, pass->digest);
	teacher->n_changes += is_remembered;
}

/* ---------------------------------------------------------------- guessing */

/* Which wrong ones of others count against a stranger: those of the new while he is new, and there is room. */
static struct guesses *others_of(
	struct teacher *teacher, const char *address, struct instant now, unsigned *ret_wait_s)
{
	unsigned wait_s = guesses_wait_s(&teacher->old_ones, address, now);
	unsigned wait_new_s = guesses_wait_s(&teacher->new_ones, address, now);
	bool is_new = guesses_count(&teacher->each, address) < TEACHER_SLIPS_OF_NEW;
	bool goes_with_new = is_new && wait_new_s <= wait_s;

	*ret_wait_s = goes_with_new ? wait_new_s : wait_s;
	return goes_with_new ? &teacher->new_ones : &teacher->old_ones;
}

/* IPv4 inside IPv6 is written so, too. */
static bool is_board(const char *address)
{
	return strcmp(address, "127.0.0.1") == 0 || strcmp(address, "::1") == 0 ||
		strcmp(address, "::ffff:127.0.0.1") == 0;
}

static void note_slip(struct teacher *teacher, struct teacher_pass *browser)
{
	if (++browser->n_wrong >= TEACHER_SLIPS_OF_BROWSER)
		take_away(teacher, browser);
}

static int let_in(struct teacher *teacher, struct teacher_pass *browser,
	const struct teacher_asks *asks, struct instant now, struct teacher_answer *ret_answer)
{
	int r = make_token(ret_answer->token);

	if (r == 0 && asks->is_to_be_remembered)
		r = make_token(ret_answer->browser);
	if (r < 0)
		return r;
	for (size_t i = 0; i < TEACHER_SESSIONS; i++)
		if (!is_living(&teacher->sessions[i], now))
			take_away(teacher, &teacher->sessions[i]);
	put(teacher, &teacher->sessions[place(teacher->sessions, TEACHER_SESSIONS)],
		ret_answer->token, now, asks->is_to_be_remembered);
	if (browser)
		browser->n_wrong = 0;
	else
		browser = &teacher->browsers[place(teacher->browsers, TEACHER_BROWSERS)];
	if (asks->is_to_be_remembered)
		put(teacher, browser, ret_answer->browser, now, true);
	return 0;
}

static bool takes_once(struct teacher *teacher, const char *pin, struct instant now)
{
	bool is_good = teacher->once[0] && is_same(teacher->once, pin) &&
		instant_since(now, teacher->once_since) < TEACHER_ONCE_S * (int64_t)NS_PER_S;

	if (is_good)
		teacher->once[0] = '\0';
	return is_good;
}

int teacher_make_once(struct teacher *teacher, struct instant now, char ret_once[TEACHER_ONCE_TEXT])
{
	static const uint64_t ten_digits = 10000000000u;
	uint64_t random;

	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		return -errno;
	snprintf(teacher->once, sizeof teacher->once, "%010llu",
		(unsigned long long)(random % ten_digits));
	teacher->once_since = now;
	memcpy(ret_once, teacher->once, sizeof teacher->once);
	return 0;
}

int teacher_login(struct teacher *teacher, const struct teacher_asks *asks, struct instant now,
	struct teacher_answer *ret_answer)
{
	size_t i = find(teacher, teacher->browsers, TEACHER_BROWSERS, asks->browser);
	struct teacher_pass *browser = i < TEACHER_BROWSERS ? &teacher->browsers[i] : NULL;
	const char *who = browser ? asks->browser : asks->address;
	unsigned own_s = guesses_wait_s(&teacher->each, who, now), others_s = 0;
	struct guesses *others =
		browser || is_board(who) ? NULL : others_of(teacher, who, now, &others_s);

	*ret_answer = (struct teacher_answer){
		.wait_s = own_s > others_s ? own_s : others_s, .are_others = own_s == 0};
	if (takes_once(teacher, asks->pin, now))
		return let_in(teacher, browser, asks, now, ret_answer);
	if (ret_answer->wait_s > 0)
		return -EAGAIN;
	if (has_pin(teacher) && is_same(teacher->pin, asks->pin))
		return let_in(teacher, browser, asks, now, ret_answer);
	guesses_note(&teacher->each, who, now);
	if (others)
		guesses_note(others, who, now);
	if (browser)
		note_slip(teacher, browser);
	return -EACCES;
}

/* ---------------------------------------------------------------- sessions */

bool teacher_knows(const struct teacher *teacher, const char *token, struct instant now)
{
	size_t i = find(teacher, teacher->sessions, TEACHER_SESSIONS, token);

	return i < TEACHER_SESSIONS && is_living(&teacher->sessions[i], now);
}

void teacher_logout(struct teacher *teacher, const char *token)
{
	size_t i = find(teacher, teacher->sessions, TEACHER_SESSIONS, token);

	if (i < TEACHER_SESSIONS)
		take_away(teacher, &teacher->sessions[i]);
}

void teacher_end_old(struct teacher *teacher, struct instant now, teacher_wall *wall_of, void *self)
{
	struct wall wall_now, wall;

	for (size_t i = 0; i < TEACHER_SESSIONS; i++) {
		struct teacher_pass *session = &teacher->sessions[i];

		if (session->is_there && session->is_remembered && wall_of(self, now, &wall_now) &&
			wall_of(self, session->since, &wall) && wall_now.ns - wall.ns >= LIFE_NS)
			take_away(teacher, session);
	}
}

/* ---------------------------------------------------------------- on the card */

static void write_passes(
	const char *kind, const struct teacher_pass *passes, size_t n, struct text *text)
{
	for (size_t i = 0; i < n; i++) {
		if (!passes[i].is_there || !passes[i].is_remembered)
			continue;
		text_addf(text, "%s ", kind);
		text_add_hex(text, passes[i].digest, TEACHER_DIGEST);
		text_addf(text, " %lld\n", (long long)passes[i].since.ns);
	}
}

void teacher_write(const struct teacher *teacher, struct text *text)
{
	write_passes("session", teacher->sessions, TEACHER_SESSIONS, text);
	write_passes("browser", teacher->browsers, TEACHER_BROWSERS, text);
}

static bool read_hex(const char *hex, unsigned char *ret_bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned byte;

		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			return false;
		ret_bytes[i] = (unsigned char)byte;
	}
	return true;
}

/* A line is "session", or "browser", the digest, the instant in ns. */
static bool read_pass(const char *line, char ret_kind[8], struct teacher_pass *ret_pass)
{
	char hex[2 * TEACHER_DIGEST + 1];
	long long since_ns;

	*ret_pass = (struct teacher_pass){.is_there = true, .is_remembered = true};
	if (sscanf(line, "%7s %64[0-9a-f] %lld", ret_kind, hex, &since_ns) != 3 || since_ns < 0 ||
		strlen(hex) != 2 * TEACHER_DIGEST)
		return false;
	ret_pass->since.ns = since_ns;
	return read_hex(hex, ret_pass->digest, TEACHER_DIGEST);
}

void teacher_read(struct teacher *teacher, const char *lines, struct instant now)
{
	struct teacher_pass pass;
	char kind[8];

	for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n') {
		if (!read_pass(lines, kind, &pass))
			continue;
		if (pass.since.ns > now.ns)
			pass.since = now;
		if (strcmp(kind, "session") == 0)
			teacher->sessions[place(teacher->sessions, TEACHER_SESSIONS)] = pass;
		else if (strcmp(kind, "browser") == 0)
			teacher->browsers[place(teacher->browsers, TEACHER_BROWSERS)] = pass;
	}
}
