import { entitlementPermissions } from "@defender-mssp/microsoft";
import { hasModel } from "../prerequisiteSettings";
import { foundWithPrincipal, notApplicable, removalOrder, type AccessKind } from "./accessKind";

/** An assignment of an access package, which a person requested and an approver of the customer gave. */
export const accessPackageAssignment = {
  key: "accessPackageAssignment",
  singular: "assignment of an access package",
  plural: "assignments of access packages",
  place: "customer's tenant",
  types: notApplicable("people request it and approvers of the customer give it"),
  name: notApplicable("it has no name"),
  mark: notApplicable("it has no place for a mark"),
  address: notApplicable("the search finds it, not its ID"),
  withoutCalls: { presence: "people hold it: the stack's state has none", search: foundWithPrincipal },
  grants: "makes a person a guest and a member of the tier's group",
  judged: notApplicable("no resource declares it"),
  isExpected: hasModel("entitlement"),
  write: notApplicable("the customer gives and removes it"),
  read: entitlementPermissions.read,
  additions: ["added to access packages"],
  licence: "Microsoft Entra ID P2 or ID Governance",
  leftWhenAdopted: notApplicable("people hold it"),
  adoption: {
    search: "none",
    why: "no resource declares it: people keep what they hold; look under Identity Governance, the package, Assignments",
  },
  evidence: { who: "holders of access packages", from: "tenant" },
  removal: {
    by: "person",
    // Microsoft, "Delete accessPackage": a package that has an assignment cannot be deleted.
    beforeDestroy:
      "Before `npx pulumi destroy` or another portalAccess.model: remove every assignment of these access packages (Entra admin center > Identity " +
      "Governance > Access packages > the package > Assignments > Remove). Graph refuses to delete a package that somebody holds, and the " +
      "run would fail halfway. `npx mssp doctor --stack <stack> --before-destroy` lists who holds which.",
    order: removalOrder.assignment,
    step: "Remove the assignment: Entra admin center > Identity Governance > Access packages > the package > Assignments > Remove.",
  },
  stays: "the guest that entitlement management invited, unless the tenant's settings remove it",
} as const satisfies AccessKind;
