/** The types of the table, for Graph. */
import type { FunctionType, ResourceType } from "../schema/resource";
import { messageOf } from "@defender-mssp/errors";
import type { GraphOperation } from "./graph";

export type AzureadResource = ResourceType<GraphOperation>;
export type AzureadFunction = FunctionType<GraphOperation>;

/** The official plugin refuses to adopt an existing object. */
export function alreadyExists(terraform: string, id: string): Error {
  return new Error(
    `A resource with the ID "${id}" already exists - to be managed via Terraform this resource needs to be imported into ` +
      `the State. Please see the resource documentation for "${terraform}" for more information.`,
  );
}

/** The official plugin's words for a 404 to its first PATCH of a new object. */
export function notReplicated(call: GraphOperation, error: unknown, what: string): unknown {
  if (call.serviceError(error)?.status !== 404) return error;
  const text = `Timed out whilst waiting for new ${what} to be replicated in Azure AD`;
  return new Error(`${text}: ${messageOf(error)}`, { cause: error });
}

/**
 * The segments after the fixed ones of an ID such as `/applications/<id>/redirectUris/<type>`, or
 * `<id>/password/<keyId>`.
 */
export function segments(id: string): { first: string; last: string } {
  const all = id.split("/").filter((segment) => segment !== "");
  const isPath = id.startsWith("/");
  return { first: all[isPath ? 1 : 0] ?? "", last: all.at(-1) ?? "" };
}

/** The object ID at the end of an ID such as `/groups/<id>`. */
export function objectId(id: string): string {
  return segments(id).last;
}
