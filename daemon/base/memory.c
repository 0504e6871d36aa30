/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_SEGMENTS = 24 }; /* a library of Debian has 9 to 14 */

/* What the sense thread calls, by the beginning of the file's name: the C library and its
 * arithmetic, numbers as text, and the ways to devices. The program itself has no name. */
static const char *const HELD[] = {
	"libc.so", "libm.so", "libstdc++.so", "libserialport.so", "libusb-1.0.so", "libgpiod.so"};

static bool is_held(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof HELD / sizeof *HELD; i++)
		if (strncmp(name, HELD[i], strlen(HELD[i])) == 0)
			return true;
	return *name == '\0';
}

/* A segment that is never written is the file's own pages: they can be given back without a loss,
 * and come again when they are used. (What the linker relocated and then protected lies in a
 * segment that may be written, and is not touched here. A debugger's breakpoints that were set
 * before are gone.) */
static int each_object(struct dl_phdr_info *object, size_t size, void *ret_error)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	size_t n = object->dlpi_phnum < MOST_SEGMENTS ? object->dlpi_phnum : MOST_SEGMENTS;
	ElfW(Phdr) segments[MOST_SEGMENTS];
	bool holds = is_held(object->dlpi_name);
	bool is_needed = *object->dlpi_name == '\0'; /* a linker may put its constants first */

	(void)size;
	/* The table lies in the object's first page, and who looks there gets 64 KiB around it. */
	memcpy(segments, object->dlpi_phdr, n * sizeof *segments);
	for (size_t i = 0; i < n; i++) {
		uintptr_t begin = (object->dlpi_addr + segments[i].p_vaddr) & ~(page - 1);
		uintptr_t end = object->dlpi_addr + segments[i].p_vaddr + segments[i].p_memsz;

		if (segments[i].p_type != PT_LOAD || (segments[i].p_flags & PF_W))
			continue;
		madvise((void *)begin, end - begin, MADV_DONTNEED);
		/* What lies before the code are the linker's tables; behind it are constants. */
		is_needed |= (segments[i].p_flags & PF_X) != 0;
		if (holds && is_needed && mlock((void *)begin, end - begin))
			*(int *)ret_error = -errno;
	}
	return 0;
}

int memory_hold(void)
{
	int error = 0;

	malloc_trim(0); /* what reading the configuration, kits, lessons and pages left between */
	dl_iterate_phdr(each_object, &error);
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
		error = -errno;
	return error;
}
