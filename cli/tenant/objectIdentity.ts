/** The identity by which the kinds' calls look a state's resource up. */
import type { ObjectIdentity } from "@defender-mssp/tenant";
import { lastSegment } from "@defender-mssp/microsoft";
import { resourceKind } from "../../domain/kinds/kinds";
import { azureNativePrefix } from "../../domain/resourceTypes";
import type { DeployedObject } from "./deployed";

type IdentifiedResource = Pick<DeployedObject, "type" | "urn" | "id" | "inputs" | "outputs">;

export function objectIdentity(resource: IdentifiedResource): ObjectIdentity {
  const { inputs, outputs } = resource;
  const kind = resourceKind(resource);
  const owner =
    kind?.removal.by === "owner" ? (inputs[kind.removal.property] ?? outputs[kind.removal.property]) : undefined;
  return {
    id: objectId(resource, kind?.key),
    ...(typeof owner === "string" ? { ownerId: lastSegment(owner) } : {}),
  };
}

/** IDs of Graph keep their case: some of them are no UUIDs. */
function objectId({ type, id }: IdentifiedResource, kind: string | undefined): string {
  if (type.startsWith(azureNativePrefix) || kind === "accessPackageResource") return id;
  // A rule's name may have slashes.
  return kind === "notificationRule" ? id.slice(id.indexOf("/") + 1) : lastSegment(id);
}

/** Whether a person made it in the portal, where no API shows it. */
export function isMadeByHand({ outputs }: Pick<IdentifiedResource, "outputs">): boolean {
  return outputs["mode"] === "manual" || outputs["status"] === "manual";
}
