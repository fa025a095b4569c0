/** Whose an object is, by its mark. */
import { parseStackMark } from "@defender-mssp/microsoft";
import type { AccessOwner, Sighting } from "./kindCalls";

export type Ownership = Pick<Sighting, "whose" | "evidence" | "mark">;

/** Whose mark a text has; undefined for none, or one of another MSSP's. */
export function ownership(
  { stackId, msspTenantId }: AccessOwner,
  text: string | null | undefined,
): Ownership | undefined {
  const mark = parseStackMark(text);
  // A name alone can be anybody's.
  if (mark === undefined || mark.stackId === "") return undefined;
  if (mark.stackId === stackId)
    return { whose: "thisStack", evidence: `its mark has the ID of this stack: "${text}"`, mark };
  if (mark.msspTenantId !== msspTenantId.toLowerCase()) return undefined;
  return { whose: "thisMssp", evidence: `its mark names stack ${mark.stack} of the MSSP's tenant`, mark };
}
