/** Analysts and the groups that they are in. */
import { tenantKinds } from "@defender-mssp/tenant";
import {
  activationPolicyPermissions,
  graphGroupEligibilities,
  graphServicePrincipals,
  graphUsers,
} from "@defender-mssp/microsoft";
import { hasKeeper, hasModel, isJustInTime, signsInWith, type PrerequisiteSettings } from "../prerequisiteSettings";
import { azuread, component, dynamic } from "../resourceTypes";
import type { Permission } from "../writingPermissions";
import { type AccessKind, notApplicable, removalOrder } from "./accessKind";
import { givesItsHolder, part } from "./kindAnswers";

export const guest = {
  ...tenantKinds.guest,
  types: [dynamic("Guest"), component("Guest")],
  name: "analysts",
  mark: "employeeType",
  grants: "signs an analyst of the MSSP in to the tenant",
  isExpected: hasModel("basic", "rbac"),
  write: () => graphUsers.write,
  keep: { operations: ["create"], write: ["User.Invite.All"] },
  additions: ["added guests", "changed guests"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: ["displayName"],
  adoption: { search: "listed", owned: "guests" },
  evidence: { who: "deleted guests", from: "tenant" },
  removal: { by: "destroy", order: removalOrder.principal },
  stays: "a deleted object for 30 days, among the tenant's deleted items: it gives no access",
} as const satisfies AccessKind;

export const group = {
  ...tenantKinds.group,
  types: [azuread("Group")],
  name: "msspName, or the tier's name in portalAccess.tiers",
  mark: "description",
  grants: "gives its members what it was given",
  isExpected: hasModel("basic", "rbac", "entitlement"),
  write: groupPermissions,
  keep: { operations: ["update"], write: ["Group.Create"], when: setsMembers },
  additions: ["added to the groups"],
  licence: notApplicable("only a group that can be given a directory role needs Microsoft Entra ID P1"),
  leftWhenAdopted: ["displayName", "description", "owners", "assignableToRole", "visibility", "theme", "behaviors"],
  adoption: { search: "listed", owned: "groups" },
  evidence: notApplicable("a group does not act: its members are subjects already"),
  removal: { by: "destroy", order: removalOrder.container },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

/** An identity that adds groups to a catalog needs more, whoever owns the groups. */
function groupPermissions(settings: PrerequisiteSettings): readonly Permission[] {
  if (hasModel("entitlement")(settings)) return ["Group.ReadWrite.All"];
  return [
    "Group.Create",
    "Group.Read.All",
    ...(hasModel("basic")(settings) ? (["RoleManagement.ReadWrite.Directory"] as const) : []),
  ];
}

/** Members of a group that may have a directory role are set by who manages roles. */
function setsMembers({ portalAccess: { model, assignTo } }: PrerequisiteSettings): boolean {
  return model === "rbac" || (model === "basic" && assignTo === "guests");
}

export const membership = {
  ...tenantKinds.membership,
  types: notApplicable("the property members of the group"),
  name: notApplicable("it has no name"),
  mark: notApplicable("it has no place for a mark"),
  grants: "gives an analyst what the group was given",
  judged: { members: "named-principals" },
  isExpected: hasModel("basic", "rbac"),
  write: notApplicable("an application owns the groups that it creates"),
  additions: ["added to the groups", "added memberships"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("the setting members of the adopted group decides"),
  adoption: part,
  evidence: notApplicable("the stack's guests are subjects; npx mssp verify lists members that another party added"),
  removal: { by: "owner", owner: "group", property: "", order: removalOrder.assignment },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

/** The keeper rotates a client secret as an owner of the application. */
function hasOwner(settings: PrerequisiteSettings): boolean {
  return hasKeeper(settings) && signsInWith("secret")(settings);
}

export const ownership = {
  ...tenantKinds.ownership,
  types: [azuread("ApplicationOwner")],
  name: notApplicable("it has no name"),
  mark: notApplicable("it has no place for a mark"),
  grants: "lets its holder add members to a group, or credentials to an application",
  isExpected: hasOwner,
  write: () => graphServicePrincipals.write,
  additions: ["added ownerships"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("an adopted object keeps its owners"),
  adoption: notApplicable("an adopted object keeps its owners, which are the customer's"),
  evidence: givesItsHolder,
  removal: { by: "owner", owner: "group", property: "", order: removalOrder.assignment },
  stays: "a credential that an owner added to an application of the customer's",
} as const satisfies AccessKind;

export const eligibility = {
  ...tenantKinds.eligibility,
  types: [dynamic("EligibleMembers"), component("EligibleMembers")],
  name: notApplicable("it has no name"),
  mark: notApplicable("it has no place for a mark"),
  grants: "lets an analyst activate a membership of the group",
  isExpected: isJustInTime,
  write: () => graphGroupEligibilities.write,
  additions: ["added eligibilities"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: notApplicable("just-in-time access is not adopted"),
  adoption: {
    search: "none",
    why: "it is not imported: look under Privileged Identity Management > Groups, and set portalAccess.activation",
  },
  evidence: notApplicable("who activates it is a guest of the stack, and a subject already"),
  removal: { by: "owner", owner: "group", property: "groupId", order: removalOrder.assignment },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

export const activationPolicy = {
  ...tenantKinds.activationPolicy,
  types: notApplicable("the eligible memberships declare it"),
  name: notApplicable("each group has one, without a name"),
  mark: notApplicable("it has no place for a mark"),
  grants: "decides how long a membership is active, and who approves it",
  judged: { maximumActivation: "activations" },
  isExpected: isJustInTime,
  write: () => activationPolicyPermissions.write,
  additions: notApplicable("up --refresh compares all of it"),
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: notApplicable("just-in-time access is not adopted"),
  adoption: {
    search: "none",
    why: "it is not imported: the next up sets it where portalAccess.activation is set",
  },
  evidence: notApplicable("it is a rule, and does not act"),
  removal: { by: "owner", owner: "group", property: "", order: removalOrder.definition },
  stays: "the policy of a group that stays: it gives no access by itself",
} as const satisfies AccessKind;

export const people = [guest, group, membership, ownership, eligibility, activationPolicy] as const;
