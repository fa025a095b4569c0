/** docs/reference/kinds.md: the table of what gives access, from domain/kinds. */
import { isNotApplicable, type KindCell, type AccessKind, type Removal } from "../../../domain/kinds/accessKind";
import { adoption, type Adoption } from "../../../domain/adoption";
import { evidenceSubjects, type EvidenceSubject } from "../../../domain/evidenceSubjects";
import { kinds, type KindKey } from "../../../domain/kinds/kinds";

export function kindsPage(): string {
  return [
    "# Kinds of access",
    "",
    "What this program creates, and what gives an MSSP access, whoever made it. The needed permissions, the search for additions, the report and the",
    "off-boarding read this table. The report and the off-boarding name a resource of another type as unknown: never left out, never counted as gone.",
    "",
    "| Kind | Where | It … | Removed by |",
    "| --- | --- | --- | --- |",
    ...kinds.map(
      (kind) =>
        `| [${title(kind)}](#${anchor(kind)}) | ${kind.place} | ${text(kind.grants)} | ${remover(kind.removal)} |`,
    ),
    "",
    ...kinds.flatMap(section),
  ].join("\n");
}

function section(kind: AccessKind): string[] {
  const { types, name, mark, judged, write, read, additions, licence, removal, stays } = kind;
  const rules = isNotApplicable(judged)
    ? text(judged)
    : Object.entries(judged)
        .map(([property, rule]) => `\`${property}\` by [${rule}](policy-rules.md#${rule})`)
        .join(", ");
  return [
    `## ${title(kind)}`,
    "",
    `- Resource types: ${list(types)}`,
    `- Name: ${text(name)}`,
    `- Mark: ${text(mark)}`,
    `- Judged: ${rules}`,
    `- Permission to write: ${isNotApplicable(write) ? text(write) : "see [permissions](permissions.md)"}`,
    `- Permission to read: ${list(read)}`,
    `- Additions: ${list(additions)}`,
    `- Licence: ${text(licence)}`,
    `- Removed: ${removalText(removal)}`,
    `- Stays: ${text(stays)}`,
    `- Adopt: ${adoptionText(adoption[kind.key as KindKey])}`,
    `- Evidence: ${subjectText(evidenceSubjects[kind.key as KindKey])}`,
    "",
  ];
}

function adoptionText(answer: Adoption): string {
  if (isNotApplicable(answer)) return text(answer);
  if (answer.search === "none") return `not looked at: ${answer.why}`;
  return answer.search === "listed" ? "searched; each object is in the plan" : "read with the object that has it";
}

function subjectText(subject: EvidenceSubject): string {
  if (isNotApplicable(subject)) return text(subject);
  if (subject.from === "nowhere") return `names a gap, ${subject.who}: ${subject.why}`;
  return `asks for ${subject.who}`;
}

function title({ plural }: AccessKind): string {
  return plural.charAt(0).toUpperCase() + plural.slice(1);
}

function anchor(kind: AccessKind): string {
  return title(kind)
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

function text(cell: KindCell<string>): string {
  return isNotApplicable(cell) ? `not applicable: ${cell.notApplicable}` : cell;
}

function list(cell: KindCell<readonly string[]>): string {
  return isNotApplicable(cell) ? text(cell) : cell.map((value) => `\`${value}\``).join(", ");
}

function remover(removal: Removal): string {
  const removers: Readonly<Record<Removal["by"], string>> = {
    destroy: "`pulumi destroy`",
    owner: "`pulumi destroy`, or with the object that has it",
    person: "a person",
    state: "`pulumi destroy`",
  };
  return removers[removal.by];
}

function removalText(removal: Removal): string {
  if (removal.by === "person") return `by a person. ${removal.step}`;
  if (removal.by === "state") return "with the stack's state";
  return `by \`pulumi destroy\`, in step ${removal.order}${removal.by === "owner" ? `, or together with the ${kindByKey(removal.owner)}` : ""}`;
}

function kindByKey(key: string): string {
  return kinds.find((kind) => kind.key === key)?.singular ?? key;
}
