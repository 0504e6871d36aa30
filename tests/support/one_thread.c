/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a test that says "One thread only" gets for pthread_create (the linker's --wrap): its word is
 * why ThreadSanitizer does not run it, so it must be true. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

int __wrap_pthread_create(
	pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*run)(void *), void *of);

int __wrap_pthread_create(
	pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*run)(void *), void *of)
{
	(void)ret_thread, (void)attributes, (void)run, (void)of;
	fputs("this test starts a thread: take \"One thread only\" out of its file\n", stderr);
	abort();
}
