/** Microsoft's own client library against the whole sandbox, TLS and tokens included. */
import assert from "node:assert/strict";
import path from "node:path";
import { assertRequests, sandboxCustomerTenantId, temporarySandbox } from "@defender-mssp/testkit";
import { execa } from "execa";
import { remember } from "../support/evidence";

const judges = path.join(__dirname, "../judges.test.ts");

export function clientSequences(): void {
  it("@microsoft/microsoft-graph-client with @azure/identity: create, read, search, batch and delete on v1.0 and beta", async () => {
    const sandbox = await temporarySandbox();
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
      assertRequests("@microsoft/microsoft-graph-client", sandbox, judges);
      for (const request of sandbox.permissionUse.requests()) remember(/^\S+ \S+/.exec(request)?.[0] ?? "", "client");
    } finally {
      await sandbox.stop();
    }
  });
}
