/** The file of a rehearsal: what differed, without a value of the tenant. Read again as the file of a stranger. */
import { VisibleError } from "@defender-mssp/errors";
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
    throw notRehearsal("it is no JSON");
  }
  const parsed = rehearsalFile.safeParse(content);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path, code }) => `${path.join(".") || "the file"} (${code})`);
  throw notRehearsal([...new Set(places)].slice(0, 5).join(", "));
}
