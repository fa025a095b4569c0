import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { readPages, updatedSchema } from "../../../dev/huntingSchema/readPages";

describe("dev/huntingSchema: tables of Microsoft's pages", () => {
  it("adds new tables, takes today's columns, keeps lost ones as retired, and leaves Sentinel's alone", () => {
    const folder = newFolder();
    mkdirSync(path.join(folder, "defender-xdr"));
    const page = (name: string, text: string) =>
      writeFileSync(path.join(folder, "defender-xdr", `advanced-hunting-${name}-table.md`), text);
    page(
      "a",
      "# A\n\n| Column name | Data type |\n|---|---|\n| `Timestamp` | `datetime` | When |\n| `IsNew` | `boolean` | Yes |\n",
    );
    page("new", "# New\n| `ActivityTimestamp` | datetime | When |\n");
    const schema = {
      $about: { source: "Elsewhere", asOf: "2026-07-27", addedSince: "x" },
      tables: {
        A: { product: "xdr", columns: "Timestamp: datetime", eventId: ["ReportId"] },
        Lost: { product: "xdr", columns: "B: string" },
        Own: { product: "sentinel", columns: "C: string" },
      },
    };
    const made = updatedSchema(schema, readPages(folder), { date: "2026-12-01", commit: "abc1234" });
    assert.deepEqual(made, {
      $about: {
        source: "Elsewhere. Tables of Microsoft Defender XDR: MicrosoftDocs/defender-docs at abc1234",
        asOf: "2026-12-01",
      },
      tables: {
        A: { product: "xdr", columns: "Timestamp: datetime, IsNew: bool", eventId: ["ReportId"] },
        Lost: { product: "xdr", columns: "B: string", retired: true },
        Own: { product: "sentinel", columns: "C: string" },
        New: { product: "xdr", area: "other", timestamp: null, columns: "ActivityTimestamp: datetime" },
      },
    });
  });

  it("refuses a folder without pages", () =>
    assert.throws(() => readPages(newFolder()), { message: /has no defender-xdr\/advanced-hunting-\*-table\.md/ }));
});
