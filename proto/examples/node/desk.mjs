// desk.mjs - a department's stream and the transitions from Node, over CURVE, with zeromq 6 and msgpack alone
//
//     node desk.mjs CONTEXT STREAM NAME [PREFIX]
//
// Prints each notice, acknowledges it as received and done, and prints each transition whose topic begins with PREFIX;
// ends with its standard input. CONTEXT is a file of lines endpoint:, transitions:, server-key:, key: (files relative to it).
import {randomBytes} from "node:crypto"
import {existsSync, readFileSync} from "node:fs"
import {dirname, resolve} from "node:path"
import {decode, encode} from "@msgpack/msgpack"
import {Dealer, Subscriber} from "zeromq"

const [contextFile, stream, name, prefix = ""] = process.argv.slice(2)
if (!name) {
  console.error("usage: node desk.mjs CONTEXT STREAM NAME [PREFIX]")
  process.exit(2)
}

const lines = (file) => Object.fromEntries(readFileSync(file, "utf8").split("\n").filter((line) => /^[\w-]+:/.test(line))
  .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]))
const context = lines(contextFile)
const near = (file) => resolve(dirname(contextFile), file)
const server = existsSync(near(context["server-key"])) ? lines(near(context["server-key"])).public : context["server-key"]
const own = lines(near(context.key))
const curve = {curveServerKey: server, curvePublicKey: own.public, curveSecretKey: own.secret, linger: 0, heartbeatInterval: 5000}

function uuid7() { // RFC 9562: 48 bits of milliseconds, then chance
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = 0x70 | (bytes[6] & 0x0f)
  bytes[8] = 0x80 | (bytes[8] & 0x3f)
  return bytes.toString("hex").replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5")
}

// ---- requests: each is sent again under its id until it is answered ----

const dealer = new Dealer({...curve, sendHighWaterMark: 0})
dealer.connect(context.endpoint)
const waiting = new Map()
let sending = Promise.resolve() // a socket sends one message at a time
const post = (message) => (sending = sending.then(() => dealer.send(encode(message))).catch(() => {}))

function call(message, again = 2000) {
  const request = {id: uuid7(), ...message}
  return new Promise((answer) => {
    const repeat = again ? setInterval(() => post(request), again) : undefined
    waiting.set(request.id, (m) => {
      clearInterval(repeat)
      waiting.delete(request.id)
      answer(m)
    })
    post(request)
  })
}

// ---- the stream: opened behind what is durable, beaten every five seconds, opened anew when it ended ----

let session, position, heard = Date.now()

async function open() {
  session = undefined
  const m = await call({t: "open", stream, name, messages: 256, bytes: 1 << 20, ...(position === undefined ? {} : {after: position})}, 0)
  if (m.t !== "opened") {
    console.error(`${m.code}: ${m.text}`)
    process.exit(1)
  }
  session = m.session
  position = m.after
  heard = Date.now()
}

async function take(notices) {
  let bytes = 0
  const fresh = []
  for (const notice of notices) {
    bytes += encode(notice).length
    if (notice.position !== position + 1) continue // it was here already
    position = notice.position
    fresh.push(position)
    console.log(`notice ${position} ${notice.type} case ${notice.case} ${notice.label}`)
  }
  post({t: "credit", session, messages: notices.length, bytes})
  if (!fresh.length) return
  const m = await call({t: "report", stream, name, received: position, done: fresh})
  console.log(`${m.t === "accepted" ? "acknowledged" : m.code} ${fresh.join(",")}`)
}

setInterval(() => {
  if (session === undefined) return
  if (Date.now() - heard > 15000) open()
  else post({t: "beat", session})
}, 5000)

async function listen() {
  for await (const [frame] of dealer) {
    const m = decode(frame)
    if (m.id !== undefined && waiting.has(m.id)) {
      waiting.get(m.id)(m)
      await null // whoever waited goes first: notices may stand right behind
      continue
    }
    if (m.session === undefined || m.session !== session) continue
    heard = Date.now()
    if (m.t === "notices") take(m.notices)
    else if (m.t === "ended" && ["taken-over", "revoked"].includes(m.reason)) process.exit(1)
    else if (m.t === "ended") open()
  }
}

// ---- the transitions: what the socket lost is found by the numbers, and fetched ----

const feed = new Subscriber({...curve, receiveHighWaterMark: 0})
feed.connect(context.transitions)
feed.subscribe(prefix, "head/")

async function watch() {
  let number = (await call({t: "ask", q: "status"})).transition
  const show = (t) => {
    const topic = `${t.kind}/${t.procedure}/${t.department}/`
    if (t.n > number && topic.startsWith(prefix)) console.log(`transition ${t.n} ${t.kind} case ${t.case}`)
    number = Math.max(number, t.n)
  }
  for await (const [topic, frame] of feed) {
    const m = decode(frame)
    const head = topic.toString() === "head/"
    const lost = head ? m.transition > number : (m.prev[prefix] ?? 0) > number
    for (let more = lost; more; ) {
      const page = await call({t: "ask", q: "transitions", from: number + 1, limit: 500})
      page.transitions.forEach(show)
      more = page.transitions.length > 0 && number < page.last
    }
    if (!head) show(m)
  }
}

process.stdin.on("end", () => process.exit(0)).resume()
listen()
watch()
open()
