/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order goes to keep first: what could not be ordered has not happened. */
#include "live/runs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/text.h"

static bool is_running(const struct run *run)
{
	return run->to.ns == INT64_MAX;
}

int runs_reserve(struct runs *runs, size_t n)
{
	size_t room = runs->room ? runs->room * 2 : 32;

	if (runs->n + n <= runs->room)
		return 0;
	struct run *grown = realloc(runs->run, room * sizeof *grown);
	if (!grown)
		return -ENOMEM;
	runs->run = grown;
	runs->room = room;
	return 0;
}

static int take(void *self, const struct run *run)
{
	struct runs *runs = self;
	int r = runs_reserve(runs, 1);

	if (r < 0)
		return r;
	runs->run[runs->n++] = *run;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct run *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

int runs_load(struct runs *runs, struct reader *reader, struct keep *keep)
{
	*runs = (struct runs){.keep = keep};
	int r = reader_runs(reader, take, runs);

	if (r < 0) {
		runs_clear(runs);
		return r;
	}
	if (runs->n > 0)
		qsort(runs->run, runs->n, sizeof *runs->run, by_id);
	runs->is_known = true;
	return 0;
}

void runs_clear(struct runs *runs)
{
	free(runs->run);
	runs->run = NULL;
	runs->n = runs->room = 0;
}

static struct run *find(const struct runs *runs, uint32_t id)
{
	struct run wanted = {.id = id};

	return runs->n ? bsearch(&wanted, runs->run, runs->n, sizeof *runs->run, by_id) : NULL;
}

const struct run *runs_row(const struct runs *runs, uint32_t id)
{
	return find(runs, id);
}

const struct run *runs_find(const struct runs *runs, uint32_t id)
{
	const struct run *run = find(runs, id);

	return run && !run->is_withdrawn ? run : NULL;
}

uint32_t runs_next_id(const struct runs *runs)
{
	return runs->n > 0 ? runs->run[runs->n - 1].id + 1 : 1;
}

uint32_t runs_number(const struct runs *runs, const struct run *run)
{
	const struct run *known = find(runs, run->id);
	uint32_t number = 1;

	if (known)
		return known->number;
	for (size_t i = 0; i < runs->n; i++)
		if (runs->run[i].session == run->session && runs->run[i].group == run->group &&
			runs->run[i].number >= number)
			number = runs->run[i].number + 1;
	return number;
}

void runs_put(struct runs *runs, const struct run *run)
{
	struct run *known = find(runs, run->id);

	if (known)
		*known = *run;
	else
		runs->run[runs->n++] = *run;
}

const struct run *runs_running(const struct runs *runs)
{
	for (size_t i = runs->n; i-- > 0;)
		if (is_running(&runs->run[i]) && !runs->run[i].session)
			return &runs->run[i];
	return NULL;
}

int runs_start(struct runs *runs, const char *title, struct instant from, struct instant to,
	const struct run **ret_run)
{
	struct run run = {.from = from, .to = to};

	if (!runs->is_known)
		return -EAGAIN;
	if (is_running(&run) && runs_running(runs))
		return -EALREADY;
	run.id = runs_next_id(runs);
	run.number = runs_number(runs, &run);
	text_copy(run.title, sizeof run.title, title);
	int r = runs_reserve(runs, 1);
	if (r == 0)
		r = keep_order_run(runs->keep, &run);
	if (r < 0)
		return r;
	runs->run[runs->n] = run;
	*ret_run = &runs->run[runs->n++];
	return 0;
}

int runs_stop(struct runs *runs, uint32_t id, struct instant now, const struct run **ret_run)
{
	struct run *run = find(runs, id);

	if (!run)
		return -ENOENT;
	if (!is_running(run))
		return -EALREADY;
	struct run stopped = *run;

	stopped.to = now;
	int r = keep_order_run(runs->keep, &stopped);
	if (r < 0)
		return r;
	*run = stopped;
	*ret_run = run;
	return 0;
}
