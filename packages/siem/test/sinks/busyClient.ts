/**
 * A process of its own, since it needs a certificate authority: delivers an alert to a TLS server that resets each
 * connection just before the client closes its side, as if this thread had been busy at that moment. The server may not
 * have read everything. The argument is the folder with the server's certificate. Prints how it ended.
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

const settle = 25;

/** From this thread to the server's, which sets the element when the reset is on its way. */
interface Shared {
  readonly folder: string;
  readonly isReset: Int32Array;
}

async function serve({ folder, isReset }: Shared): Promise<void> {
  const { privateKey, certificate } = await serverCertificate(folder, new Date());
  let beneath: net.Socket | undefined;
  const server = tls.createServer({ key: privateKey, cert: certificate }, (socket) => {
    socket.on("error", () => undefined);
  });
  server.prependListener("connection", (socket: net.Socket) => (beneath = socket));
  server.listen(0, "127.0.0.1", () => parentPort?.postMessage((server.address() as AddressInfo).port));
  parentPort?.on("message", () => {
    beneath?.resetAndDestroy();
    Atomics.store(isReset, 0, 1);
    Atomics.notify(isReset, 0);
  });
}

/** Lets the server reset the connection before this thread closes its side. */
function resetBeforeEnd(worker: Worker, isReset: Int32Array): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the socket below
  const end = tls.TLSSocket.prototype.end as (this: tls.TLSSocket, ...args: unknown[]) => tls.TLSSocket;
  tls.TLSSocket.prototype.end = function (this: tls.TLSSocket, ...args: unknown[]) {
    Atomics.store(isReset, 0, 0);
    worker.postMessage("reset");
    Atomics.wait(isReset, 0, 0);
    // The reset is on the loopback: it is here after a moment, and nothing has read it.
    Atomics.wait(isReset, 0, 1, 20);
    return end.apply(this, args);
  };
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
    await syslogServer({ address, isJson: true, backoff: 1, settle }).deliver([
      sinkRecordOf(fetchedAlert(record, record), recordAsJson),
    ]);
    return "delivered";
  } catch (error) {
    return `not delivered: ${String(error)}`;
  }
}

function run(folder: string): void {
  const isReset = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(__filename, {
    workerData: { folder, isReset } satisfies Shared,
    execArgv: ["--conditions=source", "--require", "@defender-mssp/testkit/mocha/compile"],
  });
  resetBeforeEnd(worker, isReset);
  worker.on("message", (port: number) => {
    void deliver(port).then((outcome) => process.stdout.write(`${outcome}\n`, () => process.exit()));
  });
}

if (isMainThread) run(process.argv[2] ?? "");
else void serve(workerData as Shared);
