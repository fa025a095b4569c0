/** Edits the exceptions in the text of a settings file: comments, quotes and the order of the rest stay. */
import { isDeepStrictEqual } from "node:util";
import { isMap, isSeq, parseDocument } from "yaml";
import { parseAsEngine } from "../../settings/engineYaml";
import type { DetectionException } from "../../settings/detections";

/** Whether an exception turns the rule off in the tenant. */
export function isDisabling(exception: unknown, rule: string): boolean {
  const { rule: name, disabled } = Object(exception) as Partial<Record<"rule" | "disabled", unknown>>;
  return name === rule && String(disabled) === "true";
}

/** The exceptions of a settings file as it is written; none in a file that can't be read. */
export function exceptionsIn(text: string, project: string): readonly unknown[] {
  try {
    const { config } = Object(parseAsEngine(text)) as { readonly config?: Readonly<Record<string, unknown>> };
    const { except } = Object(config?.[`${project}:detections`]) as { readonly except?: unknown };
    return Array.isArray(except) ? except : [];
  } catch {
    return [];
  }
}

/** The exception on one line of YAML, quoted: the engine would read a date as a time. */
export function exceptionLine(exception: DetectionException): string {
  return parseDocument(JSON.stringify(exception)).toString({ lineWidth: 0 }).trim();
}

/**
 * The text without the exceptions that turn the rule off, and with a new one.
 * @returns undefined for a layout that can't be edited, so that at most one other line would change.
 */
export function editExceptions(
  text: string,
  project: string,
  rule: string,
  exception?: DetectionException,
): string | undefined {
  const before = exceptionsIn(text, project);
  const document = parseDocument(text, { logLevel: "error" });
  const list = ["config", `${project}:detections`, "except"];
  const isEditable = document.errors.length === 0 && isMap(document.getIn(list.slice(0, 2)));
  // An anchor's list stands in another place, too.
  if (!isEditable || /\bexcept: *[&*]/.test(text)) return undefined;
  const others = before.filter((each) => !isDisabling(each, rule));
  for (const index of [...before.keys()].reverse())
    if (isDisabling(before[index], rule)) document.deleteIn([...list, index]);
  if (exception !== undefined) {
    const node = parseDocument(JSON.stringify(exception)).contents;
    if (isSeq(document.getIn(list))) document.addIn(list, node);
    else document.setIn(list, document.createNode([node]));
  } else if (others.length === 0) document.deleteIn(list);
  const indentSeq = !/^( *)[^\s#-][^\n]*:\n\1- /m.test(text);
  const unpadded = (line: string) => line.replaceAll(/(?<=[[{]) | (?=[\]}])/g, "");
  const old = text.split("\n").filter((line) => !(line.includes(rule) && /\bdisabled\b/.test(line)));
  const asWritten = new Map(old.map((line) => [unpadded(line), line]));
  const whole = document.toString({ lineWidth: 0, indentSeq });
  const lines = whole.split("\n").map((line) => asWritten.get(unpadded(line)) ?? line);
  const changed = old.filter((line) => !lines.includes(line));
  const meant = exception === undefined ? others : [...others, exception];
  return changed.length <= 1 && isDeepStrictEqual(exceptionsIn(whole, project), meant) ? lines.join("\n") : undefined;
}
