/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares as text: what a person reads in the failure is what was compared. */
#include "sense/replay_sent.h"

#include <stdlib.h>
#include <string.h>

static struct recording_event *oldest(struct replay_queue *queue)
{
	return &queue->events[queue->first];
}

static void drop(struct replay_queue *queue)
{
	queue->first = (queue->first + 1) % REPLAY_WAITING;
	queue->n--;
}

static bool put(struct replay_queue *queue, const struct recording_event *event)
{
	if (queue->n == REPLAY_WAITING)
		return false;
	queue->events[(queue->first + queue->n++) % REPLAY_WAITING] = *event;
	return true;
}

static bool is_same(const struct recording_event *a, const struct recording_event *b)
{
	if (a->kind != b->kind || a->n != b->n)
		return false;
	if (a->kind == RECORDING_PULSE)
		return strcmp(a->id, b->id) == 0 && a->us == b->us;
	if (a->kind == RECORDING_CONTROL &&
		(a->is_get != b->is_get || a->control.type != b->control.type ||
			a->control.request != b->control.request ||
			a->control.value != b->control.value ||
			a->control.index != b->control.index))
		return false;
	return a->is_get || memcmp(a->bytes, b->bytes, a->n) == 0;
}

/* "> 01 04", without its time; a long one is cut. */
static void say(struct text *text, const struct recording_event *event, bool is_text)
{
	enum { SHOWN = 24 };
	char buffer[SHOWN * 5 + 80], *words;
	struct text line = text_over(buffer, sizeof buffer);
	struct recording_event *shown = malloc(sizeof *shown);

	if (!shown)
		return;
	*shown = *event;
	shown->is_text = is_text && recording_is_text(event->bytes, event->n);
	if (!shown->is_get && shown->n > SHOWN)
		shown->n = SHOWN;
	recording_write(&line, shown);
	words = strchr(buffer, ' ');
	text_addf(text, "\"%.*s%s\"", words ? (int)strcspn(words + 1, "\n") : 0,
		words ? words + 1 : "", shown->n < event->n ? " ..." : "");
	free(shown);
}

static bool meet(struct replay_sent *sent, struct text *ret_failure, int *ret_line)
{
	struct recording_event *recorded = oldest(&sent->recorded), *driver = oldest(&sent->driver);

	*ret_line = recorded->line;
	if (!is_same(recorded, driver)) {
		text_add(ret_failure, "the driver sends ");
		say(ret_failure, driver, recorded->is_text);
		text_add(ret_failure, " where ");
		say(ret_failure, recorded, recorded->is_text);
		text_add(ret_failure, " is recorded");
		return false;
	}
	drop(&sent->recorded);
	drop(&sent->driver);
	return true;
}

bool replay_sent_recorded(struct replay_sent *sent, const struct recording_event *event,
	struct text *ret_failure, int *ret_line)
{
	if (!put(&sent->recorded, event)) {
		*ret_line = oldest(&sent->recorded)->line;
		text_add(ret_failure, "the driver does not send ");
		say(ret_failure, oldest(&sent->recorded), oldest(&sent->recorded)->is_text);
		return false;
	}
	return sent->driver.n > 0 && meet(sent, ret_failure, ret_line);
}

bool replay_sent_driver(struct replay_sent *sent, const struct recording_event *event,
	struct text *ret_failure, int *ret_line)
{
	if (!put(&sent->driver, event)) {
		*ret_line = event->line;
		text_add(ret_failure, "the driver sends ");
		say(ret_failure, oldest(&sent->driver), false);
		text_add(ret_failure, " and more, which is not recorded before this line");
		return false;
	}
	return sent->recorded.n > 0 && meet(sent, ret_failure, ret_line);
}

bool replay_sent_nothing_waits(struct replay_sent *sent, int line, int64_t recent_ns,
	struct text *ret_failure, int *ret_line)
{
	if (sent->recorded.n > 0) {
		*ret_line = oldest(&sent->recorded)->line;
		text_add(ret_failure, "the driver does not send ");
		say(ret_failure, oldest(&sent->recorded), oldest(&sent->recorded)->is_text);
		return false;
	}
	while (sent->driver.n > 0 && oldest(&sent->driver)->at_ns >= recent_ns)
		drop(&sent->driver);
	if (sent->driver.n == 0)
		return true;
	*ret_line = line;
	text_add(ret_failure, "the driver sends ");
	say(ret_failure, oldest(&sent->driver), false);
	text_add(ret_failure, ", which is not recorded before this line");
	return false;
}
