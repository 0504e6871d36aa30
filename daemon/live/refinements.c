/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run at a time, one step a job, so that charts and downloads have their turn in between. */
#include "live/refinements.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "keep/refining.h"

#define LOG_TAG "work"
#include "base/log.h"

struct refinements_job {
	struct job job;
	struct refinements *of;
	struct run run;
	struct refining *refining;
	int result; /* of the last step */
};

static void job_free(struct refinements_job *job)
{
	job->of->job = NULL;
	refining_free(job->refining);
	free(job);
}

/* On the work thread. */
static void step(struct job *of, struct reader *reader)
{
	struct refinements_job *job = CONTAINER(of, struct refinements_job, job);

	job->result = reader ? refining_step(job->refining, reader) : -ENODEV;
}

static void give_to_keep(const struct refinements_job *job)
{
	const struct curve *curve;
	uint32_t device;

	for (size_t i = 0; (curve = refining_curve(job->refining, i, &device)); i++) {
		struct refinement *made;

		if (refinement_new(job->run.id, device, job->run.from, job->run.to, curve, &made) <
			0)
			continue;
		if (keep_order_refinement(job->of->keep, made) < 0)
			free(made);
	}
}

static void stepped(struct job *of)
{
	struct refinements_job *job = CONTAINER(of, struct refinements_job, job);

	if (of->has_run && job->result == 1 && work_submit(job->of->work, &job->job) == 0)
		return;
	if (of->has_run && job->result == 0)
		give_to_keep(job);
	else if (of->has_run && job->result < 0)
		log_warn("run %u: its better clock map could not be made (%s); an export of it "
			 "tries again",
			job->run.number, strerror(-job->result));
	job_free(job);
}

static void start(struct refinements *refinements, const struct run *run)
{
	struct refinements_job *job = calloc(1, sizeof *job);

	if (!job)
		return;
	job->of = refinements;
	job->run = *run;
	job->job = (struct job){.run = step, .done = stepped};
	refinements->job = job;
	if (refining_new(run->from, run->to, &job->refining) < 0 ||
		work_submit(refinements->work, &job->job) < 0)
		job_free(job);
}

bool refinements_are_due(const struct store_status *store, struct instant to)
{
	return store->durable.ns > to.ns &&
		instant_since(store->durable, to) >= REFINE_MARGIN_S * (int64_t)NS_PER_S;
}

void refinements_want(struct refinements *refinements, const struct run *run)
{
	size_t i = 0;

	if (run->to.ns == INT64_MAX)
		return;
	while (i < refinements->n && refinements->wanted[i].id != run->id)
		i++;
	if (i == REFINEMENTS_WAITING) {
		i--;
		memmove(refinements->wanted, refinements->wanted + 1,
			i * sizeof refinements->wanted[0]);
	} else if (i == refinements->n) {
		refinements->n++;
	}
	refinements->wanted[i] = *run;
}

void refinements_look(struct refinements *refinements)
{
	for (size_t i = 0; i < refinements->n && !refinements->job; i++) {
		struct run run = refinements->wanted[i];

		if (!refinements_are_due(refinements->store, run.to))
			continue;
		refinements->n--;
		memmove(refinements->wanted + i, refinements->wanted + i + 1,
			(refinements->n - i) * sizeof refinements->wanted[0]);
		start(refinements, &run);
	}
}
