#include "daemon/bus/curve.h"

#include "daemon/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum { KEY_FILE = 4096, KEY_BYTES = 32 };

/* memset that no compiler takes out. */
static void wipe(void *p, size_t n)
{
    volatile unsigned char *b = p;
    while (n--)
        *b++ = 0;
}

void curve_wipe(struct curve_key *key)
{
    wipe(key, sizeof *key);
}

bool curve_is_key(const char *z85)
{
    uint8_t raw[KEY_BYTES];
    return strlen(z85) == CURVE_Z85 - 1 && zmq_z85_decode(raw, z85);
}

const char *curve_fingerprint(const char *z85, char out[CURVE_FINGERPRINT])
{
    uint8_t raw[KEY_BYTES];
    char hex[HASH_HEX];
    out[0] = '\0';
    if (strlen(z85) != CURVE_Z85 - 1 || !zmq_z85_decode(raw, z85))
        return out;
    struct hash h = hash_of(raw, sizeof raw);
    memcpy(out, hash_hex(&h, hex), CURVE_FINGERPRINT - 1);
    out[CURVE_FINGERPRINT - 1] = '\0';
    return out;
}

static enum status refuse(enum status st, struct buf *why, const char *file, const char *what)
{
    buf_printf(why, "%s: %s", file, what);
    return st;
}

/* Read the file into text, with a NUL. */
static enum status slurp(const char *file, char text[KEY_FILE], struct buf *why)
{
    struct stat st;
    enum status rc = ST_OK;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return refuse(ST_IO, why, file, strerror(errno));
    ssize_t n = -1;
    if (fstat(fd, &st) != 0)
        rc = refuse(ST_IO, why, file, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        rc = refuse(ST_INVALID, why, file, "is no file");
    else if (st.st_mode & 077)
        rc = refuse(ST_DENIED, why, file, "others may read this secret; make it readable by its owner alone (0600)");
    else if ((n = read(fd, text, KEY_FILE - 1)) < 0)
        rc = refuse(ST_IO, why, file, strerror(errno));
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return rc;
}

/* Take the value of "NAME: value" lines. False: a line is neither that nor a note. */
static bool take_line(const char *line, struct curve_key *key)
{
    char *into = NULL;
    if (!line[0] || (line[0] == '#' && (!line[1] || line[1] == ' ')))
        return true;
    if (!strncmp(line, "public: ", 8))
        into = key->public_z85;
    else if (!strncmp(line, "secret: ", 8))
        into = key->secret_z85;
    if (!into || strlen(line + 8) != CURVE_Z85 - 1)
        return false;
    memcpy(into, line + 8, CURVE_Z85);
    return true;
}

static bool parse(char *text, struct curve_key *key)
{
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (!take_line(line, key))
            return false;
    }
    return curve_is_key(key->public_z85) && curve_is_key(key->secret_z85);
}

enum status curve_load(const char *file, struct curve_key *ret, struct buf *why)
{
    char text[KEY_FILE], derived[CURVE_Z85];
    struct curve_key key = {{0}, {0}};
    enum status st = slurp(file, text, why);
    if (!st && !parse(text, &key))
        st = refuse(ST_INVALID, why, file, "is no key file: it has a line 'public: ' and a line 'secret: '");
    if (!st && (zmq_curve_public(derived, key.secret_z85) != 0 || strcmp(derived, key.public_z85)))
        st = refuse(ST_INVALID, why, file, "the public key is not the one of the secret key");
    if (!st)
        *ret = key;
    wipe(text, sizeof text);
    curve_wipe(&key);
    return st;
}
