/** An addition to the stack's objects in the customer's tenant, and who made it when. */
import { z } from "zod";
import type { CheckState } from "../output/checkState";

/** Who added it and when, by the tenant's audit log. */
const done = z.object({
  /** User principal name or application; empty where the log does not name one. */
  by: z.string(),
  /** ISO 8601, UTC; empty if unknown. */
  on: z.string(),
});
export type Done = z.infer<typeof done>;

export const additionShape = z.object({
  /** Such as `client secret`. */
  kind: z.string(),
  /** What it was added to, such as `application "Contoso SIEM MSSP Connector"`. */
  to: z.string(),
  /** What was added, in words. */
  what: z.string(),
  /** Its ID in the tenant. */
  id: z.string(),
  done,
  /** The step that removes it: `pulumi up --refresh`, or a command for a tenant administrator. */
  step: z.string(),
});
export type Addition = z.infer<typeof additionShape>;

/** The result of one part of the search, as written to a file. */
export const partShape = z.object({
  /** Such as `added to the application`. */
  name: z.string(),
  state: z.enum(["passed", "failed", "notChecked"] satisfies CheckState[]),
  /** One sentence: what was compared, what was found, or why it wasn't checked. */
  reason: z.string(),
  additions: z.array(additionShape).readonly(),
});
export type AdditionsPart = z.infer<typeof partShape>;

/** An addition before the audit log is read. */
export interface FoundAddition extends Omit<Addition, "done"> {
  /** When the object itself says that it was made; empty where it does not. */
  readonly createdOn?: string;
  /** IDs of the objects under which the audit log has the change. */
  readonly targets: readonly string[];
  /** What an entry of the audit log must name to be about this addition. Default: its ID. */
  readonly mentions?: readonly string[];
}

/** Lists that the engine declares are authoritative: the next `up --refresh` restores them. */
export const upRefresh = "npx pulumi up --refresh";

/** The Azure CLI's command for one request of Graph's, for an administrator of the tenant. */
export function azRest(method: "DELETE" | "PATCH" | "POST", url: string, json?: unknown): string {
  const body =
    json === undefined ? "" : ` --headers Content-Type=application/json --body ${shellQuoted(JSON.stringify(json))}`;
  return `az rest --method ${method} --url ${shellQuoted(url)}${body}`;
}

/** Quotes any text as one word of a shell. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
