import { application as kind } from "../../../domain/kinds/application";
import { restorablePresence } from "./graphPresence";
import type { KindCalls, KindTenant } from "./kindCalls";
import { markedObjects } from "./markedObjects";

export const application = {
  presence: restorablePresence(kind.address),
  search: markedObjects({
    kind: kind.key,
    collection: kind.address,
    read: registrations,
    gives: ["who has one of its credentials signs in as it"],
  }),
} satisfies KindCalls;

interface Registration {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string | null;
  readonly description?: string | null;
  readonly createdDateTime?: string | null;
}

/** Every app registration: Graph can't filter by a part of the description. */
export function registrations({ list }: KindTenant): Promise<readonly Registration[]> {
  return list<Registration>(`${kind.address}?$select=id,appId,displayName,description,createdDateTime&$top=999`);
}
