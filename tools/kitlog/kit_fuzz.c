/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The child plays and counts in shared memory; the parent waits and judges. */
#include "tools/kitlog/kit_fuzz.h"

#include <errno.h>
#include <malloc.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "base/text.h"
#include "data/flag.h"
#include "tools/kitlog/kit_wound.h"
#include "tools/kitlog/say.h"

/* A sanitizer makes everything some ten times slower, a busy machine does not: it is processor
 * time. The first events of a process also pay for its page faults. */
enum { HANG_MS = 10, GIVE_UP_S = 20 };

struct job {
	const struct kit_folder *folder;
	const struct wounds *wounds;
	uint64_t seed;
	double seconds;
	struct kit_fuzzed *shared; /* `inputs` is the number of the one that is played */
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- values --- */

/* "12.5 temp 101 out-of-range": is a value outside of what its kit.yaml says, and not flagged? This
 * looks at kit.yaml, not at what the driver described. */
static bool is_unflagged(const struct model *model, const char *line, size_t n)
{
	char id[64], flag[40] = "";
	char text[200], *name;
	double value;
	int used = 0, channel;

	if (n >= sizeof text)
		return false;
	memcpy(text, line, n);
	text[n] = '\0';
	if (sscanf(text, "%*s %63s %n", id, &used) != 1 || used == 0)
		return false;
	name = strchr(id, '.') ? strchr(id, '.') + 1 : id;
	channel = model_channel(model, name);
	size_t digits = number_to_double(text + used, n - (size_t)used, &value);
	if (channel < 0 || digits == 0)
		return false;
	sscanf(text + used + digits, " %39s", flag);
	return flag_of_value(value, model->channels[channel].low, model->channels[channel].high,
		       model->channels[channel].resolution) &&
		!strstr(flag, "out-of-range");
}

static void check_values(struct job *job, const char *out)
{
	const struct model *model = job->folder->model;

	while (*out) {
		size_t n = strcspn(out, "\n");

		if (is_unflagged(model, out, n) && !job->shared->problem[0])
			snprintf(job->shared->problem, KIT_FUZZ_TEXT,
				say("值超出范围却没有标记：%.*s",
					"a value is out of range and not flagged: "
					"%.*s"),
				(int)(n < 120 ? n : 120), out);
		out += n + (out[n] == '\n');
	}
}

/* --- the child --- */

static bool play(
	struct job *job, const char *text, size_t n, struct replay_outcome *outcome, char **out)
{
	struct replay_options options = kit_replay_options(job->folder->model);
	struct report report = {.file = "damaged"};
	struct recording *recording;
	size_t n_out;
	int error;

	options.is_lenient = options.is_timed = true;
	if (recording_open_text(text, n, &report, &recording) < 0)
		return false;
	error = replay_run(&options, recording, outcome, out, &n_out);
	recording_close(recording);
	return error == 0;
}

/* What is slow once may be the machine: what is slow three times is the driver. */
static void check_time(struct job *job, const char *text, size_t n, struct replay_outcome *outcome)
{
	const int64_t most_ns = HANG_MS * (int64_t)NS_PER_MS;
	struct replay_outcome again;
	char *out;

	for (int i = 0; i < 2 && outcome->longest_ns > most_ns; i++) {
		if (!play(job, text, n, &again, &out))
			return;
		free(out);
		if (again.longest_ns < outcome->longest_ns)
			*outcome = again;
	}
	if (outcome->longest_ns > job->shared->longest_ns)
		job->shared->longest_ns = outcome->longest_ns;
	if (outcome->longest_ns > most_ns)
		snprintf(job->shared->problem, KIT_FUZZ_TEXT,
			say("第 %d 行的事件用了 %.1f ms，上限 %d ms",
				"the event of line %d took %.1f ms; at most %d ms are allowed"),
			outcome->longest_line, (double)outcome->longest_ns / NS_PER_MS, HANG_MS);
}

static void play_one(struct job *job, const char *text, size_t n)
{
	struct replay_outcome outcome;
	char *out;

	if (!play(job, text, n, &outcome, &out))
		return;
	job->shared->events += outcome.events;
	job->shared->values += outcome.values;
	job->shared->flagged += outcome.flagged;
	check_time(job, text, n, &outcome);
	check_values(job, out);
	free(out);
}

/* Each recording takes some megabytes and gives them back. If the C library gave them on to the
 * kernel, nine tenths of the time would go into pages that come back empty. */
static void keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

static void play_all(struct job *job)
{
	double end_s = now_s() + job->seconds;

	do {
		size_t n;
		char *text = wounds_make(job->wounds, job->seed, job->shared->inputs, &n);

		if (!text)
			break;
		play_one(job, text, n);
		free(text);
		if (job->shared->problem[0])
			break;
		job->shared->inputs++;
	} while (now_s() < end_s);
}

/* --- the parent --- */

/* Waits for the child; false: it did not end and was ended. */
static bool wait_for(pid_t child, double seconds, int *ret_status)
{
	double end_s = now_s() + seconds;
	const struct timespec nap = {0, 5 * NS_PER_MS};

	while (waitpid(child, ret_status, WNOHANG) == 0) {
		if (now_s() > end_s) {
			kill(child, SIGKILL);
			waitpid(child, ret_status, 0);
			return false;
		}
		nanosleep(&nap, NULL);
	}
	return true;
}

static void keep_input(struct job *job)
{
	char name[80];
	size_t n;
	char *text = wounds_make(job->wounds, job->seed, job->shared->inputs, &n);

	snprintf(name, sizeof name, "%s-damaged.txt", job->folder->name);
	if (text && kit_write_file(name, text, n) == 0)
		text_copy(job->shared->kept, sizeof job->shared->kept, name);
	free(text);
}

static void judge(struct job *job, bool has_ended, int status)
{
	char *problem = job->shared->problem;

	if (!has_ended)
		snprintf(problem, KIT_FUZZ_TEXT, "%s",
			say("驱动停不下来", "the driver does not come back"));
	else if (WIFSIGNALED(status))
		snprintf(problem, KIT_FUZZ_TEXT, say("驱动崩溃：%s", "the driver crashes: %s"),
			strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		snprintf(problem, KIT_FUZZ_TEXT, say("驱动出错退出：%d", "the driver ends with %d"),
			WEXITSTATUS(status));
	if (problem[0])
		keep_input(job);
}

static int run(struct job *job)
{
	int status = 0;
	bool has_ended;
	pid_t child;

	fflush(NULL); /* else what waits there is printed twice */
	child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		keep_memory();
		play_all(job);
		_exit(0); /* of the child: nothing of the parent's is flushed or closed twice */
	}
	has_ended = wait_for(child, job->seconds + GIVE_UP_S, &status);
	judge(job, has_ended, status);
	return 0;
}

int kit_fuzz(const struct kit_folder *folder, double seconds, uint64_t seed,
	struct kit_fuzzed *ret_fuzzed)
{
	struct job job = {.folder = folder, .seed = seed, .seconds = seconds};
	struct wounds *wounds;
	int error = wounds_new(&wounds);

	if (error < 0)
		return error;
	for (size_t i = 0; i < folder->n_recordings; i++) {
		char recordings[PATH_MAX], path[PATH_MAX];
		struct report report = {.file = path};

		kit_path(recordings, folder->path, "recordings");
		wounds_learn(wounds, kit_path(path, recordings, folder->recordings[i]), &report);
	}
	job.wounds = wounds;
	job.shared = mmap(NULL, sizeof *job.shared, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	error = job.shared == MAP_FAILED ? -errno : run(&job);
	if (error == 0)
		*ret_fuzzed = *job.shared;
	if (job.shared != MAP_FAILED)
		munmap(job.shared, sizeof *job.shared);
	wounds_free(wounds);
	return error;
}
