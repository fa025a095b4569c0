/** What the state or the stack's configuration has, and what an extension declares. */
import { type KindRow } from "../kind";
import type { KindKey } from "../kindKey";
import { notApplicable } from "../kindCell";

export const stackState = {
  /** What tells one stack from another: its random ID, random parts of names, and the model of access. */
  stackIdentity: {
    singular: "stack identity",
    plural: "stack identities",
    place: "state",
    address: notApplicable("nothing of it is in a tenant"),
    read: notApplicable("it is in the state only"),
    presence: notApplicable("nothing of it is in a tenant"),
    search: notApplicable("nothing of it is in a tenant"),
  },
  /** A refresh token of a person of the customer, with which the SIEM reads the legacy alert API. */
  refreshToken: {
    singular: "refresh token",
    place: "state",
    address: notApplicable("nothing of it is in a tenant"),
    read: notApplicable("no API shows it"),
    presence: notApplicable("no API shows it"),
    search: notApplicable("no API shows it"),
  },
  /** A resource that an extension declares. */
  extensionResource: {
    singular: "resource of an extension",
    plural: "resources of an extension",
    address: notApplicable("its type decides"),
    read: notApplicable("the extension's own documentation says it"),
    presence: notApplicable("the extension's own documentation says how"),
    search: notApplicable("the extension's own documentation says how"),
    held: notApplicable("the extension's own documentation says how"),
  },
} as const satisfies Partial<Record<KindKey, KindRow>>;
