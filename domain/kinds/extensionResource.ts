import { hasExtension } from "../prerequisiteSettings";
import { notApplicable, removalOrder, type AccessKind } from "./accessKind";

/** A resource that an extension declares. */
export const extensionResource = {
  key: "extensionResource",
  singular: "resource of an extension",
  plural: "resources of an extension",
  place: "customer's tenant",
  types: notApplicable("any type: one that no other kind has is reported as unknown"),
  name: notApplicable("the extension names it"),
  mark: notApplicable("the extension decides"),
  address: notApplicable("its type decides"),
  withoutCalls: {
    presence: "the extension's own documentation says how",
    search: "the extension's own documentation says how",
    held: "the extension's own documentation says how",
  },
  grants: "what its type gives",
  judged: notApplicable("known-resource-types refuses what no rule judges"),
  isExpected: hasExtension,
  write: notApplicable("the extension's own documentation says it"),
  read: notApplicable("the extension's own documentation says it"),
  additions: notApplicable("its type is not known"),
  licence: notApplicable("the extension's own documentation says it"),
  leftWhenAdopted: notApplicable("the extension's program decides"),
  adoption: notApplicable("only this program has extensions"),
  evidence: {
    who: "those who have access by the resources of an extension",
    from: "nowhere",
    why: "only the extension knows whom they let in",
  },
  removal: { by: "destroy", order: removalOrder.assignment },
  stays: notApplicable("the extension's own documentation says it"),
} as const satisfies AccessKind;
