import type { DetectionCoverage } from "./detectionCoverage";

/**
 * A layer for MITRE's ATT&CK Navigator: each technique with the number of customers that have a rule
 * for it, and the rules as its comment.
 * https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md
 */
export function navigatorLayer({ customers }: DetectionCoverage): object {
  const names = customers.map(({ customerName }) => customerName).join(", ");
  const techniques = new Map<
    string,
    { techniqueID: string; tactic: string; score: number; rules: Set<string>; stacks: string[] }
  >();
  for (const { stack, techniques: covered } of customers) {
    for (const { tactic, technique, rules } of covered) {
      const key = `${technique} ${tactic}`;
      const entry = techniques.get(key) ?? {
        techniqueID: technique,
        tactic: dashed(tactic),
        score: 0,
        rules: new Set<string>(),
        stacks: [],
      };
      entry.score += 1;
      entry.stacks.push(stack);
      for (const rule of rules) entry.rules.add(rule);
      techniques.set(key, entry);
    }
  }
  return {
    name: customers.length === 1 ? names : `${customers.length} customers`,
    versions: { attack: "17", navigator: "5.1.0", layer: "4.5" },
    domain: "enterprise-attack",
    description: `Custom detection rules that run at: ${names}`,
    techniques: [...techniques.values()].map(({ rules, stacks, ...technique }) => ({
      ...technique,
      comment: `${[...rules].sort().join(", ")}${customers.length === 1 ? "" : ` (${stacks.join(", ")})`}`,
      enabled: true,
      showSubtechniques: technique.techniqueID.includes("."),
    })),
    gradient: { colors: ["#ffffff", "#2f6f4f"], minValue: 0, maxValue: Math.max(1, customers.length) },
  };
}

/** `CommandAndControl` as the Navigator writes it: `command-and-control`. */
function dashed(tactic: string): string {
  return tactic.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
}
