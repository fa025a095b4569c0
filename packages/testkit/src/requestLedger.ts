/** The ledger of requests: who sends Graph which request, as tests of the senders found. The page of routes shows it. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { OwnSandbox } from "@defender-mssp/sandbox";
import { checkoutFolder } from "./referenceFolder";

const file = path.join(checkoutFolder(), "packages/sandbox/test/graph/requests.json");

/** By request, such as `GET /v1.0/users ?$select by application`: the names of its senders. */
export function requestLedger(): Readonly<Record<string, readonly string[]>> {
  const ledger = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, string>);
  return Object.fromEntries(ledger.map(([request, senders]) => [request, senders.split(", ")]));
}

/**
 * Compares all that a sandbox got from one sender with the ledger, and writes it anew where
 * UPDATE_SANDBOX_ROUTES is 1. `test`: the file that sends it.
 */
export function assertRequests(
  sender: string,
  { permissionUse }: { readonly permissionUse: Pick<OwnSandbox["permissionUse"], "requests"> },
  test: string,
): void {
  const sent = permissionUse.requests();
  const ledger = requestLedger();
  const listed = Object.keys(ledger).filter((request) => ledger[request]?.includes(sender));
  if (process.env["UPDATE_SANDBOX_ROUTES"] === "1") {
    const requests = [...new Set([...Object.keys(ledger), ...sent])].sort();
    const rows = requests.flatMap((request) => {
      const others = (ledger[request] ?? []).filter((name) => name !== sender);
      const senders = sent.includes(request) ? [...others, sender] : others;
      return senders.length === 0 ? [] : [[request, senders.sort().join(", ")]];
    });
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(rows), null, 2)}\n`);
  } else {
    const command = `UPDATE_SANDBOX_ROUTES=1 npx mocha --no-parallel ${path.relative(checkoutFolder(), test)}`;
    assert.deepEqual(sent, listed, `The ledger of requests is not what ${sender} sends. To write it again: ${command}`);
  }
}
