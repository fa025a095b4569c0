/** Where a setting of the running stack is: the program gets values from the engine, not the file. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { configurationOf } from "./fromFile";
import { parseAsEngine } from "./engineYaml";
import { keyPosition } from "./keyPosition";
import type { SettingsFile } from "./problems";
import { shownStackFile, stackConfigDirOf } from "./project";

/**
 * The stack's file in the project's folder; undefined where there is none, such as for an inline
 * program. The engine may have read another one (`--config-file`): a key whose value differs has no
 * line.
 * @param values of the engine, by key.
 */
export function placeInStackFile(
  { folder, project, stack }: { readonly folder: string; readonly project: string; readonly stack: string },
  values: Readonly<Record<string, string>>,
): SettingsFile | undefined {
  const shown = shownStackFileIn(folder, stack);
  const file = path.join(folder, shown);
  if (!existsSync(file)) return undefined;
  let find: ((key: string) => string) | undefined;
  return {
    shown,
    project,
    placeOf: (key) => {
      find ??= placesIn(file, { shown, project, values });
      return find(key);
    },
  };
}

/** The path of a stack's file from the project's folder, whose Pulumi.yaml names the folder of the stacks' files. */
export function shownStackFileIn(folder: string, stack: string): string {
  const file = path.join(folder, "Pulumi.yaml");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const stackConfigDir = text.includes("stackConfigDir") ? stackConfigDirOf(text, file) : "";
  return shownStackFile({ stackConfigDir }, stack);
}

function placesIn(
  file: string,
  {
    shown,
    project,
    values,
  }: Pick<SettingsFile, "shown" | "project"> & { readonly values: Readonly<Record<string, string>> },
): (key: string) => string {
  const text = readFileSync(file, "utf8");
  const { values: inFile, secretKeys } = configurationOf(parseAsEngine(text) as Record<string, unknown>, project);
  const find = keyPosition(text, project);
  return (key) => {
    const [setting = ""] = key.split(/[.[]/);
    const isSame = secretKeys.includes(setting) || isSameValue(inFile[setting], values[setting]);
    const position = isSame ? find(key) : undefined;
    return position === undefined ? shown : `${shown}:${position.line}:${position.column}`;
  };
}

/** The engine sorts the keys of a map and escapes characters in its JSON. */
function isSameValue(inFile: string | undefined, inEngine: string | undefined): boolean {
  if (inFile === inEngine) return true;
  if (inFile === undefined || inEngine === undefined || !/^[[{]/.test(inFile)) return false;
  try {
    return isDeepStrictEqual(JSON.parse(inFile), JSON.parse(inEngine));
  } catch {
    return false;
  }
}
