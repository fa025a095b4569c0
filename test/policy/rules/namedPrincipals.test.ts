import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { azureRoles, tierNames, type AzureRoleName } from "@defender-mssp/microsoft";
import { azuread, azureRoleAssignment, dynamic } from "../../../domain/resourceTypes";
import { namedPrincipals as rule } from "../../../policy/rules/namedPrincipals";
import type { PolicySettings } from "../../../policy/policySettings";
import { contoso, judgeStack, unknownValue, type Sample } from "../support";

const stranger = "0f0f0f0f-0000-4000-8000-0000000000ff";
const idOf = (name: string) => `id-of-${name}`;
const refused = (id: string) => `${id} is not a principal that the settings name`;

const settings: PolicySettings = {
  ...contoso,
  analysts: [{ email: "ana@fabrikam.example", displayName: "Ana", tier: "tier1" }],
};

/** The principals that the program declares; in a preview of a new stack their IDs are unknown. */
function program(id: (name: string) => unknown = idOf): Sample[] {
  return [
    { type: dynamic("Guest"), name: "ana", properties: { email: "ana@fabrikam.example", objectId: id("ana") } },
    group("tier1", tierNames.tier1, id),
    group("tier2", tierNames.tier2, id),
    {
      type: azuread("ApplicationRegistration"),
      name: "app",
      properties: { displayName: "Contoso SIEM MSSP Connector", clientId: id("client"), objectId: id("app") },
    },
    {
      type: azuread("ServicePrincipal"),
      name: "sp",
      properties: { clientId: id("client"), objectId: id("sp") },
      sources: { clientId: ["app"] },
    },
    { type: dynamic("DefenderRoleDefinition"), name: "role1", properties: { displayName: tierNames.tier1 } },
  ];
}

function group(name: string, displayName: string, id: (name: string) => unknown = idOf): Sample {
  return { type: azuread("Group"), name, properties: { displayName, objectId: id(name) } };
}

const newStack = () => program(() => unknownValue);
const say = (...samples: Sample[]) => judgeStack(rule, samples, { settings });

/** Each type that gives something, the property, and which principal of the stack may be there. */
const grants: readonly [type: string, property: string, principal: string][] = [
  [azuread("AppRoleAssignment"), "principalObjectId", "sp"],
  [azuread("ApplicationPassword"), "applicationId", "app"],
  [azuread("ApplicationCertificate"), "applicationId", "app"],
  [azuread("ApplicationFederatedIdentityCredential"), "applicationId", "app"],
  [azuread("DirectoryRoleAssignment"), "principalObjectId", "tier1"],
  [azuread("GroupMember"), "memberObjectId", "ana"],
  [azuread("AccessPackageResourceCatalogAssociation"), "resourceOriginId", "tier1"],
  [azuread("ServicePrincipalDelegatedPermissionGrant"), "servicePrincipalObjectId", "sp"],
  [dynamic("AppRoleGrant"), "principalObjectId", "sp"],
];

describe("policy: named-principals", () => {
  for (const [type, property, principal] of grants) {
    const grant = (value: unknown, ...sources: string[]): Sample => ({
      type,
      name: "grant",
      properties: { [property]: value },
      sources: { [property]: sources },
    });
    const what = `${type.split(":").at(-1)}.${property}`;

    it(`passes ${what} of a principal of the stack, by its ID or by its source`, () => {
      assert.deepEqual(say(...program(), grant(idOf(principal), principal)), []);
      assert.deepEqual(say(...newStack(), grant(unknownValue, principal)), []);
    });

    it(`refuses ${what} of another principal, also if only its source is known`, () => {
      assert.deepEqual(say(...program(), grant(stranger)), [refused(stranger)]);
      assert.deepEqual(say(...program(), grant(stranger, principal)), [refused(stranger)]);
      const other: Sample = { type: azuread("User"), name: "other", properties: { objectId: unknownValue } };
      assert.deepEqual(say(...newStack(), other, grant(unknownValue, "other")), [refused("urn:other")]);
    });
  }

  it("passes a group's members that are guests of the settings, and refuses every other member", () => {
    const members = (list: unknown, ...sources: string[]): Sample => ({
      ...group("tier1", tierNames.tier1),
      properties: { displayName: tierNames.tier1, objectId: idOf("tier1"), members: list },
      sources: { members: sources },
    });
    const [ana] = program();
    assert.deepEqual(say(ana!, members([idOf("ana")], "ana")), []);
    assert.deepEqual(say(ana!, members([idOf("ana"), stranger], "ana")), [refused(stranger)]);
    const newAna = newStack()[0]!;
    assert.deepEqual(say(newAna, members([unknownValue], "ana")), []);
    // The new guest has an unknown of her own: it excuses no known ID.
    assert.deepEqual(say(newAna, members([unknownValue, stranger], "ana")), [refused(stranger)]);
    assert.deepEqual(say(newAna, members([idOf("ana")], "ana")), []);
    assert.deepEqual(say(newAna, members([idOf("ana"), stranger], "ana")), [
      `of ${idOf("ana")}, ${stranger} at most 1 can be principals that the settings name`,
    ]);
    const eve = { type: dynamic("Guest"), name: "eve", properties: { email: "eve@fabrikam.example" } };
    assert.deepEqual(say(newAna, eve, members([unknownValue, unknownValue], "ana", "eve")), [refused("urn:eve")]);
  });

  it("passes principals of the parameter", () => {
    const grant = { type: azuread("GroupMember"), properties: { memberObjectId: stranger.toUpperCase() } };
    assert.deepEqual(judgeStack(rule, [grant], { settings, parameters: { principals: [stranger] } }), []);
  });

  it("gives the same result for every order of the resources", () => {
    const grant = { type: azuread("AppRoleAssignment"), properties: { principalObjectId: idOf("sp") } };
    const samples = [grant, ...program()];
    assertProperty(50, fc.shuffledSubarray(samples, { minLength: samples.length }), (order) => {
      assert.deepEqual(say(...order), []);
    });
  });

  it("accepts neither of two applications with the connector's name", () => {
    const second: Sample = {
      type: azuread("ApplicationRegistration"),
      name: "second",
      properties: { displayName: "Contoso SIEM MSSP Connector", clientId: "c2", objectId: "second-id" },
    };
    const password = { type: azuread("ApplicationPassword"), properties: { applicationId: "/applications/second-id" } };
    const both = [refused(idOf("client")), refused("/applications/second-id")];
    assert.deepEqual(say(...program(), second, password), both);
    const first = { type: azuread("ApplicationPassword"), properties: { applicationId: "/applications/id-of-app" } };
    assert.deepEqual(say(second, ...program(), first), [refused(idOf("client")), refused("/applications/id-of-app")]);
  });

  it("passes a tier's role for the tier's group, and refuses it for another group, or another role", () => {
    const assignment = (principalId: unknown, principal: string, role: string[] = ["role1"]): Sample => ({
      type: dynamic("DefenderRoleAssignment"),
      name: "assignment",
      properties: { roleDefinitionId: "role-id", principalIds: [principalId] },
      sources: { principalIds: [principal], roleDefinitionId: role },
    });
    assert.deepEqual(say(...program(), assignment(idOf("tier1"), "tier1")), []);
    assert.deepEqual(say(...newStack(), assignment(unknownValue, "tier1")), []);
    assert.deepEqual(say(...program(), assignment(stranger, "tier1")), [refused(stranger)]);
    const swapped = ["the role tier 1 analyst goes to the group tier 2 analyst"];
    assert.deepEqual(say(...program(), assignment(idOf("tier2"), "tier2")), swapped);
    assert.deepEqual(say(...newStack(), assignment(unknownValue, "tier2")), swapped);
    const both = assignment(idOf("tier1"), "tier1", ["role1", "role2"]);
    const role2: Sample = {
      type: dynamic("DefenderRoleDefinition"),
      name: "role2",
      properties: { id: "role-id", displayName: tierNames.tier2 },
    };
    const program1 = program().map((one) =>
      one.name === "role1" ? { ...one, properties: { ...one.properties, id: "role-id-1" } } : one,
    );
    assert.deepEqual(say(...program1, role2, both), ["the role tier 2 analyst goes to the group tier 1 analyst"]);
  });

  it("refuses everything if the settings are invalid", () => {
    const grant = { type: azuread("GroupMember"), properties: { memberObjectId: idOf("ana") } };
    assert.deepEqual(judgeStack(rule, [...program(), grant], { settings: "wrong" }), [
      refused(idOf("client")),
      refused(idOf("ana")),
    ]);
  });
});

describe("policy: named-principals, access packages", () => {
  const entitlement: PolicySettings = {
    ...contoso,
    portalAccess: {
      model: "entitlement",
      tiers: {
        tier1: { name: tierNames.tier1 },
        tier2: { name: tierNames.tier2 },
        approvers: { name: tierNames.approvers },
      },
      approvers: ["admin@contoso.com"],
      expiresAfterDays: 365,
      reviewEvery: "year",
      identitySource: { domain: "fabrikam.example" },
    },
  };
  const organization: Sample = {
    type: dynamic("ConnectedOrganization"),
    name: "organization",
    properties: { id: "organization-id" },
  };
  const approvers = group("approvers", tierNames.approvers);
  const policy = (requestor: unknown, decider: unknown, sources: Sample["sources"], name = "policy"): Sample => ({
    type: azuread("AccessPackageAssignmentPolicy"),
    name,
    properties: {
      requestorSettings: { requestors: [requestor] },
      approvalSettings: { approvalStages: [{ primaryApprovers: [decider] }] },
      assignmentReviewSettings: { reviewers: [decider] },
    },
    sources,
  });
  const members = { subjectType: "ConnectedOrganizationMembers", objectId: "organization-id" };
  const ofGroup = { subjectType: "GroupMembers", objectId: idOf("approvers") };
  const person = (objectId: string) => ({ subjectType: "SingleUser", objectId });
  const bySource = { requestorSettings: ["organization"], approvalSettings: ["approvers"] };
  const say = (...samples: Sample[]) =>
    judgeStack(rule, [organization, approvers, ...samples], { settings: entitlement });

  it("passes the connected organization, the approvers' group, and as many approvers as the settings name", () =>
    assert.deepEqual(
      say(policy(members, ofGroup, bySource), policy(members, person("contact"), bySource, "other")),
      [],
    ));

  it("refuses another organization, other kinds of requestors, and unknown approvers", () => {
    const other = { ...members, objectId: "other-id" };
    assert.deepEqual(say(policy(other, ofGroup, bySource)), ["other-id is not a principal that the settings name"]);
    assert.deepEqual(say(policy({ subjectType: "SingleUser", objectId: stranger }, ofGroup, bySource)), [
      "SingleUser is not allowed here",
    ]);
    assert.equal(say(policy(members, { subjectType: "GroupMembers", objectId: stranger }, bySource)).length, 2);
    assert.equal(say(policy(members, { subjectType: "RequestorManager" }, bySource)).length, 2);
  });

  it("refuses more approvers than the settings name", () => {
    const two = [policy(members, person("contact"), bySource), policy(members, person(stranger), bySource, "other")];
    assert.deepEqual(say(...two), ["2 people decide about requests; the settings name 1 (approvers)"]);
  });

  it("reports nothing for values that a preview does not know", () => {
    const unknown = { subjectType: "ConnectedOrganizationMembers", objectId: unknownValue };
    assert.deepEqual(say(policy(unknown, { ...ofGroup, objectId: unknownValue }, {})), []);
  });

  it("gives a role on the workspace to the group alone for which sentinelAccess names it", () => {
    const place = { subscriptionId: stranger, resourceGroup: "sentinel", workspaceName: "soc" };
    const roles = { tier1: ["Microsoft Sentinel Reader" as const], tier2: ["Microsoft Sentinel Responder" as const] };
    const given = { settings: { ...settings, sentinelAccess: { ...place, roles } } };
    const assigned = (tier: string, role: AzureRoleName, id: (name: string) => unknown = idOf): Sample => ({
      type: azureRoleAssignment,
      name: "assignment",
      properties: {
        scope: `/subscriptions/${stranger}/resourceGroups/sentinel`,
        principalId: id(tier),
        roleDefinitionId: `/x/roleDefinitions/${azureRoles[role]}`,
      },
      sources: { principalId: [tier] },
    });
    const judged = (sample: Sample, stack = program()) => judgeStack(rule, [...stack, sample], given);
    assert.deepEqual(judged(assigned("tier1", "Microsoft Sentinel Reader")), []);
    assert.deepEqual(
      judged(
        assigned("tier1", "Microsoft Sentinel Reader", () => unknownValue),
        newStack(),
      ),
      [],
    );
    assert.equal(judged(assigned("tier1", "Microsoft Sentinel Responder")).length, 1);
    assert.equal(
      judged(
        assigned("tier1", "Microsoft Sentinel Responder", () => unknownValue),
        newStack(),
      ).length,
      1,
    );
    assert.equal(judged(assigned("tier1", "Microsoft Sentinel Reader", () => stranger)).length, 1);
    assert.equal(judged(assigned("ana", "Microsoft Sentinel Reader")).length, 1);
  });
});
