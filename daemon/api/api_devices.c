/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /devices, and "which one are you?". */
#include <errno.h>
#include <string.h>

#include "sense/kit.h"
#include "http/ask.h"
#include "api/handlers.h"

enum { BLINK_S = 3, BLINK_MOST_S = 25 };

/* The tables of the families are const and anybody's to read (sense/kit.h). */
extern const struct kit_family *const __start_kit_families[] __attribute__((weak));
extern const struct kit_family *const __stop_kit_families[] __attribute__((weak));

void write_devices(void *self, struct text *text)
{
	struct parts *parts = self;

	text_add(text, "{\"devices\":");
	live_devices_json(parts->live, text);
	text_add_char(text, '}');
}

void handle_devices(void *self, struct request *request)
{
	struct parts *parts = self;
	struct text text = answer_begin(parts);

	write_devices(parts, &text);
	text_add_char(&text, '\n');
	answer_send(request, 200, &text);
}

static bool can_blink(const struct device *device)
{
	for (const struct kit_family *const *f = __start_kit_families; f < __stop_kit_families; f++)
		if (strcmp((*f)->name, device->family) == 0)
			return (*f)->order != NULL;
	return false;
}

static int order_blink(const struct parts *parts, uint32_t id, int64_t seconds)
{
	bool is_gone;
	const struct device *device = live_device(parts->live, id, &is_gone);

	if (!device || is_gone)
		return -ENODEV;
	if (!can_blink(device))
		return -EOPNOTSUPP;
	return parts->sense ? sense_order(parts->sense, id, KIT_IDENTIFY, (unsigned)seconds * 10)
			    : -ENODEV;
}

static void answer_order(struct request *request, int result)
{
	if (result == 0)
		request_answer(request, 202, NULL, "", 0);
	else if (result == -EOPNOTSUPP)
		request_refuse(request, 409, "cannot_blink",
			"这台器材没有能闪的灯。拔一下线，看哪台变灰。",
			"This kit has no light to blink. Unplug one and see which turns grey.");
	else if (result == -ENODEV)
		refuse_unknown(request, "这台器材没有插着。", "This kit is not plugged in.");
	else
		refuse_busy(request);
}

void handle_identify(void *self, struct request *request)
{
	struct parts *parts = self;
	int64_t seconds = BLINK_S;
	uint32_t id;
	json_t *body;

	if (!ask_id(request, 0, &id) || !ask_body(request, &body))
		return;
	if (ask_member_int(request, body, "seconds", &seconds)) {
		if (seconds < 1 || seconds > BLINK_MOST_S)
			refuse_parameter(
				request, "seconds", "要在 1 到 25 之间", "must be 1 to 25");
		else
			answer_order(request, order_blink(parts, id, seconds));
	}
	json_decref(body);
}
