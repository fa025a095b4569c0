/**
 * The settings from a stack's file, with the program's checks: for commands that run without the
 * engine.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { recordOf } from "@defender-mssp/errors/json";
import { clouds, endpointVariable, isUuid, lastSegment } from "@defender-mssp/microsoft";
import { YAMLParseError } from "yaml";
import { messageOf, unreadableFile, VisibleError } from "@defender-mssp/errors";
import type { AllowedPackage } from "../domain/stateCode";
import { allowedPackagesIn } from "./allowedPackages";
import type { StackConfiguration } from "./stackConfiguration";
import { parseSettings, type Settings } from "./index";
import { fileInside } from "./fileInside";
import { asEngineJson, asEngineText, parseAsEngine } from "./engineYaml";
import { ownSettings } from "./ownSettings";
import { readProject, shownStackFile, stackFile, stacksWithSettings, type Project } from "./project";
import { printable, secretive, SettingsError, type PlacedProblem, type SettingsFile } from "./problems";
import { keyPosition } from "./keyPosition";
import { withSharedAnalysts } from "./withSharedAnalysts";
import { refuseWrongPrefix } from "./refuseWrongPrefix";

export interface StackSettingsOptions {
  /** The project's folder; the working folder by default. */
  readonly folder?: string;
  /** Default: `process.env`. */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Reads and checks `Pulumi.<stack>.yaml`. Nothing is decrypted: no setting is a secret.
 * @param stack its name, also with organization and project in front.
 * @throws VisibleError if the file is missing or not YAML, or a setting is wrong.
 */
export async function readStackSettings(stack: string, options: StackSettingsOptions = {}): Promise<Settings> {
  const { values, secretKeys, file } = await readConfiguration(stack, options.folder);
  return parseSettings(values, secretKeys, options.environment ?? process.env, file);
}

/**
 * Like `readStackSettings`, for a command that calls nothing: no variable has to fit the settings.
 */
export async function readStackSettingsOffline(stack: string, folder?: string): Promise<Settings> {
  const { values, secretKeys, file } = await readConfiguration(stack, folder);
  return parseSettings(values, secretKeys, fitting(values["cloud"]), file);
}

interface FileConfiguration extends StackConfiguration {
  readonly file: SettingsFile;
}

async function readConfiguration(stack: string, folder: string | undefined): Promise<FileConfiguration> {
  const project = await readProject(folder);
  const shown = printable(shownStackFile(project, stack));
  const content = await contentOfStackFile(stack, project);
  if (content === undefined)
    throw new VisibleError(`There is no ${shown} in ${project.folder}. ${await stacksIn(project)}`);
  if (content["config"] === undefined)
    throw new VisibleError(
      `${shown} has no key "config". Write it, and each setting below it:\n${example(project.name)}`,
    );
  refuseWrongPrefix(Object.keys(recordOf(content["config"])), project.name, shown);
  const text = await readFile(stackFile(project, lastSegment(stack)), "utf8");
  let find: ReturnType<typeof keyPosition> | undefined;
  const placeOf = (key: string) => {
    find ??= keyPosition(text, project.name);
    const position = find(key);
    return position === undefined ? shown : `${shown}:${position.line}:${position.column}`;
  };
  const { values, secretKeys } = configurationOf(content, project.name);
  const merged = withPlace(placeOf("analystsFrom"), () => withSharedAnalysts(values, project.folder));
  return {
    values: merged.values,
    secretKeys,
    file: { shown, project: project.name, placeOf: (key) => merged.placeOf(key, placeOf) },
  };
}

/** Names the place of the setting in an error of the file that it names. */
function withPlace<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof VisibleError ? new VisibleError(`${place} ${error.message}`) : error;
  }
}

function example(project: string): string {
  return `  config:\n    ${project}:customerName: Contoso`;
}

/**
 * Settings of a stack's file without the project's name in front. The engine accepts them, and
 * writes them with it, sorted and without comments, with the next change of the file.
 */
export async function unprefixedSettings(stack: string, folder: string): Promise<readonly string[]> {
  const content = await contentOfStackFile(stack, await readProject(folder));
  return Object.keys(recordOf(content?.["config"])).filter((key) => !key.includes(":"));
}

/**
 * A stack's file as it is; undefined where there is none.
 * @throws VisibleError if it is not YAML.
 */
export async function contentOfStackFile(
  stack: string,
  project: Project,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const name = lastSegment(stack);
  return /^[\w.-]+$/.test(name) ? yamlFile(stackFile(project, name), shownStackFile(project, name)) : undefined;
}

/**
 * The tenant ID in a stack's file, in lower case, whatever else is wrong with the file. Undefined
 * where no file of the stack, or no UUID in it, is readable.
 */
export async function readStackTenant(stack: string, folder?: string): Promise<string | undefined> {
  try {
    const { values } = await readConfiguration(stack, folder);
    const { tenantId } = values;
    return isUuid(tenantId) ? tenantId.toLowerCase() : undefined;
  } catch (error) {
    if (error instanceof VisibleError) return undefined;
    throw error;
  }
}

/**
 * `allowedPackages` of a stack's file, whatever else is wrong with the file. None where no file of the
 * stack is readable.
 */
export async function readAllowedPackages(stack: string, folder?: string): Promise<readonly AllowedPackage[]> {
  try {
    const project = await readProject(folder);
    const content = await contentOfStackFile(stack, project);
    return content === undefined ? [] : allowedPackagesIn(configurationOf(content, project.name).values);
  } catch (error) {
    if (error instanceof VisibleError) return [];
    throw error;
  }
}

/** The variables with which a program for that cloud would run. */
function fitting(cloud: string | undefined): Readonly<Record<string, string>> {
  const known = Object.entries(clouds).find(([name]) => name === cloud)?.[1];
  return known === undefined ? {} : { ARM_ENVIRONMENT: known.environment };
}

/**
 * Base URL, without a trailing slash, of the server for Defender calls without a public API;
 * undefined if a person makes the changes.
 */
export function defenderEndpointOf(
  { defenderCalls }: Pick<Settings, "defenderCalls">,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  if (defenderCalls.mode === "manual") return undefined;
  return (defenderCalls.endpoint ?? environment[endpointVariable])?.replace(/\/+$/, "");
}

/**
 * The project's settings in a stack's file as the engine would hand them over: lists and maps as
 * JSON, encrypted values unseen.
 */
export function configurationOf(content: Readonly<Record<string, unknown>>, project: string): StackConfiguration {
  // A key without a namespace is the project's.
  const named = Object.entries(recordOf(content["config"])).map(
    ([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value] as const,
  );
  const entries = Object.entries(ownSettings(Object.fromEntries(named), project));
  return {
    values: Object.fromEntries(entries.map(([key, value]) => [key, isEncrypted(value) ? "[secret]" : asText(value)])),
    secretKeys: entries.filter(([, value]) => isEncrypted(value)).map(([key]) => key),
  };
}

function isEncrypted(value: unknown): boolean {
  return value !== undefined && asEngineJson(value).includes('{"secure":');
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  return asEngineText(value) ?? asEngineJson(value);
}

async function yamlFile(file: string, shownFile: string): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    // Whoever changes the repository must not have another file shown.
    if (fileInside(path.dirname(file), path.basename(file)) === undefined)
      throw new VisibleError(
        `${shownFile} is a symbolic link that leads out of its folder. Put the file itself there.`,
      );
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof VisibleError) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadableFile(shownFile, error);
  }
  try {
    return recordOf(withoutLoops(parseAsEngine(text)));
  } catch (error) {
    throw invalidYaml(shownFile, text, error);
  }
}

/** What is wrong with a stack's file, each with its place. */
export function placedProblems(error: VisibleError, file: string): readonly PlacedProblem[] {
  if (error instanceof SettingsError) return error.problems;
  const [what = "", ...rest] = error.message.split("\n");
  return [
    { file, line: 1, column: 1, what: what.replace(/\.$/, ""), remedy: rest.join("\n") || "Correct the settings" },
  ];
}

/** The library's reason with its place, and its picture of the line unless the line may hold a secret. */
function invalidYaml(file: string, text: string, error: unknown): VisibleError {
  if (!(error instanceof YAMLParseError) || error.linePos === undefined)
    return new VisibleError(`${file} is not valid YAML: ${messageOf(error).split("\n")[0] ?? ""}`);
  const [{ line, col: column }] = error.linePos;
  const [first = "", ...frame] = error.message.split("\n").filter((line) => line.trim() !== "");
  const what = `not valid YAML: ${first.replace(/ at line \d+, column \d+:?$/, "")}`;
  const picture = frame.some((line) => secretive.test(line)) ? [] : frame.map((line) => `  ${printable(line, "json")}`);
  const hint = yamlHint(what, text);
  const message = [`${file}:${line}:${column} is ${what}`, ...picture, ...(hint === undefined ? [] : [`${hint}.`])];
  return new SettingsError(message.join("\n"), [{ file, line, column, what, remedy: hint ?? "Correct the YAML" }]);
}

function yamlHint(reason: string, text: string): string | undefined {
  if (!/^config\s*:/m.test(text)) return 'The file has no line "config:". Write it, and indent each setting below it';
  return reason.includes("Nested mappings") ? 'Put a value that contains ": " in quotes' : undefined;
}

/** An alias can make a list or a map that contains itself, which is not JSON. */
function withoutLoops(content: unknown): unknown {
  try {
    asEngineJson(content);
    return content;
  } catch (cause) {
    throw new Error("a part of it contains itself, or lies too deep", { cause });
  }
}

async function stacksIn(project: Project): Promise<string> {
  const names = await stacksWithSettings(project);
  return names.length === 0 ? "There are no stacks' files here." : `The stacks here: ${names.join(", ")}.`;
}
