/* ordmap.h - an ordered map of byte keys that is shared by reference
 *
 * A treap whose nodes are counted: ordmap_share() costs one count, and a map that is changed afterwards copies only the
 * path it touches. So a transaction is a shared copy of the root, an abort drops it, a commit puts it in the place of
 * the old one, and who still reads the old one sees what was there.
 *
 * The shape follows from the keys alone (the priority of a node is the checksum of its key): no random, and the same
 * content is the same tree on every machine. Keys that an enemy chose could make it deep: for tests and scenarios.
 *
 * NULL is the empty map. Functions that change a map *take* it and give the changed one.
 * Memory: counted; ordmap_drop() ends one reference. Bytes of an item are borrowed until it is replaced or dropped.
 * Threads: different references may be used by different threads, one reference by one.
 */
#ifndef LEEWAY_STORE_ORDMAP_H
#define LEEWAY_STORE_ORDMAP_H

#include "daemon/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ordmap;
struct ordmap_item;

struct ordmap *ordmap_share(struct ordmap *m);
void ordmap_drop(struct ordmap *m);

size_t ordmap_count(const struct ordmap *m);
size_t ordmap_bytes(const struct ordmap *m); /* of keys and values */

/* Put an item of nval bytes under a key, in the place of an older one. *ret_room gets the bytes to fill; borrowed until
 * the map is changed or shared. */
struct ordmap *ordmap_put(struct ordmap *m, struct bytes key, size_t nval, uint8_t **ret_room);
struct ordmap *ordmap_del(struct ordmap *m, struct bytes key);

/* NULL: none such. An empty key stands before all keys, but in ordmap_before() behind all. */
struct ordmap_item *ordmap_get(const struct ordmap *m, struct bytes key);
struct ordmap_item *ordmap_from(const struct ordmap *m, struct bytes key);   /* the first with a key >= key */
struct ordmap_item *ordmap_after(const struct ordmap *m, struct bytes key);  /* the first with a key > key */
struct ordmap_item *ordmap_before(const struct ordmap *m, struct bytes key); /* the last with a key < key */

/* An item that is held outlives its map. */
struct ordmap_item *ordmap_hold(struct ordmap_item *it);
void ordmap_release(struct ordmap_item *it);
struct bytes ordmap_key(const struct ordmap_item *it);
struct bytes ordmap_val(const struct ordmap_item *it);
uint8_t *ordmap_room(struct ordmap_item *it); /* the value, to be changed: the tests' way to flip a bit */

#endif
