/** The setting `analystsFrom`: analysts of many customers in one file of the repository. */
import { readFileSync } from "node:fs";
import { isSeq, LineCounter, parseDocument } from "yaml";
import { VisibleError } from "@defender-mssp/errors";
import { isRecord } from "@defender-mssp/errors/json";
import { asEngineJson, parseAsEngine } from "./engineYaml";
import { fileInside } from "./fileInside";
import { offsetIn } from "./keyPosition";
import { fromJson, printable } from "./problems";
import { isPathInside } from "./validators";

/** A stack's configuration with the analysts of the file behind its own. */
export interface WithSharedAnalysts {
  readonly values: Readonly<Record<string, string>>;
  /** `file:line:column` of a key. @param ownPlaceOf that of a key in the stack's own settings. */
  readonly placeOf: (key: string, ownPlaceOf: (key: string) => string) => string;
}

/** The list with its text. */
export interface SharedAnalystsFile {
  readonly text: string;
  readonly analysts: readonly unknown[];
}

/**
 * Adds the analysts of the file that `analystsFrom` names. An entry of the stack's own with email and
 * objectId alone adds the ID to the file's. The validators of `analysts` check all of them together.
 * @param values settings without the project's name in front.
 * @param folder that of `Pulumi.yaml`, where the path begins.
 * @throws VisibleError if there is no such file, it is outside of the folder (also by a symbolic
 * link), or it is no list.
 */
export function withSharedAnalysts(
  values: Readonly<Record<string, string>>,
  folder: string,
  read: (name: string, folder: string) => SharedAnalystsFile = readSharedAnalysts,
): WithSharedAnalysts {
  const name = values["analystsFrom"];
  const own: unknown = fromJson(values["analysts"] || "[]");
  // The validators refuse another path, and another list.
  if (name === undefined || !isPathInside(name) || !Array.isArray(own))
    return { values, placeOf: (key, ownPlaceOf) => ownPlaceOf(key) };
  const { text, analysts } = read(name, folder);
  const place = placesIn(text);
  const entries = own as readonly unknown[];
  /** The own entry with the object ID of each person of the file. */
  const named = analysts.map((analyst) =>
    entries.findIndex((entry) => isObjectIdOnly(entry) && addressIn(entry) === addressIn(analyst)),
  );
  const kept = [...entries.keys()].filter((index) => !named.includes(index));
  const shared = analysts.map((analyst, index): unknown => {
    const entry = entries[named[index] ?? -1];
    return entry === undefined ? analyst : Object.assign({}, analyst, entry);
  });
  return {
    values: { ...values, analysts: asEngineJson([...kept.map((index) => entries[index]), ...shared]) },
    placeOf: (key, ownPlaceOf) => {
      const [, number, rest = ""] = /^analysts\[(\d+)\](.*)$/.exec(key) ?? [];
      const index = Number(number ?? "NaN");
      const at = named[index - kept.length] ?? -1;
      const ownIndex = kept[index] ?? (rest === ".objectId" && at >= 0 ? at : undefined);
      if (ownIndex !== undefined) return ownPlaceOf(`analysts[${ownIndex}]${rest}`);
      return number === undefined ? ownPlaceOf(key) : `${printable(name)}:${place(`[${index - kept.length}]${rest}`)}`;
    },
  };
}

/** Whether an entry of a stack's own names the user of an analyst of the file, and nothing else. */
export function isObjectIdOnly(entry: unknown): boolean {
  return isRecord(entry) && Object.keys(entry).sort().join() === "email,objectId";
}

function addressIn(entry: unknown): string | undefined {
  return isRecord(entry) && typeof entry["email"] === "string" ? entry["email"].toLowerCase() : undefined;
}

/** @throws VisibleError if the file can't be read, is outside of the folder, or is no list. */
export function readSharedAnalysts(name: string, folder: string): SharedAnalystsFile {
  const shown = `analystsFrom: ${printable(name)}`;
  let text: string;
  try {
    const file = fileInside(folder, name);
    if (file === undefined) {
      throw new VisibleError(`${shown} leads out of the project's folder ${folder}. Nothing was changed.`);
    }
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof VisibleError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" || code === "ENOTDIR" ? `there is no such file in ${folder}` : message;
    throw new VisibleError(`${shown}: ${reason}. The path begins at the folder of Pulumi.yaml. Nothing was changed.`);
  }
  return { text, analysts: sharedAnalystsIn(text, name) };
}

/** The list in the text of the file. @throws VisibleError if it is none. */
export function sharedAnalystsIn(text: string, name: string): readonly unknown[] {
  let list: unknown;
  try {
    list = parseAsEngine(text);
    // An alias can make a list that contains itself, which is not JSON.
    asEngineJson(list);
  } catch (error) {
    const [reason = ""] = (error as Error).message.split("\n");
    throw new VisibleError(`${printable(name)} is not valid YAML: ${reason}`);
  }
  if (Array.isArray(list)) return list;
  throw new VisibleError(
    `${printable(name)}:1:1 is no list of analysts. Write one of each line, as below "analysts" ([] for none):\n` +
      "  - { email: ana@mssp.example, displayName: Ana Silva }",
  );
}

/** `line:column` of a place in the list, such as `[1].email`. */
function placesIn(text: string): (path: string) => string {
  const lines = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter: lines, logLevel: "silent" });
  return (place) => {
    const { line, col } = lines.linePos(isSeq(contents) ? offsetIn(contents, place, 0) : 0);
    return `${line}:${col}`;
  };
}
