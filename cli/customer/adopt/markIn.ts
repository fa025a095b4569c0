/** Whose an object is that an adoption has found. */
import { parseStackMark, type StackMark } from "@defender-mssp/microsoft";

/** The mark in a text of an object; nothing without one. */
export function markIn(text: string | null | undefined): { readonly mark?: StackMark } {
  const mark = parseStackMark(text);
  return mark === undefined ? {} : { mark };
}
