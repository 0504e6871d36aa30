/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fit/quiet.h"

#include <pthread.h>
#include <gsl/gsl_errno.h>

static pthread_once_t is_quiet = PTHREAD_ONCE_INIT;

static void be_quiet(void)
{
	gsl_set_error_handler_off();
}

void quiet_gsl(void)
{
	pthread_once(&is_quiet, be_quiet);
}
