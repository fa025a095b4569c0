import { listRoleDefinitions } from "@defender-mssp/microsoft";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { deletionStep } from "./graphPresence";
import type { KindCalls, KindTenant, ObjectIdentity, Presence, Sighting } from "./kindCalls";
import { ownership } from "./ownership";

export const defenderRole: KindCalls = {
  presence: definitionPresence,
  search: definitions,
  held: notApplicable("its assignments are a kind of their own"),
};

/** Graph has no read of one definition: the list shows it. */
async function definitionPresence({ graph }: KindTenant, { id }: ObjectIdentity): Promise<Presence> {
  const isFound = (await listRoleDefinitions(graph)).some(
    (definition) => definition.id.toLowerCase() === id.toLowerCase(),
  );
  return { state: isFound ? "found" : "notFound" };
}

async function definitions(tenant: KindTenant): Promise<Sighting[]> {
  return (await listRoleDefinitions(tenant.graph)).flatMap(({ id, displayName, description }) => {
    const owner = ownership(tenant.owner, description);
    if (owner === undefined) return [];
    const path = `/beta/roleManagement/defender/roleDefinitions/${encodeURIComponent(id)}`;
    return [
      { kind: "defenderRole" as const, id, name: displayName, ...owner, gives: [], step: deletionStep(tenant, path) },
    ];
  });
}
