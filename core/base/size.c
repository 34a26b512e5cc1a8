#include "core/base/size.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int size_mb(const char *text)
{
	char *end;
	double n = strtod(text, &end);
	int unit = tolower((unsigned char)*end);
	double mb = unit == 'g' ? n * 1024 : unit == 't' ? n * 1048576 : unit == 'k' ? n / 1024 : n;

	if (end == text || !(n > 0) || (*end && !strchr("kmgtKMGT", *end)) || mb > 1e9)
		return -1;
	return mb < 1 ? 1 : (int)mb;
}
