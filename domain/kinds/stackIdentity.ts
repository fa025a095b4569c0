import { always } from "../prerequisiteSettings";
import { component, dynamic, randomTypes } from "../resourceTypes";
import { notApplicable, notHeld, type AccessKind } from "./accessKind";

/** What tells one stack from another: its random ID, random parts of names, and the model of access. */
export const stackIdentity = {
  key: "stackIdentity",
  singular: "stack identity",
  plural: "stack identities",
  place: "state",
  types: [
    dynamic("StackIdentity"),
    component("StackIdentity"),
    dynamic("PortalAccessModel"),
    component("PortalAccessModel"),
    ...randomTypes,
  ],
  name: notApplicable("it has no name"),
  mark: notApplicable("it is the mark"),
  address: notApplicable("nothing of it is in a tenant"),
  withoutCalls: { presence: "nothing of it is in a tenant", search: "nothing of it is in a tenant", held: notHeld },
  grants: notApplicable("nothing of it is in a tenant"),
  judged: notApplicable("it grants nothing"),
  isExpected: always,
  write: notApplicable("it is in the state only"),
  read: notApplicable("it is in the state only"),
  additions: notApplicable("it is in the state only"),
  licence: notApplicable("nothing of it is in a tenant"),
  leftWhenAdopted: notApplicable("nothing of it is in a tenant"),
  adoption: notApplicable("the adoption creates it"),
  evidence: notApplicable("it is a name, and does not act"),
  removal: { by: "state" },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
