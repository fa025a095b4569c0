/** Questions of an adoption; each answer is undefined if the person cancelled. */
import type { Questions } from "@defender-mssp/terminal/session";
import type { OwnedKind } from "../../../domain/kinds/kindAnswers";
import { ownedKinds, type Question } from "./draft";

export function askOne(ask: Questions, { text, choices }: Question): Promise<string | undefined> {
  return ask.choose(
    text,
    choices.map(({ value, text: label }) => ({ value, label })),
  );
}

export async function askDomains(ask: Questions): Promise<readonly string[] | undefined> {
  const answer = await ask.text("The domains of your people's e-mail addresses, separated by commas", {
    placeholder: "mssp.example",
    validate: (value) => (value.trim() === "" ? "A value is required." : undefined),
  });
  return answer?.split(",").map((domain) => domain.trim());
}

/** @param adopted kinds that the plan adopts. */
export async function askOwned(
  ask: Questions,
  adopted: readonly OwnedKind[],
): Promise<readonly OwnedKind[] | undefined> {
  if (adopted.length === 0) return [];
  return ask.chooseSome(
    "Which of these belong to the MSSP? `destroy` deletes them, and keeps the others.",
    ownedKinds.filter((kind) => adopted.includes(kind)).map((value) => ({ value, label: kindTexts[value] })),
  );
}

const kindTexts: Readonly<Record<OwnedKind, string>> = {
  guests: "guests",
  groups: "groups, and their Defender roles",
  application: "the application of the SIEM",
  accessPackages: "the connected organization, catalog and access packages",
};
