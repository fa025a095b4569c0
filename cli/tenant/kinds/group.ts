import { group as kind } from "../../../domain/kinds/group";
import { notApplicable } from "../../../domain/kinds/accessKind";
import { restorablePresence } from "./graphPresence";
import type { KindCalls } from "./kindCalls";
import { markedObjects } from "./markedObjects";

export const group: KindCalls = {
  presence: restorablePresence(kind.address),
  search: markedObjects({
    ...{ kind: kind.key, collection: kind.address, principal: "group" },
    read: ({ list }) => list(`${kind.address}?$select=id,displayName,description,createdDateTime&$top=999`),
  }),
  held: notApplicable("memberships are a kind of their own"),
};
