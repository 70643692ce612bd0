#include "clients/leeway/cmd.h"
#include "clients/leeway/print.h"
#include "clients/lib/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int paper_put(struct run *r)
{
    for (size_t i = 0; cli_word(r->cli, i); i++) {
        struct value *hash = run_paper(r, cli_word(r->cli, i));
        if (!hash)
            return i ? (r->result = EXIT_PARTLY) : r->result;
        struct buf hex = {0};
        json_hex(&hex, hash->u.bin);
        if (r->format == TABLE) {
            printf("%s  %s\n", buf_cstr(&hex), cli_word(r->cli, i));
        } else {
            struct value *line = v_map(r->arena);
            v_put_str(r->arena, line, "hash", buf_cstr(&hex));
            v_put_str(r->arena, line, "file", cli_word(r->cli, i));
            print_line(line);
        }
        buf_done(&hex);
    }
    return EXIT_DONE;
}

/* Chunk by chunk into the file; false: it was said why. */
static bool fetch(struct run *r, int64_t case_id, const struct hash *hash, FILE *out)
{
    int64_t offset = 0, size = 1;
    while (offset < size) {
        struct value *q = run_question(r, "");
        v_del(q, "q");
        v_put_str(r->arena, q, "t", "paper-get");
        v_put_int(r->arena, q, "case", case_id);
        v_put(r->arena, q, "hash", v_bin(r->arena, hash->b, HASH_LEN));
        v_put_int(r->arena, q, "offset", offset);
        const struct value *answer = run_ask(r, q), *data = v_get(answer, "data");
        if (!answer)
            return false;
        size = v_get_int(answer, "size", 0);
        if (v_kind(data) != V_BIN || (!data->u.bin.n && offset < size)) {
            run_fail(r, EXIT_UNREACHABLE, "%s", TR(r, "the daemon sent no data", "守护进程未返回内容"));
            return false;
        }
        if (fwrite(data->u.bin.p, 1, data->u.bin.n, out) != data->u.bin.n) {
            run_fail(r, EXIT_USAGE, "%s", strerror(errno));
            return false;
        }
        offset += (int64_t)data->u.bin.n;
    }
    return true;
}

int paper_get(struct run *r)
{
    struct hash hash;
    int64_t case_id;
    const char *file = cli_word(r->cli, 2);
    if (!run_number(r, "CASE", cli_word(r->cli, 0), &case_id))
        return r->result;
    if (!json_unhex(cli_word(r->cli, 1), hash.b, HASH_LEN))
        return run_fail(r, EXIT_USAGE, "%s", TR(r, "a hash is 64 hexadecimal digits", "哈希应为 64 位十六进制"));
    FILE *out = file && strcmp(file, "-") != 0 ? fopen(file, "wbx") : stdout;
    if (!out)
        return run_fail(r, EXIT_USAGE, "%s: %s", file, strerror(errno));
    bool fine = fetch(r, case_id, &hash, out);
    if (out != stdout && fclose(out) != 0 && fine)
        return run_fail(r, EXIT_USAGE, "%s: %s", file, strerror(errno));
    if (!fine && out != stdout)
        remove(file);
    return fine ? EXIT_DONE : r->result;
}
