/** docs/reference/waits.md: what the program waits for, from packages/microsoft. */
import { waits, type Wait } from "@defender-mssp/microsoft";

export function waitsPage(): string {
  return [
    "# What is waited for",
    "",
    "Entra answers from replicas: a write that succeeded is not what the next read shows. Each wait asks a call until enough answers in a row agree (hits), first after a",
    "second and then less often, and returns with the first answer where one hit is enough. After three seconds it says on the screen what it waits for, and for how",
    "long at most. [Troubleshooting](../troubleshooting.md#the-cloud-has-not-caught-up) says what to do where that was not enough.",
    "",
    "| Waits for | Shown by | Hits | At most | Observed |",
    "| - | - | -: | -: | - |",
    ...Object.values<Wait>(waits).map(
      ({ what, shownBy, values, hits, longest, source }) =>
        `| ${what} | ${values === undefined ? shownBy : `${shownBy}: ${values}`} | ${hits} | ${spanText(longest)} | ${source} |`,
    ),
    "",
    "The azuread and azure-native plugins have waits of their own, which the error of a time-out names.",
  ].join("\n");
}

function spanText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 60 ? `${seconds} s` : `${seconds / 60} min`;
}
