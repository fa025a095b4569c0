/**
 * Reads the marks by which stacks of this program name their objects: in descriptions, tags, the notes
 * of a service principal, and `employeeType` or the display name of a guest. `components/mark.ts` writes them.
 */

/** Whose an object is, by its mark. A part that the mark does not name is empty. */
export interface StackMark {
  /** `<project>/<stack>`. */
  readonly stack: string;
  /** The stack's random ID: 16 hexadecimal digits. */
  readonly stackId: string;
  /** In lower case; only descriptions name it. */
  readonly msspTenantId: string;
}

const withId = /([\w.-]+\/[\w.-]+)#([0-9a-f]{16})\b/;
/** A mark of version 0.1.0. */
const withoutId = /\bmanaged by (?:Pulumi(?:: | \())?([\w.-]+\/[\w.-]+)/i;
/** Without a `StackIdentity` a mark names no stack. */
const unnamed = /\bmanaged by Pulumi\b/i;
const tenant = /MSSP tenant ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/i;

/** Undefined for a text without a mark. */
export function parseStackMark(text: string | null | undefined): StackMark | undefined {
  const marked = text ?? "";
  const [, stack = "", stackId = ""] = withId.exec(marked) ?? withoutId.exec(marked) ?? [];
  if (stack === "" && !unnamed.test(marked)) return undefined;
  return { stack, stackId, msspTenantId: tenant.exec(marked)?.[1]?.toLowerCase() ?? "" };
}

/** The stack as its objects are marked: `<project>/<stack>#<stack ID>`, or without the ID. */
export function markedStack({ stack, stackId }: StackMark): string {
  return stackId === "" ? stack : `${stack}#${stackId}`;
}

/** Whether two marks are of one stack: by the random ID, which a renamed stack keeps, or by the name. */
export function isSameStack(mark: StackMark, other: StackMark): boolean {
  return mark.stackId !== "" && other.stackId !== "" ? mark.stackId === other.stackId : mark.stack === other.stack;
}
