/**
 * Records to a syslog server by UDP (RFC 5426): a message a datagram. Nothing tells whether one has
 * arrived.
 */
import dgram from "node:dgram";
import net from "node:net";
import { wait } from "@defender-mssp/microsoft/http";
import { messageOf } from "@defender-mssp/errors";
import { shortenings } from "./shortened";
import { DestinationError, type Sink, type SinkRecord } from "./sink";

/** Bytes of a message at most: what servers take by default. RFC 5426, 3.2, asks them for 2048. */
export const largestDatagram = 8192;

/**
 * Bytes between two pauses, and the pause in milliseconds. Linux gives a server's socket 208 KiB by
 * default and counts about twice the bytes of a datagram; a busy server reads it every few pauses.
 */
const burst = 16 * 1024;
const pause = 10;

export interface DatagramOptions {
  readonly host: string;
  readonly port: number;
  readonly message: (record: SinkRecord) => string;
  readonly signal?: AbortSignal | undefined;
  /** Gets told of a record that was too large. */
  readonly note?: ((text: string) => void) | undefined;
  /** For tests. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

export function syslogDatagrams(options: DatagramOptions): Sink {
  let sent = 0;
  return {
    deliver: async (records) => {
      const socket = dgram.createSocket(net.isIPv6(options.host) ? "udp6" : "udp4");
      try {
        await connected(socket, options);
        for (const record of records) {
          const bytes = datagramOf(record, options);
          await send(socket, bytes);
          sent += bytes.length;
          if (sent < burst) continue;
          sent = 0;
          await (options.sleep ?? wait)(pause, options.signal);
        }
      } catch (error) {
        options.signal?.throwIfAborted();
        if (error instanceof DestinationError) throw error;
        const server = `udp://${options.host}:${options.port}`;
        throw new DestinationError(`The syslog server ${server} ${syslogFailure(error)}.`, true);
      } finally {
        socket.close();
      }
    },
  };
}

/** Whether the server never answered, or stopped: Node.js names the call that failed. */
export function syslogFailure(error: unknown): string {
  const isUnreached = /^(connect|getaddrinfo)$/.test((error as NodeJS.ErrnoException).syscall ?? "");
  return `${isUnreached ? "could not be reached" : "took nothing more"}: ${messageOf(error)}`;
}

function datagramOf(record: SinkRecord, { message, note }: DatagramOptions): Buffer {
  const whole = Buffer.from(message(record), "utf8");
  if (whole.length <= largestDatagram) return whole;
  for (const limits of shortenings) {
    const bytes = Buffer.from(message({ ...record, text: record.shortened(limits) }), "utf8");
    if (bytes.length > largestDatagram) continue;
    note?.(`Record ${record.id} is larger than a datagram of ${largestDatagram} bytes: it was delivered shortened.`);
    return bytes;
  }
  throw new DestinationError(`Record ${record.id} is too large for syslog by UDP, shortened as well: use TCP.`, false);
}

/** A connected socket learns of a host that answers "port unreachable". */
function connected(socket: dgram.Socket, { host, port }: DatagramOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(port, host, () => {
      resolve();
    });
  });
}

function send(socket: dgram.Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(bytes, (error) => (error === null ? resolve() : reject(error)));
  });
}
