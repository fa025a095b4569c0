/** Alerts and incidents to rsyslog, as Debian has it: by UDP and by TCP, with its defaults. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { alertsToSend, incidentsToSend, type ToSend } from "./itemsToSend";

const program = ["/usr/sbin/rsyslogd", "/sbin/rsyslogd"].find((file) => existsSync(file));

/** What rsyslog has read of a message. */
interface Received {
  readonly facility: string;
  readonly severity: string;
  readonly time: string;
  readonly application: string;
  readonly messageId: string;
  readonly message: string;
}

describe("siem/sinks: syslog to rsyslog", function () {
  let folder: string;
  let output: string;
  let server: ChildProcess | undefined;
  const ports = { udp: 0, tcp: 0 };

  before(async function () {
    if (program === undefined) {
      process.stderr.write("rsyslog is not installed: its tests are skipped.\n");
      this.skip();
    }
    folder = newFolder();
    output = path.join(folder, "received");
    ports.udp = await freeUdpPort();
    const tcpPort = path.join(folder, "tcp-port");
    const configuration = path.join(folder, "rsyslog.conf");
    await writeFile(
      configuration,
      [
        `global(workDirectory="${folder}")`,
        'module(load="imudp")',
        'module(load="imtcp")',
        `input(type="imudp" address="127.0.0.1" port="${ports.udp}")`,
        `input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="${tcpPort}")`,
        'template(name="tabs" type="list") {',
        ...["syslogfacility-text", "syslogseverity-text", "app-name", "msgid"].map(
          (name) => `property(name="${name}") constant(value="\\t")`,
        ),
        'property(name="timereported" dateFormat="rfc3339") constant(value="\\t")',
        'property(name="msg") constant(value="\\n") }',
        `action(type="omfile" file="${output}" template="tabs")`,
        "",
      ].join("\n"),
    );
    server = spawn(program, ["-n", "-iNONE", "-f", configuration], { stdio: "ignore" });
    for (let tries = 0; tries < 6000 && !existsSync(tcpPort); tries++) await sleep(20);
    ports.tcp = Number(await readFile(tcpPort, "utf8"));
    // It listens by TCP after it does by UDP.
    await new Promise<void>((resolve, reject) => {
      const socket = net.connect(ports.tcp, "127.0.0.1", () => {
        socket.destroy();
        resolve();
      });
      socket.once("error", reject);
    });
  });

  after(async () => {
    if (server !== undefined && server.exitCode === null) {
      server.kill("SIGTERM");
      await once(server, "exit");
    }
    if (program !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** So many messages more than before; rsyslog writes them when it has read them. */
  async function received(count: number, before: number): Promise<Received[]> {
    for (let tries = 0; ; tries++) {
      const text = existsSync(output) ? await readFile(output, "utf8") : "";
      const lines = text.split("\n").slice(0, -1).slice(before);
      if (lines.length >= count || tries === 6000) {
        assert.equal(lines.length, count);
        return lines.map((line) => {
          const [facility = "", severity = "", application = "", messageId = "", time = "", message = ""] =
            line.split("\t");
          return { facility, severity, application, messageId, time, message: message.replace(/^\s*\uFEFF?/, "") };
        });
      }
      await sleep(20);
    }
  }

  let sent = 0;
  const notes: string[] = [];

  async function through(transport: "udp" | "tcp", kind: ToSend, format: "json" | "cef"): Promise<Received[]> {
    const note = (text: string): void => void notes.push(text);
    await kind.sink({ syslog: `${transport}://127.0.0.1:${ports[transport]}`, format }, note).deliver();
    const found = await received(kind.records.length, sent);
    sent += kind.records.length;
    return found;
  }

  // Few enough for a socket's buffer: a server that gets no time on a busy machine loses none.
  for (const transport of ["udp", "tcp"] as const) {
    for (const kind of [alertsToSend(12), incidentsToSend(6)]) {
      it(`${kind.name} by ${transport}: every message, with time, severity and the whole record`, async () => {
        const messages = await through(transport, kind, "json");
        const severities = { high: "crit", medium: "warning", low: "notice", unknown: "notice", informational: "info" };
        assert.deepEqual(
          messages.map(({ message, time, ...rest }) => ({ ...rest, time: Date.parse(time), message: parsed(message) })),
          kind.records.map(({ json, at, record }) => ({
            facility: "local0",
            severity: severities[record.severity],
            application: "defender-mssp",
            messageId: kind.messageId,
            time: Date.parse(at),
            message: json,
          })),
        );
      });
    }
  }

  it("incidents as CEF by UDP", async () => {
    const messages = await through("udp", incidentsToSend(3), "cef");
    for (const { message } of messages)
      assert.match(message, /^CEF:0\|Microsoft\|Microsoft Defender XDR\|1\|incident\|/);
  });

  it("a record that is larger than a datagram arrives shortened and whole by UDP", async () => {
    assert.equal(notes.length, 0);
    const kind = incidentsToSend(2, { alertsEach: 30 });
    const messages = await through("udp", kind, "json");
    const ids = kind.records.map(({ id }) => id);
    assert.deepEqual(
      messages.map(({ message }) => parsed(message)).map(({ id, updatedAt }) => `${id}@${updatedAt}`),
      ids,
    );
    for (const [index, id] of ids.entries()) assert.match(notes[index] ?? "", new RegExp(`^Record ${id} is larger`));
  });
});

function parsed(message: string): { id: string; updatedAt: string } {
  return JSON.parse(message) as { id: string; updatedAt: string };
}

async function freeUdpPort(): Promise<number> {
  const socket = dgram.createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  await new Promise<void>((resolve) => {
    socket.close(resolve);
  });
  return port;
}
