/**
 * A sample for the policy pack, named by Pulumi.sandbox-bad.yaml: it breaks the rules that no
 * setting can break. It declares resources by type token and properties, as the engine shows them
 * to the pack; no plugin runs and no object of the tenant is created.
 */
import { azureAccessRoles, directoryRoleTemplates, microsoftGraph } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import type { Extension } from "./index";

/** A resource that exists only in the state. */
class Shown extends pulumi.Resource {
  constructor(type: string, name: string, properties: pulumi.Inputs) {
    super(type, name, false, properties);
    pulumi.runtime.registerResourceOutputs(this, properties);
  }
}

const stranger = "0f0f0f0f-0000-4000-8000-000000000001";
const subscription = "/subscriptions/0f0f0f0f-5ab5-4000-8000-000000000001";

const azuread = (name: string) => `azuread:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
const dynamic = (name: string) => `pulumi-nodejs:dynamic/defender-mssp:${name}`;

export const extend: Extension = ({ settings: { tenantId } }) => {
  application();
  people(tenantId);
  defender(tenantId);
  entitlement(tenantId);
  azure();
  agent();
  new Shown("azure-native:securityinsights:TIDataConnector", "threat-intelligence", {});
  new Shown(dynamic("DetectionRule"), "detection-rule", {
    tenantId,
    ruleId: "stranger-rule",
    detectionAction: { automatedActions: { disableUsers: [{ accountSidColumn: "AccountSid" }] } },
  });
  new Shown("pulumi-nodejs:dynamic:Resource", "untyped", {});
  new Shown(azuread("NamedLocation"), "named-location", { displayName: "Everywhere" });
  new Shown(azuread("ConditionalAccessPolicy"), "conditional-access", {
    displayName: "Everybody may",
    state: "disabled",
    conditions: { users: { includedUsers: ["All"] } },
  });
};

function application(): void {
  const applicationId = `/applications/${stranger}`;
  new Shown(azuread("ApplicationRegistration"), "application", { signInAudience: "AzureADMultipleOrgs" });
  new Shown(azuread("ApplicationPassword"), "password", { applicationId, displayName: "forever" });
  new Shown(azuread("ApplicationCertificate"), "certificate", { applicationId, endDate: "2099-01-01T00:00:00Z" });
  new Shown(azuread("ApplicationFederatedIdentityCredential"), "federated", {
    applicationId,
    issuer: "https://idp.stranger.example",
    subject: "anybody",
    audiences: ["api://AzureADTokenExchange"],
  });
  new Shown(azuread("ApplicationRedirectUris"), "redirect", {
    applicationId,
    redirectUris: ["https://*.tailspintoys.com/", "http://localhost:8400/"],
  });
  new Shown(azuread("ApplicationApiAccess"), "access", {
    applicationId,
    apiClientId: microsoftGraph.appId,
    roleIds: [microsoftGraph.appRoles["SecurityAlert.ReadWrite.All"]],
  });
}

function agent(): void {
  const agentId = "0f0f0f0f-0000-4000-8000-0000000000a9";
  new Shown("azuread:index/agentIdentity:AgentIdentity", "agent", { objectId: agentId });
  new Shown(azuread("AppRoleAssignment"), "agent-role", {
    principalObjectId: agentId,
    appRoleId: microsoftGraph.appRoles["SecurityAlert.Read.All"],
  });
}

function people(tenantId: string): void {
  new Shown(dynamic("Guest"), "stranger", { tenantId, email: "stranger@gmail.com", objectId: "id-of-stranger" });
  new Shown(azuread("Group"), "group", {
    displayName: "Others",
    members: ["id-of-stranger"],
    assignableToRole: true,
    owners: [stranger],
    dynamicMembership: { enabled: true, rule: 'user.userType -eq "Guest"' },
  });
  new Shown(azuread("Group"), "standing", { displayName: "Tier 2 Analyst", members: ["id-of-stranger"] });
  new Shown(dynamic("EligibleMembers"), "eligible", {
    tenantId,
    groupId: stranger,
    members: Array.from({ length: 100 }, () => ({ objectId: stranger })),
    maximumActivation: "PT8H",
  });
  new Shown(azuread("DirectoryRoleAssignment"), "role", {
    roleId: directoryRoleTemplates["Global Administrator"],
    principalObjectId: stranger,
  });
}

function defender(tenantId: string): void {
  new Shown(dynamic("DefenderRoleDefinition"), "defender-role", {
    tenantId,
    displayName: "Tier 1 Analyst",
    permissions: ["microsoft.xdr/*/manage", "microsoft.xdr/configuration/authorization/manage"],
  });
  new Shown(dynamic("DefenderRoleAssignment"), "defender-assignment", {
    tenantId,
    displayName: "Tier 1 Analyst",
    roleDefinitionId: stranger,
    principalIds: [stranger],
  });
  new Shown(dynamic("MsspServicePrincipal"), "service-principal", { tenantId, applicationId: stranger });
  new Shown(dynamic("AppRoleGrant"), "grant", {
    tenantId,
    principalObjectId: stranger,
    apiApplicationId: microsoftGraph.appId,
    appRole: "SecurityAlert.Read.All",
  });
}

function entitlement(tenantId: string): void {
  new Shown(dynamic("ConnectedOrganization"), "organization", {
    tenantId,
    identitySource: { domainName: "stranger.example" },
  });
  new Shown(azuread("AccessPackageAssignmentPolicy"), "policy", {
    accessPackageId: stranger,
    requestorSettings: { scopeType: "AllExternalSubjects" },
    approvalSettings: { approvalRequired: false },
  });
}

function azure(): void {
  new Shown("azure-native:keyvault:Vault", "vault", {
    properties: { enableRbacAuthorization: false, accessPolicies: [{ objectId: stranger }] },
  });
  new Shown("azure-native:authorization:RoleAssignment", "azure-role", {
    scope: subscription,
    principalId: stranger,
    roleDefinitionId: azureAccessRoles.Owner,
  });
  new Shown("azure-native:managedservices:RegistrationDefinition", "delegation", {
    properties: {
      managedByTenantId: stranger,
      authorizations: [{ principalId: stranger, roleDefinitionId: azureAccessRoles.Owner }],
    },
  });
}
