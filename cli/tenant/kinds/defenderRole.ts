import { graphDefenderRoles, listRoleDefinitions } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import type { KindCalls, KindTenant, ObjectIdentity, Presence } from "./kindCalls";
import { markedObjects } from "./markedObjects";

export const defenderRole: KindCalls = {
  presence: definitionPresence,
  search: markedObjects({
    ...{ kind: "defenderRole", collection: graphDefenderRoles.path },
    read: ({ graph }) => listRoleDefinitions(graph),
  }),
  held: notApplicable("its assignments are a kind of their own"),
};

/** Graph has no read of one definition: the list shows it. */
async function definitionPresence({ graph }: KindTenant, { id }: ObjectIdentity): Promise<Presence> {
  const isFound = (await listRoleDefinitions(graph)).some(
    (definition) => definition.id.toLowerCase() === id.toLowerCase(),
  );
  return { state: isFound ? "found" : "notFound" };
}
