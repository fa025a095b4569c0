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
/** A program without a `StackIdentity` writes it. It is a claim: no stack has an object by it. */
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

/** The stack as its objects are marked: `<project>/<stack>#<stack ID>`. */
export function markedStack({ stack, stackId }: StackMark): string {
  return `${stack}#${stackId}`;
}
