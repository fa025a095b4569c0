/**
 * Records to a syslog server: RFC 5424 messages over UDP (RFC 5426), TCP (RFC 6587) or TLS (RFC
 * 5425). On a connection each is framed by its length in octets, which allows any content.
 */
import net from "node:net";
import os from "node:os";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { wait } from "@defender-mssp/microsoft/http";
import { syslogDatagrams, syslogFailure } from "./syslogDatagrams";
import { DestinationError, type Sink, type SinkRecord } from "./sink";
import { asciiJson } from "@defender-mssp/terminal/terminalText";
import { UsageError } from "@defender-mssp/terminal/usageError";
import { Option } from "commander";
import type { DestinationKind } from "./destinationKind";

/** Facility "local use 0". RFC 5424, 6.2.1. */
const facility = 16;

/** RFC 5424, 6.2.1: 2 critical, 4 warning, 5 notice, 6 informational. */
const severities: Readonly<Record<SinkRecord["severity"], number>> = {
  high: 2,
  medium: 4,
  low: 5,
  informational: 6,
  unknown: 5,
};

/**
 * How long the server may take to open a connection, or to close it after the last byte, in
 * milliseconds.
 */
const patience = 10_000;

/**
 * How long a connection stays open after the last byte: milliseconds at least, and times that the
 * connection took to open. A server that closes its side meanwhile has failed: it could not know
 * that no more comes.
 */
const settling = { least: 25, connects: 2 } as const;

/** Tries of one batch, and the first wait between two, in milliseconds; doubled each time. */
const maximumTries = 5;
const firstBackoff = 500;

const ports = { udp: 514, tcp: 601, tls: 6514 } as const;

export const syslog: DestinationKind<{ readonly syslog?: string }> = {
  name: "syslog",
  options: () => [
    new Option(
      "--syslog <address>",
      "send as RFC 5424 messages: tls://host:6514, tcp://host:601 or udp://host:514 (the last two are not encrypted)",
    ),
  ],
  unconfirmed: ({ syslog: address }) =>
    address?.startsWith("udp:") === true ? "sent by UDP: nobody has confirmed that they arrived" : undefined,
  open: (address, _, { format }, { signal, note }) =>
    syslogServer({ address: syslogAddress(address), isJson: format !== "cef", signal, note }),
};

export interface SyslogAddress {
  readonly transport: "udp" | "tcp" | "tls";
  readonly host: string;
  readonly port: number;
}

export interface SyslogOptions {
  readonly address: SyslogAddress;
  /** Whether the records' texts are JSON objects. */
  readonly isJson: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Gets told of a record that was too large for a datagram. */
  readonly note?: (text: string) => void;
  /** First wait between two tries, in milliseconds; for tests. */
  readonly backoff?: number;
  /** How long a connection stays open after the last byte, in milliseconds; for tests. */
  readonly settle?: number;
}

/**
 * `udp://host:port`, `tcp://host:port` or `tls://host:port`; ports 514, 601 and 6514 where none is
 * given (RFC 5426, RFC 6587, RFC 5425).
 * @throws UsageError
 */
export function syslogAddress(text: string): SyslogAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const transport = url?.protocol.slice(0, -1);
  const isRest =
    url !== undefined &&
    ((url.pathname !== "" && url.pathname !== "/") || url.username !== "" || url.password !== "" || url.search !== "");
  if (
    (transport !== "udp" && transport !== "tcp" && transport !== "tls") ||
    url === undefined ||
    url.hostname === "" ||
    isRest
  ) {
    throw new UsageError(
      // Without the text itself: it may have a password in it.
      "The value of --syslog is not an address such as tls://siem.example.com:6514, tcp://10.0.0.5:601 or udp://10.0.0.5:514.",
    );
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { transport, host, port: Number(url.port || ports[transport]) };
}

/**
 * A batch is a connection. Syslog has no receipts, and TCP does not tell what the other end has
 * read. But a server that closes its side after ours, and not before, has read everything. A batch
 * whose connection broke is sent again. What a server has read and then loses cannot be noticed.
 */
export function syslogServer(options: SyslogOptions): Sink {
  const { address, isJson, signal, note } = options;
  const message = (record: SinkRecord) => syslogMessage(record, isJson);
  if (address.transport === "udp") return syslogDatagrams({ ...address, signal, note, message });
  return {
    deliver: async (records) => {
      const batch = Buffer.concat(records.map((record) => syslogFrame(message(record))));
      for (let tries = 1; ; tries++) {
        options.signal?.throwIfAborted();
        try {
          await sendBatch(options, batch);
          return;
        } catch (error) {
          options.signal?.throwIfAborted();
          if (tries >= maximumTries || isDistrusted(error)) throw refused(options.address, error);
          await wait((options.backoff ?? firstBackoff) * 2 ** (tries - 1), options.signal);
        }
      }
    },
  };
}

/**
 * RFC 5424, 6: header, no structured data, and the record as the message. JSON is ASCII: the JSON
 * parsers of servers fail on the byte order mark that other text needs.
 */
export function syslogMessage(record: SinkRecord, isJson: boolean): string {
  const text = isJson ? asciiJson(record.text) : record.text;
  const priority = facility * 8 + severities[record.severity];
  const host = headerField(os.hostname(), 255);
  const header = `<${priority}>1 ${record.at} ${host} defender-mssp ${process.pid} ${record.kind} -`;
  // 6.4: UTF-8 begins with a byte order mark. Plain ASCII needs none, and not every server removes
  // it.
  return `${header} ${/^[\x00-\x7f]*$/.test(text) ? "" : "\uFEFF"}${text}`;
}

/** RFC 6587, 3.4.1: the length in octets, a space, the message. */
export function syslogFrame(message: string): Buffer {
  const bytes = Buffer.from(message, "utf8");
  return Buffer.concat([Buffer.from(`${bytes.length} `, "latin1"), bytes]);
}

/** 1 to so many printable ASCII characters without spaces; `-` where there are none. */
function headerField(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, "").slice(0, most) || "-";
}

async function sendBatch({ address, signal, settle }: SyslogOptions, batch: Buffer): Promise<void> {
  const { transport, host, port } = address;
  const started = performance.now();
  const connection = net.connect({ host, port });
  const socket = transport === "tcp" ? connection : encrypted(connection, host);
  const stop = (): void => {
    socket.destroy();
    connection.destroy();
  };
  signal?.addEventListener("abort", stop, { once: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      let opening = 0;
      let isOurSideClosed = false;
      const early = () => reject(new Error("the server closed the connection before it had everything"));
      const closeOurSide = (): void => {
        if (socket.destroyed) return;
        isOurSideClosed = true;
        socket.end();
      };
      socket.setTimeout(patience, () => {
        const error = new Error(`nothing happened for ${patience / 1000} seconds`);
        socket.destroy(connection.connecting ? Object.assign(error, { syscall: "connect" }) : error);
      });
      for (const layer of [connection, socket]) layer.once("error", reject);
      socket.once("close", early);
      socket.once("end", () => (isOurSideClosed ? resolve() : early()));
      socket.once(transport === "tcp" ? "connect" : "secureConnect", () => (opening = performance.now() - started));
      socket.resume(); // Only the end of what the server sends matters.
      socket.write(batch, () => {
        const pause = settle ?? Math.max(settling.least, settling.connects * opening);
        timer = setTimeout(closeOurSide, pause);
      });
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    stop();
  }
}

/**
 * TLS over a connection that Node.js reads and writes as a stream. Closing TLS writes, and a write
 * on a connection that was reset consumes the error: TLS directly on the socket drops it, and the
 * reset then looks like a normal end. The connection as a stream reports it.
 */
function encrypted(connection: net.Socket, host: string): tls.TLSSocket {
  const stream = new Duplex({
    read: () => void connection.resume(),
    write: (bytes: Buffer, _encoding, done) => void connection.write(bytes, done),
    final: (done) => void connection.end(done),
    destroy: (error, done) => {
      connection.destroy();
      done(error);
    },
  });
  connection.on("data", (bytes: Buffer) => stream.push(bytes) || connection.pause());
  connection.once("end", () => stream.push(null));
  connection.once("error", (error) => stream.destroy(error));
  return tls.connect({ socket: stream, ...(net.isIP(host) === 0 ? { servername: host } : { host }) });
}

/** A certificate that is not trusted will not be trusted in a second. */
function isDistrusted(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS_/.test(code);
}

function refused({ transport, host, port }: SyslogAddress, error: unknown): DestinationError {
  const hint = isDistrusted(error) ? " NODE_EXTRA_CA_CERTS names a file with the server's certificate authority." : "";
  return new DestinationError(
    `The syslog server ${transport}://${host}:${port} ${syslogFailure(error)}.${hint}`,
    !isDistrusted(error),
  );
}
