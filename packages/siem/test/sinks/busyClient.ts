/**
 * A process of its own, since it needs a certificate authority: delivers an alert to a TLS server
 * that resets each connection after it has read it, while this thread is busy. Its argument is the
 * folder with the server's certificate. Prints how it ended.
 */
import type { AddressInfo } from "node:net";
import type net from "node:net";
import tls from "node:tls";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { AlertRecord } from "@defender-mssp/microsoft";
import { serverCertificate } from "@defender-mssp/testkit";
import { fetchedAlert, sinkRecordOf } from "../../src/alerts/fetchedAlert";
import { recordAsJson } from "../../src/alerts/formats";
import { syslogServer } from "../../src/sinks/syslog";

const resetAfter = 100;
const busyFor = 400;

async function serve(folder: string): Promise<void> {
  const { privateKey, certificate } = await serverCertificate(folder, new Date());
  let beneath: net.Socket | undefined;
  const server = tls.createServer({ key: privateKey, cert: certificate }, (socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      parentPort?.postMessage("read");
      const connection = beneath;
      setTimeout(() => connection?.resetAndDestroy(), resetAfter);
    });
  });
  server.prependListener("connection", (socket: net.Socket) => (beneath = socket));
  server.listen(0, "127.0.0.1", () => parentPort?.postMessage((server.address() as AddressInfo).port));
}

async function deliver(port: number): Promise<string> {
  const alert = {
    id: "1",
    api: "graph",
    severity: "high",
    createdAt: "2026-06-01T12:00:00.000Z",
    devices: [] as AlertRecord["devices"],
  };
  const record = alert as AlertRecord;
  const address = { transport: "tls", host: "127.0.0.1", port } as const;
  try {
    await syslogServer({ address, backoff: 1, settle: 50 }).deliver([
      sinkRecordOf(fetchedAlert(record, record), recordAsJson),
    ]);
    return "delivered";
  } catch (error) {
    return `not delivered: ${String(error)}`;
  }
}

function run(folder: string): void {
  const worker = new Worker(__filename, {
    workerData: folder,
    execArgv: ["--conditions=source", "--require", "./test/setup/compile.js"],
  });
  worker.on("message", (message: "read" | number) => {
    if (message === "read") {
      const end = Date.now() + busyFor;
      while (Date.now() < end);
      return;
    }
    void deliver(message).then((outcome) => process.stdout.write(`${outcome}\n`, () => process.exit()));
  });
}

if (isMainThread) run(process.argv[2] ?? "");
else void serve(workerData as string);
