/* Runs a fuzz target over files: every corpus is a regression test, and gcc suffices for it.
 *     <target> FILE|FOLDER...
 * Ends with the number of inputs. A crash is a crash. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
	struct buf in = BUF_INIT;
	struct error err = ERROR_INIT;
	uint8_t *copy;

	if (fs_read(path, 64u << 20, &in, &err)) {
		fprintf(stderr, "%s\n", err.message);
		return -1;
	}
	/* Exactly as long as the input, so that the sanitizer sees a step beyond it. */
	copy = xmalloc(in.len ? in.len : 1);
	if (in.len)
		memcpy(copy, in.data, in.len);
	LLVMFuzzerTestOneInput(copy, in.len);
	free(copy);
	buf_free(&in);
	return 1;
}

static int run_path(const char *path)
{
	struct dirent *e;
	struct stat st;
	int n = 0;
	DIR *d;

	if (stat(path, &st))
		return 0;
	if (!S_ISDIR(st.st_mode))
		return run_file(path);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		char *full = xasprintf("%s/%s", path, e->d_name);
		if (e->d_name[0] != '.' && n >= 0) {
			int one = run_file(full);
			n = one < 0 ? -1 : n + one;
		}
		free(full);
	}
	if (d)
		closedir(d);
	return n;
}

int main(int argc, char **argv)
{
	int n = 0;

	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++) {
		int one = run_path(argv[i]);
		if (one < 0)
			return 1;
		n += one;
	}
	printf("%d inputs\n", n + 1);
	return 0;
}
