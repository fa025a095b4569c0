import { graphUsers } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { component, dynamic } from "../resourceTypes";
import { isPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";

/** A B2B guest of the customer's tenant: an analyst of the MSSP. */
export const guest = {
  key: "guest",
  singular: "guest",
  plural: "guests",
  place: "customer's tenant",
  types: [dynamic("Guest"), component("Guest")],
  name: "analysts",
  mark: "employeeType",
  address: graphUsers.path,
  principal: "user",
  withoutCalls: { held: isPrincipal },
  grants: "signs an analyst of the MSSP in to the tenant",
  judged: {
    adoptMember: "named-guests",
    copyRecipient: "named-guests",
    email: "named-guests",
    redirectUrl: "named-guests",
    tenantId: "named-organizations",
  },
  isExpected: hasModel("basic", "rbac"),
  write: () => graphUsers.write,
  read: graphUsers.read,
  additions: ["added guests"],
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: ["displayName"],
  adoption: { search: "listed", owned: "guests" },
  evidence: { who: "deleted guests", from: "tenant" },
  removal: { by: "destroy", order: removalOrder.principal },
  stays: "a deleted object for 30 days, among the tenant's deleted items: it gives no access",
} as const satisfies AccessKind;
