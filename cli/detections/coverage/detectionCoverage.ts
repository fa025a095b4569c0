/** `mssp detections coverage`: techniques of ATT&CK that each customer's rules detect. */
import { readRules, ruleProblemText, ruleProblemsText, type ComposedRule } from "@defender-mssp/detections";
import { VisibleError } from "@defender-mssp/errors";
import { attackTactics } from "@defender-mssp/microsoft";
import type { Project } from "../../../settings/project";
import { composedFor } from "../composedFor";
import { detectionCustomers } from "../detectionCustomers";

/** Rules of one technique or sub-technique at one customer. */
export interface CoveredTechnique {
  readonly tactic: string;
  /** Such as `T1059` or `T1059.001`. */
  readonly technique: string;
  /** Names of the enabled rules. */
  readonly rules: readonly string[];
}

export interface CustomerCoverage {
  readonly stack: string;
  readonly customerName: string;
  /** Enabled rules that the customer gets. */
  readonly rules: number;
  /** Rules of the customer's sets that do not run: disabled in their files, or off by an exception. */
  readonly notRunning: readonly string[];
  /** Enabled rules without a technique. */
  readonly withoutTechnique: readonly string[];
  readonly techniques: readonly CoveredTechnique[];
}

export interface DetectionCoverage {
  readonly customers: readonly CustomerCoverage[];
  /** Tactics in ATT&CK's order, those of Microsoft's own at the end. */
  readonly tactics: readonly string[];
}

/** @throws VisibleError if a rule or a customer's settings have errors, or no customer has rules. */
export async function detectionCoverage(
  project: Project,
  { stacks, now }: { readonly stacks?: readonly string[]; readonly now: Date },
): Promise<DetectionCoverage> {
  const { customers, faulty } = await detectionCustomers(project, stacks);
  const [first] = faulty;
  if (first !== undefined) throw new VisibleError(first.message);
  if (customers.length === 0)
    throw new VisibleError(
      "No customer has detection rules. Name sets in the setting detections of Pulumi.<stack>.yaml.",
    );
  const sets = [...new Set(customers.flatMap(({ settings }) => settings.detections.sets))];
  const { rules, problems } = await readRules(project.folder, sets);
  const errors = problems.filter(({ level }) => level === "error");
  if (errors.length > 0) throw new VisibleError(ruleProblemsText(errors.map(ruleProblemText)));
  const coverages = customers.map((customer): CustomerCoverage => {
    const { deployed, off } = composedFor(customer, rules, now);
    const running = deployed.filter(({ properties }) => properties.status === "enabled");
    const disabled = deployed.filter(({ properties }) => properties.status !== "enabled");
    return {
      stack: customer.stack,
      customerName: customer.settings.customerName,
      rules: running.length,
      notRunning: [...disabled, ...off].map(({ rule }) => rule.name).sort(),
      withoutTechnique: running.filter((rule) => techniquesIn(rule).length === 0).map(({ rule }) => rule.name),
      techniques: coveredTechniques(running),
    };
  });
  const used = new Set(coverages.flatMap(({ techniques }) => techniques.map(({ tactic }) => tactic)));
  const own = [...used].filter((tactic) => !(attackTactics as readonly string[]).includes(tactic)).sort();
  return { customers: coverages, tactics: [...attackTactics, ...own] };
}

/** Pairs of a tactic and a technique; a sub-technique in place of its parent. */
function techniquesIn({
  properties,
}: ComposedRule): readonly { readonly tactic: string; readonly technique: string }[] {
  return (properties.detectionAction.alertTemplate.tactics ?? []).flatMap(({ tactic, techniques = [] }) =>
    techniques.flatMap(({ technique, subTechniques = [] }) =>
      (subTechniques.length === 0 ? [technique] : subTechniques).map((id) => ({ tactic, technique: id })),
    ),
  );
}

function coveredTechniques(rules: readonly ComposedRule[]): readonly CoveredTechnique[] {
  const groups = new Map<string, { tactic: string; technique: string; rules: string[] }>();
  for (const rule of rules) {
    for (const { tactic, technique } of techniquesIn(rule)) {
      const group = groups.get(`${tactic} ${technique}`) ?? { tactic, technique, rules: [] };
      group.rules.push(rule.rule.name);
      groups.set(`${tactic} ${technique}`, group);
    }
  }
  return [...groups.values()].sort((a, b) => tacticRank(a) - tacticRank(b) || (a.technique < b.technique ? -1 : 1));
}

function tacticRank({ tactic }: { readonly tactic: string }): number {
  const rank = (attackTactics as readonly string[]).indexOf(tactic);
  return rank === -1 ? attackTactics.length : rank;
}

/** Techniques of one tactic at one customer, parents counted once. */
export function techniqueCount({ techniques }: CustomerCoverage, tactic: string): number {
  const parents = techniques
    .filter((covered) => covered.tactic === tactic)
    .map(({ technique }) => technique.slice(0, 5));
  return new Set(parents).size;
}
