import { governanceRelationship } from "../../domain/kinds/trusts";
import type { GivenAccess } from "./modelContext";

/** Model `governance`: declares nothing, as a governance relationship grants the access. */
export function governanceAccess(): GivenAccess {
  return { nextSteps: [establishRelationship, governanceRelationship.removal.beforeDestroy] };
}

/** Microsoft, "Set up a governance relationship (preview)": the three-step handshake. */
const establishRelationship =
  "Establish the governance relationship, if it does not exist: the customer's Tenant Governance Administrator invites the MSSP's tenant, " +
  "the MSSP's sends a governance request, and the customer's accepts it. `npx mssp governance status --stack <stack>` says whose move it is.";
