#include "tui/pattern.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"

#define LENGTH_MAX 200
#define COPIES_MAX 6            /* operators that copy; each nesting may double */
#define COUNT_MAX 50            /* of a{n,m} */

static bool sane(const char *s)
{
	int copies = 0;
	bool after_operator = false;
	if (strlen(s) > LENGTH_MAX)
		return false;
	for (; *s; s++) {
		bool operator = strchr("+*?{", *s) != NULL;
		if (*s == '\\' && s[1]) {
			s++;
			operator = false;
		} else if (operator && after_operator) {
			return false;
		} else if (*s == '+' || *s == '{') {
			copies += *s == '{' ? 3 : 1;
		}
		if (operator && *s == '{') {
			for (; *s && *s != '}'; s++)
				if (strtol(s + 1, NULL, 10) > COUNT_MAX)
					return false;
			if (!*s)
				return false;
		}
		after_operator = operator;
	}
	return copies <= COPIES_MAX;
}

int pattern_compile(regex_t *out, const char *text, int flags)
{
	if (!sane(text) || regcomp(out, text, REG_EXTENDED | REG_ICASE | flags) != 0)
		return ERR_INVALID;
	return 0;
}
