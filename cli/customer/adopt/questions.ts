/** Questions on the terminal, on standard error; each answer is undefined if the person cancelled. */
import { visibleText } from "@defender-mssp/terminal/terminalText";
import { ownedKinds, type OwnedKind, type Question } from "./draft";

export async function askOne({ text, choices }: Question): Promise<string | undefined> {
  const { select, isCancel } = await import("@clack/prompts");
  const answer = await select({
    message: visibleText(text),
    output: process.stderr,
    options: choices.map(({ value, text: label }) => ({ value, label: visibleText(label) })),
  });
  return isCancel(answer) ? undefined : answer;
}

export async function askDomains(): Promise<readonly string[] | undefined> {
  const { text, isCancel } = await import("@clack/prompts");
  const answer = await text({
    message: "The domains of your people's e-mail addresses, separated by commas",
    placeholder: "mssp.example",
    output: process.stderr,
    validate: (value = "") => (value.trim() === "" ? "A value is required." : undefined),
  });
  if (isCancel(answer)) return undefined;
  return answer.split(",").map((one) => one.trim());
}

/** @param there kinds that the plan adopts. */
export async function askOwned(there: readonly OwnedKind[]): Promise<readonly OwnedKind[] | undefined> {
  if (there.length === 0) return [];
  const { multiselect, isCancel } = await import("@clack/prompts");
  const answer = await multiselect({
    message: "Which of these belong to the MSSP? `destroy` deletes them, and keeps the others.",
    output: process.stderr,
    required: false,
    options: ownedKinds.filter((kind) => there.includes(kind)).map((value) => ({ value, label: kindTexts[value] })),
  });
  return isCancel(answer) ? undefined : answer;
}

const kindTexts: Readonly<Record<OwnedKind, string>> = {
  guests: "guests",
  groups: "groups, and their Defender roles",
  application: "the application of the SIEM",
  accessPackages: "the connected organization, catalog and access packages",
};

export async function confirmWrite(message: string): Promise<boolean> {
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({ message, output: process.stderr, initialValue: false });
  return !isCancel(answer) && answer;
}
