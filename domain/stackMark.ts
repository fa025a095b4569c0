/** Reads the marks that `components/mark.ts` writes: in descriptions, tags and `employeeType`. */

/** What a mark says of its stack. */
export interface StackMark {
  /** `<project>/<stack>`, as the stack was called when the mark was written. */
  readonly stack: string;
  /** The stack's random ID, which never changes. */
  readonly stackId: string;
  /** The MSSP's tenant, where the mark has room for it. */
  readonly msspTenantId?: string;
}

/** Finds the mark in a text; undefined where there is none with a stack's ID. */
export function parseStackMark(text: string): StackMark | undefined {
  const [, stack, stackId] = /([\w.-]+\/[\w.-]+)#([0-9a-f]{16})\b/.exec(text) ?? [];
  if (stack === undefined || stackId === undefined) return undefined;
  const [, msspTenantId] = /MSSP tenant ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/i.exec(text) ?? [];
  return { stack, stackId, ...(msspTenantId === undefined ? {} : { msspTenantId: msspTenantId.toLowerCase() }) };
}
