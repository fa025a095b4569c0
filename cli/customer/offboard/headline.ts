import type { Certificate } from "./certificate";

/** What the certificate says, in one clause: no more than was proved. */
export function headline({ state, msspName, customerName, toConfirm }: Certificate): string {
  if (state === "accessLeft") return `${msspName} still has access in ${customerName}`;
  if (state === "proven") return `${msspName} has no access in ${customerName}`;
  const things = `${toConfirm.length} ${toConfirm.length === 1 ? "thing" : "things"} to confirm by hand`;
  return `No access of ${msspName} left in ${customerName} that could be looked at; ${things}`;
}
