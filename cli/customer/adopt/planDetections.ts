/** Custom detection rules that the tenant has by the IDs of the repository's: `<mssp>-<rule>`. */
import {
  composeRules,
  customerProblemText,
  ruleIdPrefix,
  type ComposedRule,
  type CustomerDetections,
} from "@defender-mssp/detections";
import { adoptedRuleOutputs, detectionRuleDifferences, withAdoptedTexts } from "@defender-mssp/microsoft";
import { detectionRuleResource, detectionsName } from "../../../domain/resourceNames";
import type { Candidate } from "./candidate";
import type { Draft } from "./draft";

export function planDetections(draft: Draft): void {
  const { ruleFiles = [] } = draft.customer;
  const sets = [...new Set(ruleFiles.map(({ set }) => set))].filter((set) => takeSet(draft, set));
  if (sets.length > 0) draft.settings["detections"] = { sets };
  for (const rule of draft.all("detectionRule")) leaveRule(draft, rule);
}

/** What the settings say of a customer's rules after an adoption. */
const plainSettings: CustomerDetections = { except: [], parameters: {}, actions: [] };

/** Returns whether the customer gets the set. */
function takeSet(draft: Draft, set: string): boolean {
  const { customer } = draft;
  const own = (customer.ruleFiles ?? []).filter((rule) => rule.set === set);
  const composed = composeRules(own, plainSettings, { now: customer.now, idPrefix: ruleIdPrefix(customer.msspName) });
  const byId = new Map(draft.all("detectionRule").map((rule) => [rule.id, rule]));
  const pairs = composed.deployed.flatMap((ruleOfFile) => {
    const rule = byId.get(ruleOfFile.properties.id);
    return rule === undefined ? [] : [{ ruleOfFile, rule }];
  });
  if (pairs.length === 0) return false;
  const rules = pairs.map(({ rule }) => rule);
  const [problem] = composed.problems;
  if (problem !== undefined) {
    draft.putAside(`Its set has an error, so the program would refuse it: ${customerProblemText(problem)}`, ...rules);
    return false;
  }
  const missing = composed.deployed.filter(({ properties }) => !byId.has(properties.id));
  // `withoutMarked` has left them: the tenant has them, and a set is deployed as a whole.
  const others = missing.filter(({ properties }) => draft.isSettled(properties.id));
  if (others.length > 0) {
    const names = others.map(({ properties }) => properties.id).join(", ");
    draft.putAside(`Another stack manages ${names} of the same set, so the program would refuse it.`, ...rules);
    return false;
  }
  const more = missing.length === 0 ? "" : `; the next \`up\` creates the other ${missing.length}`;
  const answer = draft.ask({
    id: `detectionSet:${set}`,
    text:
      `By their IDs, the tenant has ${rules.length} of the ${composed.deployed.length} detection rules of detections/${set}. ` +
      "Does the customer get this set?",
    choices: [
      { value: "adopt", text: `yes: adopt them${more}` },
      { value: "leave", text: "no: leave them" },
    ],
    about: rules.map(({ id }) => id),
  });
  if (answer === "leave") draft.putAside(`You said that the customer does not get the set ${set}.`, ...rules);
  if (answer !== "adopt") return false;
  for (const { ruleOfFile, rule } of pairs) takeRule(draft, ruleOfFile, rule);
  if (missing.length > 0) {
    draft.created.push({
      part: "detectionRules",
      why: `The tenant does not have these rules of the set ${set}: ${missing.map(({ rule }) => rule.name).join(", ")}.`,
      resources: missing.map(resourceName),
    });
  }
  return true;
}

function resourceName({ rule }: ComposedRule): string {
  return detectionRuleResource(detectionsName, rule.name);
}

/** A rule that differs from its file stays as it is, as one that somebody in the tenant has changed. */
function takeRule(draft: Draft, ruleOfFile: ComposedRule, rule: Candidate<"detectionRule">): void {
  const { id, live } = rule;
  const differences = detectionRuleDifferences(withAdoptedTexts(ruleOfFile.properties, live), live).map(
    ({ path }) => path,
  );
  const isKept = differences.length > 0;
  const { file } = ruleOfFile.rule;
  const why = isKept
    ? `Its ID is that of ${file}. It differs from the file, and stays until the file takes that or detections.overwrite names the rule.`
    : `It is the rule of ${file}.`;
  const object = { id, outputs: adoptedRuleOutputs(live, isKept) };
  draft.take(resourceName(ruleOfFile), rule, why, { object, ...(isKept ? { differences } : {}) });
}

/** No rule is taken by its name: its ID never changes. */
function leaveRule(draft: Draft, rule: Candidate<"detectionRule">): void {
  const { id } = rule;
  if (draft.isSettled(id)) return;
  const prefix = `${ruleIdPrefix(draft.customer.msspName)}-`;
  if (id.startsWith(prefix)) {
    const file = `detections/<set>/${id.slice(prefix.length)}.yaml`;
    draft.putAside(
      `The repository has no file ${file}. Make it with npx mssp detections import, and adopt again.`,
      rule,
    );
    return;
  }
  draft.cannotImport(
    `Its ID ${id} stays, and is not ${prefix}<rule>. If it is the MSSP's, make a file of it with npx mssp detections import, ` +
      "and delete it in the portal before the `up` that creates the file's rule: names and titles are unique.",
    rule,
  );
}
