/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handlers of /api/v1, by the file they are in; api/openapi.yaml says what each takes and
 * gives. `self` is the struct parts. */
#pragma once

#include "api/parts.h"

/* api_status.c */
void handle_status(void *self, struct request *request);
void write_hello(void *self, struct text *text);           /* event data */
void write_health(struct parts *parts, struct text *text); /* event data */

/* api_teacher.c */
void handle_login(void *self, struct request *request);
void handle_logout(void *self, struct request *request);
void handle_login_once(void *self, struct request *request);

/* api_clock.c */
void handle_clock(void *self, struct request *request);
void handle_clock_tell(void *self, struct request *request);

/* api_boots.c */
void handle_boots(void *self, struct request *request);
void handle_boot_tell(void *self, struct request *request);

/* api_devices.c */
void handle_devices(void *self, struct request *request);
void handle_identify(void *self, struct request *request);
void write_devices(void *self, struct text *text); /* event data */

/* api_kits.c */
void handle_kit(void *self, struct request *request);
void write_kits(const struct parts *parts, struct text *text); /* of the status */

/* api_lessons.c */
void handle_lessons(void *self, struct request *request);
void handle_lesson(void *self, struct request *request);
void handle_lessons_reload(void *self, struct request *request); /* rereading.c */
void announce_lessons(struct parts *parts); /* if what can be taught has changed */
void write_shelf(const struct parts *parts, struct text *text); /* of the status */

/* api_streams.c */
void handle_columns(void *self, struct request *request);

/* api_calibrations.c */
void handle_calibrations(void *self, struct request *request);
void handle_calibrate(void *self, struct request *request);
void handle_withdraw(void *self, struct request *request);
void answer_calibrations(void *self, struct request *request, uint32_t first, uint32_t last);

/* api_zero.c */
void handle_raw(void *self, struct request *request);
void handle_zero(void *self, struct request *request);

/* api_fit.c */
void handle_fit(void *self, struct request *request);

/* api_runs.c */
void handle_runs(void *self, struct request *request);
void handle_run(void *self, struct request *request);
void handle_run_start(void *self, struct request *request);
void handle_run_stop(void *self, struct request *request);
void announce_run(void *self, const struct run *run);

/* api_run_delete.c */
void handle_run_delete(void *self, struct request *request);

/* api_receipt.c */
void handle_receipt(void *self, struct request *request);
void answer_receipt(void *self, struct request *request, uint32_t run, uint32_t unused);

/* api_marks.c */
void handle_marks(void *self, struct request *request);
void handle_mark(void *self, struct request *request);
void announce_mark(void *self, const struct mark *mark);

/* api_sessions.c */
void handle_sessions(void *self, struct request *request);
void handle_session_make(void *self, struct request *request);
void handle_session(void *self, struct request *request);
void handle_session_log(void *self, struct request *request);
void announce_session(void *self, const struct session *session, const struct act *act);
void answer_act(void *self, struct request *request, uint32_t session, uint32_t act);

/* api_acts.c */
void handle_act(void *self, struct request *request);
void handle_together_act(void *self, struct request *request);

/* api_join.c */
void handle_join(void *self, struct request *request);
void handle_joined(void *self, struct request *request);
void handle_leave(void *self, struct request *request);
/* GET /j/4827 */
void join_by_address(const struct parts *parts, struct request *request, const char *code);
void note_presence(
	void *self, const struct request *request); /* of who joined, with each request */
void write_joined(const struct parts *parts, const struct session *session, unsigned group,
	struct text *text);

/* api_qr.c */
void handle_hotspot(void *self, struct request *request);
void handle_hotspot_qr(void *self, struct request *request);
void handle_session_qr(void *self, struct request *request);

/* api_groups.c */
void handle_prediction(void *self, struct request *request);
void handle_predicted(void *self, struct request *request);
void handle_group_run(void *self, struct request *request);
void handle_group_mark(void *self, struct request *request);

/* api_boards.c */
void handle_boards(void *self, struct request *request);
void handle_board_join(void *self, struct request *request);
void handle_board_forget(void *self, struct request *request);
void handle_boards_act(void *self, struct request *request);

/* own_room.c */
void handle_room(void *self, struct request *request);

/* api_activity.c */
void handle_activity(void *self, struct request *request);

/* api_results.c */
void handle_results(void *self, struct request *request);

/* api_readings.c */
void handle_reading(void *self, struct request *request);
void handle_readings(void *self, struct request *request);
void take_reading(void *self, struct request *request, uint32_t wish, uint32_t unused);

/* api_sinks.c */
void handle_sinks(void *self, struct request *request);
void handle_quarantine(void *self, struct request *request);
void write_sinks_health(struct parts *parts, struct text *text); /* [{...}, ...] */

/* api_export.c */
void handle_export(void *self, struct request *request);

/* api_package.c */
void handle_package(void *self, struct request *request);
void handle_session_package(void *self, struct request *request);
void handle_run_streams(void *self, struct request *request);

/* api_report.c */
void handle_report(void *self, struct request *request);

/* api_import.c */
void handle_import(void *self, struct request *request);
void write_imported(const struct parts *parts, struct text *text); /* {"runs": [...]} */
/* One of them, a Run; false: there is none of that number. */
bool write_imported_run(const struct parts *parts, uint32_t id, struct text *text);
