import { graphGroups } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { foundWithPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";
import { part } from "./kindAnswers";

/** A standing membership of an analyst in a group: the property `members` of the group. */
export const membership = {
  key: "membership",
  singular: "group membership",
  plural: "group memberships",
  place: "customer's tenant",
  types: notApplicable("the property members of the group"),
  name: notApplicable("it has no name"),
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("it is a part of another object"),
  withoutCalls: { presence: "it is a property of the group", search: foundWithPrincipal },
  grants: "gives an analyst what the group was given",
  judged: { members: "named-principals" },
  isExpected: hasModel("basic", "rbac"),
  write: notApplicable("an application owns the groups that it creates"),
  read: graphGroups.read,
  additions: ["added to the groups", "added memberships"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("the setting members of the adopted group decides"),
  adoption: part,
  evidence: notApplicable("the stack's guests are subjects; npx mssp verify lists members that another party added"),
  removal: { by: "owner", owner: "group", property: "", order: removalOrder.assignment },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
