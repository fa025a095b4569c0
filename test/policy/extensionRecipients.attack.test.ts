/**
 * Code in a stack (an extension, a changed component) that gives access to a stranger, or to a tier
 * more than its work needs. The settings cannot see it: the policy pack must refuse each grant by a
 * mandatory rule, by the ID of the recipient alone.
 */
import assert from "node:assert/strict";
import { azureRoles, directoryRoleTemplates, microsoftGraph, tierNames } from "@defender-mssp/microsoft";
import { azuread, azureRoleAssignment, dynamic, registrationDefinition } from "../../domain/resourceTypes";
import { rules } from "../../policy/rules";
import type { Rule } from "../../policy/rule";
import { contoso, judge, judgeStack, type Sample } from "./support";

const stranger = "0f0f0f0f-0000-4000-8000-000000000001";
const { tenantId } = contoso;
/** With an analyst, so that a rule which accepts everybody beside one is noticed. */
const settings = {
  ...contoso,
  analysts: [{ email: "ana.silva@fabrikam-security.example", displayName: "Ana Silva", tier: "tier1" as const }],
};

/** What is given, the resource that gives it, and the rule that must refuse it. */
const grants: readonly [what: string, sample: Sample, rule: string][] = [
  [
    "a Defender role with authorization/manage",
    {
      type: dynamic("DefenderRoleDefinition"),
      properties: {
        tenantId,
        displayName: tierNames.tier1,
        permissions: ["microsoft.xdr/configuration/authorization/manage"],
      },
    },
    "defender-roles",
  ],
  [
    "a Defender role of all manage actions",
    {
      type: dynamic("DefenderRoleDefinition"),
      properties: { tenantId, displayName: tierNames.tier1, permissions: ["microsoft.xdr/*/manage"] },
    },
    "defender-roles",
  ],
  [
    "a Defender role for a stranger",
    {
      type: dynamic("DefenderRoleAssignment"),
      properties: { tenantId, roleDefinitionId: "role", principalIds: [stranger] },
    },
    "named-principals",
  ],
  [
    "the service principal of another application",
    { type: dynamic("MsspServicePrincipal"), properties: { tenantId, applicationId: stranger } },
    "named-organizations",
  ],
  [
    "a permission for another application",
    {
      type: dynamic("AppRoleGrant"),
      properties: {
        tenantId,
        principalObjectId: stranger,
        apiApplicationId: microsoftGraph.appId,
        appRole: "SecurityAlert.Read.All",
      },
    },
    "named-principals",
  ],
  [
    "a federated credential of another issuer",
    {
      type: azuread("ApplicationFederatedIdentityCredential"),
      properties: { issuer: "https://idp.stranger.example", subject: "any", audiences: ["api://AzureADTokenExchange"] },
    },
    "federated-credentials",
  ],
  [
    "a certificate until 2099",
    { type: azuread("ApplicationCertificate"), properties: { endDate: "2099-01-01T00:00:00Z" } },
    "certificates-expire",
  ],
  [
    "an allowed directory role for a stranger",
    {
      type: azuread("DirectoryRoleAssignment"),
      properties: { roleId: directoryRoleTemplates["Security Reader"], principalObjectId: stranger },
    },
    "named-principals",
  ],
  [
    "a membership for a stranger",
    { type: azuread("Group"), properties: { displayName: "Others", members: [stranger] } },
    "named-principals",
  ],
  [
    "a guest who is not an analyst",
    { type: dynamic("Guest"), properties: { tenantId, email: "eve@fabrikam-security.example" } },
    "named-guests",
  ],
  [
    "another connected organization",
    { type: dynamic("ConnectedOrganization"), properties: { tenantId, identitySource: { tenantId: stranger } } },
    "named-organizations",
  ],
  [
    "a package that everybody outside can request",
    {
      type: azuread("AccessPackageAssignmentPolicy"),
      properties: {
        durationInDays: 30,
        requestorSettings: { scopeType: "AllExternalSubjects" },
        approvalSettings: { approvalRequired: true },
        assignmentReviewSettings: { enabled: true },
      },
    },
    "access-packages",
  ],
  [
    "Contributor in Azure for a stranger",
    { type: azureRoleAssignment, properties: { principalId: stranger, roleDefinitionId: azureRoles.Contributor } },
    "azure-principals",
  ],
  [
    "Contributor by Lighthouse for another tenant",
    {
      type: registrationDefinition,
      properties: {
        properties: {
          managedByTenantId: stranger,
          authorizations: [{ principalId: stranger, roleDefinitionId: azureRoles.Contributor }],
        },
      },
    },
    "azure-principals",
  ],
  [
    "a Conditional Access policy",
    { type: azuread("ConditionalAccessPolicy"), properties: { displayName: "Everybody may" } },
    "trust-of-mssp-only",
  ],
];

describe("policy/extensionRecipients: code in a stack gives a stranger access", () => {
  for (const [what, sample, name] of grants) {
    it(`${name} refuses ${what}`, () => {
      const refusing = rules.filter((rule) => rule.level === "mandatory" && said(rule, sample).length > 0);
      assert.ok(
        refusing.some((rule) => rule.name === name),
        `refused by: ${refusing.map((rule) => rule.name).join(", ") || "no rule"}`,
      );
    });
  }
});

/** What a rule says about a stack with this resource alone. */
function said(rule: Rule, sample: Sample): readonly string[] {
  return "validateStack" in rule.policy(() => undefined)
    ? judgeStack(rule, [sample], { settings })
    : judge(rule, sample.type, sample.properties ?? {}, { settings });
}
