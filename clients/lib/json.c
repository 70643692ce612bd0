#include "clients/lib/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH = 64 };

void json_hex(struct buf *out, struct bytes b)
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < b.n; i++) {
        buf_u8(out, (uint8_t)digit[b.p[i] >> 4]);
        buf_u8(out, (uint8_t)digit[b.p[i] & 15]);
    }
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool json_unhex(const char *hex, void *ret, size_t n)
{
    uint8_t *out = ret;
    if (strlen(hex) != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (nibble(hex[2 * i]) < 0 || nibble(hex[2 * i + 1]) < 0)
            return false;
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    return true;
}

/* ---- reading ---- */

static struct value *convert(struct arena *a, const json_t *j, int depth, const char **why);

static struct value *bytes_of(struct arena *a, const json_t *hex, const char **why)
{
    size_t n = json_string_length(hex) / 2;
    uint8_t *p = arena_alloc(a, n + 1);
    if (!json_unhex(json_string_value(hex), p, n)) {
        *why = "\"$bin\" wants hexadecimal digits";
        return NULL;
    }
    return v_bin(a, p, n);
}

static struct value *map_of(struct arena *a, const json_t *j, int depth, const char **why)
{
    const json_t *bin = json_object_get(j, "$bin");
    if (bin && json_is_string(bin) && json_object_size(j) == 1)
        return bytes_of(a, bin, why);
    struct value *map = v_map(a);
    json_t *object = (json_t *)(uintptr_t)j; /* its iterator only looks */
    for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
        struct value *val = convert(a, json_object_iter_value(it), depth + 1, why);
        if (!val)
            return NULL;
        v_put(a, map, json_object_iter_key(it), val);
    }
    return map;
}

static struct value *list_of(struct arena *a, const json_t *j, int depth, const char **why)
{
    struct value *list = v_list(a);
    for (size_t i = 0; i < json_array_size(j); i++) {
        struct value *item = convert(a, json_array_get(j, i), depth + 1, why);
        if (!item)
            return NULL;
        v_push(a, list, item);
    }
    return list;
}

static struct value *convert(struct arena *a, const json_t *j, int depth, const char **why)
{
    if (depth > DEPTH) {
        *why = "more than 64 levels";
        return NULL;
    }
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        return map_of(a, j, depth, why);
    case JSON_ARRAY:
        return list_of(a, j, depth, why);
    case JSON_STRING:
        return v_strn(a, json_string_value(j), json_string_length(j));
    case JSON_INTEGER:
        return v_int(a, json_integer_value(j));
    case JSON_TRUE:
    case JSON_FALSE:
        return v_bool(a, json_is_true(j));
    case JSON_NULL:
        return v_nil(a);
    case JSON_REAL:
        break;
    }
    *why = "a number with a fraction: only whole numbers are known here";
    return NULL;
}

enum status json_parse(struct arena *a, struct bytes text, struct value **ret, char why[JSON_WHY])
{
    json_error_t err;
    json_t *j = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &err);
    if (!j) {
        if (why)
            snprintf(why, JSON_WHY, "line %d, column %d: %s", err.line, err.column, err.text);
        return ST_INVALID;
    }
    const char *reason = NULL;
    struct value *v = convert(a, j, 1, &reason);
    json_decref(j);
    if (!v) {
        if (why)
            snprintf(why, JSON_WHY, "%s", reason);
        return ST_INVALID;
    }
    *ret = v;
    return ST_OK;
}

/* ---- writing ---- */

static void quoted(struct buf *out, const char *s, size_t n)
{
    buf_u8(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_put(out, s + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n')
            buf_str(out, "\\n");
        else if (c == '\t')
            buf_str(out, "\\t");
        else
            buf_printf(out, "\\u%04x", c);
    }
    buf_put(out, s + from, n - from);
    buf_u8(out, '"');
}

/* indent below 0: all in one line. */
static void line_break(struct buf *out, int indent)
{
    if (indent >= 0)
        buf_printf(out, "\n%*s", 2 * indent, "");
}

static void write_value(struct buf *out, const struct value *v, int indent);

static void write_list(struct buf *out, const struct value *v, int indent)
{
    int inner = indent < 0 ? indent : indent + 1;
    buf_u8(out, '[');
    for (size_t i = 0; i < v_count(v); i++) {
        if (i)
            buf_u8(out, ',');
        line_break(out, inner);
        write_value(out, v_at(v, i), inner);
    }
    if (v_count(v))
        line_break(out, indent);
    buf_u8(out, ']');
}

static void write_map(struct buf *out, const struct value *v, int indent)
{
    int inner = indent < 0 ? indent : indent + 1;
    buf_u8(out, '{');
    for (size_t i = 0; i < v_count(v); i++) {
        const struct pair *p = &v->u.map.pair[i];
        if (i)
            buf_u8(out, ',');
        line_break(out, inner);
        quoted(out, p->key, strlen(p->key));
        buf_str(out, indent < 0 ? ":" : ": ");
        write_value(out, p->val, inner);
    }
    if (v_count(v))
        line_break(out, indent);
    buf_u8(out, '}');
}

static void write_value(struct buf *out, const struct value *v, int indent)
{
    switch (v_kind(v)) {
    case V_NIL:
        buf_str(out, "null");
        return;
    case V_BOOL:
        buf_str(out, v_truth(v) ? "true" : "false");
        return;
    case V_INT:
        buf_printf(out, "%" PRId64, v->u.i);
        return;
    case V_STR:
        quoted(out, v->u.str.s, v->u.str.n);
        return;
    case V_BIN:
        buf_str(out, "{\"$bin\":\"");
        json_hex(out, v->u.bin);
        buf_str(out, "\"}");
        return;
    case V_LIST:
        write_list(out, v, indent);
        return;
    case V_MAP:
        write_map(out, v, indent);
        return;
    }
}

void json_line(struct buf *out, const struct value *v)
{
    write_value(out, v, -1);
}

void json_pretty(struct buf *out, const struct value *v)
{
    write_value(out, v, 0);
}
