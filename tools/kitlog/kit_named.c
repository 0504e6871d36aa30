/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/kitlog/kit_named.h"

#include <string.h>

#include "tools/kitlog/say.h"

static bool is_called(const char *name, const char *wanted)
{
	size_t n = strlen(wanted);

	return strncmp(name, wanted, n) == 0 && name[n] == '.';
}

void kit_named_check(struct finding *finding, const char *name, const char *path,
	const struct kit_played *played)
{
	if (is_called(name, "unplugged") && played->outcome.unplugs == 0)
		finding_problem(finding, path,
			say("里面没有 unplug：它没有被拔掉；一边记录一边拔，再记一次",
				"nothing is unplugged in it; record it again, and pull the plug "
				"meanwhile"));
	if (is_called(name, "garbage") && played->outcome.wrong == 0)
		finding_problem(finding, path,
			say("里面没有一处坏的，和正常的一样；掺进杂乱的字节",
				"not one thing is bad in it, as when all is well; put garbage "
				"between the frames"));
}
