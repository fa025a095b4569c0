/** What the state or the stack's configuration has, and what an extension declares. */
import { tenantKinds } from "@defender-mssp/tenant";
import { always, hasExtension, readsAlertsBy } from "../prerequisiteSettings";
import { component, dynamic, randomTypes } from "../resourceTypes";
import { type AccessKind, notApplicable, removalOrder } from "./accessKind";

export const stackIdentity = {
  ...tenantKinds.stackIdentity,
  types: [
    dynamic("StackIdentity"),
    component("StackIdentity"),
    dynamic("PortalAccessModel"),
    component("PortalAccessModel"),
    ...randomTypes,
  ],
  name: notApplicable("it has no name"),
  mark: notApplicable("it is the mark"),
  grants: notApplicable("nothing of it is in a tenant"),
  judged: notApplicable("it grants nothing"),
  isExpected: always,
  write: notApplicable("it is in the state only"),
  additions: notApplicable("it is in the state only"),
  licence: notApplicable("nothing of it is in a tenant"),
  leftWhenAdopted: notApplicable("nothing of it is in a tenant"),
  adoption: notApplicable("the adoption creates it"),
  evidence: notApplicable("it is a name, and does not act"),
  removal: { by: "state" },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;

export const refreshToken = {
  ...tenantKinds.refreshToken,
  types: notApplicable("a secret of the stack's configuration, which npx mssp token keeps"),
  name: notApplicable("it has no name"),
  mark: notApplicable("it has no place for a mark"),
  grants: "signs in as the person who gave it",
  judged: notApplicable("no resource declares it"),
  isExpected: readsAlertsBy("legacySiem"),
  write: notApplicable("the person signs in"),
  additions: notApplicable("no API shows it"),
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("nothing of it is in a tenant"),
  adoption: { search: "none", why: "no API shows it: npx mssp token signs in anew" },
  evidence: notApplicable("its sign-ins are those of the application, which is a subject"),
  removal: {
    by: "person",
    given: "siemAuthorization",
    end: "Revoke the sessions of the account that signed in for the legacy alert API: Entra admin center > Users > the account > Revoke sessions. Otherwise the MSSP's SIEM can use its refresh token.",
    beforeDestroy: notApplicable("it ends with the sessions of the account, before or after `destroy`"),
    order: removalOrder.credential,
    step: "Revoke the sessions of the account that signed in: Entra admin center > Users > the account > Revoke sessions.",
  },
  stays: notApplicable("a revoked token gives no access"),
} as const satisfies AccessKind;

export const extensionResource = {
  ...tenantKinds.extensionResource,
  types: notApplicable("any type: one that no other kind has is reported as unknown"),
  name: notApplicable("the extension names it"),
  mark: notApplicable("the extension decides"),
  grants: "what its type gives",
  judged: notApplicable("known-resource-types refuses what no rule judges"),
  isExpected: hasExtension,
  write: notApplicable("the extension's own documentation says it"),
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

export const stackState = [stackIdentity, refreshToken, extensionResource] as const;
