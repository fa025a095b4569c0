import { group as kind } from "../../../domain/kinds/group";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { deletionStep, restorablePresence } from "./graphPresence";
import type { KindCalls, KindTenant, Sighting } from "./kindCalls";
import { ownership } from "./ownership";

export const group: KindCalls = {
  presence: restorablePresence(kind.address),
  search: groups,
  held: notApplicable("memberships are a kind of their own"),
};

interface DirectoryGroup {
  readonly id: string;
  readonly displayName: string | null;
  readonly description?: string | null;
}

async function groups(tenant: KindTenant): Promise<Sighting[]> {
  return (await tenant.list<DirectoryGroup>("/v1.0/groups?$select=id,displayName,description&$top=999")).flatMap(
    ({ id, displayName, description }) => {
      const owner = ownership(tenant.owner, description);
      if (owner === undefined) return [];
      return [
        {
          ...{ kind: "group" as const, id, name: displayName ?? id, ...owner },
          principal: { type: "group" as const, id },
          gives: [],
          step: deletionStep(tenant, `/v1.0/groups/${id}`),
        },
      ];
    },
  );
}
