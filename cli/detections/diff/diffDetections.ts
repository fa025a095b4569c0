/** What the next `up` changes of detection rules, by rule and by customer: the repository against the stacks' states. */
import {
  customerProblemText,
  readRules,
  ruleDifferences,
  ruleProblemText,
  type DetectionRuleProperties,
  type ReadRules,
  type RuleDifference,
} from "@defender-mssp/detections";
import { VisibleError } from "@defender-mssp/errors";
import {
  dateOf,
  keptOff,
  ruleActionNames,
  withAdoptedTexts,
  type AutomatedActionName,
  type DetectionRuleState,
} from "@defender-mssp/microsoft";
import type { Project } from "../../../settings/project";
import type { PulumiOptions } from "../../stack/pulumi";
import { readDeployment } from "../../stack/deployment";
import { deployedOf } from "../../tenant/deployed";
import { composedFor } from "../composedFor";
import { detectionCustomers, type DetectionCustomer } from "../detectionCustomers";

export interface RuleChange {
  /** Name of the rule's file; the ID in the tenant for a rule without one. */
  readonly rule: string;
  readonly change: "create" | "update" | "delete";
  /** Such as `detectionAction.alertTemplate.severity`; empty for a rule that is created or deleted. */
  readonly differences: readonly RuleDifference[];
  /** Automated actions that the rule gets. */
  readonly addedActions: readonly AutomatedActionName[];
}

export interface CustomerDifference {
  readonly stack: string;
  readonly customerName: string;
  readonly changes: readonly RuleChange[];
  readonly unchanged: number;
}

export interface DetectionsDiff {
  readonly customers: readonly CustomerDifference[];
  /** Customers whose settings, rules or state can't be read: the reason. */
  readonly faulty: readonly { readonly stack: string; readonly message: string }[];
}

interface DiffOptions {
  /** Only these; default: every customer. */
  readonly stacks: readonly string[] | undefined;
  readonly now: Date;
  readonly pulumi: PulumiOptions;
}

export async function diffDetections(project: Project, { stacks, now, pulumi }: DiffOptions): Promise<DetectionsDiff> {
  const { customers, faulty } = await detectionCustomers(project, stacks);
  // Customers of the same sets share what was read.
  const reads = new Map<string, Promise<ReadRules>>();
  const rulesOf = ({ settings }: DetectionCustomer) => {
    const { sets } = settings.detections;
    const key = sets.join("/");
    const read = reads.get(key) ?? readRules(project.folder, sets);
    reads.set(key, read);
    return read;
  };
  const compared: CustomerDifference[] = [];
  const unread = faulty.map(({ stack, message }) => ({ stack, message }));
  // One at a time: each reads a state by the engine.
  for (const customer of customers) {
    try {
      compared.push(await customerDifference(customer, await rulesOf(customer), { now, pulumi }));
    } catch (error) {
      if (!(error instanceof VisibleError)) throw error;
      unread.push({ stack: customer.stack, message: error.message });
    }
  }
  return { customers: compared, faulty: unread };
}

async function customerDifference(
  customer: DetectionCustomer,
  { rules, problems }: ReadRules,
  { now, pulumi }: Omit<DiffOptions, "stacks">,
): Promise<CustomerDifference> {
  const { stack, settings } = customer;
  const { customerName } = settings;
  const composed = composedFor(customer, rules, now);
  const errors = [
    ...problems.filter(({ level }) => level === "error").map(ruleProblemText),
    ...composed.problems.map(customerProblemText),
  ];
  if (errors.length > 0) throw new VisibleError(errors.join("\n"));
  const before = await deployedRules(stack, pulumi);
  const ids = new Set(composed.deployed.map(({ properties }) => properties.id));
  const adopted = new Set(settings.adopted?.objects.map(({ id }) => id));
  const compared = composed.deployed.map(({ rule, properties }) => {
    const own = before.get(properties.id);
    const keepsTexts = own?.managedBy === "" && adopted.has(properties.id);
    const intended = keepsTexts ? withAdoptedTexts(properties, own) : properties;
    return ruleChange(rule.name, keptOff(intended, own?.contents, dateOf(now)), own?.contents);
  });
  const deleted = [...before.keys()].filter((id) => !ids.has(id));
  const changes = [
    ...compared.flatMap((change) => change ?? []),
    ...deleted.map((rule): RuleChange => ({ rule, change: "delete", differences: [], addedActions: [] })),
  ];
  return { stack, customerName, changes, unchanged: compared.filter((change) => change === undefined).length };
}

/** The stack's rules by their IDs, as its state has them. */
async function deployedRules(stack: string, pulumi: PulumiOptions): Promise<ReadonlyMap<string, DeployedRule>> {
  const rules = deployedOf(await readDeployment(stack, pulumi)).all("detectionRule");
  return new Map(
    rules.map(({ id, outputs }) => {
      const { displayName, description, managedBy } = outputs as unknown as DetectionRuleState;
      return [id, { displayName, description, managedBy, contents: contents(outputs) }];
    }),
  );
}

interface DeployedRule extends Pick<DetectionRuleState, "displayName" | "description" | "managedBy"> {
  readonly contents: object;
}

const contentNames = ["displayName", "description", "status", "queryCondition", "schedule", "detectionAction"];

function contents(outputs: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(contentNames.map((name) => [name, outputs[name]]));
}

/** Undefined for a rule that stays as it is. */
function ruleChange(rule: string, wanted: DetectionRuleProperties, before: object | undefined): RuleChange | undefined {
  const addedActions = newActions(wanted, before);
  if (before === undefined) return { rule, change: "create", differences: [], addedActions };
  const differences = ruleDifferences(wanted, before);
  return differences.length === 0 ? undefined : { rule, change: "update", differences, addedActions };
}

function newActions(wanted: object, before: object | undefined): AutomatedActionName[] {
  const known = before === undefined ? [] : ruleActionNames(before);
  return ruleActionNames(wanted).filter((name) => !known.includes(name));
}
