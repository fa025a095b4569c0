import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { microsoftGraph } from "@defender-mssp/microsoft";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { inSession } from "../../testSession";

const contoso = "c0570500-0000-4000-8000-00000000000a";

interface Dumped {
  readonly objects: Record<string, Record<string, { readonly appRoleId?: string }>>;
}

describe("tenants of the sandbox that settings name", () => {
  const folder = newFolder();

  before(async () => {
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: customers\nruntime: nodejs\n");
    const settings = `config:\n  customers:tenantId: ${contoso}\n  customers:customerName: Contoso\n`;
    await writeFile(path.join(folder, "Pulumi.contoso.yaml"), settings);
  });

  it("have consented to the permissions of the logs, so that evidence is not empty", async () => {
    const { stdout, stderr } = await inSession(["sandbox", "dump", "--tenant", contoso], { folder });
    assert.equal(stderr, "");
    const { objects } = (JSON.parse(stdout) as Record<string, Dumped>)[contoso] ?? { objects: {} };
    const consented = new Set(Object.values(objects["appRoleAssignments"] ?? {}).map(({ appRoleId }) => appRoleId));
    for (const name of ["AuditLog.Read.All", "Directory.Read.All", "Application.ReadWrite.All"] as const)
      assert.ok(consented.has(microsoftGraph.appRoles[name]), name);
  });
});
