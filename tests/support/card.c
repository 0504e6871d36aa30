/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See support/card.h. The log's format: linux/drivers/md/dm-log-writes.c, which QEMU's
 * block/blklogwrites.c writes, too. */
#include "support/card.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/scratch.h"

enum {
	SECTOR = 512,
	PAGE = 4096,
	SYSTEM_BYTES = 16 << 20, /* of the file system */
	DISK_BYTES = SYSTEM_BYTES + PAGE,
	PATIENCE_MS = 20000,
};

#define LOG_MAGIC UINT64_C(0x6a736677736872)
enum { FLUSH_FLAG = 1, DISCARD_FLAG = 4 };

static const uint64_t promise_magic = UINT64_C(0x6b69746c6f672121);

struct promise {
	uint64_t magic;
	int64_t what;
};

struct entry {
	size_t at, n; /* bytes of the disk */
	const uint8_t *bytes;
	bool is_flush;
};

struct card {
	char folder[128], directory[160];
	pid_t daemon;
	int disk; /* as FUSE shows it */
	bool is_mounted;
	char device[32]; /* that is mounted */
	/* what was written down */
	uint8_t *log;
	size_t log_size;
	struct entry *entries;
	size_t n_entries;
	/* the disk after all entries before `flushed` */
	uint8_t *base, *image;
	size_t flushed;
	unsigned mended;
};

static const char *path_of(const struct card *card, const char *name)
{
	static char path[192];

	snprintf(path, sizeof path, "%s/%s", card->folder, name);
	return path;
}

static void run(const char *form, const char *path)
{
	char command[400];

	snprintf(command, sizeof command, form, path);
	if (system(command))
		fail_msg("failed: %s", command);
}

/* ---------------------------------------------------------------- mounting a file */

static void wait_a_moment(void)
{
	nanosleep(&(struct timespec){0, 1000000}, NULL);
}

/* A loop device of it, which is no more when nobody has it open; writes its path. */
static int attach(const char *path, char *ret_device, size_t size)
{
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int file = open(path, O_RDWR | O_CLOEXEC), result = -1, device = -1;
	struct loop_config config = {
		.fd = (uint32_t)file, .info = {.lo_flags = LO_FLAGS_AUTOCLEAR}};

	/* Between the question and the answer others may take it. */
	for (int i = 0; control >= 0 && file >= 0 && result < 0 && i < 100; i++) {
		snprintf(ret_device, size, "/dev/loop%d", ioctl(control, LOOP_CTL_GET_FREE));
		device = open(ret_device, O_RDWR | O_CLOEXEC);
		result = device < 0 ? -1 : ioctl(device, LOOP_CONFIGURE, &config);
		if (result < 0 && device >= 0)
			close(device);
	}
	if (file >= 0)
		close(file);
	if (control >= 0)
		close(control);
	return result < 0 ? -1 : device;
}

static bool mount_file(struct card *card, const char *name, const char *options)
{
	int held = attach(path_of(card, name), card->device, sizeof card->device);

	if (held < 0)
		return false;
	int result = mount(card->device, card->directory, "ext4", MS_NOATIME, options);
	int error = errno;
	close(held);
	errno = error;
	card->is_mounted = result == 0;
	return card->is_mounted;
}

/* Still of a file? */
static bool is_attached(const char *device)
{
	struct loop_info64 info;
	int held = open(device, O_RDONLY | O_CLOEXEC);
	bool is = held >= 0 && ioctl(held, LOOP_GET_STATUS64, &info) == 0;

	if (held >= 0)
		close(held);
	return is;
}

/* When it returns nothing of the file system is alive that could still write. */
static void unmount(struct card *card)
{
	assert_int_equal(umount(card->directory), 0);
	card->is_mounted = false;
	for (int waited = 0; is_attached(card->device); waited++) {
		if (waited > PATIENCE_MS)
			fail_msg("%s is still mounted by somebody", card->device);
		wait_a_moment();
	}
}

/* ---------------------------------------------------------------- the card while it is written */

const char *card_missing(void)
{
	if (system("command -v qemu-storage-daemon mkfs.ext4 e2fsck >/dev/null"))
		return "no qemu-storage-daemon or e2fsprogs; run tools/packages/install test";
	if (system("qemu-storage-daemon --help | grep -q type..fuse"))
		return "this qemu-storage-daemon shows no disk as a file (FUSE)";
	if (access("/dev/fuse", R_OK | W_OK) || access("/dev/loop-control", R_OK | W_OK))
		return "a disk's log needs /dev/fuse, loop devices and root";
	/* Whoever takes a copy of all mounts would keep ours alive, and writing, when we have
	 * unmounted. */
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return "nothing may be mounted here (needs root)";
	return NULL;
}

static void start_daemon(struct card *card)
{
	struct stat found;
	int waited = 0;

	card->daemon = fork();
	assert_true(card->daemon >= 0);
	if (card->daemon == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (chdir(card->folder) == 0)
			execlp("qemu-storage-daemon", "qemu-storage-daemon", "--blockdev",
				"driver=file,node-name=disk,filename=disk", "--blockdev",
				"driver=file,node-name=log,filename=log", "--blockdev",
				"driver=blklogwrites,node-name=logged,file=disk,log=log,log-sector-size=512",
				"--export",
				"type=fuse,id=e,node-name=logged,mountpoint=shown,writable=on",
				(char *)NULL);
		_exit(127);
	}
	while (stat(path_of(card, "shown"), &found) || found.st_size != DISK_BYTES) {
		if (waited++ > PATIENCE_MS || waitpid(card->daemon, NULL, WNOHANG))
			fail_msg("qemu-storage-daemon does not show its disk");
		wait_a_moment();
	}
}

static void end_daemon(struct card *card)
{
	if (card->daemon > 0) {
		kill(card->daemon, SIGTERM);
		waitpid(card->daemon, NULL, 0);
	}
	card->daemon = 0;
}

static uint8_t *load(const char *path, size_t *ret_size)
{
	struct stat found;
	int file = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(file >= 0 && fstat(file, &found) == 0);
	*ret_size = (size_t)found.st_size;
	uint8_t *bytes = malloc(*ret_size + 1);
	assert_non_null(bytes);
	assert_int_equal(read(file, bytes, *ret_size), *ret_size);
	close(file);
	return bytes;
}

void card_insert(struct card **ret_card)
{
	struct card *card = calloc(1, sizeof *card);
	size_t size;

	assert_non_null(card);
	*ret_card = card;
	card->disk = -1;
	scratch_folder("card", card->folder, sizeof card->folder);
	snprintf(card->directory, sizeof card->directory, "%s/mounted", card->folder);
	assert_int_equal(mkdir(card->directory, 0700), 0);
	run("cd %s && touch shown log && truncate -s 16M disk", card->folder);
	run("mkfs.ext4 -q -F -J size=4 -E lazy_itable_init=0,lazy_journal_init=0 %s 2>/dev/null",
		path_of(card, "disk"));
	assert_int_equal(truncate(path_of(card, "disk"), DISK_BYTES), 0);
	card->base = load(path_of(card, "disk"), &size);
	assert_int_equal(size, DISK_BYTES);
	start_daemon(card);
	/* ext4 writes down what it knows each second, not each five: there is more between the
	 * flushes. */
	assert_true(mount_file(card, "shown", "commit=1"));
	card->disk = open(path_of(card, "shown"), O_RDWR | O_CLOEXEC);
	assert_true(card->disk >= 0);
}

const char *card_directory(const struct card *card)
{
	return card->directory;
}

void card_promise(struct card *card, int64_t what)
{
	uint8_t page[PAGE] = {0};
	struct promise promise = {promise_magic, what};

	memcpy(page, &promise, sizeof promise);
	assert_int_equal(pwrite(card->disk, page, sizeof page, SYSTEM_BYTES), sizeof page);
}

/* ---------------------------------------------------------------- what was written down */

static uint64_t number(const uint8_t *at)
{
	uint64_t n;

	memcpy(&n, at, sizeof n);
	return n;
}

static void read_log(struct card *card)
{
	size_t at = SECTOR;

	card->log = load(path_of(card, "log"), &card->log_size);
	assert_true(card->log_size > SECTOR && number(card->log) == LOG_MAGIC);
	size_t n = (size_t)number(card->log + 16);
	card->entries = calloc(n + 1, sizeof *card->entries);
	assert_non_null(card->entries);
	for (; card->n_entries < n; card->n_entries++) {
		struct entry *entry = &card->entries[card->n_entries];

		assert_true(at + SECTOR <= card->log_size);
		entry->at = (size_t)number(card->log + at) * SECTOR;
		entry->n = (size_t)number(card->log + at + 8) * SECTOR;
		uint64_t flags = number(card->log + at + 16);
		entry->is_flush = flags & FLUSH_FLAG;
		at += SECTOR;
		if (flags & DISCARD_FLAG)
			entry->n = 0;
		entry->bytes = card->log + at;
		at += entry->n;
		assert_true(at <= card->log_size && entry->at + entry->n <= DISK_BYTES);
	}
}

static void write_down(const struct entry *entry, uint8_t *disk)
{
	memcpy(disk + entry->at, entry->bytes, entry->n);
}

/* Was everything written down that is on the disk? */
static void compare(const struct card *card)
{
	size_t size;
	uint8_t *disk = load(path_of(card, "disk"), &size);

	memcpy(card->image, card->base, DISK_BYTES);
	for (size_t i = 0; i < card->n_entries; i++)
		write_down(&card->entries[i], card->image);
	assert_int_equal(size, DISK_BYTES);
	assert_memory_equal(card->image, disk, DISK_BYTES);
	free(disk);
}

void card_remove(struct card *card)
{
	unmount(card);
	close(card->disk);
	card->disk = -1;
	end_daemon(card);
	read_log(card);
	int file = open(path_of(card, "image"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(file >= 0 && ftruncate(file, DISK_BYTES) == 0);
	card->image = mmap(NULL, DISK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	assert_ptr_not_equal(card->image, MAP_FAILED);
	close(file);
	compare(card);
}

void card_free(struct card *card)
{
	char command[160];

	if (!card)
		return;
	if (card->disk >= 0)
		close(card->disk);
	if (card->is_mounted)
		umount2(card->directory, MNT_DETACH);
	end_daemon(card);
	if (card->image)
		munmap(card->image, DISK_BYTES);
	snprintf(command, sizeof command, "rm -r %s", card->folder);
	if (system(command))
		print_message("%s is left\n", card->folder);
	free(card->base);
	free(card->log);
	free(card->entries);
	free(card);
}

size_t card_moments(const struct card *card)
{
	return card->n_entries;
}

size_t card_flushes(const struct card *card, size_t moment)
{
	size_t n = 0;

	for (size_t i = 0; i < moment; i++)
		n += card->entries[i].is_flush;
	return n;
}

size_t card_flush(const struct card *card, size_t n)
{
	size_t i = 0;

	for (size_t seen = 0; i < card->n_entries; i++)
		if (card->entries[i].is_flush && seen++ == n)
			return i + 1;
	return i;
}

/* ---------------------------------------------------------------- the power goes */

static size_t last_flush(const struct card *card, size_t moment)
{
	while (moment && !card->entries[moment - 1].is_flush)
		moment--;
	return moment;
}

static void go_to(struct card *card, size_t flushed)
{
	assert_true(flushed >= card->flushed);
	for (; card->flushed < flushed; card->flushed++)
		write_down(&card->entries[card->flushed], card->base);
}

/* All of it, nothing of it, or some. */
static void write_some(const struct entry *entry, uint8_t *disk, struct draw *random)
{
	uint64_t fate = random ? draw_below(random, 3) : 0;

	for (size_t from = 0; from < entry->n; from += SECTOR)
		if (fate == 0 || (fate == 2 && draw_below(random, 2)))
			memcpy(disk + entry->at + from, entry->bytes + from, SECTOR);
}

static int64_t promised(const struct card *card, size_t moment)
{
	struct promise promise;

	for (size_t i = moment; i > 0; i--) {
		const struct entry *entry = &card->entries[i - 1];

		if (entry->at != SYSTEM_BYTES || entry->n != PAGE)
			continue;
		memcpy(&promise, entry->bytes, sizeof promise);
		assert_true(promise.magic == promise_magic);
		return promise.what;
	}
	return 0;
}

int64_t card_mount_cut(struct card *card, size_t moment, struct draw *random)
{
	size_t flushed = last_flush(card, moment);

	go_to(card, flushed);
	memcpy(card->image, card->base, DISK_BYTES);
	for (size_t i = flushed; i < moment; i++)
		write_some(&card->entries[i], card->image, random);
	/* What is checked then is not to be cut again: it need not wait for a flush. A superblock
	 * of two sectors may be torn, which a board mends when it starts, before it mounts (1 and
	 * 2: mended). */
	if (!mount_file(card, "image", "nobarrier") && errno == EBADMSG) {
		run("e2fsck -fy %s >/dev/null 2>&1 || test $? -le 2", path_of(card, "image"));
		mount_file(card, "image", "nobarrier");
		card->mended++;
	}
	if (!card->is_mounted)
		fail_msg("the file system of moment %zu cannot be mounted: %s", moment,
			strerror(errno));
	return promised(card, moment);
}

void card_unmount_cut(struct card *card)
{
	unmount(card);
}

unsigned card_mended(const struct card *card)
{
	return card->mended;
}

bool card_is_sound(const struct card *card)
{
	char command[400];

	snprintf(command, sizeof command, "e2fsck -fn %s >%s/e2fsck 2>&1", path_of(card, "image"),
		card->folder);
	return system(command) == 0;
}
