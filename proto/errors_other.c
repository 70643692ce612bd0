/* errors_other.c - faults, endings, what a client finds out by itself, and the kinds; errors.h tells the columns */
#include "proto/errors.h"

#define WRITER "the program that sent it is at fault: proto/vectors/ shows what is right"
#define WRITER_ZH "发送程序有误:见 proto/vectors/"

const struct known_error errors_other[] = {
    {"too-long", "fault limit", "the message, or an answer, is longer than a message may be",
     "send at most 1 MiB; ask for less (limit)", "内容过长", "不超过 1 MiB;或减少查询条数"},
    {"truncated", "fault", "the bytes end in the middle of a value", WRITER, "内容不完整", WRITER_ZH},
    {"trailing-bytes", "fault", "something stands behind the value", WRITER, "内容之后有多余字节", WRITER_ZH},
    {"too-deep", "fault", "more than 64 levels", WRITER, "层次过深", WRITER_ZH},
    {"too-many", "fault", "more items or pairs than a message may hold", WRITER, "项数过多", WRITER_ZH},
    {"bad-utf8", "fault", "a text is no UTF-8, or holds U+0000", WRITER, "文字不是 UTF-8", WRITER_ZH},
    {"bad-key", "fault", "a key is no text", WRITER, "键不是文字", WRITER_ZH},
    {"key-twice", "fault", "a key stands twice in its map", WRITER, "键重复", WRITER_ZH},
    {"bad-type", "fault", "a float, an extension type, or a byte that begins nothing", WRITER, "类型不允许", WRITER_ZH},
    {"bad-integer", "fault", "an integer above 2^63 - 1", WRITER, "整数过大", WRITER_ZH},
    {"not-a-map", "fault", "the message is no map", WRITER, "消息不是映射", WRITER_ZH},
    {"unknown-type", "fault", "the daemon takes no message of that type", WRITER, "没有该类消息", WRITER_ZH},
    {"unknown-key", "fault", "the message has no such key",
     "leave it out, or ask the daemon for its version (leeway status)", "消息没有该键",
     "删去该键,或用 leeway status 查看版本"},
    {"missing-key", "fault", "the message lacks a key", WRITER, "消息缺少键", WRITER_ZH},
    {"wrong-type", "fault", "the value of a key is of another type", WRITER, "键的类型有误", WRITER_ZH},
    {"too-many-frames", "fault", "a message is one frame", WRITER, "消息应为一帧", WRITER_ZH},
    {"bad-routing-id", "fault", "the socket has set a routing id", "set none: the daemon gives one", "不得设置路由标识",
     "不要设置路由标识"},

    {"taken-over", "ended client", "another session of the same stream and name was opened",
     "give each subscriber a name of its own", "同名订阅者已接替", "每个订阅者使用各自的名称"},
    {"silent", "ended", "three beats were missed", "open again; beat every 5 s", "未按时发送心跳",
     "重新打开;每 5 秒发送心跳"},
    {"revoked", "ended client", "the right to read the stream, or the key, was taken away", "ask the administrator",
     "权限或密钥已取消", "请管理员办理"},
    {"stopping", "ended", "the daemon stops", "open again when it is back", "守护进程正在停止", "恢复后重新打开"},
    {"closed", "ended client", "the session, or the client, was closed", "nothing has to be done", "已关闭",
     "无需处理"},
    {"unknown", "ended", "the daemon knows no such session", "open again", "没有该会话", "重新打开"},

    {"unreachable", "client", "the daemon could not be reached; nothing was sent",
     "is leewayd running, and is the endpoint right?", "无法连接守护进程,未发送任何内容",
     "leewayd 是否在运行,endpoint 是否正确?"},
    {"timeout", "client", "no answer came in time: whether it was done is not known",
     "the outcome is unknown: repeat it with --id {id}", "未在时限内收到答复", "结果未知:请用 --id {id} 重试"},
    {"auth", "client", "the daemon does not know the key",
     "have the administrator add this key (leeway key add), or give its principal the right", "守护进程不认识该密钥",
     "请管理员登记该密钥(leeway key add)或授予权限"},
    {"protocol", "client", "what came, or was asked for, is not of this protocol",
     "do both sides run the same version?", "协议不符", "检查两端版本"},
    {"option", "client", "an option, or a file that it names, is wrong", "mend what is named", "选项有误",
     "修改指出的内容"},
    {"io", "client", "a file or descriptor could not be used", "mend what is named", "文件无法使用", "修改指出的内容"},
    {"ahead", "client", "the subscriber knows more than the daemon, which was put back to an earlier state",
     "tell the operator; go on only when it is known what was lost", "订阅者所知多于守护进程", "请告知运维"},

    {"law", "kind", "a rule of the procedure says no",
     "leeway case history and case explain tell what was done and due", "不符合规则",
     "leeway case history 和 case explain 说明已办事项和各期限"},
    {"right", "kind", "the principal may not", "ask whoever holds the right, or use that department's key (--context)",
     "无此权限", "请有权限的部门办理,或使用该部门的密钥(--context)"},
    {"form", "kind", "a field or a key is wrong", "--help tells what is expected", "内容有误", "--help 说明所需内容"},
    {"conflict", "kind", "the state has moved on", "look again, then decide", "情况已有变化", "重新查看后再决定"},
    {"limit", "kind", "too much, or too old", "send less, or later", "超过限度", "减少内容,或稍后再试"},
    {"space", "kind", "the daemon only reads", "the daemon only reads at the moment; tell its operator",
     "守护进程暂时只读", "守护进程暂时只读,请告知运维"},
};

const size_t errors_other_n = sizeof errors_other / sizeof *errors_other;
