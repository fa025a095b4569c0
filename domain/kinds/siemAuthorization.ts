import { defenderPermissions, readsAlertsBy } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";
import { ofTheApplication } from "./kindAnswers";

/** The authorization of the SIEM connector for the legacy alert API. */
export const siemAuthorization = {
  key: "siemAuthorization",
  singular: "SIEM authorization",
  plural: "SIEM authorizations",
  place: "customer's tenant",
  types: [dynamic("DefenderSiemAuthorization"), component("DefenderSiemAuthorization")],
  name: notApplicable("it has the application's ID"),
  mark: "managedBy, at a gateway only",
  address: notApplicable("no public API shows it"),
  withoutCalls: { search: "no public API lists the authorizations of a tenant", held: notHeld },
  grants: "lets the SIEM connector read alerts by the legacy API",
  judged: {
    applicationId: "named-principals",
    endpoint: "named-organizations",
    msspTenantId: "named-organizations",
    tenantId: "named-organizations",
  },
  isExpected: readsAlertsBy("legacySiem"),
  write: defenderPermissions,
  read: notApplicable("no public API shows it"),
  additions: notApplicable("no public API lists the authorizations of a tenant"),
  licence: notApplicable("each licence of Microsoft Defender has it"),
  leftWhenAdopted: notApplicable("it has nothing but its application"),
  adoption: {
    search: "part",
    withoutDefenderEndpoint: "Microsoft has no public API for it: look at Settings > SIEM of the Defender portal",
  },
  evidence: ofTheApplication,
  removal: { by: "destroy", order: removalOrder.grant },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
