/**
 * A program for policy.test.ts, which puts it in the place of index.ts: resources that break every rule of the policy pack. Settings would refuse
 * most of it, and components never make it, so it declares what the engine shows to a pack: a type's token and its properties. Nothing is
 * behind them, no plugin and no tenant.
 */
import { directoryRoleTemplates, azureAccessRoles, microsoftGraph } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";

class Shown extends pulumi.Resource {
  constructor(type: string, name: string, properties: pulumi.Inputs) {
    super(type, name, false, properties);
    pulumi.runtime.registerResourceOutputs(this, properties);
  }
}

export = () => {
  const owner = "0f0f0f0f-0000-4000-8000-000000000001";
  new Shown("azuread:index/applicationRegistration:ApplicationRegistration", "application", {
    signInAudience: "AzureADMultipleOrgs",
  });
  new Shown("azuread:index/applicationPassword:ApplicationPassword", "password", { displayName: "forever" });
  new Shown("azuread:index/applicationRedirectUris:ApplicationRedirectUris", "redirect", {
    redirectUris: ["https://*.contoso.com/", "http://localhost:8400/"],
  });
  new Shown("azuread:index/applicationApiAccess:ApplicationApiAccess", "access", {
    apiClientId: microsoftGraph.appId,
    roleIds: [microsoftGraph.appRoles["SecurityAlert.ReadWrite.All"]],
  });
  new Shown("azuread:index/directoryRoleAssignment:DirectoryRoleAssignment", "role", {
    roleId: directoryRoleTemplates["Global Administrator"],
  });
  new Shown("azuread:index/group:Group", "group", {
    displayName: "Others",
    members: ["id-of-0"],
    assignableToRole: true,
    owners: [owner],
  });
  for (let number = 0; number <= 50; number++) {
    new Shown("pulumi-nodejs:dynamic/defender-mssp:Guest", `guest-${number}`, {
      email: `analyst.${number}@gmail.com`,
      objectId: `id-of-${number}`,
    });
  }
  new Shown("pulumi-nodejs:dynamic/defender-mssp:AlertNotificationRule", "rule", { includeOrganizationName: false });
  new Shown("azuread:index/accessPackageAssignmentPolicy:AccessPackageAssignmentPolicy", "policy", {
    approvalSettings: { approvalRequired: false },
  });
  new Shown("azure-native:keyvault:Vault", "vault", { properties: { enableRbacAuthorization: true } });
  new Shown("azure-native:managedservices:RegistrationDefinition", "delegation", {
    properties: { authorizations: [{ principalId: owner, roleDefinitionId: azureAccessRoles.Owner }] },
  });
  new Shown("pulumi-nodejs:dynamic:Resource", "untyped", {});
};
