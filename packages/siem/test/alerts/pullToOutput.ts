/** A process of its own: pulls 72 alerts to standard output, with the checkpoint that its argument names. */
import type { AlertRecord } from "@defender-mssp/microsoft";
import { processSession } from "@defender-mssp/terminal/processSession";
import { openCheckpoint, type Position } from "../../src/pull/checkpoint";
import { fetchedAlert, sinkRecordOf, type AlertSource, type FetchedAlert } from "../../src/alerts/fetchedAlert";
import { recordAsJson } from "../../src/alerts/formats";
import { pullToOne as pull } from "../pull/pullToOne";
import { formatted } from "../../src/sinks/sink";
import { standardOutput } from "../../src/sinks/standardOutput";

const key = { tenantId: "c0570500-0000-4000-8000-00000000000a", api: "graph" } as const;
const began = Date.parse("2026-06-01T12:00:00Z");

const alerts = Array.from({ length: 72 }, (_, index): FetchedAlert => {
  const createdAt = new Date(began + index * 60_000).toISOString();
  const record = {
    id: `id ${index}`,
    alertId: `id ${index}`,
    createdAt,
    description: "d".repeat(900),
    devices: [],
  } as unknown as AlertRecord;
  return fetchedAlert(record, record);
});

/** Ten alerts in a span. */
const source: AlertSource = {
  api: "graph",
  itemsPerSpan: 10,
  smallestSpan: 1,
  page: ({ since, until }) => {
    const within = alerts.filter(({ record }) => {
      const time = Date.parse(record.createdAt);
      return time >= since.getTime() && (until === undefined || time < until.getTime());
    });
    return Promise.resolve({
      items: within.slice(0, 10),
      size: Math.min(10, within.length),
      isCut: within.length > 10,
    });
  },
};

async function main(checkpoint: string): Promise<void> {
  const start: Position = { version: 1, ...key, recent: {}, cursor: { since: new Date(began).toISOString() } };
  const position = (await openCheckpoint(checkpoint, key)) ?? start;
  const sink = formatted(standardOutput(processSession().out), (alert: FetchedAlert) =>
    sinkRecordOf(alert, recordAsJson),
  );
  await pull({ source, sink, position, checkpoint });
}

main(process.argv[2] ?? "").catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 5;
});
