/** The closed table of hunting queries against the executor of `@defender-mssp/kql`, on the same rows. */
import assert from "node:assert/strict";
import {
  kqlAnswer,
  knownAnswer,
  type HuntingAnswer,
  type HuntedRow,
  type HuntedTable,
} from "../../src/defender/huntingAnswer";

const start = Date.parse("2026-11-01T00:00:00.000Z");
const moment = (hours: number) => new Date(start + hours * 60 * 60 * 1000);
const columns = ["AlertId", "Title", "Severity", "ServiceSource", "DeviceId"];

/** Newest first, with a gap, a repeated time and empty texts. */
const rows: readonly HuntedRow[] = [23, 21, 21, 20, 12.5, 12, 11, 10, 9, 6, 3, 1].map((hours, index) => ({
  Timestamp: moment(hours),
  AlertId: `alert${index}`,
  Title: `Title ${index}`,
  Severity: ["High", "low", "High", "", "Low"][index % 5] ?? "",
  ServiceSource: index === 0 ? "" : "Microsoft Defender for Endpoint",
  DeviceId: `device${index % 3}`,
}));

function tableOf(given: readonly HuntedRow[]): HuntedTable {
  const texts = columns.map((name) => ({ name, type: "string" }));
  return { columns: [{ name: "Timestamp", type: "datetime" }, ...texts], rows: () => given };
}

const ofSpan = (from: Date, until: Date) =>
  `AlertInfo | where Timestamp >= datetime(${from.toISOString()}) and Timestamp < datetime(${until.toISOString()}) | `;

const known = [
  `${ofSpan(moment(9), moment(21))}count`,
  `${ofSpan(moment(9), moment(21))}project Timestamp, AlertId, Title, ServiceSource, Severity`,
  `${ofSpan(moment(40), moment(41))}count`,
  `${ofSpan(moment(40), moment(41))}project Timestamp, AlertId, Title, ServiceSource, Severity`,
  "AlertInfo | take 10",
  " AlertInfo\n|  summarize count() by Severity ",
  "DeviceInfo | count",
];

describe("sandbox/defender: answers of hunting", () => {
  const plain = (answer: HuntingAnswer | undefined) => ({
    columns: answer?.columns,
    rows: [...(answer?.rows ?? [])].map((row) => ({
      ...row,
      ...("Timestamp" in row && { Timestamp: new Date(row["Timestamp"] as string).getTime() }),
    })),
  });

  for (const query of known) {
    it(`the table answers as the executor: ${query}`, async () => {
      for (const given of [rows, rows.slice(0, 1), []]) {
        const tables = { AlertInfo: tableOf(given), AlertEvidence: tableOf([]), DeviceInfo: tableOf(given) };
        const answer = knownAnswer(query, tables);
        assert.ok(answer !== undefined);
        assert.deepEqual(plain(answer), plain(await kqlAnswer(query, tables, moment(24))));
      }
    });
  }

  it("the table has no other query", () => {
    const tables = { AlertInfo: tableOf(rows), AlertEvidence: tableOf(rows), DeviceInfo: tableOf(rows) };
    for (const query of [
      "AlertInfo",
      "AlertInfo | take 11",
      "AlertInfo | take 10 | count",
      "AlertEvidence | count",
      "AlertInfo | summarize count() by Title",
      "alertinfo | take 10",
      "AlertInfo | where Timestamp >= datetime(2026-11-01) and Timestamp < datetime(2026-11-02) | count",
    ])
      assert.equal(knownAnswer(query, tables), undefined, query);
  });
});
