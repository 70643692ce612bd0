#include "tests/lib/emit.h"

#include <string.h>

static void emit_text(const char *s, struct buf *out)
{
    buf_u8(out, '"');
    for (; *s; s++) {
        if (*s == '\n')
            buf_str(out, "\\n");
        else if (*s == '\t')
            buf_str(out, "\\t");
        else if (*s == '"' || *s == '\\')
            buf_printf(out, "\\%c", *s);
        else
            buf_u8(out, (uint8_t)*s);
    }
    buf_u8(out, '"');
}

static bool bare(const struct node *n)
{
    if (n->quoted)
        return false;
    size_t digits = strspn(n->text + (n->text[0] == '-'), "0123456789") + (n->text[0] == '-');
    return !*n->text || !n->text[digits] || strcmp(n->text, "true") == 0 || strcmp(n->text, "false") == 0;
}

void emit_node(const struct node *n, struct buf *out)
{
    if (n->kind == NODE_SCALAR) {
        if (bare(n))
            buf_str(out, n->text);
        else
            emit_text(n->text, out);
        return;
    }
    buf_u8(out, n->kind == NODE_LIST ? '[' : '{');
    for (size_t i = 0; i < n->n; i++) {
        buf_str(out, i ? ",\n" : "");
        if (n->kind == NODE_MAP) {
            emit_text(n->entries[i].key->text, out);
            buf_str(out, ": ");
        }
        emit_node(n->kind == NODE_LIST ? n->items[i] : n->entries[i].value, out);
    }
    buf_u8(out, n->kind == NODE_LIST ? ']' : '}');
}
