import { paragraph, tableText } from "@defender-mssp/terminal/table";
import { counted } from "../../base/counted";
import { shellWord } from "../../base/shellWord";
import type { SwitchedCustomer } from "./switchRule";

const stateTexts: Readonly<Record<SwitchedCustomer["state"], string>> = {
  off: "turned off",
  on: "turned on",
  wasOff: "had it off already",
  wasOn: "had it on already",
  missing: "without the rule",
  failed: "failed",
};

const reasons = {
  off: "a checkout without the exception does not know it, and `mssp status` says so",
  on: "`up` of a checkout that still has the exception turns the rule off again",
} as const;

/** Numbers by state, each customer with a message, and how the settings files reach the others. */
export function switchText(verb: "off" | "on", rule: string, customers: readonly SwitchedCustomer[]): string {
  const inState = (state: string) => customers.filter((customer) => customer.state === state);
  const numbers = Object.entries(stateTexts).flatMap(([state, text]) => {
    const { length } = inState(state);
    return length === 0 ? [] : [`${counted(length, "customer")} ${text}`];
  });
  const rows = customers
    .filter(({ state, message }) => state === "missing" || message !== undefined)
    .map(({ stack, state, message }) => [
      state === "failed" ? ({ text: "✗", color: "red" } as const) : ({ text: "!", color: "yellow" } as const),
      ...[stack, [stateTexts[state], message ?? []].flat().join(": ")],
    ]);
  const files = customers.filter(({ settings }) => settings === "written").map(({ file }) => file);
  const failed = inState("failed")
    .map(({ stack }) => shellWord(stack))
    .join(" ");
  const branch = `detections-${verb}-${rule}`;
  return [
    paragraph(`${rule}: ${numbers.join(", ")}.`),
    tableText(rows, { indent: 2 }),
    failed === "" ? "" : paragraph(`Run it again with the same options for those that failed: --stack ${failed}`),
    ...(files.length === 0
      ? []
      : [
          paragraph(`${counted(files.length, "settings file")} written. Push them, since ${reasons[verb]}:`),
          `  git switch --create ${branch}\n  git add ${files.map(shellWord).join(" ")}\n`,
          `  git commit --message "Turn ${verb} ${rule}"\n  git push --set-upstream origin ${branch}\n`,
        ]),
  ].join("");
}
