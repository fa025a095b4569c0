/** The setting `analystsFrom`: analysts of many customers in one file of the repository. */
import { readFileSync } from "node:fs";
import { isSeq, LineCounter, parseDocument } from "yaml";
import { VisibleError } from "@defender-mssp/errors";
import { asEngineJson, parseAsEngine } from "./engineYaml";
import { fileInside } from "./fileInside";
import { offsetIn } from "./keyPosition";
import { fromJson, printable } from "./problems";
import { isPathInside } from "./validators";

/** A stack's configuration with the analysts of the file behind its own. */
export interface WithSharedAnalysts {
  readonly values: Readonly<Record<string, string>>;
  /** `file:line:column` of a key of an analyst in the file; undefined for every other key. */
  readonly placeOf: (key: string) => string | undefined;
}

/** The list with its text. */
export interface SharedAnalystsFile {
  readonly text: string;
  readonly analysts: readonly unknown[];
}

/**
 * Adds the analysts of the file that `analystsFrom` names. The validators of `analysts` check all of
 * them together.
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
  const own = fromJson(values["analysts"] || "[]");
  // The validators refuse another path, and another list.
  if (name === undefined || !isPathInside(name) || !Array.isArray(own)) return { values, placeOf: () => undefined };
  const { text, analysts } = read(name, folder);
  const place = placesIn(text);
  return {
    values: { ...values, analysts: asEngineJson([...(own as unknown[]), ...analysts]) },
    placeOf: (key) => {
      const [, index, rest = ""] = /^analysts\[(\d+)\](.*)$/.exec(key) ?? [];
      if (index === undefined || Number(index) < own.length) return undefined;
      return `${printable(name)}:${place(`[${Number(index) - own.length}]${rest}`)}`;
    },
  };
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
