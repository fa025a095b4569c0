import { assignmentPolicy as kind } from "../../../domain/kinds/assignmentPolicy";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { deletionStep, graphPresence } from "./graphPresence";
import type { KindCalls, KindTenant, Sighting } from "./kindCalls";
import { ownership } from "./ownership";

const collection = kind.address;

export const assignmentPolicy: KindCalls = {
  presence: graphPresence(collection),
  search: policies,
  held: notApplicable("it is nothing that a principal holds"),
};

interface Described {
  readonly id: string;
  readonly displayName: string;
  readonly description?: string | null;
}

async function policies(tenant: KindTenant): Promise<Sighting[]> {
  return (await tenant.list<Described>(collection)).flatMap(({ id, displayName, description }) => {
    const owner = ownership(tenant.owner, description);
    if (owner === undefined) return [];
    const step = deletionStep(tenant, `${collection}/${id}`);
    return [
      {
        kind: "assignmentPolicy" as const,
        id,
        name: displayName,
        ...owner,
        gives: ["people of the MSSP can request its access package"],
        step,
      },
    ];
  });
}
