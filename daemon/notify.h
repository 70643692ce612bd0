/* notify.h - a word to whoever started us (systemd's NOTIFY_SOCKET); nothing when nobody listens */
#ifndef LEEWAY_NOTIFY_H
#define LEEWAY_NOTIFY_H

/* state: "READY=1", "STOPPING=1" */
void notify(const char *state);

#endif
