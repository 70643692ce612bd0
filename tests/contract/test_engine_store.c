/* The engine and its store: folded anew to the byte, restarted, full, broken. On both implementations. */
#include "daemon/engine/event.h"
#include "daemon/engine/fold.h"
#include "daemon/engine/inside.h"
#include "daemon/store/store_behind.h"
#include "daemon/store/store_mem.h"
#include "tests/contract/city.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const size_t MAP = 256 * 1024 * 1024;

struct place {
    char dir[128];
    struct house *h;
};

static void sweep(const char *dir)
{
    static const char *const files[] = {"data.mdb", "lock.mdb", "lock"};
    for (size_t i = 0; i < 3; i++) {
        char path[256];
        (void)snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

static int setup_mem(void **state)
{
    struct place *p = test_calloc(1, sizeof *p);
    p->h = house_new("2026-01-05");
    city_build(p->h);
    *state = p;
    return 0;
}

static struct store *disk_open(void *ctx)
{
    struct place *p = ctx;
    struct store *s;
    struct buf why = {0};
    assert_int_equal(store_open_lmdb(p->dir, MAP, &s, &why), ST_OK);
    buf_done(&why);
    return s;
}

static struct store *behind_open(void *ctx)
{
    struct store *s;
    assert_int_equal(store_open_behind(disk_open(ctx), &s), ST_OK);
    return s;
}

static int setup_on(void **state, struct store *(*open)(void *ctx))
{
    struct place *p = test_calloc(1, sizeof *p);
    (void)snprintf(p->dir, sizeof p->dir, "/tmp/leeway-engine-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    p->h = house_new_on(open(p), "2026-01-05", false);
    city_build(p->h);
    *state = p;
    return 0;
}

static int setup_lmdb(void **state)
{
    return setup_on(state, disk_open);
}

static int setup_behind(void **state)
{
    return setup_on(state, behind_open);
}

static int teardown(void **state)
{
    struct place *p = *state;
    house_free(p->h);
    if (p->dir[0])
        sweep(p->dir);
    test_free(p);
    return 0;
}

/* Cases in every stage, a correction of time, a limit that is missed, reports, a refusal: something in each database.
 */
static void live(struct house *h)
{
    static const char *const stages[] = {"proceeding", "received", "verification", "reported", "archived"};
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        (void)city_case(h, stages[i]);
    (void)house_do(h, "discipline", city_act(h, "archive", 2));
    (void)city_do(h, "discipline", city_act(h, "read-private", 2));
    house_to(h, "2026-01-28");
    struct arena *a = house_arena(h);
    struct value *r = v_map(a), *done = v_list(a), *failed = v_list(a), *f = v_map(a);
    v_put_str(a, r, "t", "report");
    v_put_str(a, r, "stream", "discipline");
    v_put_str(a, r, "name", "desk");
    v_put_int(a, r, "received", 3);
    v_push(a, done, v_int(a, 1));
    v_put_int(a, f, "position", 2);
    v_put_str(a, f, "reason", "no paper in the printer");
    v_push(a, failed, f);
    v_put(a, r, "done", done);
    v_put(a, r, "failed", failed);
    (void)city_do(h, "discipline", r);
}

static struct buf dump(struct house *h, bool derived)
{
    struct buf b = {0};
    house_dump(house_store(h), derived, &b);
    return b;
}

static void assert_same(struct buf *a, struct buf *b)
{
    const char *x = buf_cstr(a), *y = buf_cstr(b);
    size_t line = 0;
    for (size_t i = 0; x[i] && x[i] == y[i]; i++)
        line = x[i] == '\n' ? i + 1 : line;
    if (strcmp(x, y) != 0)
        print_error("first difference:\n%.200s\n%.200s\n", x + line, y + line);
    assert_string_equal(x, y);
    buf_done(a);
    buf_done(b);
}

static void forget_derived(struct store *s)
{
    struct store_txn *t;
    assert_int_equal(store_write(s, &t), ST_OK);
    for (int db = 0; db < STORE_DB_COUNT; db++)
        if (store_db_derived((enum store_db)db))
            assert_int_equal(store_clear(t, (enum store_db)db), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
}

static void everything_derived_is_folded_anew_to_the_byte(void **state)
{
    struct place *p = *state;
    live(p->h);
    struct buf before = dump(p->h, true);
    for (int db = 0; db < STORE_DB_COUNT; db++) { /* the comparison looks at something in each database */
        char line[64];
        (void)snprintf(line, sizeof line, "%s ", store_db_name((enum store_db)db));
        if (store_db_derived((enum store_db)db))
            assert_non_null(strstr(buf_cstr(&before), line));
    }
    struct hash root = house_last(p->h)->head.root;
    forget_derived(house_store(p->h));
    house_restart(p->h);
    struct buf after = dump(p->h, true);
    assert_same(&before, &after);
    assert_memory_equal(&root, &house_last(p->h)->head.root, sizeof root);
    (void)city_case(p->h, "archived");
}

static void a_restart_changes_nothing(void **state)
{
    struct place *p = *state;
    live(p->h);
    struct buf before = dump(p->h, false);
    const struct engine_head head = house_last(p->h)->head;
    struct when now = house_now(p->h);
    house_restart(p->h);
    struct buf after = dump(p->h, false);
    assert_same(&before, &after);
    assert_int_equal(house_last(p->h)->head.number, head.number);
    assert_int_equal(house_last(p->h)->head.transition, head.transition);
    assert_memory_equal(&house_last(p->h)->head.root, &head.root, sizeof head.root);
    assert_int_equal(house_now(p->h).ms, now.ms);
    assert_string_equal(view_department(house_view(p->h), "head"), "discipline");
    assert_true(view_right(house_view(p->h), "admin", "admin"));
    assert_false(view_right(house_view(p->h), "head", "inspect"));
}

static void two_engines_that_do_the_same_write_the_same(void **state)
{
    struct place *p = *state;
    struct house *other = house_new("2026-01-05");
    city_build(other);
    live(p->h);
    live(other);
    struct buf a = dump(p->h, false), b = dump(other, false);
    assert_same(&a, &b);
    house_free(other);
}

/* ---- trouble: the store in memory can be told to fail ---- */

static void a_full_store_refuses_and_everything_is_as_it_was(void **state)
{
    struct place *p = *state;
    struct house *h = p->h;
    (void)city_case(h, "received");
    struct buf before = dump(h, false);
    const struct engine_head head = house_last(h)->head;
    struct value *m[2] = {city_proceeding(h, NULL), city_act(h, "accept", 1)};
    const char *who[2] = {"housing", "discipline"};
    const struct value *answer[2];
    struct store_figures figures;
    store_figures(house_store(h), &figures);
    /* at every point of the batch the space may end */
    for (size_t more = 1; more < 40000; more += 997) {
        store_mem_limit(house_store(h), figures.used_bytes + more);
        house_batch(h, who, m, 2, answer);
        if (house_last(h)->status == ST_OK)
            break;
        assert_int_equal(house_last(h)->status, ST_FULL);
        for (int i = 0; i < 2; i++) {
            assert_string_equal(v_get_str(answer[i], "kind", ""), "space");
            assert_false(v_get_bool(answer[i], "remembered"));
            assert_string_equal(v_get_str(answer[i], "id", ""), v_get_str(m[i], "id", "?"));
        }
        struct buf now = dump(h, false);
        assert_int_equal(now.n, before.n);
        assert_memory_equal(now.p, before.p, now.n);
        buf_done(&now);
    }
    store_mem_limit(house_store(h), 0);
    house_batch(h, who, m, 2, answer);
    assert_true(city_accepted(answer[0]) && city_accepted(answer[1]));
    assert_int_equal(v_get_int(answer[0], "event", 0), head.number + 1);
    assert_int_equal(v_get_int(answer[0], "case", 0), 2);
    buf_done(&before);
}

static bool says_read_only(struct house *h)
{
    return v_get_bool(house_ask(h, "discipline", house_question(h, "status")), "read_only");
}

static void a_full_store_is_read_only_until_something_is_written_again(void **state)
{
    struct place *p = *state;
    struct house *h = p->h;
    int64_t kase = city_case(h, "received");
    const char *who[1] = {"discipline"};
    const struct value *answer;
    struct value *accept = city_act(h, "accept", kase), *wrong = city_act(h, "accept", 99);
    struct store_figures figures;
    store_figures(house_store(h), &figures);
    assert_false(says_read_only(h));
    store_mem_limit(house_store(h), figures.used_bytes + 1);
    house_batch(h, who, &accept, 1, &answer);
    assert_string_equal(v_get_str(answer, "kind", ""), "space");
    assert_true(says_read_only(h));
    /* questions and streams go on; what writes nothing says nothing about space */
    struct value *q = house_question(h, "case");
    v_put_int(house_arena(h), q, "case", kase);
    assert_string_equal(v_get_str(v_get(house_ask(h, "discipline", q), "case"), "stage", ""), "received");
    struct stream_item *item;
    size_t n;
    uint64_t last;
    assert_int_equal(stream_read(house_arena(h), house_store(h), "discipline", 0, 10, 100000, &item, &n, &last), ST_OK);
    assert_true(n > 0);
    house_batch(h, who, &wrong, 1, &answer);
    assert_string_equal(v_get_str(answer, "code", ""), "case-unknown");
    assert_true(says_read_only(h));
    store_mem_limit(house_store(h), 0);
    house_batch(h, who, &accept, 1, &answer);
    assert_true(city_accepted(answer));
    assert_false(says_read_only(h));
}

/* As a store that another fold has made: its index knows no papers. */
static void what_another_fold_made_is_folded_anew(void **state)
{
    struct place *p = *state;
    struct store_txn *t;
    live(p->h);
    struct buf before = dump(p->h, true);
    assert_int_equal(store_write(house_store(p->h), &t), ST_OK);
    assert_int_equal(store_clear(t, DB_INDEX), ST_OK);
    assert_int_equal(store_del(t, DB_META, (struct bytes){(const uint8_t *)"fold", 4}), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
    house_restart(p->h);
    struct buf after = dump(p->h, true);
    assert_same(&before, &after);
    struct buf whole = dump(p->h, false);
    house_restart(p->h); /* once is enough */
    struct buf again = dump(p->h, false);
    assert_same(&whole, &again);
}

static void when_nobody_knows_nobody_is_answered(void **state)
{
    struct place *p = *state;
    struct house *h = p->h;
    struct value *m = city_proceeding(h, NULL);
    const char *who = "housing";
    const struct value *answer = NULL;
    size_t had = v_count(house_transitions(h));
    store_mem_fail_commit(house_store(h), ST_UNKNOWN);
    house_batch(h, &who, &m, 1, &answer);
    assert_int_equal(house_last(h)->status, ST_UNKNOWN);
    assert_null(answer);
    assert_int_equal(v_count(house_transitions(h)), had);
}

static void a_commit_that_found_no_space_is_taken_back_in_memory_too(void **state)
{
    struct place *p = *state;
    struct house *h = p->h;
    struct value *m = house_command(h, "department-add");
    v_put_str(house_arena(h), v_get(m, "fields"), "id", "roads");
    v_put_str(house_arena(h), v_get(m, "fields"), "name", "roads");
    v_put_str(house_arena(h), v_get(m, "fields"), "kind", "bureau");
    const char *who = "admin";
    const struct value *answer = NULL;
    store_mem_fail_commit(house_store(h), ST_FULL);
    house_batch(h, &who, &m, 1, &answer);
    assert_string_equal(v_get_str(answer, "kind", ""), "space");
    (void)city_do(h, "admin", m); /* would be refused if the register had kept it */
}

static void a_flipped_bit_is_folded_away_at_the_next_start(void **state)
{
    struct place *p = *state;
    live(p->h);
    struct buf before = dump(p->h, true);
    struct key k = case_key(3);
    assert_int_equal(store_mem_flip(house_store(p->h), DB_CASES, key_bytes(&k), 120), ST_OK);
    struct value *m = city_act(p->h, "confirm-suspension", 3);
    const char *who = "housing";
    const struct value *answer = NULL;
    house_batch(p->h, &who, &m, 1, &answer);
    assert_int_equal(house_last(p->h)->status, ST_CORRUPT);
    assert_null(answer);
    house_restart(p->h);
    struct buf after = dump(p->h, true);
    assert_same(&before, &after);
}

static void a_store_keeps_the_kind_of_time_it_was_made_with(void **state)
{
    struct place *p = *state;
    struct buf why = {0};
    struct engine_result r;
    struct engine_options o = {.store = house_store(p->h), .administrator = "admin", .simulated = false};
    struct engine *e = engine_new(&o);
    assert_int_equal(engine_start(e, house_now(p->h), &r, &why), ST_INVALID);
    assert_non_null(strstr(buf_cstr(&why), "made with simulated time"));
    engine_free(e);
    buf_done(&why);
}

/* Nothing folds a source again: the start must say which record, why, and what helps. */
static void a_start_with_a_broken_source_says_which(void **state)
{
    struct place *p = *state;
    struct store_txn *t;
    struct buf why = {0};
    struct engine_result r;
    struct engine_options o = {.store = house_store(p->h), .administrator = "admin"};
    assert_int_equal(store_read(o.store, &t), ST_OK);
    struct store_cursor *c = store_cursor(t, DB_SOURCES);
    assert_int_equal(store_next(c), ST_OK);
    uint8_t key[HASH_LEN];
    assert_int_equal(store_key(c).n, HASH_LEN);
    memcpy(key, store_key(c).p, HASH_LEN);
    store_cursor_free(c);
    store_abort(t);
    assert_int_equal(store_mem_flip(o.store, DB_SOURCES, (struct bytes){key, HASH_LEN}, 999), ST_OK);
    struct engine *e = engine_new(&o);
    assert_int_equal(engine_start(e, house_now(p->h), &r, &why), ST_CORRUPT);
    assert_non_null(strstr(buf_cstr(&why), "database sources"));
    assert_non_null(strstr(buf_cstr(&why), "checksum"));
    assert_non_null(strstr(buf_cstr(&why), "backup"));
    engine_free(e);
    buf_done(&why);
}

static void a_start_that_died_in_a_refold_folds_again(void **state)
{
    struct place *p = *state;
    live(p->h);
    struct buf before = dump(p->h, true);
    struct store_txn *t;
    forget_derived(house_store(p->h));
    assert_int_equal(store_write(house_store(p->h), &t), ST_OK);
    assert_int_equal(
        store_put(t, DB_META, (struct bytes){(const uint8_t *)"refold", 6}, (struct bytes){(const uint8_t *)"1", 1}),
        ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
    house_restart(p->h);
    struct buf after = dump(p->h, true);
    assert_same(&before, &after);
    struct bytes ignored;
    assert_int_equal(store_read(house_store(p->h), &t), ST_OK);
    assert_int_equal(store_get(t, DB_META, (struct bytes){(const uint8_t *)"refold", 6}, &ignored), ST_NOT_FOUND);
    store_abort(t);
}

static const struct bytes REFOLD = {(const uint8_t *)"refold", 6};

/* As a start leaves it that ended while it folded anew: the number of the fold under the key. */
static void leave_under_way(struct store *s, uint64_t fold)
{
    struct store_txn *t;
    struct buf b = {0};
    buf_be64(&b, fold);
    assert_int_equal(store_write(s, &t), ST_OK);
    assert_int_equal(store_put(t, DB_META, REFOLD, buf_bytes(&b)), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
    buf_done(&b);
}

static void copy_all(struct store *from, struct store *to, enum store_db db)
{
    struct store_txn *r, *w;
    assert_int_equal(store_read(from, &r), ST_OK);
    assert_int_equal(store_write(to, &w), ST_OK);
    struct store_cursor *c = store_cursor(r, db);
    while (store_next(c) == ST_OK)
        assert_int_equal(store_put(w, db, store_key(c), store_val(c)), ST_OK);
    store_cursor_free(c);
    store_abort(r);
    assert_int_equal(store_commit(w), ST_OK);
}

static void a_refold_that_was_broken_off_goes_on_where_it_was(void **state)
{
    struct place *p = *state;
    struct house *whole = house_new("2026-01-05");
    city_build(whole);
    struct key stray = key_str("stray");
    struct store_txn *t;
    struct bytes ignored;
    live(whole);
    copy_all(house_store(whole), house_store(p->h), DB_EVENTS);
    copy_all(house_store(whole), house_store(p->h), DB_PRIVATE);
    copy_all(house_store(whole), house_store(p->h), DB_SOURCES);
    leave_under_way(house_store(p->h), FOLD_NUMBER);
    assert_int_equal(store_write(house_store(p->h), &t), ST_OK); /* a fold from the first event would take it away */
    assert_int_equal(store_put(t, DB_CURSORS, key_bytes(&stray), (struct bytes){(const uint8_t *)"\xc0", 1}), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
    house_restart(p->h);
    assert_int_equal(store_write(house_store(p->h), &t), ST_OK);
    assert_int_equal(store_get(t, DB_CURSORS, key_bytes(&stray), &ignored), ST_OK);
    assert_int_equal(store_get(t, DB_META, REFOLD, &ignored), ST_NOT_FOUND);
    assert_int_equal(store_del(t, DB_CURSORS, key_bytes(&stray)), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
    struct buf one = dump(whole, true), other = dump(p->h, true);
    assert_same(&one, &other);
    house_free(whole);
}

static void a_refold_of_another_program_begins_anew(void **state)
{
    struct place *p = *state;
    live(p->h);
    struct buf before = dump(p->h, true);
    struct store_txn *t;
    struct key k = case_key(3);
    assert_int_equal(store_write(house_store(p->h), &t), ST_OK);
    assert_int_equal(store_del(t, DB_CASES, key_bytes(&k)), ST_OK);
    assert_int_equal(store_commit(t), ST_OK);
    leave_under_way(house_store(p->h), FOLD_NUMBER + 1);
    house_restart(p->h);
    struct buf after = dump(p->h, true);
    assert_same(&before, &after);
}

static void a_refold_that_goes_on_with_a_damaged_record_begins_anew(void **state)
{
    struct place *p = *state;
    live(p->h);
    struct buf before = dump(p->h, true);
    leave_under_way(house_store(p->h), FOLD_NUMBER);
    struct key head = head_key(HEAD_EVENT);
    assert_int_equal(store_mem_flip(house_store(p->h), DB_COUNTS, key_bytes(&head), 40), ST_OK);
    house_restart(p->h);
    struct buf after = dump(p->h, true);
    assert_same(&before, &after);
}

/* ---- what is derived follows its events ---- */

/* Up to which event the file has what is derived; killed meanwhile and started again. */
static int64_t folded_in_file(struct place *p)
{
    struct store *s = disk_open(p);
    struct store_txn *t;
    struct key head = head_key(HEAD_EVENT);
    int64_t n;
    assert_int_equal(store_read(s, &t), ST_OK);
    assert_int_equal(count_read(t, key_bytes(&head), &n), ST_OK);
    store_abort(t);
    store_close(s);
    return n;
}

struct look {
    struct place *p;
    int64_t folded;
};

static struct store *look_and_open(void *ctx)
{
    struct look *l = ctx;
    l->folded = folded_in_file(l->p);
    return behind_open(l->p);
}

static void a_kill_loses_nothing_that_is_derived(void **state)
{
    struct place *p = *state;
    struct look look = {p, -1};
    live(p->h);
    int64_t last = (int64_t)house_last(p->h)->head.number;
    struct buf before = dump(p->h, true);
    house_kill(p->h, look_and_open, &look);
    assert_in_range(look.folded, 0, last - 1); /* something was to be folded */
    struct buf after = dump(p->h, true);
    assert_same(&before, &after);
    assert_int_equal(house_last(p->h)->head.number, last);
}

static void a_store_that_was_settled_has_nothing_to_fold(void **state)
{
    struct place *p = *state;
    struct look look = {p, -1};
    live(p->h);
    int64_t last = (int64_t)house_last(p->h)->head.number;
    engine_settle(house_engine(p->h));
    struct buf before = dump(p->h, true);
    house_kill(p->h, look_and_open, &look);
    assert_int_equal(look.folded, last);
    struct buf after = dump(p->h, true);
    assert_same(&before, &after);
    (void)city_case(p->h, "received"); /* and goes on */
    house_kill(p->h, look_and_open, &look);
    assert_int_equal(look.folded, last);
}

/* ---- what is proved ---- */

static void the_commitment_covers_salt_and_private_part(void **state)
{
    struct place *p = *state;
    struct house *h = p->h;
    const struct value *answer = city_do(h, "housing", city_proceeding(h, NULL));
    uint64_t n = (uint64_t)v_get_int(answer, "event", 0);
    struct store_txn *t;
    struct value *event;
    struct bytes part;
    struct key k = key_u64(n);
    assert_int_equal(store_read(house_store(h), &t), ST_OK);
    assert_int_equal(event_read(house_arena(h), t, n, &event), ST_OK);
    assert_int_equal(store_get(t, DB_PRIVATE, key_bytes(&k), &part), ST_OK);
    struct hash hash = hash_of(part.p, part.n);
    const struct value *commitment = v_get(event, "private");
    assert_int_equal(v_kind(commitment), V_BIN);
    assert_memory_equal(commitment->u.bin.p, hash.b, HASH_LEN);
    store_abort(t);
}

static void events_are_the_leaves_of_the_tree(void **state)
{
    struct place *p = *state;
    struct house *h = p->h;
    (void)city_case(h, "received");
    uint64_t size = house_last(h)->head.number;
    struct store_txn *t;
    assert_int_equal(store_read(house_store(h), &t), ST_OK);
    for (uint64_t n = 1; n <= size; n++) {
        struct bytes bytes;
        struct hash proof[PROOF_MOST], leaf;
        size_t count;
        assert_int_equal(event_bytes(t, n, &bytes), ST_OK);
        leaf = proof_leaf(bytes);
        assert_int_equal(hashtree_inclusion(t, n - 1, size, proof, &count), ST_OK);
        assert_true(proof_inclusion(n - 1, size, &leaf, &house_last(h)->head.root, proof, count));
    }
    store_abort(t);
}

int main(int argc, char **argv)
{
#define M(name) cmocka_unit_test_setup_teardown(name, setup_mem, teardown)
#define B(name)                                                                                                        \
    {                                                                                                                  \
        "behind: " #name, name, setup_behind, teardown, NULL                                                           \
    }
#define L(name)                                                                                                        \
    {                                                                                                                  \
        "lmdb: " #name, name, setup_lmdb, teardown, NULL                                                               \
    }
    const struct CMUnitTest tests[] = {
        M(everything_derived_is_folded_anew_to_the_byte),
        L(everything_derived_is_folded_anew_to_the_byte),
        B(everything_derived_is_folded_anew_to_the_byte),
        M(a_restart_changes_nothing),
        L(a_restart_changes_nothing),
        B(a_restart_changes_nothing),
        B(a_kill_loses_nothing_that_is_derived),
        B(a_store_that_was_settled_has_nothing_to_fold),
        M(two_engines_that_do_the_same_write_the_same),
        L(two_engines_that_do_the_same_write_the_same),
        B(two_engines_that_do_the_same_write_the_same),
        M(a_full_store_refuses_and_everything_is_as_it_was),
        M(a_full_store_is_read_only_until_something_is_written_again),
        M(what_another_fold_made_is_folded_anew),
        M(when_nobody_knows_nobody_is_answered),
        M(a_commit_that_found_no_space_is_taken_back_in_memory_too),
        M(a_flipped_bit_is_folded_away_at_the_next_start),
        M(a_store_keeps_the_kind_of_time_it_was_made_with),
        M(a_start_with_a_broken_source_says_which),
        M(a_start_that_died_in_a_refold_folds_again),
        M(a_refold_that_was_broken_off_goes_on_where_it_was),
        L(a_refold_that_was_broken_off_goes_on_where_it_was),
        B(a_refold_that_was_broken_off_goes_on_where_it_was),
        M(a_refold_of_another_program_begins_anew),
        M(a_refold_that_goes_on_with_a_damaged_record_begins_anew),
        M(the_commitment_covers_salt_and_private_part),
        M(events_are_the_leaves_of_the_tree),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("engine_store", tests, NULL, NULL);
}
