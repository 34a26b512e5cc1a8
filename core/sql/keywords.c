#include "core/sql/keywords.h"

#include <ctype.h>

static const char *const words[] = {
#define SQL_KW_TEXT(k) #k,
	SQL_KEYWORDS(SQL_KW_TEXT)
#undef SQL_KW_TEXT
};

#define N_WORDS (sizeof words / sizeof *words)
#define LONGEST 16

/* Not strncasecmp: that folds to small letters, where '_' sorts on the other side of the letters. */
static int compare(const char *word, size_t len, const char *keyword)
{
	for (size_t i = 0; i < len; i++) {
		int c = toupper((unsigned char)word[i]) - (unsigned char)keyword[i];
		if (c != 0)
			return c;
	}
	return keyword[len] == '\0' ? 0 : -1;
}

enum sql_kw sql_keyword(const char *word, size_t len)
{
	if (len == 0 || len > LONGEST)
		return KW_NONE;
	size_t low = 0, high = N_WORDS;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = compare(word, len, words[mid]);
		if (c == 0)
			return (enum sql_kw)(mid + 1);
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return KW_NONE;
}

const char *sql_keyword_text(enum sql_kw kw)
{
	return kw > KW_NONE && kw < KW_COUNT ? words[kw - 1] : "";
}

const char *const *sql_keyword_list(size_t *n)
{
	*n = N_WORDS;
	return words;
}
