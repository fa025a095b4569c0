/** `mssp detections import`: writes rule files of other formats. */
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import {
  importRules,
  isQueryFile,
  parseRule,
  ruleFileText,
  ruleProblemText,
  rulesFolder,
} from "@defender-mssp/detections";
import { exists } from "../../base/exists";
import { VisibleError } from "@defender-mssp/errors";
import { ruleSeverities } from "@defender-mssp/microsoft/defender/automatedActionForms";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import type { Questions } from "@defender-mssp/terminal/session";
import type { Project } from "../../../settings/project";
import { givenFile } from "../../base/givenFile";

/** What became of one rule, or of one file that holds none. */
export interface ImportOutcome {
  /** The file as it was named. */
  readonly source: string;
  /** Path of the new file from the folder of `Pulumi.yaml`; absent if none was written. */
  readonly file?: string;
  /** Why nothing was written. */
  readonly refused?: string;
  /** What could not be carried over, or was assumed. */
  readonly notes: readonly string[];
  /** What the new file lacks before it can be deployed. */
  readonly open: readonly string[];
}

/** In bytes. */
const fileLimit = 20_000_000;

export interface ImportOptions {
  /** Paths from the working folder. */
  readonly files: readonly string[];
  readonly set: string;
  readonly folder: string;
  /** Name of the only rule; its title decides where it is missing. */
  readonly name?: string;
  /** What a query has that stands alone; asked where a person can answer. */
  readonly displayName?: string;
  readonly severity?: string;
  readonly ask: Questions;
}

/** @throws VisibleError if a file can't be read: nothing is written then. */
export async function importDetections(
  project: Project,
  { files, set, folder, name: given, ...bare }: ImportOptions,
): Promise<readonly ImportOutcome[]> {
  const named = new Set(await Promise.all(files.map((file) => queryBeside(file, folder))));
  const sources = await Promise.all([...named].map((file) => readSource(file, folder)));
  const outcomes: ImportOutcome[] = [];
  const imported: (ReturnType<typeof importRules> & { readonly file: string })[] = [];
  for (const { file, text, sigmaRule = await titleAndLevel(file, bare) } of sources)
    imported.push({ file, ...importRules(file, text, sigmaRule) });
  if (given !== undefined && imported.flatMap(({ rules }) => rules).length > 1)
    throw new VisibleError("--name is the name of one rule, and these files hold several. Nothing was written.");
  for (const { file, rules, refused } of imported) {
    outcomes.push(...refused.map((reason) => ({ source: file, refused: reason, notes: [], open: [] })));
    for (const { name: own, content, notes, comments = [] } of rules) {
      const name = given ?? own;
      const target = `${rulesFolder}/${set}/${name}.yaml`;
      if (await exists(path.join(project.folder, target))) {
        outcomes.push({ source: file, refused: `${target} exists, and stays as it is`, notes, open: [] });
        continue;
      }
      const ruleText = ruleFileText(content, [...notes, ...comments]);
      const { problems } = parseRule(ruleText, { name, set, file: target });
      await mkdir(path.join(project.folder, rulesFolder, set), { recursive: true });
      await writeWholeFile(path.join(project.folder, target), ruleText);
      const open = problems.map((problem) => ruleProblemText(problem).replace(`${target}:`, ""));
      outcomes.push({ source: file, file: target, notes, open });
    }
  }
  return outcomes;
}

/** Title and level of a query that stands alone, in the form of the Sigma rule that it lacks. */
async function titleAndLevel(
  file: string,
  { displayName, severity, ask }: Pick<ImportOptions, "displayName" | "severity" | "ask">,
): Promise<string | undefined> {
  if (!isQueryFile(file)) return undefined;
  const title = displayName ?? (ask.isPossible ? await ask.text(`Title of the rule in ${file}`) : undefined);
  const choices = ruleSeverities.map((value) => ({ value, label: value }));
  const level = severity ?? (ask.isPossible ? await ask.choose("Severity of its alerts", choices) : undefined);
  return title === undefined && level === undefined ? undefined : JSON.stringify({ title, level });
}

/** A Sigma rule with its query beside it is imported by the query, which takes the rule's title and level. */
async function queryBeside(file: string, folder: string): Promise<string> {
  const query = file.replace(/\.ya?ml$/, ".kql");
  return (await exists(path.resolve(folder, query))) ? query : file;
}

async function readSource(file: string, folder: string) {
  const size = await stat(path.resolve(folder, file)).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > fileLimit) throw new VisibleError(`${file} has ${size} bytes, more than 20,000,000. Nothing was written.`);
  return { file, text: await givenFile(file, folder), sigmaRule: await besideQuery(file, folder) };
}

/** The Sigma rule beside a query: the same name with .yml or .yaml. */
async function besideQuery(query: string, folder: string): Promise<string | undefined> {
  for (const ending of [".yml", ".yaml"]) {
    const file = query.replace(/\.[^.]*$/, ending);
    if (file !== query && (await exists(path.resolve(folder, file)))) return givenFile(file, folder);
  }
  return undefined;
}
