/** What a search for additions to a stack's objects has found, as previews and reports carry it. */
import { z } from "zod";
import { kindKeys, type Chain } from "@defender-mssp/tenant";
import type { CheckState } from "@defender-mssp/terminal/checkState";

/** Who added it and when, by the tenant's audit log. */
const done = z.object({
  /** User principal name or application; empty where the log does not name one. */
  by: z.string(),
  /** ISO 8601, UTC; empty if unknown. */
  on: z.string(),
});
export type Done = z.infer<typeof done>;

/** A chain of the access graph. */
export const chainShape = z.object({
  key: z.string(),
  kind: z.enum(kindKeys),
  way: z.string(),
  principal: z.string(),
  object: z.string(),
}) satisfies z.ZodType<Chain>;

export const additionShape = z.object({
  /** Such as `client secret`. */
  kind: z.string(),
  /** What it was added to, such as `application "Contoso SIEM MSSP Connector"`. */
  to: z.string(),
  /** What was added, in words. */
  what: z.string(),
  id: z.string(),
  done,
  /** Such as `1 of 3 looks`, where they differ: a replica of the tenant is behind. */
  seenIn: z.string().optional(),
  /** Who can do something by it; absent where nobody can. */
  chains: z.array(chainShape).readonly().optional(),
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
