/** What Microsoft Graph has and the sandbox lacks: the sandbox says so itself, in place of the service's refusal. */
import { unknownRouteHeader } from "../cloud/serviceError";
import type { GraphVersion } from "./entities";
import { unservedNames } from "./entities/unservedNames";
import { EmulatedGraphError } from "./graphErrors";

/**
 * The sandbox's refusal of a property or relationship, if Microsoft's metadata has it; otherwise `refusal`, the service's.
 * @param type with its namespace
 */
export function unknownName(
  type: string,
  name: string,
  version: GraphVersion,
  refusal: EmulatedGraphError,
): EmulatedGraphError {
  const [common = "", ofBeta = ""] = (unservedNames[type.replace("microsoft.graph.", "")] ?? "").split("|");
  const names = `${common} ${version === "beta" ? ofBeta : ""}`.toLowerCase().split(" ");
  if (!names.includes(name.toLowerCase())) return refusal;
  const message = `The sandbox has no '${name}' of ${type}, which Microsoft Graph has.`;
  return new EmulatedGraphError(400, "UnknownError", message, [], { [unknownRouteHeader]: `'${name}' of ${type}` });
}
