import { application as kind } from "../../../domain/kinds/application";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { deletionStep, restorablePresence } from "./graphPresence";
import type { KindCalls, KindTenant, Sighting } from "./kindCalls";
import { ownership } from "./ownership";

export const application: KindCalls = {
  presence: restorablePresence(kind.address),
  search: applications,
  held: notApplicable("its service principal is the principal"),
};

interface Registration {
  readonly id: string;
  readonly displayName: string | null;
  readonly description?: string | null;
}

async function applications(tenant: KindTenant): Promise<Sighting[]> {
  const path = "/v1.0/applications?$select=id,displayName,description&$top=999";
  return (await tenant.list<Registration>(path)).flatMap(({ id, displayName, description }) => {
    const owner = ownership(tenant.owner, description);
    if (owner === undefined) return [];
    const step = deletionStep(tenant, `/v1.0/applications/${id}`);
    const gives = ["who has one of its credentials signs in as it"];
    return [{ kind: "application" as const, id, name: displayName ?? id, ...owner, gives, step }];
  });
}
