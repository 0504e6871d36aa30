/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Whose a kit is: a group's, of several that share it, and of which runs. */
#include "support/classroom_acts.h"

static void a_device_has_one_group_on_the_whole_board(void **unused)
{
	unsigned group;

	(void)unused;
	make(1, jar);
	make(2, six);
	assert_int_equal(teacher(1, ACT_ASSIGN, "{'group':1,'devices':[13]}"), ACT_FITS);
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':1,'devices':[13]}"), ACT_TAKEN);
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':1,'devices':[11,12]}"), ACT_FITS);
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':2,'devices':[12]}"), ACT_FITS);
	assert_int_equal(of(2)->groups[1].n_devices, 1);
	assert_ptr_equal(classroom_owner(room, 12, &group), of(2));
	assert_int_equal(group, 2);
	assert_null(classroom_owner(room, 99, &group));
	/* What ended gives it back; what is open again wants it back in vain. */
	assert_int_equal(teacher(1, ACT_END, "{}"), ACT_FITS);
	uint32_t end = last_act;
	assert_null(classroom_owner(room, 13, &group));
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':3,'devices':[13]}"), ACT_FITS);
	char undo[32];
	snprintf(undo, sizeof undo, "{'act':%u}", end);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_TAKEN);
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':3,'devices':[]}"), ACT_FITS);
	assert_int_equal(teacher(1, ACT_UNDO, undo), ACT_FITS);
	assert_ptr_equal(classroom_owner(room, 13, &group), of(1));
}

static void groups_share_a_device_that_is_given_so(void **unused)
{
	unsigned group;

	(void)unused;
	make(1, jar);
	make(2, six);
	assert_int_equal(
		teacher(2, ACT_ASSIGN, "{'group':1,'devices':[11,13],'is_shared':true}"), ACT_FITS);
	assert_int_equal(
		teacher(2, ACT_ASSIGN, "{'group':2,'devices':[12,13],'is_shared':true}"), ACT_FITS);
	assert_int_equal(of(2)->groups[1].n_devices, 2);
	assert_int_equal(of(2)->groups[2].devices[1], 13);
	assert_ptr_equal(classroom_owner(room, 13, &group), of(2));
	assert_int_equal(group, 0);
	assert_ptr_equal(classroom_owner(room, 12, &group), of(2));
	assert_int_equal(group, 2);
	assert_int_equal(
		teacher(1, ACT_ASSIGN, "{'group':1,'devices':[13],'is_shared':true}"), ACT_TAKEN);
	/* One more for a group leaves it what it shares. */
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':1,'devices':[11,13,14]}"), ACT_FITS);
	assert_int_equal(of(2)->groups[2].n_devices, 2);
	/* Who gets it alone takes it from all. */
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':3,'devices':[13]}"), ACT_FITS);
	assert_int_equal(of(2)->groups[1].n_devices, 2);
	assert_int_equal(of(2)->groups[2].n_devices, 1);
	assert_ptr_equal(classroom_owner(room, 13, &group), of(2));
	assert_int_equal(group, 3);
}

/* Dealing is one act: it is told as one, and undone as one. */
static void what_is_dealt_is_dealt_to_all_at_once(void **unused)
{
	unsigned group;
	char undo[32];

	(void)unused;
	make(1, jar);
	make(2, six);
	assert_int_equal(teacher(1, ACT_DEAL, "{'groups':[[1,[13]]]}"), ACT_FITS);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[]}"), ACT_BAD);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[1]}"), ACT_BAD);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[1,13]]}"), ACT_BAD);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[1,[0]]]}"), ACT_BAD);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[1,[3]],[1,[4]]]}"), ACT_BAD);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[7,[3]]]}"), ACT_NO_GROUP);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[1,[11]],[2,[13]]]}"), ACT_TAKEN);
	assert_int_equal(teacher(2, ACT_ASSIGN, "{'group':3,'devices':[12]}"), ACT_FITS);
	assert_int_equal(teacher(2, ACT_DEAL, "{'groups':[[1,[11,12]],[2,[14,12]]]}"), ACT_FITS);
	uint32_t dealt = last_act;
	assert_ptr_equal(classroom_owner(room, 12, &group), of(2));
	assert_int_equal(group, 0); /* three have it, and nobody lost it */
	assert_int_equal(of(2)->groups[3].n_devices, 1);
	assert_int_equal(of(2)->groups[2].devices[0], 14);
	snprintf(undo, sizeof undo, "{'act':%u}", dealt);
	assert_int_equal(teacher(2, ACT_UNDO, undo), ACT_FITS);
	assert_int_equal(of(2)->groups[1].n_devices, 0);
	assert_int_equal(of(2)->groups[2].n_devices, 0);
	assert_int_equal(of(2)->groups[3].n_devices, 1);
	assert_null(classroom_owner(room, 14, &group));
}

static void a_run_has_the_kits_that_its_group_had_meanwhile(void **unused)
{
	uint32_t devices[4];

	(void)unused;
	make(1, six);
	teacher(1, ACT_ASSIGN, "{'group':1,'devices':[11,12]}");
	teacher(1, ACT_ASSIGN, "{'group':2,'devices':[13]}");
	teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7],[2,8]]}");
	teacher(1, ACT_ASSIGN, "{'group':1,'devices':[12,14]}"); /* one broke, another came */
	teacher(1, ACT_STOP, "{'groups':[1]}");
	teacher(1, ACT_ASSIGN, "{'group':1,'devices':[15]}");
	teacher(1, ACT_START, "{'from_ns':100000000000,'to_ns':200000000000,'runs':[[1,9]]}");
	teacher(1, ACT_ASSIGN, "{'group':1,'devices':[]}");
	teacher(1, ACT_END, "{}");
	assert_int_equal(classroom_run_devices(room, 1, 7, devices, 4), 3);
	assert_int_equal(devices[0], 11);
	assert_int_equal(devices[1], 12);
	assert_int_equal(devices[2], 14);
	assert_int_equal(classroom_run_devices(room, 1, 7, devices, 2), 2);
	assert_int_equal(classroom_run_devices(room, 1, 8, devices, 4), 1);
	assert_int_equal(devices[0], 13);
	assert_int_equal(classroom_run_devices(room, 1, 9, devices, 4), 1);
	assert_int_equal(devices[0], 15);
	assert_int_equal(classroom_run_devices(room, 1, 99, devices, 4), 0);
	assert_int_equal(classroom_run_devices(room, 5, 7, devices, 4), 0);
}

static void a_run_tells_which_kits_others_had_too(void **unused)
{
	uint32_t devices[4];
	struct run_devices runs[2] = {{.run = 7, .devices = devices, .most = 4},
		{.run = 8, .devices = devices, .most = 4}};

	(void)unused;
	make(1, six);
	teacher(1, ACT_DEAL, "{'groups':[[1,[11,12]],[2,[13,12]]]}");
	teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7]]}");
	teacher(1, ACT_STOP, "{'groups':[1]}");
	teacher(1, ACT_ASSIGN, "{'group':2,'devices':[13]}");
	teacher(1, ACT_START, "{'from_ns':600000000000,'runs':[[1,8]]}");
	teacher(1, ACT_STOP, "{'groups':[1]}");
	classroom_devices_of_runs(room, 1, runs, 2);
	assert_int_equal(runs[0].n, 2);
	assert_int_equal(runs[0].shared, 2);
	assert_int_equal(runs[1].n, 2);
	assert_int_equal(runs[1].shared, 0);
}

/* Else each would have the data of all others. */
static void a_group_without_a_kit_has_nothing_of_another_s(void **unused)
{
	static const char free[] =
		"{'code':'0008','title':'','lesson':'','groups':2,'is_project':false}";
	uint32_t devices[4] = {9};

	(void)unused;
	make(1, six);
	teacher(1, ACT_START, "{'from_ns':400000000000,'runs':[[1,7],[2,8]]}");
	teacher(1, ACT_DEAL, "{'groups':[[1,[11]]]}");
	teacher(1, ACT_STOP, "{'groups':[1,2]}");
	assert_int_equal(classroom_run_devices(room, 1, 7, devices, 4), 1);
	assert_int_equal(devices[0], 11);
	assert_int_equal(classroom_run_devices(room, 1, 8, devices, 4), 1);
	assert_int_equal(devices[0], NO_DEVICE);
	/* Without a lesson all is everybody's as long as nobody was given anything. */
	make(2, free);
	teacher(2, ACT_START, "{'from_ns':400000000000,'runs':[[1,17],[2,18]]}");
	teacher(2, ACT_STOP, "{'groups':[1]}");
	teacher(2, ACT_DEAL, "{'groups':[[1,[12]]]}");
	teacher(2, ACT_STOP, "{'groups':[2]}");
	assert_int_equal(classroom_run_devices(room, 2, 17, devices, 4), 0);
	assert_int_equal(classroom_run_devices(room, 2, 18, devices, 4), 1);
	assert_int_equal(devices[0], NO_DEVICE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLASSROOM_TEST(a_device_has_one_group_on_the_whole_board),
		CLASSROOM_TEST(groups_share_a_device_that_is_given_so),
		CLASSROOM_TEST(what_is_dealt_is_dealt_to_all_at_once),
		CLASSROOM_TEST(a_run_has_the_kits_that_its_group_had_meanwhile),
		CLASSROOM_TEST(a_run_tells_which_kits_others_had_too),
		CLASSROOM_TEST(a_group_without_a_kit_has_nothing_of_another_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
