/** What Microsoft ends, and when, as far as this program rests on it. */

/** Something that ends on a published date. */
export interface Retirement {
  /** Names it in code and in JSON. None changes. */
  readonly id: string;
  /** As Microsoft's documents write it, at the start of a sentence. */
  readonly what: string;
  /** The day, UTC: `YYYY-MM-DD`. */
  readonly endsOn: string;
  readonly successor: string;
  /** How certain the date is. */
  readonly certainty: "high" | "medium" | "low";
  readonly source: string;
}

const table = [
  {
    id: "sentinel-azure-portal",
    what: "Microsoft Sentinel in the Azure portal",
    endsOn: "2027-03-31",
    successor: "Microsoft Sentinel in the Microsoft Defender portal",
    certainty: "high",
    // Moved from 2026-07-01 in January 2026.
    source: "https://learn.microsoft.com/azure/sentinel/overview",
  },
] as const satisfies readonly Retirement[];

export const retirements: readonly Retirement[] = table;

/** @throws Error for an ID that the table does not have */
export function retirement(id: (typeof table)[number]["id"]): Retirement {
  const entry = retirements.find((candidate) => candidate.id === id);
  if (entry === undefined) throw new Error(`no retirement ${id}`);
  return entry;
}
