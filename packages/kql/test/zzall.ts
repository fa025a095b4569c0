import { judgeQueries, runQuery, UnsupportedQuery } from "@defender-mssp/kql";
import { readFileSync, writeFileSync } from "node:fs";
import { exampleRows } from "./executor/exampleRows";
const all = JSON.parse(readFileSync("/tmp/rules60/all.json", "utf8")) as any[];
const out: any[] = [];
for (let i = 0; i < all.length; i += 200) {
  const part = all.slice(i, i + 200);
  const verdicts = judgeQueries(part.map((p) => p.query));
  for (const [j, v] of verdicts.entries()) {
    const errors = v.findings.filter((f: any) => f.severity === "error").map((f: any) => `${f.code} ${f.message}`);
    let run = ""; const t = Date.now();
    if (errors.length === 0) { try { runQuery(part[j].query, exampleRows(v.tables), { now: new Date() } as any); run = "ok"; } catch (e) { run = (e instanceof UnsupportedQuery ? "U " : "X ") + (e as Error).message; } }
    out.push({ repo: part[j].repo, file: part[j].file, errors, run, ms: Date.now() - t });
  }
}
writeFileSync("/tmp/rules60/alljudged.json", JSON.stringify(out));
