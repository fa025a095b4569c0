/** docs/reference/retirement-table.md: the table of what begins and ends by itself, from packages/microsoft. */
import {
  behaviourChanges,
  concernedParts,
  retirements,
  retirementsAsOf,
  type BehaviourChange,
  type Retirement,
  type RetirementMatches,
} from "@defender-mssp/microsoft";

export function retirementsPage(): string {
  const dated = retirements.filter(({ endsOn }) => endsOn !== null);
  const undated = retirements.filter(({ endsOn }) => endsOn === null);
  const byDay = [...dated].sort((a, b) => ((a.endsOn ?? "") < (b.endsOn ?? "") ? 1 : -1));
  return [
    "# What begins and ends by itself",
    "",
    `What Microsoft or a SIEM product ends, as far as this program, its files or a hunting query may rest on it. State of ${retirementsAsOf}.`,
    "[Retirements](../retirements.md) says where the commands show it.",
    "",
    "## Changes of behaviour",
    "",
    "What gives or takes access, or is charged for, without anybody's act. A date of low certainty is a digest's: Microsoft's own text was not read.",
    "",
    ...behaviourChanges.map(behaviourItem),
    "",
    "## What ends, with a date",
    "",
    ...items(byDay),
    "",
    "## What ends, without a date",
    "",
    "No date is published. The commands say that, and never a date.",
    "",
    ...items(undated),
    "",
    "## What each entry is compared with",
    "",
    ...retirements.map(({ id, matches }) => `- \`${id}\`: ${matchesText(matches)}`),
  ].join("\n");
}

function behaviourItem(change: BehaviourChange): string {
  const { id, what, from, until, precision, effect, certainty, then, next, messageCenter, source, read, concerns } =
    change;
  const day = `${precision === "month" ? from.slice(0, 7) : from}${until === undefined ? "" : ` to ${until}`}`;
  const number = messageCenter === undefined ? "" : `${messageCenter}, `;
  const parts = concerns.map((part) => concernedParts[part]).join(", ");
  return (
    `- **${what}** (\`${id}\`): ${behaviourEffects[effect]} ${day}. ${then} ${next} Concerns ${parts}. Certainty of the date: ${certainty}. ` +
    `Source: ${number}${source}. Read on ${read}.`
  );
}

const behaviourEffects: Readonly<Record<BehaviourChange["effect"], string>> = {
  ends: "ends",
  begins: "begins",
  freezes: "frozen",
  isSwitchedOn: "switched on",
  costs: "charged for from",
};

function items(entries: readonly Retirement[]): string[] {
  return entries.map(({ id, what, successor, remedy, certainty, source, ...entry }) => {
    const sure = entry.endsOn === null ? "" : ` Certainty of the date: ${certainty}.`;
    return `- **${what}** (\`${id}\`): ${when(entry)}. Successor: ${successor}. ${remedy}${sure} Source: ${source}.`;
  });
}

function when({
  endsOn,
  precision,
  isLastDay,
  afterwards,
}: Pick<Retirement, "endsOn" | "precision" | "isLastDay" | "afterwards">): string {
  if (endsOn === null) return "no date published";
  const day = precision === "month" ? endsOn.slice(0, 7) : endsOn;
  const notes = [
    ...(isLastDay === true ? ["the last day"] : []),
    ...(afterwards === "mayAnswer" ? ["may still answer after it"] : []),
  ];
  return notes.length === 0 ? day : `${day} (${notes.join("; ")})`;
}

const words: Readonly<Record<keyof RetirementMatches, string>> = {
  alertApis: "`connector.alertApis`",
  access: "access",
  hosts: "hosts",
  paths: "paths",
  permissions: "permissions",
  tables: "tables",
  columns: "columns",
  types: "resource types",
  packages: "add-ons",
  errors: "error messages",
};

function matchesText(matches: RetirementMatches): string {
  return (Object.entries(matches) as [keyof RetirementMatches, readonly string[]][])
    .map(([key, values]) => `${words[key]} ${values.map((value) => `\`${value}\``).join(", ")}`)
    .join("; ");
}
