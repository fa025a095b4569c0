/** Microsoft's own client library against the whole sandbox, TLS and tokens included. */
import assert from "node:assert/strict";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { batchRoute, isBatch } from "../../../src/graph/batch";
import { isGraphVersion } from "../../../src/graph/entities";
import { routeTable } from "../../../src/graph/routes";
import { sandboxCustomerTenantId } from "../../../src/cloud/identity";
import { startSandbox } from "../../../src/server/index";
import { remember } from "../support/evidence";
import { routeKey } from "../support/harness";

export function clientSequences(): void {
  it("@microsoft/microsoft-graph-client with @azure/identity: create, read, search, batch and delete on v1.0 and beta", async () => {
    const folder = newFolder();
    const lines: string[] = [];
    const sandbox = await startSandbox({
      home: path.join(folder, ".sandbox"),
      sharesSigningKey: true,
      log: (line) => lines.push(line),
    });
    try {
      const { variables } = await sandbox.environment();
      const script = path.join(__dirname, "../support/clientProcess.ts");
      const result = await execa(
        process.execPath,
        ["--conditions=source", "--require", "@defender-mssp/testkit/mocha/compile", script],
        {
          env: { ...variables, TENANT_ID: sandboxCustomerTenantId },
          reject: false,
          stdin: "ignore",
        },
      );
      assert.equal(result.exitCode, 0, result.stderr);
      assert.deepEqual(sandbox.undocumentedRequests, []);
    } finally {
      await sandbox.stop();
    }
    rememberSuccesses(lines);
  });
}

/** The sandbox's log has a line for each request: method, URL, status, time. */
function rememberSuccesses(lines: readonly string[]): void {
  for (const line of lines) {
    const [, method = "", version = "", rest = "", status = ""] =
      /^(\S+) \/([^/]+)(\/[^? ]*)\S* (\d+) /.exec(line) ?? [];
    if (!isGraphVersion(version) || !status.startsWith("2")) continue;
    if (isBatch(`/${version}${rest}`)) remember(routeKey(batchRoute, version), "client");
    const match = routeTable.find(method, version, rest);
    if (match !== undefined) remember(routeKey(match.route, version), "client");
  }
}
