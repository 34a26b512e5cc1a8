/* Pages of lists whose places are numbers. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/json.h"
#include "core/control/ops.h"

int op_page_size(const cJSON *in, int usual, int64_t *out, struct error *err)
{
	*out = json_int(in, "MaxResults", usual);
	if (*out < 1 || *out > OP_PAGE_MAX)
		return emr_error_validation(err, "MaxResults must be between 1 and %d.", OP_PAGE_MAX);
	return 0;
}

int op_page_token(const cJSON *in, int64_t *place, struct error *err)
{
	const char *token = json_str(in, "NextToken", NULL);
	char *end = NULL;

	*place = token ? strtoll(token, &end, 10) : 0;
	if (token && (!*token || *end || *place < 0))
		return emr_error_validation(err, "NextToken '%.40s' is not one of this list.", token);
	return 0;
}

void op_add_page_token(cJSON *out, int64_t place)
{
	char token[24];

	snprintf(token, sizeof token, "%" PRId64, place);
	json_add_str(out, "NextToken", token);
}
