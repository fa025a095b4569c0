import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import type { AlertRecord } from "@defender-mssp/microsoft";
import { certificateFiles, serverCertificate, newFolder } from "@defender-mssp/testkit";
import { execa } from "execa";
import { fetchedAlert, sinkRecordOf } from "../../src/alerts/fetchedAlert";
import { recordAsJson } from "../../src/alerts/formats";
import { syslogServer } from "../../src/sinks/syslog";
import { syslogFailure } from "../../src/sinks/syslogDatagrams";
import { SyslogFrames } from "../alerts/parsers";

const alert: Partial<AlertRecord> = {
  id: "1",
  api: "graph",
  severity: "high",
  createdAt: "2026-06-01T12:00:00.000Z",
  devices: [],
};
const records = [sinkRecordOf(fetchedAlert(alert as AlertRecord, alert), recordAsJson)];

/** What a server does with each connection, by its number from 0; what it has read whole is in the result. */
async function delivered(behave: (socket: net.Socket, index: number) => void): Promise<string[]> {
  const received: string[] = [];
  let connections = 0;
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const frames = new SyslogFrames();
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => frames.push(bytes));
    socket.on("end", () => {
      received.push(...frames.messages);
      socket.end();
    });
    behave(socket, connections++);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const options = { address: { transport: "tcp", host: "127.0.0.1", port }, isJson: true } as const;
  try {
    await syslogServer({ ...options, backoff: 1, settle: 500 }).deliver(records);
    return received;
  } finally {
    server.close();
  }
}

describe("siem/sinks: delivery by syslog", () => {
  it("resolves after the server has received every byte", async () =>
    assert.equal((await delivered(() => undefined)).length, 1));

  it("is retried after the server closes early, with or without a clean close", async () => {
    const received = await delivered((socket, index) => {
      if (index === 0) socket.once("data", () => socket.destroy());
      if (index === 1) socket.once("data", () => socket.resetAndDestroy());
      if (index === 2) socket.end();
    });
    assert.equal(received.length >= 1, true);
  });

  it("does not treat the reset of a TLS connection as success, even in a busy process", async function () {
    const folder = newFolder();
    await serverCertificate(folder, new Date());
    const { stdout } = await execa(
      process.execPath,
      [
        "--conditions=source",
        "--require",
        "@defender-mssp/testkit/mocha/compile",
        path.join(__dirname, "busyClient.ts"),
        folder,
      ],
      { env: { NODE_EXTRA_CA_CERTS: certificateFiles(folder).certificate } },
    );
    assert.match(stdout, /^not delivered: .* took nothing more: /);
  });

  it("names a server as not reached where its name or its address does not answer", () => {
    const failure = (syscall: string) => syslogFailure(Object.assign(new Error("no answer"), { syscall }));
    for (const syscall of ["getaddrinfo", "connect"]) assert.equal(failure(syscall), "could not be reached: no answer");
    assert.equal(failure("write"), "took nothing more: no answer");
  });

  it("fails after five attempts", async () => {
    let tries = 0;
    const failing = delivered((socket) => {
      tries++;
      socket.destroy();
    });
    await assert.rejects(failing, /took nothing more/);
    assert.equal(tries, 5);
  });
});
