/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PIN and tokens are compared in a time that depends on the guess's length only. */
#include "http/teacher.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "base/text.h"

enum { TOKEN_BYTES = (TEACHER_TOKEN_TEXT - 1) / 2 };

static const int64_t LIFE_NS = TEACHER_HOURS * 3600 * (int64_t)NS_PER_S;

void teacher_init(struct teacher *teacher, const char *pin)
{
	*teacher = (struct teacher){.pin = pin,
		.wrong = {.most = TEACHER_TRIES, .most_per_address = TEACHER_TRIES_PER_ADDRESS}};
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

static bool is_living(const struct teacher *teacher, size_t i, struct instant now)
{
	return teacher->sessions[i].token[0] &&
		instant_since(now, teacher->sessions[i].since) < LIFE_NS;
}

/* A free place, else that of the oldest. */
static size_t place(const struct teacher *teacher, struct instant now)
{
	size_t oldest = 0;

	for (size_t i = 0; i < TEACHER_SESSIONS; i++) {
		if (!is_living(teacher, i, now))
			return i;
		if (teacher->sessions[i].since.ns < teacher->sessions[oldest].since.ns)
			oldest = i;
	}
	return oldest;
}

int teacher_login(struct teacher *teacher, const char *pin, const char *address, struct instant now,
	char ret_token[TEACHER_TOKEN_TEXT], unsigned *ret_wait_s)
{
	unsigned wait_s = guesses_wait_s(&teacher->wrong, address, now);
	unsigned char bytes[TOKEN_BYTES];

	if (wait_s > 0) {
		*ret_wait_s = wait_s;
		return -EAGAIN;
	}
	if (!teacher->pin || !teacher->pin[0] || !is_same(teacher->pin, pin)) {
		guesses_note(&teacher->wrong, address, now);
		return -EACCES;
	}
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return -errno;

	size_t i = place(teacher, now);
	struct text token = text_over(teacher->sessions[i].token, TEACHER_TOKEN_TEXT);
	text_add_hex(&token, bytes, sizeof bytes);
	teacher->sessions[i].since = now;
	memcpy(ret_token, token.at, TEACHER_TOKEN_TEXT);
	return 0;
}

static size_t find(const struct teacher *teacher, const char *token)
{
	size_t found = TEACHER_SESSIONS;

	if (!token || !token[0])
		return found;
	for (size_t i = 0; i < TEACHER_SESSIONS; i++)
		if (teacher->sessions[i].token[0] && is_same(teacher->sessions[i].token, token))
			found = i;
	return found;
}

bool teacher_knows(const struct teacher *teacher, const char *token, struct instant now)
{
	size_t i = find(teacher, token);

	return i < TEACHER_SESSIONS && is_living(teacher, i, now);
}

void teacher_logout(struct teacher *teacher, const char *token)
{
	size_t i = find(teacher, token);

	if (i < TEACHER_SESSIONS)
		memset(&teacher->sessions[i], 0, sizeof teacher->sessions[i]);
}
