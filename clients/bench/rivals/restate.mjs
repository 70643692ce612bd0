// node restate.mjs PORT - a virtual object `case` for Restate. `step` is one transition as the daemon makes it; the
// notices stand in the object's state and not in messages of their own, which would cost Restate three times as much. The
// idempotency key of the request remembers the answer. `simple` is the transition of the figure to be reached.
import { createRequire } from "node:module";
import http2 from "node:http2";

if (!Promise.withResolvers) // of Node 22; the SDK wants it
    Promise.withResolvers = () => {
        const made = {};
        made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
        return made;
    };
const restate = createRequire(process.env.RIVALS + "/package.json")("@restatedev/restate-sdk");
const text = (letter, length) => letter.repeat(length);

function turned(state) {
    if (state !== 0 && state !== 1) throw new restate.TerminalError("state", { errorCode: 409 });
    return 1 - state;
}

const object = restate.object({
    name: "case",
    handlers: {
        step: async (ctx) => {
            const kase = (await ctx.get("case")) ?? { state: 0, version: 0 };
            kase.state = turned(kase.state);
            kase.version++;
            kase.data = text("c", 1700);
            ctx.set("case", kase);
            ctx.set("event", { version: kase.version, data: text("e", 2000) });
            ctx.set("notices", [text("n", 320), text("n", 320)]);
            ctx.set("task", { version: kase.version });
            ctx.set("clock", kase.version);
            return { version: kase.version, answer: text("a", 290) };
        },
        simple: async (ctx) => {
            const kase = (await ctx.get("case")) ?? { state: 0, version: 0, data: text("c", 450) };
            kase.state = turned(kase.state);
            kase.version++;
            ctx.set("case", kase);
            ctx.set("event", { version: kase.version, data: text("e", 200) });
            return { version: kase.version };
        },
    },
});
http2.createServer(restate.createEndpointHandler({ services: [object], logger: () => {} })).listen(Number(process.argv[2]), "127.0.0.1");
