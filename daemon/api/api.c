/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table, and the routes that are one line each. */
#include "api/api.h"

#include <string.h>

#include "api/handlers.h"
#include "api/openapi.h"

static void handle_events(void *self, struct request *request)
{
	struct parts *parts = self;

	events_answer(parts->events, request);
}

static void handle_openapi(void *self, struct request *request)
{
	(void)self;
	request_answer(
		request, 200, "application/yaml; charset=utf-8", openapi_yaml, openapi_yaml_bytes);
}

/* clang-format off */
static const struct route ROUTES[] = {
	/* method   pattern                             teacher handler */
	{"GET",    "/api/v1/status",                    false, handle_status},
	{"POST",   "/api/v1/login",                     false, handle_login},
	{"DELETE", "/api/v1/login",                     false, handle_logout},
	{"POST",   "/api/v1/login/once",                true,  handle_login_once},
	{"GET",    "/api/v1/clock",                     false, handle_clock},
	{"POST",   "/api/v1/clock",                     true,  handle_clock_tell},
	{"GET",    "/api/v1/clock/boots",               false, handle_boots},
	{"POST",   "/api/v1/clock/boots/{id}",          true,  handle_boot_tell},
	{"GET",    "/api/v1/room",                      false, handle_room},
	{"GET",    "/api/v1/boards",                    false, handle_boards},
	{"POST",   "/api/v1/boards/acts",               true,  handle_boards_act},
	{"POST",   "/api/v1/boards/{id}/key",           true,  handle_board_join},
	{"DELETE", "/api/v1/boards/{id}/key",           true,  handle_board_forget},
	{"GET",    "/api/v1/devices",                   false, handle_devices},
	{"POST",   "/api/v1/devices/{id}/identify",     true,  handle_identify},
	{"GET",    "/api/v1/kits/{id}",                 false, handle_kit},
	{"GET",    "/api/v1/lessons",                   false, handle_lessons},
	{"GET",    "/api/v1/lessons/{id}",              false, handle_lesson},
	{"POST",   "/api/v1/lessons/reload",            true,  handle_lessons_reload},
	{"GET",    "/api/v1/streams/{id}/columns",      false, handle_columns},
	{"GET",    "/api/v1/streams/{id}/raw",          false, handle_raw},
	{"GET",    "/api/v1/calibrations",              false, handle_calibrations},
	{"POST",   "/api/v1/calibrations",              true,  handle_calibrate},
	{"POST",   "/api/v1/calibrations/zero",         true,  handle_zero},
	{"POST",   "/api/v1/calibrations/{id}/withdraw", true, handle_withdraw},
	{"POST",   "/api/v1/fits",                      false, handle_fit},
	{"GET",    "/api/v1/runs",                      false, handle_runs},
	{"POST",   "/api/v1/runs",                      true,  handle_run_start},
	{"GET",    "/api/v1/runs/{id}",                 false, handle_run},
	{"DELETE", "/api/v1/runs/{id}",                 true,  handle_run_delete},
	{"POST",   "/api/v1/runs/{id}/stop",            true,  handle_run_stop},
	{"GET",    "/api/v1/runs/{id}/package",         false, handle_package},
	{"GET",    "/api/v1/runs/{id}/receipt",         false, handle_receipt},
	{"GET",    "/api/v1/sessions/{id}/package",     false, handle_session_package},
	{"GET",    "/api/v1/runs/{id}/streams",         false, handle_run_streams},
	{"GET",    "/api/v1/runs/{id}/report",          false, handle_report},
	{"POST",   "/api/v1/import",                    true,  handle_import},
	{"GET",    "/api/v1/marks",                     false, handle_marks},
	{"POST",   "/api/v1/marks",                     true,  handle_mark},
	{"GET",    "/api/v1/sessions",                  false, handle_sessions},
	{"POST",   "/api/v1/sessions",                  true,  handle_session_make},
	{"GET",    "/api/v1/sessions/{id}",             false, handle_session},
	{"POST",   "/api/v1/sessions/{id}/acts",        true,  handle_act},
	{"POST",   "/api/v1/together/{id}/acts",        true,  handle_together_act},
	{"GET",    "/api/v1/sessions/{id}/log",         false, handle_session_log},
	{"GET",    "/api/v1/sessions/{id}/results",     false, handle_results},
	{"GET",    "/api/v1/sessions/{id}/qr",          false, handle_session_qr},
	{"GET",    "/api/v1/hotspot",                   true,  handle_hotspot},
	{"GET",    "/api/v1/hotspot/qr",                true,  handle_hotspot_qr},
	{"GET",    "/api/v1/sessions/{id}/readings",    false, handle_readings},
	{"GET",    "/api/v1/sessions/{id}/groups/{n}/prediction", false, handle_predicted},
	{"POST",   "/api/v1/sessions/{id}/groups/{n}/prediction", false, handle_prediction},
	{"POST",   "/api/v1/sessions/{id}/groups/{n}/readings",   false, handle_reading},
	{"POST",   "/api/v1/sessions/{id}/groups/{n}/run",        false, handle_group_run},
	{"POST",   "/api/v1/sessions/{id}/groups/{n}/mark",       false, handle_group_mark},
	{"GET",    "/api/v1/activity",                  true,  handle_activity},
	{"GET",    "/api/v1/join",                      false, handle_joined},
	{"POST",   "/api/v1/join",                      false, handle_join},
	{"DELETE", "/api/v1/join",                      false, handle_leave},
	{"GET",    "/api/v1/sinks",                     false, handle_sinks},
	{"GET",    "/api/v1/sinks/{name}/quarantine",   false, handle_quarantine},
	{"GET",    "/api/v1/export",                    false, handle_export},
	{"GET",    "/api/v1/events",                    false, handle_events},
	{"GET",    "/api/v1/openapi.yaml",              false, handle_openapi},
};
/* clang-format on */

const struct route *api_routes(size_t *ret_n)
{
	*ret_n = sizeof ROUTES / sizeof *ROUTES;
	return ROUTES;
}

void api_otherwise(void *self, struct request *request)
{
	struct parts *parts = self;
	const char *path = request_path(request);

	if (strncmp(path, "/api/", 5) == 0)
		request_refuse(request, 404, "no_such_path", "没有这个地址。", "No such address.");
	else if (strncmp(path, "/j/", 3) == 0)
		join_by_address(parts, request, path + 3);
	else if (!parts->pages)
		request_refuse(request, 503, "no_pages", "网页没有装好。重新安装 kitlog。",
			"The pages are not installed. Install kitlog again.");
	else
		pages_answer(parts->pages, request, path);
}
