/** Reads the rules of a repository: `detections/<set>/<rule>.yaml`. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileProblem } from "@defender-mssp/errors";
import { atOnce } from "@defender-mssp/errors/atOnce";
import { ruleFileNameForm } from "@defender-mssp/microsoft";
import { closest } from "fastest-levenshtein";
import type { DetectionRuleFile } from "./detectionRuleFile";
import { parseRule, type ParsedRule, type RulePlace } from "./parseRule";
import type { RuleProblem } from "./ruleProblem";

/** Folder of the rules, below the folder of `Pulumi.yaml`. */
export const rulesFolder = "detections";

export interface ReadRules {
  /** Rules without errors, sorted by set and name. */
  readonly rules: readonly DetectionRuleFile[];
  /** Rules with errors: what can be judged of them. */
  readonly faultyRules: readonly DetectionRuleFile[];
  /** Problems of all files, sorted by file and line. */
  readonly problems: readonly RuleProblem[];
}

/** In bytes. */
export const fileLimit = 1_000_000;
/** Files that are open at the same time. */
const openFiles = 16;

/**
 * @param folder that of `Pulumi.yaml`.
 * @param sets names of the sets; undefined for all.
 */
export async function readRules(folder: string, sets?: readonly string[]): Promise<ReadRules> {
  const existing = await ruleSets(folder);
  const names = sets ?? existing;
  const problems: RuleProblem[] = [];
  const places: RulePlace[] = [];
  for (const set of [...new Set(names)].sort()) {
    if (!existing.includes(set)) {
      const nearest = existing.length === 0 ? undefined : closest(set, [...existing]);
      const remedy =
        nearest === undefined ? `Make the folder ${rulesFolder}/${set}` : `The sets here are ${existing.join(", ")}`;
      problems.push(
        problemAt({ name: "", set, file: `${rulesFolder}/${set}` }, "there is no such set of rules", remedy),
      );
      continue;
    }
    const files = await filesOfSet(folder, set);
    problems.push(...files.problems);
    places.push(...files.places);
  }
  const parsed = await parsedFiles(folder, places);
  const rules = parsed.flatMap(({ rule }) => rule ?? []);
  problems.push(...parsed.flatMap((file) => file.problems), ...repeatedNames(places), ...repeatedTexts(rules));
  const faulty = new Set(problems.filter(({ level }) => level === "error").map(({ file }) => file));
  return {
    rules: rules.filter(({ file }) => !faulty.has(file)),
    faultyRules: [
      ...parsed.flatMap(({ queryAlone }) => queryAlone ?? []),
      ...rules.filter(({ file }) => faulty.has(file)),
    ],
    problems: sortedByPlace(problems),
  };
}

/** Names of the sets in a repository, sorted. */
export async function ruleSets(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path.join(folder, rulesFolder), { withFileTypes: true });
    return entries
      .flatMap((entry) => (entry.isDirectory() && ruleFileNameForm.test(entry.name) ? [entry.name] : []))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function filesOfSet(folder: string, set: string) {
  const problems: RuleProblem[] = [];
  const places: RulePlace[] = [];
  const entries = await readdir(path.join(folder, rulesFolder, set), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const place = { name: entry.name.replace(/\.yaml$/, ""), set, file: `${rulesFolder}/${set}/${entry.name}` };
    if (/\.test\.yaml$/.test(entry.name)) continue;
    const isRule = entry.name.endsWith(".yaml");
    if (isRule && entry.isSymbolicLink()) {
      problems.push(problemAt(place, "the file is a symbolic link", "Put the rule's file here"));
    } else if (entry.isDirectory()) {
      problems.push(problemAt(place, "a set has no folders", "Move the folder's rules into the set, or make it a set"));
    } else if (entry.name.endsWith(".yml")) {
      problems.push(problemAt(place, "the file ends in .yml and would be overlooked", "Rename it to .yaml"));
    } else if (isRule && !ruleFileNameForm.test(place.name)) {
      const what =
        "the rule's name is part of its ID: up to 60 lower-case letters, digits, - and _, a letter or digit first";
      problems.push(problemAt(place, what, "Rename the file"));
    } else if (isRule) places.push(place);
  }
  return { problems, places };
}

function parsedFiles(folder: string, places: readonly RulePlace[]): Promise<readonly ParsedRule[]> {
  return atOnce(openFiles, places, (place) => parsedFile(path.join(folder, place.file), place));
}

async function parsedFile(file: string, place: RulePlace): Promise<ParsedRule> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    return { problems: [problemAt(place, `the file can't be read: ${fileProblem(error)}`, "Make it readable")] };
  }
  if (content.length > fileLimit)
    return { problems: [problemAt(place, `the file has ${content.length} bytes, more than 1,000,000`, "Shorten it")] };
  return parseRule(content, place);
}

/** Rules that two sets have, or one set twice on a file system that ignores case. */
function repeatedNames(places: readonly RulePlace[]): readonly RuleProblem[] {
  return repeats(places, ({ name }) => name).map(({ item, first }) =>
    problemAt(item, `the rule ${item.name} is also in ${first.file}`, "Rename one of them; a rule is in one set"),
  );
}

/** Names and alert titles that two rules have: both are unique in a tenant. */
function repeatedTexts(rules: readonly DetectionRuleFile[]): readonly RuleProblem[] {
  const texts = [
    { key: ["displayName"], text: ({ content }: DetectionRuleFile) => content.displayName, noun: "name" },
    {
      key: ["alertTemplate", "title"],
      text: ({ content }: DetectionRuleFile) => content.alertTemplate.title,
      noun: "alert title",
    },
  ];
  return texts.flatMap(({ key, text, noun }) =>
    repeats(rules, (rule) => text(rule).toLowerCase()).map(({ item, first }): RuleProblem => {
      const place = item.placeOfKey(key);
      const what = `${first.file}:${first.placeOfKey(key).line} has the same ${noun}; the service refuses it`;
      const { file, name: rule } = item;
      return {
        file,
        rule,
        ...place,
        key: key.join("."),
        what,
        remedy: `Give each rule its own ${noun}`,
        level: "error",
      };
    }),
  );
}

function repeats<Item>(items: readonly Item[], text: (item: Item) => string): readonly { item: Item; first: Item }[] {
  const firsts = new Map<string, Item>();
  return items.flatMap((item) => {
    const first = firsts.get(text(item));
    if (first !== undefined) return [{ item, first }];
    firsts.set(text(item), item);
    return [];
  });
}

function problemAt({ name, file }: RulePlace, what: string, remedy: string): RuleProblem {
  return { file, rule: name, line: 1, column: 1, key: "", what, remedy, level: "error" };
}

export function sortedByPlace<Placed extends Pick<RuleProblem, "file" | "line" | "column">>(
  all: readonly Placed[],
): Placed[] {
  return [...all].sort((a, b) =>
    a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1,
  );
}
