#include "daemon/base/status.h"

const char *status_name(enum status st)
{
    switch (st) {
#define X(name, value, text)                                                                                           \
    case name:                                                                                                         \
        return #name;
        STATUS_LIST(X)
#undef X
    }
    return "ST_?";
}

const char *status_text(enum status st)
{
    switch (st) {
#define X(name, value, text)                                                                                           \
    case name:                                                                                                         \
        return text;
        STATUS_LIST(X)
#undef X
    }
    return "not a status";
}
