/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/run_refuse.h"

#include <errno.h>

bool run_refuse(struct request *request, int result, const char *zh, const char *en)
{
	if (result == 0)
		return false;
	if (result == -ENOENT)
		refuse_unknown(request, "这次记录里没有数据。", "There are no data in this run.");
	else if (result == -E2BIG)
		request_refuse(request, 400, "too_many_streams", zh, en);
	else
		refuse_busy(request);
	return true;
}
