/* data.h - where the shipped calendars and procedures are
 *
 * In this order: the source tree that one stands in, the source tree that the program was built in (two or three
 * folders above it), the share folder beside the program, the folder it was installed to.
 *
 * Reads the file system only. Threads: any.
 */
#ifndef LEEWAY_LEEWAY_DATA_H
#define LEEWAY_LEEWAY_DATA_H

#include "daemon/base/arena.h"

/* The first of these places where `name` ("calendars", "procedures/yinchuan.yaml") can be read; NULL: none. In the
 * arena. */
const char *data_find(struct arena *a, const char *name);

/* Where an installed program looks, for a message. */
const char *data_installed(void);

#endif
