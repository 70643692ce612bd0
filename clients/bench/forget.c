/* forget.c - leeway-bench-forget: lets the next start of the daemon fold everything anew, as after a damaged record
 *
 *     leeway-bench-forget STORE
 *
 * The daemon folds anew by itself when what is derived does not verify, or was made by another version; it notes that
 * in `meta` under `refold` (FORMAT.md), and so does this. The daemon must have ended.
 */
#include "daemon/store/store.h"

#include <stdio.h>

enum { MAP_GIB = 512 };

static int failed(const char *what, const char *why)
{
    fprintf(stderr, "leeway-bench-forget: %s: %s\n", what, why);
    return 1;
}

int main(int argc, char **argv)
{
    static const uint8_t key[] = {'r', 'e', 'f', 'o', 'l', 'd'}, yes[] = {'1'};
    struct store *s;
    struct store_txn *t;
    struct buf why = {0};
    if (argc != 2) {
        fprintf(stderr, "Usage: leeway-bench-forget STORE\n");
        return 64;
    }
    if (store_open_lmdb(argv[1], (size_t)MAP_GIB << 30, &s, &why))
        return failed(argv[1], buf_cstr(&why));
    enum status st = store_write(s, &t);
    if (!st)
        st = store_put(t, DB_META, (struct bytes){key, sizeof key}, (struct bytes){yes, sizeof yes});
    if (!st)
        st = store_commit(t);
    store_close(s);
    return st ? failed(argv[1], status_name(st)) : 0;
}
