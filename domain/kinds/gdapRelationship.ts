import { graphAdminRelationships } from "@defender-mssp/microsoft";
import { never } from "../prerequisiteSettings";
import { notApplicable, notHeld, removalOrder, type AccessKind } from "./accessKind";

/** A relationship of granular delegated admin privileges (Partner Center). */
export const gdapRelationship = {
  key: "gdapRelationship",
  singular: "GDAP relationship",
  plural: "GDAP relationships",
  place: "customer's tenant",
  types: notApplicable("Partner Center establishes it, not this program"),
  name: notApplicable("Partner Center names it"),
  mark: notApplicable("the partner creates it"),
  address: notApplicable("the search finds it, not its ID"),
  withoutCalls: { presence: "the stack's state does not have it: it is searched", held: notHeld },
  grants: "gives groups of a partner's tenant roles in the customer's",
  judged: notApplicable("no resource declares it"),
  isExpected: never,
  write: notApplicable("this program establishes none"),
  read: graphAdminRelationships.read,
  additions: notApplicable("Graph shows it in the partner's tenant only"),
  licence: notApplicable("every edition of Microsoft Entra ID has it"),
  leftWhenAdopted: notApplicable("Partner Center keeps it"),
  adoption: {
    search: "none",
    why: "Graph shows it in the partner's tenant only: look at Microsoft 365 admin center > Settings > Partner relationships",
  },
  evidence: notApplicable("this program establishes none: the partner's tenant lists its relationships"),
  removal: {
    by: "person",
    beforeDestroy: notApplicable("it ends without this program, before or after `destroy`"),
    order: removalOrder.trust,
    step: "Look at Microsoft 365 admin center > Settings > Partner relationships, and remove the MSSP's.",
  },
  stays: notApplicable("nothing of it stays"),
} as const satisfies AccessKind;
