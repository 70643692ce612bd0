/* files.h - files of the source tree for tests, and comparing with a golden one
 *
 * I/O. Paths are relative to the root of the source tree. A file that cannot be read ends the test.
 */
#ifndef LEEWAY_TESTS_LIB_FILES_H
#define LEEWAY_TESTS_LIB_FILES_H

#include "daemon/base/buf.h"

#include <stdbool.h>

/* Gives: buf_done(). */
struct buf files_read(const char *path);

/* Compare with a golden file; a difference ends the test and names the first line that differs. With
 * LEEWAY_GOLDEN=write in the environment the file is written instead. */
void files_golden(const char *path, struct bytes is);

/* The names in a folder that end so, in order, each as "folder/name". Gives: files_forget(). */
struct file_names {
    char **name;
    size_t n;
};
struct file_names files_list(const char *folder, const char *ending);
void files_forget(struct file_names *names);

#endif
