// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reads and writes whole text files, within bounds; prints nothing. */
#include "util/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct error *err, const char *path)
{
	int code = errno ? errno : EIO;

	return error_set(err, EXIT_USAGE, code, "%s: %s", path, strerror(code));
}

static int read_stream(FILE *fp, const char *path, char **ret, size_t *ret_len, struct error *err)
{
	size_t len = 0, cap = 1 << 16, n;
	char *text = malloc(cap), *more;

	errno = 0;
	while (text && (n = fread(text + len, 1, cap - len - 1, fp)) > 0) {
		len += n;
		if (len + 1 < cap)
			continue;
		if (cap >= TEXT_FILE_MAX) {
			free(text);
			return error_set(err, EXIT_USAGE, EFBIG, "%s: more than %u MiB", path,
					 TEXT_FILE_MAX >> 20);
		}
		cap *= 2;
		more = realloc(text, cap);
		if (!more)
			free(text);
		text = more;
	}
	if (!text)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	if (ferror(fp)) {
		free(text);
		return fail(err, path);
	}
	text[len] = '\0';
	*ret = text;
	*ret_len = len;
	return 0;
}

int text_file_read(const char *path, char **ret, size_t *ret_len, struct error *err)
{
	FILE *fp;
	int r;

	if (!strcmp(path, "-"))
		return read_stream(stdin, path, ret, ret_len, err);
	fp = fopen(path, "re");
	if (!fp)
		return fail(err, path);
	r = read_stream(fp, path, ret, ret_len, err);
	fclose(fp);
	return r;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return fchmod(fd, 0644) || fsync(fd) ? -1 : 0;
}

int text_file_replace(const char *path, const char *text, size_t len, struct error *err)
{
	char fresh[PATH_MAX];
	int fd, r;

	if (snprintf(fresh, sizeof(fresh), "%s.XXXXXX", path) >= (int)sizeof(fresh)) {
		errno = ENAMETOOLONG;
		return fail(err, path);
	}
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0)
		return fail(err, path);
	r = write_all(fd, text, len);
	if (close(fd) || r || rename(fresh, path)) {
		r = fail(err, path);
		unlink(fresh);
	}
	return r;
}
