/** `npm run hunting-schema -- <checkout of defender-docs>`: makes the tables of Microsoft Defender XDR again. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { VisibleError } from "@defender-mssp/errors";
import { readPages, updatedSchema, type SchemaFile } from "./readPages";

const file = path.join(__dirname, "../../packages/kql/src/schema/defenderTables.json");

function main([folder]: readonly string[]): void {
  if (folder === undefined)
    throw new VisibleError("Name the folder: npm run hunting-schema -- <checkout of MicrosoftDocs/defender-docs>");
  const pages = readPages(folder);
  const log = spawnSync("git", ["-C", folder, "log", "-1", "--format=%cs %h"], { encoding: "utf8" });
  const [date, commit] = log.stdout.trim().split(" ");
  if (log.status !== 0 || date === undefined || commit === undefined)
    throw new VisibleError(`${folder} is no checkout of git: the schema needs the date and the commit of its pages.`);
  const schema = JSON.parse(readFileSync(file, "utf8")) as SchemaFile;
  writeFileSync(file, `${JSON.stringify(updatedSchema(schema, pages, { date, commit }), undefined, 2)}\n`);
  const fresh = [...pages.keys()].filter((name) => !(name in schema.tables));
  console.log(`${pages.size} tables of ${date} (${commit}). New: ${fresh.length === 0 ? "none" : fresh.join(", ")}.`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof VisibleError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
