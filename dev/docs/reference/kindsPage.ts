/** docs/reference/kinds.md: the table of what gives access, from domain/kinds, and the list of it that the checkout has. */
import {
  applicable,
  isNotApplicable,
  notApplicable,
  type KindCell,
  type AccessKind,
  type Removal,
} from "../../../domain/kinds/accessKind";
import { reportedAs } from "../../../cli/access/objects/kindInReport";
import type { EvidenceSubject, KindAdoption } from "../../../domain/kinds/kindAnswers";
import { kinds } from "../../../domain/kinds/kinds";
import { grantingProperties } from "../../../policy/grantingProperties";
import { wholePageNote } from "./wholePageNote";

const introduction =
  "Everything that gives an MSSP access, whoever created it. Permissions, additions, doctor, the report, evidence, adopt, onboard and the " +
  "off-boarding read this table. A resource of a type without a kind is reported as unknown: never left out, never counted as gone.";

export function kindsPage(): string {
  return [
    "# Kinds of access",
    "",
    introduction,
    "",
    "| Kind | Where | It … | Removed by |",
    "| --- | --- | --- | --- |",
    ...kinds.map(
      (kind) =>
        `| [${title(kind)}](#${anchor(kind)}) | ${kind.place} | ${text(kind.grants)} | ${remover(kind.removal)} |`,
    ),
    "",
    "## What every part knows of a kind",
    "",
    "●: it knows the kind. –: not applicable; the kind's section says why. **✗**: nobody looks, or nobody can; the section says where to look.",
    "",
    `| Kind | ${features.map(({ column }) => column).join(" | ")} |`,
    `| --- |${features.map(() => " :-: |").join("")}`,
    ...kinds.map((kind) => `| ${title(kind)} | ${features.map(({ answer }) => sign(answer(kind))).join(" | ")} |`),
    "",
    ...features.map(({ column, title: name }) => `- ${column}: ${name}`),
    "",
    ...kinds.flatMap(section),
  ].join("\n");
}

/** Every kind, with what it gives. */
export function kindsList(): string {
  return [
    "# Kinds of access",
    "",
    `${introduction} ${wholePageNote("kinds", "what every part knows of each kind")}`,
    "",
    ...kinds.map((kind) => `- ${title(kind)}: ${text(kind.grants)}`),
    "",
  ].join("\n");
}

/** A cell of the page: a text, why it is not applicable, or why nobody looks. */
type Answer = KindCell<string> | { readonly notLooked: string };

interface Feature {
  /** Heading of the column. */
  readonly column: string;
  /** Begins the line in the kind's section. */
  readonly title: string;
  readonly answer: (kind: AccessKind) => Answer;
}

/** What the parts of the program know of a kind, in the order of the page. */
const features: readonly Feature[] = [
  { column: "Ty", title: "Resource types", answer: ({ types }) => joined(types) },
  { column: "N", title: "Name", answer: ({ name }) => name },
  { column: "M", title: "Mark", answer: ({ mark }) => mark },
  { column: "P", title: "Judged", answer: judgedText },
  {
    column: "W",
    title: "Permission to write",
    answer: ({ write }) => (isNotApplicable(write) ? write : "see [permissions](permissions.md)"),
  },
  { column: "R", title: "Permission to read", answer: ({ read }) => joined(read) },
  { column: "Al", title: "Additions", answer: ({ additions }) => joined(additions) },
  { column: "L", title: "Licence", answer: ({ licence }) => licence },
  {
    column: "Id",
    title: "Proof by its ID",
    answer: (kind) => called(kind, "presence", "`npx mssp offboard` asks whether the object is in the tenant"),
  },
  {
    column: "Se",
    title: "Search by stack and MSSP",
    answer: (kind) => called(kind, "search", "`npx mssp offboard` searches it, whoever created it"),
  },
  {
    column: "Pr",
    title: "What a principal has",
    answer: (kind) => called(kind, "held", "`npx mssp offboard` asks it of each guest, group and application"),
  },
  { column: "Re", title: "Report", answer: (kind) => joined(reportedAs(kind)) },
  { column: "Rm", title: "Removed", answer: ({ removal }) => removalText(removal) },
  { column: "St", title: "Stays", answer: ({ stays }) => stays },
  { column: "Ad", title: "Adopt", answer: ({ adoption }) => adoptionText(adoption) },
  { column: "On", title: "Onboard", answer: ({ removal }) => stepText(removal) },
  { column: "Ev", title: "Evidence", answer: ({ evidence }) => subjectText(evidence) },
];

function called(kind: AccessKind, call: "presence" | "search" | "held", what: string): Answer {
  const answer = kind[call];
  return isNotApplicable(answer) ? answer : what;
}

function sign(answer: Answer): string {
  if (isNotApplicable(answer)) return "–";
  return typeof answer === "object" && "notLooked" in answer ? "**✗**" : "●";
}

function answerText(answer: Answer): string {
  return typeof answer === "object" && "notLooked" in answer ? answer.notLooked : text(answer);
}

function section(kind: AccessKind): string[] {
  return [
    `## ${title(kind)}`,
    "",
    ...features.map(({ title: name, answer }) => `- ${name}: ${answerText(answer(kind))}`),
    "",
  ];
}

function judgedText({ types, judged }: AccessKind): KindCell<string> {
  if (judged !== undefined && isNotApplicable(judged)) return judged;
  const own = new Set(applicable(types));
  const ofTypes = grantingProperties.filter(({ type }) => own.has(type));
  return Object.entries(judged ?? Object.fromEntries(ofTypes.map(({ property, rule }) => [property, rule])))
    .map(([property, rule]) => `\`${property}\` by [${rule}](policy-rules.md#${rule})`)
    .join(", ");
}

function adoptionText(answer: KindAdoption): Answer {
  if (isNotApplicable(answer)) return answer;
  if (answer.search === "none") return { notLooked: `not looked at: ${answer.why}` };
  return answer.search === "listed" ? "searched; each object is in the plan" : "read with the object that has it";
}

function stepText(removal: Removal): Answer {
  if (removal.by !== "person")
    return notApplicable("no person gives it: `pulumi up` declares it, or it is in no tenant");
  return isNotApplicable(removal.given) ? removal.given : `waits for it in the step \`${removal.given}\``;
}

function subjectText(subject: EvidenceSubject): Answer {
  if (isNotApplicable(subject)) return subject;
  if (subject.from === "nowhere") return { notLooked: `names a gap, ${subject.who}: ${subject.why}` };
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

function joined(cell: KindCell<readonly string[]>): KindCell<string> {
  return isNotApplicable(cell) ? cell : cell.map((value) => `\`${value}\``).join(", ");
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
  // Markdown hides an unknown element.
  if (removal.by === "person") return `by a person. ${removal.step.replaceAll("<", "\\<")}`;
  if (removal.by === "state") return "with the stack's state";
  return `by \`pulumi destroy\`, in step ${removal.order}${removal.by === "owner" ? `, or together with the ${kindByKey(removal.owner)}` : ""}`;
}

function kindByKey(key: string): string {
  return kinds.find((kind) => kind.key === key)?.singular ?? key;
}
