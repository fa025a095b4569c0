/** The shared reference data beside the checkout, where it is there. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Context } from "mocha";
import { referenceFolder } from "@defender-mssp/testkit";

const folder = path.join(referenceFolder(), "graph");

export const hasReference = existsSync(path.join(folder, "observed.json"));

export function readReference(name: string): string {
  return readFileSync(path.join(folder, name), "utf8");
}

/** Skips a test, saying so, where the reference data isn't there. */
export function needsReference(test: Context): void {
  if (hasReference) return;
  process.stdout.write("    skipped: ../shared/reference/graph isn't there\n");
  test.skip();
}
