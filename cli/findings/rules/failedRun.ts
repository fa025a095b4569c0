import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** A failed run of `mssp fleet`, unless a later one, such as `pulumi up`, has written the state. */
export function failedRun({ last, state }: Facts): Finding[] {
  if (last?.state !== "failed") return [];
  const { command, outcome, at } = last;
  const writtenAt = state?.writtenAt;
  if (writtenAt !== undefined && at.getTime() > 0 && Date.parse(writtenAt) > at.getTime()) return [];
  const reason = (outcome.messages[0] ?? "").replaceAll(/\s*\n\s*/g, " ");
  return [
    finding("failedRun", "now", {
      key: `failedRun ${command}`,
      title: `the last ${command} failed`,
      text: `The last fleet ${command} failed${reason === "" ? "" : `: ${reason}`}`,
      next: `npx mssp fleet ${command} --stack ${outcome.stack}`,
    }),
  ];
}
