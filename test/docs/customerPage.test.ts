import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { ObjectKind } from "../../cli/customer/report/model";

const file = path.resolve(__dirname, "../../docs/guides/customer-administrator.md");
const sections = new Map(
  readFileSync(file, "utf8")
    .split(/^## /m)
    .map((section) => [section.split("\n", 1)[0] ?? "", section]),
);

/** How the customer's page names each kind of object that the report lists. */
const names: Readonly<Record<ObjectKind, RegExp>> = {
  guest: /delete the guest/,
  group: /The groups `<MSSP> MSSP Analysts`/,
  directoryRole: /\*\*Directory role\*\*/,
  defenderRole: /\*\*Defender roles\*\*/,
  connectedOrganization: /connected organization/,
  accessPackage: /\*\*Access packages\*\*/,
  tenantTrust: /Trust of the MSSP's tenant/,
  conditionalAccessPolicy: /Conditional Access policy/,
  application: /\*\*App registrations\*\*/,
  servicePrincipal: /\*\*Enterprise applications\*\*/,
  clientSecret: /API permissions, secrets/,
  certificate: /API permissions, secrets, certificates/,
  federatedCredential: /federated credentials/,
  permission: /API permissions/,
  notificationRule: /E-mail notifications/,
  siemAuthorization: /authorized the application in the Defender portal/,
  delegation: /Lighthouse delegation/,
  vaultSecret: /Key Vault with the connector's client secret/,
  governanceGroup: /members of the MSSP's own groups/,
  governanceRole: /Governance relationship/,
  eligibility: /\*\*eligible\*\* members/,
  defenderRoleAssignment: /Permissions and roles/,
  accessPackageCatalog: /catalog `MSSP Accesses`/,
  catalogResource: /catalog `MSSP Accesses`/,
  accessPackageResource: /\*\*Access packages\*\*/,
  assignmentPolicy: /\*\*Access packages\*\*/,
  redirectUri: /redirect URI/,
  requestedPermission: /API permissions/,
  lighthouseAssignment: /Lighthouse delegation/,
  keyVault: /Key Vault with the connector's client secret/,
  vaultReader: /Key Vault with the connector's client secret/,
  resourceGroup: /Key Vault with the connector's client secret/,
  unknown: /An extension/,
};

describe("the page for the customer's administrator", () => {
  it("names each kind of object that the report lists", () => {
    const page = [...sections.values()].join("").replaceAll(/\s+/g, " ");
    const missing = Object.entries(names).filter(([, name]) => !name.test(page));
    assert.deepEqual(missing, []);
  });

  it("revokes every kind that grants access by itself", () => {
    const steps = sections.get("Revoke everything")?.replaceAll(/\s+/g, " ") ?? "";
    for (const kind of [
      /automation application/,
      /app registration and the enterprise application/,
      /guests and the groups/,
      /governance relationship/,
      /Defender roles/,
      /access packages/,
      /Lighthouse delegation/,
      /trust of the MSSP's tenant/,
    ]) {
      assert.match(steps, kind);
    }
  });
});
