/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several marks may have one instant: the next page begins with the last one's, and leaves out what
 * was read of it. Within an instant they come by number. */
#include "history/mark_pages.h"

void mark_pages_init(
	struct mark_pages *pages, const struct run *run, struct instant from, struct instant to)
{
	*pages = (struct mark_pages){.run = *run, .from = from, .to = to};
}

static int take(void *self, const struct mark *mark)
{
	struct mark_pages *pages = self;

	if ((mark->at.ns == pages->from.ns && mark->id <= pages->last_id) ||
		(pages->run.id > 0 && !run_has_mark(&pages->run, mark)))
		return 0;
	if (pages->n == MARK_PAGE)
		return 1;
	pages->page[pages->n++] = *mark;
	return 0;
}

static int read_page(struct mark_pages *pages, struct reader *reader)
{
	int r;

	pages->n = pages->at = 0;
	r = reader_marks(reader, pages->from, pages->to, take, pages);
	if (r < 0)
		return r;
	pages->is_last_page = r == 0;
	if (pages->n > 0) {
		pages->from = pages->page[pages->n - 1].at;
		pages->last_id = pages->page[pages->n - 1].id;
	}
	return 0;
}

const struct mark *mark_pages_next(struct mark_pages *pages, struct reader *reader, int *ret_error)
{
	*ret_error = 0;
	if (pages->at == pages->n && !pages->is_last_page)
		*ret_error = read_page(pages, reader);
	return *ret_error == 0 && pages->at < pages->n ? &pages->page[pages->at] : NULL;
}

void mark_pages_step(struct mark_pages *pages)
{
	pages->at++;
}
