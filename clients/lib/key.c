/* key.c - key files of leeway.h: lines `public: …` and `secret: …` */
#include "clients/lib/error.h"
#include "clients/lib/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_new(const char *path, mode_t mode, const char *text, struct lw_error *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        error_set(e, LW_IO, "cannot make %s: %s", path, strerror(errno));
        return false;
    }
    size_t n = strlen(text);
    bool fine = write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
    if (!fine)
        error_set(e, LW_IO, "cannot write %s: %s", path, strerror(errno));
    close(fd);
    return fine;
}

/* 40 characters of Z85. Whether they are a point of the curve is for the daemon to say. */
static bool is_key(const char *z85)
{
    static const char digits[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
    return z85 && strlen(z85) == LW_KEY - 1 && strspn(z85, digits) == LW_KEY - 1;
}

bool lw_key_write(const char *file, const char *public_key, const char *secret_key, struct lw_error *e)
{
    char text[256], path[4096];
    if (!file || !is_key(public_key) || !is_key(secret_key)) {
        error_set(e, LW_OPTION, "%s", !file ? "the key file has no name" : "a key is 40 characters of Z85");
        return false;
    }
    if (snprintf(path, sizeof path, "%s.pub", file) >= (int)sizeof path) {
        error_set(e, LW_OPTION, "the name of the key file is too long");
        return false;
    }
    snprintf(text, sizeof text, "public: %s\nsecret: %s\n", public_key, secret_key);
    if (!write_new(file, 0600, text, e))
        return false;
    snprintf(text, sizeof text, "public: %s\n", public_key);
    return write_new(path, 0644, text, e);
}

/* Others may read a public key, never a secret one. */
static bool secret_enough(const char *file, struct lw_error *e)
{
    struct stat st;
    if (stat(file, &st) != 0) {
        error_set(e, LW_OPTION, "cannot read the key %s: %s", file, strerror(errno));
        return false;
    }
    if (st.st_mode & (S_IRWXG | S_IRWXO)) {
        error_set(e, LW_OPTION, "others can read the secret key in %s: chmod 600 it", file);
        return false;
    }
    return true;
}

bool lw_key_read(const char *file, char ret_public[LW_KEY], char ret_secret[LW_KEY], struct lw_error *e)
{
    char public_key[LW_KEY], secret_key[LW_KEY];
    struct buf text = {0};
    bool fine = false;
    if (ret_secret && !secret_enough(file, e))
        return false;
    enum status st = file_read(file, 4096, &text);
    if (st != ST_OK) {
        error_set(e, LW_OPTION, "cannot read the key %s: %s", file, status_text(st));
        goto out;
    }
    fine = line_value(buf_cstr(&text), "public", public_key, sizeof public_key) && strlen(public_key) == LW_KEY - 1;
    if (ret_secret && fine)
        fine = line_value(buf_cstr(&text), "secret", secret_key, sizeof secret_key) && strlen(secret_key) == LW_KEY - 1;
    if (!fine) {
        error_set(e, LW_OPTION, "%s is no key file: expected %s of 40 characters", file,
                  ret_secret ? "lines public: and secret:" : "a line public:");
        goto out;
    }
    memcpy(ret_public, public_key, LW_KEY);
    if (ret_secret)
        memcpy(ret_secret, secret_key, LW_KEY);
out:
    explicit_bzero(secret_key, sizeof secret_key);
    buf_done(&text);
    return fine;
}
