/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A main() for fuzz targets where there is no libFuzzer: the same entry point, with any compiler.
 *
 *     NAME_fuzz [FILE or FOLDER ...]
 *
 * Without further wishes it runs the files (the corpus) as they are, then 100 000 inputs: one in
 * four random bytes, the others a corpus file with a few wounds. KITLOG_FUZZ_RUNS asks for another
 * count, KITLOG_FUZZ_SEED repeats a run. An input depends on the corpus, the seed and its number
 * alone, and the input that ended the program, or that it did not end for, is kept in a file, named in the
 * last line, which is an argument that repeats it. So is one that takes more than 10 ms of the
 * processor's time, twenty times in a row: a port is read each few milliseconds. With AddressSanitizer
 * ten times as much is allowed.
 *
 * A target whose inputs are dearer than a port's bytes (a whole request, a whole package) says how many
 * times, by `const unsigned fuzz_cost = 50;`: so many times fewer inputs are run, each of which may take
 * so many times as long. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { INPUT_MAX = 4096, CORPUS_MAX = 512, RUNS = 100000, PATIENCE_S = 20 };

/* It makes everything some ten times slower. gcc tells of it by a macro, clang by a feature. */
#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { SLOW_MS = 100 };
#else
enum { SLOW_MS = 10 };
#endif
enum { NS_PER_MS = 1000000, SLOW_NS = SLOW_MS * NS_PER_MS, CHANCES = 20, REST_MS = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
extern const unsigned fuzz_cost __attribute__((weak));

struct input {
	uint8_t bytes[INPUT_MAX];
	size_t n;
};

static struct input corpus[CORPUS_MAX];
static size_t n_corpus;
static struct input now; /* what the target reads, for the one who asks why it died */
static char grave[64];   /* file that the deadly input goes to */
static int64_t slowest_ns;
static volatile sig_atomic_t n_begun; /* inputs, to see whether it goes on */

/* splitmix64: every state is a good start, so seed + number may be one. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t limit)
{
	return limit ? (size_t)(draw(state) % limit) : 0;
}

static unsigned cost(void)
{
	return &fuzz_cost ? fuzz_cost : 1;
}

static uint8_t odd_byte(uint64_t *state)
{
	static const uint8_t favourites[] = {
		0x00, 0x01, 0x7f, 0x80, 0xff, '\n', ',', '\\', '"', ' ', '-'};

	if (draw(state) & 1)
		return (uint8_t)draw(state);
	return favourites[below(state, sizeof(favourites))];
}

static void insert(struct input *input, size_t at, const uint8_t *bytes, size_t n)
{
	if (n > INPUT_MAX - input->n)
		n = INPUT_MAX - input->n;
	memmove(input->bytes + at + n, input->bytes + at, input->n - at);
	memcpy(input->bytes + at, bytes, n);
	input->n += n;
}

static void cut(struct input *input, size_t at, size_t n)
{
	memmove(input->bytes + at, input->bytes + at + n, input->n - at - n);
	input->n -= n;
}

/* Most are short: the rest is not worth the copying. */
static void copy_input(struct input *ret_input, const struct input *input)
{
	memcpy(ret_input->bytes, input->bytes, input->n);
	ret_input->n = input->n;
}

static void wound(struct input *input, uint64_t *state)
{
	static struct input copy;
	size_t at = below(state, input->n);
	size_t n = below(state, input->n - at) + (input->n > at);
	const struct input *other = &corpus[below(state, n_corpus)];
	uint8_t byte = odd_byte(state);

	switch (draw(state) % 7) {
	case 0:
		if (input->n)
			input->bytes[at] ^= (uint8_t)(1u << below(state, 8));
		break;
	case 1:
		if (input->n)
			input->bytes[at] = byte;
		break;
	case 2:
		insert(input, at, &byte, 1);
		break;
	case 3:
		cut(input, at, n);
		break;
	case 4: /* cut short, as a pulled plug does */
		input->n = at;
		break;
	case 5: /* a piece of itself again */
		copy_input(&copy, input);
		insert(input, below(state, input->n), copy.bytes + at, n);
		break;
	default: /* a piece of another */
		at = below(state, other->n);
		insert(input, below(state, input->n), other->bytes + at,
			below(state, other->n - at));
	}
}

/* The shorter of two: in the time of a long one many short ones run. */
static const struct input *draw_corpus(uint64_t *state)
{
	const struct input *a = &corpus[below(state, n_corpus)];
	const struct input *b = &corpus[below(state, n_corpus)];

	return a->n < b->n ? a : b;
}

static void make_input(uint64_t seed, uint64_t number, struct input *ret_input)
{
	uint64_t state = seed ^ number * 0xd1342543de82ef95u;
	size_t wounds;

	if (n_corpus == 0 || draw(&state) % 4 == 0) {
		ret_input->n = below(&state, draw(&state) % 64 ? 64 : INPUT_MAX);
		for (size_t i = 0; i < ret_input->n; i++)
			ret_input->bytes[i] = odd_byte(&state);
		return;
	}
	copy_input(ret_input, draw_corpus(&state));
	for (wounds = 1 + below(&state, 6); wounds > 0; wounds--)
		wound(ret_input, &state);
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* The target gets a block of just its size, so that a sanitizer sees a read past the end. */
static int64_t run_once(clockid_t clock)
{
	uint8_t *bytes = malloc(now.n ? now.n : 1);
	int64_t start;

	if (!bytes)
		abort();
	memcpy(bytes, now.bytes, now.n);
	n_begun = n_begun + 1;
	start = clock_ns(clock);
	LLVMFuzzerTestOneInput(bytes, now.n);
	start = clock_ns(clock) - start;
	free(bytes);
	return start;
}

/* The time that passed is read without a system call, and the processor's is never more. Whoever is
 * slower than all before gets other chances: where a machine is a part of another one, what the
 * others took counts as its own time. */
static void run(void)
{
	int64_t least_ns = run_once(CLOCK_MONOTONIC);

	for (int chance = 0; chance < CHANCES && least_ns > slowest_ns; chance++) {
		const struct timespec rest = {.tv_nsec = REST_MS * NS_PER_MS};
		int64_t ns;

		if (chance > 1)
			nanosleep(&rest, NULL);
		ns = run_once(CLOCK_THREAD_CPUTIME_ID);
		least_ns = ns < least_ns ? ns : least_ns;
	}
	if (least_ns > slowest_ns)
		slowest_ns = least_ns;
	if (least_ns > SLOW_NS * (int64_t)cost()) {
		fprintf(stderr,
			"an input takes %.1f ms of the processor's time, at most %u are allowed\n",
			(double)least_ns / NS_PER_MS, SLOW_MS * cost());
		abort();
	}
}

static void keep_deadly_input(int signal_number)
{
	int fd = open(grave, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd >= 0 && write(fd, now.bytes, now.n) == (ssize_t)now.n)
		dprintf(STDERR_FILENO, "the input that did it is in %s\n", grave);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* Each PATIENCE_S of the processor's time. An input takes some microseconds: the one that is still
 * there would take for ever. */
static void watch(int signal_number)
{
	static sig_atomic_t before;

	if (n_begun == before)
		keep_deadly_input(signal_number);
	before = n_begun;
}

static int read_corpus(const char *path)
{
	struct stat status;
	struct dirent **names;
	FILE *file;
	int n;

	if (stat(path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(status.st_mode)) {
		n = scandir(path, &names, NULL, alphasort);
		if (n < 0)
			return -errno;
		for (int i = 0; i < n; i++) {
			char inside[PATH_MAX];

			if (names[i]->d_name[0] != '.' &&
				snprintf(inside, sizeof(inside), "%s/%s", path, names[i]->d_name) <
					PATH_MAX)
				read_corpus(inside);
			free(names[i]);
		}
		free(names);
		return 0;
	}
	if (n_corpus == CORPUS_MAX)
		return -E2BIG;
	file = fopen(path, "rb");
	if (!file)
		return -errno;
	corpus[n_corpus].n = fread(corpus[n_corpus].bytes, 1, INPUT_MAX, file);
	fclose(file);
	n_corpus++;
	return 0;
}

static uint64_t wish(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
	uint64_t runs = wish("KITLOG_FUZZ_RUNS", RUNS) / cost(), seed = 0;
	const char *slash = strrchr(argv[0], '/');
	time_t start = time(NULL);

	for (int i = 1; i < argc; i++) {
		int error = read_corpus(argv[i]);

		if (error < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(-error));
			return 2;
		}
	}
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)start;
	seed = wish("KITLOG_FUZZ_SEED", seed);
	snprintf(grave, sizeof(grave), "%.40s-deadly-input", slash ? slash + 1 : argv[0]);
	signal(SIGABRT, keep_deadly_input);
	signal(SIGSEGV, keep_deadly_input);
	signal(SIGFPE, keep_deadly_input);
	signal(SIGPROF, watch);
	setitimer(ITIMER_PROF, &(struct itimerval){{PATIENCE_S, 0}, {PATIENCE_S, 0}}, NULL);

	/* Of nothing: a target sets itself up first, which is no input's time. */
	run_once(CLOCK_MONOTONIC);

	printf("seed 0x%" PRIx64 ", %zu corpus files, %" PRIu64 " inputs\n", seed, n_corpus, runs);
	fflush(stdout);
	for (size_t i = 0; i < n_corpus; i++) {
		now = corpus[i];
		run();
	}
	for (uint64_t i = 0; i < runs; i++) {
		make_input(seed, i, &now);
		run();
	}
	printf("%" PRIu64 " inputs in %.0f s, no report, the slowest %.2f ms\n", runs + n_corpus,
		difftime(time(NULL), start), (double)slowest_ns / NS_PER_MS);
	return 0;
}
