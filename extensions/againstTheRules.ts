/**
 * A sample for the policy pack, named by Pulumi.sandbox-bad.yaml: what the settings refuse and no component makes, and the pack must
 * refuse too, should code of somebody else's ask for it. It declares what the engine shows to a pack, a type's token and its properties;
 * nothing is behind them, no plugin and no object of the tenant's.
 */
import { directoryRoleTemplates, azureAccessRoles, microsoftGraph } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import type { Extension } from "./index";

/** In the state alone. */
class Shown extends pulumi.Resource {
  constructor(type: string, name: string, properties: pulumi.Inputs) {
    super(type, name, false, properties);
    pulumi.runtime.registerResourceOutputs(this, properties);
  }
}

export const extend: Extension = () => {
  const stranger = "0f0f0f0f-0000-4000-8000-000000000001";
  new Shown("azuread:index/applicationRegistration:ApplicationRegistration", "application", {
    signInAudience: "AzureADMultipleOrgs",
  });
  new Shown("azuread:index/applicationPassword:ApplicationPassword", "password", { displayName: "forever" });
  new Shown("azuread:index/applicationRedirectUris:ApplicationRedirectUris", "redirect", {
    redirectUris: ["https://*.tailspintoys.com/", "http://localhost:8400/"],
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
    members: ["id-of-stranger"],
    assignableToRole: true,
    owners: [stranger],
  });
  new Shown("pulumi-nodejs:dynamic/defender-mssp:Guest", "stranger", {
    email: "stranger@gmail.com",
    objectId: "id-of-stranger",
  });
  new Shown("azuread:index/accessPackageAssignmentPolicy:AccessPackageAssignmentPolicy", "policy", {
    approvalSettings: { approvalRequired: false },
  });
  new Shown("azure-native:keyvault:Vault", "vault", { properties: { enableRbacAuthorization: true } });
  new Shown("azure-native:managedservices:RegistrationDefinition", "delegation", {
    properties: { authorizations: [{ principalId: stranger, roleDefinitionId: azureAccessRoles.Owner }] },
  });
  new Shown("pulumi-nodejs:dynamic:Resource", "untyped", {});
};
