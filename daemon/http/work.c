/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pointers to jobs go out by one ring and come back by another; both hold more than may be under
 * way. */
#include "http/work.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/container.h"
#include "base/ring.h"
#include "history/import_place.h"

enum { MOST_JOBS = 128, RING_BYTES = 8192, PATH_BYTES = 512 };

struct work {
	/* main's */
	struct wake finished;
	void (*drained)(void *self);
	void *self;
	unsigned n_jobs; /* under way */
	bool has_thread;
	pthread_t thread;

	/* between the two */
	struct ring *todo, *done;
	atomic_bool is_stopping;
	struct job *_Atomic current; /* so that stopping can cancel it */

	/* the thread's */
	struct loop *loop;
	struct clock clock;
	struct wake ordered;
	const char *directory;
	struct reader *reader;
	uint32_t import; /* that was read last, with: */
	struct reader *import_reader;
};

static struct job *next_job(struct ring *ring)
{
	size_t n;
	struct job *const *place = ring_peek(ring, &n);

	if (!place)
		return NULL;
	struct job *job = *place;
	ring_drop(ring);
	return job;
}

/* --- the thread --- */

static struct reader *reader_of_import(struct work *work, uint32_t import)
{
	char path[PATH_BYTES];

	if (work->import_reader && work->import == import)
		return work->import_reader;
	reader_close(work->import_reader);
	work->import_reader = NULL;
	work->import = import;
	if (import_path(work->directory, import, path, sizeof path) < 0 ||
		reader_open(path, &work->import_reader) < 0)
		work->import_reader = NULL;
	return work->import_reader;
}

static struct reader *reader_of(struct work *work, const struct job *job)
{
	if (job->import)
		return reader_of_import(work, job->import);
	if (!work->reader && reader_open(work->directory, &work->reader) < 0)
		work->reader = NULL;
	return work->reader;
}

static void run_job(struct work *work, struct job *job)
{
	struct reader *reader = reader_of(work, job);

	atomic_store(&work->current, job);
	if (atomic_load(&work->is_stopping))
		atomic_store(&job->is_cancelled, true);
	job->run(job, reader);
	atomic_store(&work->current, NULL);
	job->has_run = true;
}

static void on_ordered(struct wake *wake)
{
	struct work *work = CONTAINER(wake, struct work, ordered);
	struct job *job;

	while (!atomic_load(&work->is_stopping) && (job = next_job(work->todo))) {
		run_job(work, job);
		ring_put(work->done, &job, sizeof job);
		wake_signal(&work->finished);
	}
	if (atomic_load(&work->is_stopping))
		loop_stop(work->loop);
}

static void *run_thread(void *self)
{
	struct work *work = self;

	pthread_setname_np(pthread_self(), "kitlog-work");
	loop_run(work->loop);
	reader_close(work->reader);
	reader_close(work->import_reader);
	return NULL;
}

/* --- main's side --- */

static void tell(struct work *work, struct ring *ring)
{
	struct job *job;

	while ((job = next_job(ring))) {
		work->n_jobs--;
		job->done(job);
	}
}

static void on_finished(struct wake *wake)
{
	struct work *work = CONTAINER(wake, struct work, finished);

	tell(work, work->done);
	work->drained(work->self);
}

int work_submit(struct work *work, struct job *job)
{
	if (work->n_jobs == MOST_JOBS || !work->has_thread)
		return -EBUSY;
	atomic_store(&job->is_cancelled, false);
	job->has_run = false;
	int r = ring_put(work->todo, &job, sizeof job);
	if (r < 0)
		return -EBUSY;
	work->n_jobs++;
	wake_signal(&work->ordered);
	return 0;
}

static int start(struct work *work)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before); /* signals are main's */
	int r = pthread_create(&work->thread, NULL, run_thread, work);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	work->has_thread = r == 0;
	return -r;
}

int work_open(struct loop *loop, const char *directory, void (*drained)(void *self), void *self,
	struct work **ret_work)
{
	struct work *work = calloc(1, sizeof *work);
	int r;

	if (!work)
		return -ENOMEM;
	work->directory = directory;
	work->drained = drained;
	work->self = self;
	work->finished.woken = on_finished;
	work->ordered.woken = on_ordered;
	if ((r = ring_new(RING_BYTES, &work->todo)) < 0 ||
		(r = ring_new(RING_BYTES, &work->done)) < 0 ||
		(r = wake_open(loop, &work->finished)) < 0 ||
		(r = loop_open(&work->clock, &work->loop)) < 0 ||
		(r = wake_open(work->loop, &work->ordered)) < 0 || (r = start(work)) < 0)
		goto fail;
	*ret_work = work;
	return 0;
fail:
	work_close(work);
	return r;
}

void work_stop(struct work *work)
{
	struct job *current;

	if (!work || !work->has_thread)
		return;
	atomic_store(&work->is_stopping, true);
	current = atomic_load(&work->current);
	if (current)
		atomic_store(&current->is_cancelled, true);
	wake_signal(&work->ordered);
	pthread_join(work->thread, NULL);
	work->has_thread = false;
	tell(work, work->done);
	tell(work, work->todo);
}

void work_close(struct work *work)
{
	if (!work)
		return;
	work_stop(work);
	wake_close(&work->finished);
	wake_close(&work->ordered);
	loop_close(work->loop);
	ring_free(work->todo);
	ring_free(work->done);
	free(work);
}
