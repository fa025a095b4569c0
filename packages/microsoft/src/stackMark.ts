/**
 * Reads the marks by which stacks of this program name their objects: in descriptions, in the notes
 * of a service principal, and in `employeeType` of a guest. `components/mark.ts` writes them.
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

const named =
  /\bmanaged by (?:Pulumi(?:: | \())?([\w.-]+\/[\w.-]+)(?:#([0-9a-f]+))?[^\s(),;]*(?:, MSSP tenant ([0-9a-f-]{36}))?/i;
/** Without a `StackIdentity` a mark names no stack. */
const unnamed = /\bmanaged by Pulumi\b/i;

/** Undefined for a text without a mark. */
export function parseStackMark(text: string | null | undefined): StackMark | undefined {
  const [mark, stack = "", stackId = "", msspTenantId = ""] = named.exec(text ?? "") ?? [];
  if (mark !== undefined) return { stack, stackId, msspTenantId: msspTenantId.toLowerCase() };
  return unnamed.test(text ?? "") ? { stack: "", stackId: "", msspTenantId: "" } : undefined;
}

/** The stack as its objects are marked: `<project>/<stack>#<stack ID>`, or without the ID. */
export function markedStack({ stack, stackId }: StackMark): string {
  return stackId === "" ? stack : `${stack}#${stackId}`;
}

/** Whether two marks are of one stack: by the random ID, which a renamed stack keeps, or by the name. */
export function isSameStack(mark: StackMark, other: StackMark): boolean {
  return mark.stackId !== "" && other.stackId !== "" ? mark.stackId === other.stackId : mark.stack === other.stack;
}
