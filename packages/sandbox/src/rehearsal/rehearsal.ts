/** The file of a rehearsal: what differed, without a value of the tenant. Read again as the file of a stranger. */
import { VisibleError } from "@defender-mssp/errors";
import { waits, type WaitName } from "@defender-mssp/microsoft";
import { z } from "zod";
import { switches } from "../cloud/switches";
import type { AnswerDifference } from "./compareAnswers";

/** Bytes of the largest file that is read: a whole one has less than 100 kB. */
export const largestRehearsal = 1_000_000;

/** Differences of one route that the file names; the rest is a number. */
export const shownDifferences = 25;

const route = z.string().regex(/^(GET|POST) \/[ -~]{1,200}$/);
const word = z.string().regex(/^[\w .;/=+-]{1,200}$/);
const difference = z.strictObject({
  at: z.string().regex(/^[\w .@#<>()[\]-]{1,400}$/),
  service: word,
  sandbox: word,
}) satisfies z.ZodType<AnswerDifference>;
const routes = z.array(route).max(1000);

/** The steps of `--life`, in their order. */
export const lifeSteps = ["up", "preview", "verify", "alerts", "drift", "repair", "destroy"] as const;
export type LifeStep = (typeof lifeSteps)[number];

const count = z.int().min(0).max(1_000_000_000);
const waitNames = Object.keys(waits) as WaitName[];
/** Milliseconds from the first look to the last in the longest of them, and its looks. */
const measured = z.strictObject({ wait: z.enum(waitNames), times: count, longest: count, looks: count, unseen: count });
const life = z.strictObject({
  on: z.iso.date(),
  /** Only the last can have failed. */
  steps: z.array(z.strictObject({ step: z.enum(lifeSteps), seconds: count, failed: z.boolean() })).max(10),
  /** Objects that the life has made and not removed, where they could be looked at. */
  left: count.optional(),
  waits: z.array(measured).max(100),
});
export type Life = z.infer<typeof life>;

/** One row for each wait. @param lines as `recordWait` writes them */
export function measuredWaits(lines: string): Life["waits"] {
  const all = lines.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as RecordedWait]));
  return waitNames.flatMap((name) => {
    const own = all.filter(({ wait }) => wait === name).sort((left, right) => right.milliseconds - left.milliseconds);
    if (own[0] === undefined) return [];
    const { milliseconds: longest, looks } = own[0];
    return [{ wait: name, times: own.length, longest, looks, unseen: own.filter(({ isSeen }) => !isSeen).length }];
  });
}

type RecordedWait = { wait: string; milliseconds: number; looks: number; isSeen: boolean };

const rehearsalFile = z.strictObject({
  msspRehearsal: z.literal(1),
  version: word,
  /** Day, UTC. */
  on: z.iso.date(),
  cloud: word,
  /** Of Entra ID, where the identity may read it. */
  licence: z.enum(switches.entraLicence).optional(),
  /** Application permissions of the identity, of those that the sandbox knows. */
  permissions: z.array(word).max(1000),
  /** Same status, headers, shape; of an error the same code and text. */
  equal: routes,
  /** Answered alike, but one side had no object whose shape could be compared. */
  withoutObjects: routes,
  /** No object was there to ask for. */
  notAsked: routes,
  different: z
    .array(
      z.strictObject({
        route,
        differences: z.array(difference).min(1).max(shownDifferences),
        more: z.int().min(1).max(100_000).optional(),
      }),
    )
    .max(1000),
  /** What `--life` has added. */
  life: life.optional(),
});

export type Rehearsal = z.infer<typeof rehearsalFile>;

/**
 * @param text JSON of unknown origin. @throws VisibleError that names the wrong places, never their content
 */
export function parseRehearsal(text: string, name = "The file"): Rehearsal {
  const notRehearsal = (reason: string) =>
    new VisibleError(`${name} is not one that \`npx mssp rehearse\` wrote: ${reason}.`);
  if (text.length > largestRehearsal) throw notRehearsal(`it is longer than ${largestRehearsal} bytes`);
  let content: unknown;
  try {
    content = JSON.parse(text) as unknown;
  } catch {
    throw notRehearsal("it is not JSON");
  }
  const parsed = rehearsalFile.safeParse(content);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path, code }) => `${path.join(".") || "the file"} (${code})`);
  throw notRehearsal([...new Set(places)].slice(0, 5).join(", "));
}
