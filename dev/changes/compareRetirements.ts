/** What differs between the table of retirements and a newer list. */
import { z } from "zod";
import { parsedJson } from "@defender-mssp/errors/json";
import { VisibleError } from "@defender-mssp/errors";
import { retirements, retirementsVersion } from "@defender-mssp/microsoft";

const day = z.iso.date().nullable();
const list = z.object({
  msspRetirements: z.number().optional(),
  asOf: z.string().optional(),
  retirements: z.array(
    z.object({
      id: z.string(),
      what: z.string(),
      endsOn: day,
      successor: z.string(),
      certainty: z.enum(["high", "medium", "low"]),
    }),
  ),
});

export type ListedRetirement = Readonly<z.infer<typeof list>["retirements"][number]>;

/** The properties that are compared. Wording is the table's own. */
const compared = ["endsOn", "certainty"] as const;

/** Reads a newer list. @throws VisibleError for another form, or a newer version of it. */
export function readRetirements(file: string, text: string): readonly ListedRetirement[] {
  const value = parsedJson(text);
  if (value === undefined) throw new VisibleError(`${file} is not JSON.`);
  const { msspRetirements: version } = (value ?? {}) as { readonly msspRetirements?: unknown };
  if (typeof version === "number" && version > retirementsVersion) {
    throw new VisibleError(
      `${file} has version ${version} (msspRetirements), and this release reads version ${retirementsVersion}: use a newer release.`,
    );
  }
  const content = list.safeParse(value);
  if (content.success) return content.data.retirements;
  const [issue] = content.error.issues;
  throw new VisibleError(`${file} is no list of retirements: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}.`);
}

/** A line for each difference, by ID. */
export function compareRetirements(newer: readonly ListedRetirement[]): readonly string[] {
  const known = new Map<string, ListedRetirement>(retirements.map((entry) => [entry.id, entry]));
  const listed = new Map(newer.map((entry) => [entry.id, entry]));
  return [...new Set([...known.keys(), ...listed.keys()])].sort().flatMap((id) => {
    const [old, fresh] = [known.get(id), listed.get(id)];
    if (fresh === undefined) return [`- ${id}: not in the list`];
    if (old === undefined)
      return [`+ ${id}: ${fresh.what}, ends: ${fresh.endsOn ?? "no date"}. Successor: ${fresh.successor}`];
    const changes = compared.filter((key) => old[key] !== fresh[key]);
    return changes.length === 0
      ? []
      : [`~ ${id}: ${changes.map((key) => `${key} ${old[key] ?? "no date"} → ${fresh[key] ?? "no date"}`).join(", ")}`];
  });
}
