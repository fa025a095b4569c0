/** The plan for people. */
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import type { AdoptedItem, MissingPart, Plan, PlanItem, Question } from "./draft";

export interface ShownPlan {
  readonly plan: Plan;
  readonly stack: string;
  readonly tenantId: string;
}

export function planText({ plan, stack, tenantId }: ShownPlan): string {
  const adopted = plan.adopt.map((item) => [item.kind, adoptedName(item), item.onDestroy]);
  return [
    paragraph(`Plan for stack ${stack} and tenant ${tenantId}. Nothing in the tenant is changed.`),
    section(`Adopt: ${adopted.length}`, "on destroy", adopted),
    section(`Leave in the tenant: ${plan.leave.length}`, "why", plan.leave.map(reasoned)),
    section(`Can't be imported: ${plan.notImported.length}`, "why", plan.notImported.map(reasoned)),
    missing("The tenant does not have these parts, and the settings omit them:", plan.omitted),
    missing("The next `up` creates:", plan.created),
    section(
      "Not looked at",
      "why",
      plan.notLooked.map(({ what, why }) => ["", what, why]),
    ),
  ].join("");
}

function adoptedName({ name, members, differences = [] }: AdoptedItem): string {
  if (members === "keep") return `${name} (its members stay)`;
  return differences.length > 0 ? `${name} (differs from its file, and stays: ${differences.join(", ")})` : name;
}

function reasoned({ kind, name, why }: PlanItem): string[] {
  return [kind, name, why];
}

function section(title: string, lastColumn: string, rows: readonly (readonly TextCell[])[]): string {
  if (rows.length === 0) return "";
  const hasKind = rows.some(([kind]) => kind !== "");
  const shown = hasKind ? rows : rows.map(([, ...others]) => others);
  const head = hasKind ? ["kind", "name", lastColumn] : ["part", lastColumn];
  return `\n${paragraph(title)}${tableText([head, ...shown], { indent: 2 })}`;
}

function missing(title: string, parts: readonly MissingPart[]): string {
  if (parts.length === 0) return "";
  return `\n${paragraph(title)}${tableText(
    parts.map(({ part, why }) => [part, why]),
    { indent: 2 },
  )}`;
}

/** A question with the options that answer it: each on a line of its own, to be copied. */
export function questionText({ id, text, choices }: Question): string {
  const options = choices.map((choice) => `- ${choice.text}:\n  --answer ${id}=${choice.value}`);
  return [text, ...options].join("\n");
}

/** The end of the command, after the state was written. */
export function writtenText({
  plan,
  stack,
  file,
}: {
  readonly plan: Plan;
  readonly stack: string;
  readonly file: string;
}) {
  const kept = plan.adopt.filter(({ onDestroy }) => onDestroy === "keep").length;
  const changes =
    plan.created.length === 0
      ? "`pulumi preview` shows no changes."
      : `\`pulumi preview\` shows only what the plan creates: ${plan.created.map(({ part }) => part).join(", ")}.`;
  return [
    paragraph(`${file} is written, and stack ${stack} has ${plan.adopt.length} objects. ${changes}`),
    paragraph(
      `\`pulumi destroy\` keeps ${kept} of them (adopted.objects, onDestroy: keep), and never touches the ${plan.leave.length} that were left. ` +
        `\`npx mssp doctor --stack ${stack} --before-destroy\` lists what it keeps.`,
    ),
    "\n",
    paragraph("What to type next:"),
    `  npx pulumi preview --stack ${stack} --refresh${plan.created.length === 0 ? " --expect-no-changes" : ""}\n`,
    `  git add ${file}    # then a pull request\n`,
  ].join("");
}
