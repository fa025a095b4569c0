import { readsAlertsBy } from "../prerequisiteSettings";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** A refresh token of a person of the customer, with which the SIEM reads the legacy alert API. */
export const refreshToken = {
  key: "refreshToken",
  singular: "refresh token",
  plural: "refresh tokens",
  place: "state",
  types: notApplicable("a secret of the stack's configuration, which npx mssp token keeps"),
  name: notApplicable("it has no name"),
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("nothing of it is in a tenant"),
  withoutCalls: { presence: "no API shows it", search: "no API shows it", held: notHeld },
  grants: "signs in as the person who gave it",
  judged: notApplicable("no resource declares it"),
  isExpected: readsAlertsBy("legacySiem"),
  write: notApplicable("the person signs in"),
  read: notApplicable("no API shows it"),
  additions: notApplicable("no API shows it"),
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("nothing of it is in a tenant"),
  adoption: { search: "none", why: "no API shows it: npx mssp token signs in anew" },
  evidence: notApplicable("its sign-ins are those of the application, which is a subject"),
  removal: {
    by: "person",
    beforeDestroy: notApplicable("it ends with the sessions of the account, before or after `destroy`"),
    order: removalOrder.credential,
    step: "Revoke the sessions of the account that signed in: Entra admin center > Users > the account > Revoke sessions.",
  },
  stays: notApplicable("a revoked token gives no access"),
} as const satisfies AccessKind;
