import { composeRule, type ComposedRule, type DetectionRuleFile } from "@defender-mssp/detections";

/** A day on which no rule depends: the rule alone has no exception that could end. */
const anyDay = new Date(0);

/**
 * A rule as no customer has it: without exceptions, with all of its actions, and with the defaults of its
 * parameters. One without a default is its own name.
 */
export function ruleAlone(rule: DetectionRuleFile): ComposedRule {
  const { automatedActions, parameters = {} } = rule.content;
  const names = Object.keys(automatedActions ?? {}) as ComposedRule["actions"];
  const values = Object.entries(parameters).flatMap(([name, value]) => (value === null ? [[name, name]] : []));
  const customer = {
    except: [],
    parameters: Object.fromEntries(values) as Readonly<Record<string, string>>,
    actions: names,
    approvedBy: rule.file,
    until: "9999-12-31",
  };
  const composed = composeRule(rule, customer, { now: anyDay, idPrefix: "rule" });
  if (composed.outcome === "off") throw new Error(`${rule.file} has an exception without a customer`);
  return composed;
}
