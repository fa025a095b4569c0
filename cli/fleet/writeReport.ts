import path from "node:path";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import type { RunReport } from "../stack/report";

/** Writes report.json and report.html, readable by their owner only. */
export async function writeReport(folder: string, report: RunReport): Promise<void> {
  const { runPage } = await import("./runPage.js");
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  await writeWholeFile(path.join(folder, "report.json"), json, { mode: 0o600 });
  await writeWholeFile(path.join(folder, "report.html"), runPage(report), { mode: 0o600 });
}
