import { readFileSync } from "node:fs";
import path from "node:path";
import { parsedJson, recordOf, textOf } from "@defender-mssp/errors/json";

/** Of the program in one file, whose build replaces the name. */
declare const bundledVersion: string | undefined;

export function ownVersion(): string {
  if (typeof bundledVersion === "string") return bundledVersion;
  return textOf(recordOf(parsedJson(readFileSync(path.join(__dirname, "..", "package.json"), "utf8")))["version"]);
}
