/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The teacher's PIN on the card: DIR/pin, made at the first start, six digits, readable by the service
 * only. Whoever may read it is the teacher; who lost it removes the file and starts kitlogd again. Main
 * thread, at start. */
#pragma once

enum { TEACHER_PIN_TEXT = 16 }; /* 15 characters and a NUL */

/* Of the data folder `data`. *ret_pin is empty where there is none that can be read or made, which is told:
 * then nobody can sign in as teacher (http/teacher.h), and everything else runs. */
void teacher_pin_load(const char *data, char ret_pin[TEACHER_PIN_TEXT]);
