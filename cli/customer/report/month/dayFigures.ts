/** The figures of one day of a customer, as a file: numbers, and no name of a person, a device, an alert or a rule. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { messageOf } from "@defender-mssp/errors";

/** What is read of a day, with a name for people. Rules go by the beginning of the SHA-256 of their names. */
export const dayParts = {
  objects: "Objects by kind",
  runs: "Changes by the automation",
  people: "Sign-ins of people",
  applications: "Sign-ins of applications",
  directory: "Changes in the directory",
  devices: "Devices",
  alerts: "Alerts in Defender",
  delivery: "Delivered alerts",
  incidents: "Incidents",
  ruleAlerts: "Detection rules",
  rulesOn: "Rules that are on",
  rulesActing: "Rules with automated actions",
} as const;
export type DayPart = keyof typeof dayParts;

const part = z.enum(Object.keys(dayParts) as DayPart[]);
const [text, hours] = [z.string(), z.number().optional()];
const incident = { id: text, createdOn: text, severity: text, classification: text, status: text };
const shape = z.strictObject({
  msspDay: z.literal(1),
  day: text,
  timeZone: text,
  /** ISO 8601, UTC. */
  writtenAt: text,
  /** Parts that were read. */
  numbers: z.partialRecord(part, z.record(text, z.number())),
  /** Why a part was not read; of one with numbers, why it is incomplete. */
  reasons: z.partialRecord(part, text),
  /** Created before the day ended, and created or changed since it began. */
  incidents: z.array(z.strictObject({ ...incident, hoursToTouch: hours, hoursToClose: hours })),
});
export type DayFigures = z.infer<typeof shape>;
/** Figures, or why there are none. */
export type Day = DayFigures | string;

export const noFigures = "no run wrote its figures";

export function dayFile(folder: string, stack: string, day: string): string {
  return path.join(folder, stack.replaceAll("/", "+"), `${day}.json`);
}

export async function readDayFile(file: string, timeZone: string): Promise<Day> {
  try {
    const { data } = shape.safeParse(JSON.parse(await readFile(file, "utf8")));
    if (data === undefined) return "the file of its figures has another form";
    return data.timeZone === timeZone ? data : `its figures are of the time zone ${data.timeZone}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? noFigures : `the file of its figures can't be read: ${code ?? messageOf(error)}`;
  }
}
