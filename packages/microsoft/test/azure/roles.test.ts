import assert from "node:assert/strict";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import {
  azureRoleName,
  azureRoles,
  azureRolesWithDataActions,
  delegableAzureRoles,
  keyVaultEndpoint,
  roleAuthorizations,
  vaultOfResourceId,
  VisibleError,
  type DelegatedRole,
  type Endpoints,
} from "@defender-mssp/microsoft";

describe("microsoft/azure/roles", () => {
  const refusal = (roles: readonly DelegatedRole[]): string => {
    try {
      roleAuthorizations(roles);
    } catch (error) {
      assert.ok(error instanceof VisibleError);
      return error.message;
    }
    return "";
  };

  it("has well-formed unique IDs, and delegates no role that Lighthouse refuses", () => {
    const ids = Object.values(azureRoles);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const refused = [
      "Owner",
      "User Access Administrator",
      "Role Based Access Control Administrator",
      ...azureRolesWithDataActions,
    ];
    assertNone(delegableAzureRoles, (name) => refused.includes(name));
  });

  it("accepts names and IDs in any case and order", () => {
    const byName = roleAuthorizations(["reader", "Microsoft Sentinel Responder"]);
    const byId = roleAuthorizations([azureRoles["Microsoft Sentinel Responder"].toUpperCase(), azureRoles.Reader]);
    assert.deepEqual(byName, byId);
    assert.deepEqual(byName, [
      { roleName: "Microsoft Sentinel Responder", roleDefinitionId: "3e150937-b8fe-4cfb-8069-0eaf05ecd056" },
      { roleName: "Reader", roleDefinitionId: "acdd72a7-3385-48ef-bd42-f606fba81ae7" },
    ]);
  });

  it("refuses each role that Lighthouse does not delegate, by name and by ID, in one error", () => {
    const message = refusal([
      "Owner",
      azureRoles["Key Vault Secrets User"],
      "My own role",
      "Role Based Access Control Administrator",
    ]);
    assert.equal(message.split("\n").length, 4);
    assert.match(message, /doesn't delegate "Owner"/);
    assert.match(message, /"Key Vault Secrets User" has DataActions/);
    assert.match(message, /"My own role" is no role that can be delegated here/);
    assert.match(message, /lets one give access to others/);
    assert.match(message, /Allowed are: Contributor, .*Microsoft Sentinel Reader/);
  });

  it("delegates User Access Administrator only with the roles that it may assign", () => {
    assert.match(refusal(["User Access Administrator"]), /needs delegatedRoles/);
    assert.match(refusal([{ role: "Reader", delegatedRoles: ["Contributor"] }]), /can't hand roles on/);
    assert.match(
      refusal([{ role: "User Access Administrator", delegatedRoles: ["Owner"] }]),
      /doesn't delegate "Owner"/,
    );
    assert.deepEqual(
      roleAuthorizations([{ role: "User Access Administrator", delegatedRoles: ["Reader", "Contributor", "reader"] }]),
      [
        {
          roleName: "User Access Administrator",
          roleDefinitionId: azureRoles["User Access Administrator"],
          delegatedRoleDefinitionIds: [azureRoles.Reader, azureRoles.Contributor],
        },
      ],
    );
  });

  it("refuses an empty list of roles, and a duplicate role", () => {
    assert.match(refusal([]), /no role is listed/);
    assert.match(refusal(["Reader", azureRoles.Reader]), /"Reader" is listed twice/);
    assert.equal(azureRoleName("nothing"), undefined);
  });
});

describe("microsoft/keyVault", () => {
  const endpoints: Endpoints = {
    cloud: "public",
    loginEndpoint: "https://127.0.0.1:1",
    graphEndpoint: "https://127.0.0.1:1",
    resourceManagerEndpoint: "https://127.0.0.1:1",
    metadataHost: undefined,
  };

  it("finds a vault by its DNS name, and in the sandbox by its path", () => {
    assert.equal(keyVaultEndpoint(endpoints, "siem"), "https://siem.vault.azure.net");
    assert.equal(keyVaultEndpoint({ ...endpoints, cloud: "dod" }, "siem"), "https://siem.vault.usgovcloudapi.net");
    assert.equal(
      keyVaultEndpoint({ ...endpoints, metadataHost: "127.0.0.1:1" }, "siem"),
      "https://127.0.0.1:1/keyvault/siem",
    );
  });

  it("accepts only the resource ID of a vault", () => {
    const id =
      "/subscriptions/5EC0DE00-5ab5-4000-8000-000000000001/resourcegroups/Siem/providers/microsoft.keyvault/vaults/fabrikam-siem";
    assert.deepEqual(vaultOfResourceId(id), {
      subscriptionId: "5ec0de00-5ab5-4000-8000-000000000001",
      resourceGroupName: "Siem",
      vaultName: "fabrikam-siem",
    });
    for (const other of [`${id}/secrets/x`, id.slice(1), id.replace("vaults/", "managedHSMs/"), "", `${id}-`]) {
      assert.equal(vaultOfResourceId(other), undefined, other);
    }
  });
});
