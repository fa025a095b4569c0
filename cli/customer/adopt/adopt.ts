/** `mssp adopt`: from the search to the stack's state and settings. */
import { randomBytes } from "node:crypto";
import {
  clouds,
  endpointVariable,
  graphCall,
  isCallError,
  lastSegment,
  requestToken,
  type CloudName,
  type GraphCall,
  type PortalCall,
} from "@defender-mssp/microsoft";
import type { DetectionRuleFile } from "@defender-mssp/detections";
import { VisibleError } from "@defender-mssp/errors";
import type { Questions, Session, Signals } from "@defender-mssp/terminal/session";
import { telling } from "@defender-mssp/terminal/telling";
import { siemName, stackIdentityName } from "../../../domain/resourceNames";
import { readProject } from "../../../settings/project";
import { placeOf, type Place } from "../../base/place";
import { firstCustomer } from "../../stack/customers";
import type { Change } from "../../stack/stackPreview";
import { msspDomains } from "../../tenant/openTenant";
import { checkedSettings, customerFile } from "../../newCustomer/customerFile";
import type { GivenSettings } from "../../newCustomer/givenSettings";
import { complete, type CustomerAnswers } from "../../newCustomer/questions";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import type { OwnedKind } from "../../../domain/kinds/kindAnswers";
import type { AnswersById, PlannedAdoption, PlannedCustomer, Plan } from "./draft";
import { ofKind, type AdoptableTenant } from "./candidate";
import { findInTenant } from "./find";
import { answeredInvokes } from "./invokes";
import { planAdoption } from "./plan";
import { planText, questionText, writtenText } from "./planText";
import * as questions from "./questions";
import { recordState } from "./recordState";
import { refuseExistingStack, writeStack } from "./writeStack";
import { tenantEndpoints } from "../../tenant/tenantEndpoints";

export interface AdoptOptions extends GivenSettings {
  readonly msspDomain?: readonly string[];
  readonly defenderEndpoint?: string;
  readonly secretsProvider?: string;
  readonly answer?: AnswersById;
  readonly msspOwns?: readonly OwnedKind[];
  /** File that gets the plan as JSON. */
  readonly plan?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly check: boolean;
  /** Whether a person at a terminal can be asked. */
  readonly interactive: boolean;
  /** Receives text for people. */
  readonly say: (text: string) => void;
}

/** What `mssp adopt --json` prints. */
export interface Adoption {
  readonly stack: string;
  readonly tenantId: string;
  readonly plan: Plan;
  /** The settings file, from the project's folder; absent if nothing was written. */
  readonly file?: string;
}

/**
 * Adopts a customer who was onboarded by hand.
 * @returns undefined if the person cancelled: nothing was written.
 * @throws VisibleError for an existing stack or file, for open questions, and where the tenant, the
 * engine or the program fails.
 */
export async function adopt(stack: string, options: AdoptOptions, session: Session): Promise<Adoption | undefined> {
  const { interactive, check, dryRun = false, say } = options;
  const given = { ...options, analyst: [], portalAccess: "rbac" };
  const answers = await complete(stack, given, { command: "adopt", interactive, check }, session);
  if (answers === undefined) return undefined;
  if (!dryRun) await refuseExistingStack(stack, placeOf(session));
  const domains = await domainsOf(answers, options, session);
  if (domains === undefined) return undefined;
  const customer = { ...answers, msspDomains: domains };
  const calls = await signedIn(answers, options, session.environment);
  const tenant = await telling(
    "searching the tenant",
    session,
    inTenant(answers, () => findInTenant({ ...calls, ...customer })),
  );
  const hasRules = ofKind(tenant.candidates, "detectionRule").length > 0;
  const ruleFiles = hasRules ? await repositoryRules(session.folder) : [];
  const planned = await decided(
    tenant,
    { ...customer, owned: options.msspOwns ?? [], now: session.now(), ruleFiles },
    options,
    session.ask,
  );
  if (planned === undefined) return undefined;
  const { plan } = planned;
  const { tenantId } = answers;
  if (options.plan !== undefined) await writeWholeFile(options.plan, `${JSON.stringify(plan, undefined, 2)}\n`);
  if (plan.questions.length > 0) throw new VisibleError(openQuestions(plan));
  say(planText({ plan, stack, tenantId }));
  if (dryRun) return { stack, tenantId, plan };
  if (!(await confirmed(stack, plan, options, session.ask))) return undefined;
  const file = await untilWritten(session.signals, () =>
    write(stack, answers, planned, { ...options, ...placeOf(session), call: calls.call }),
  );
  say(`\n${writtenText({ plan, stack, file })}`);
  return { stack, tenantId, plan, file };
}

/** Domains from the options, from another customer's settings, or from the person. */
async function domainsOf(
  { msspTenantId }: CustomerAnswers,
  { msspDomain, interactive }: AdoptOptions,
  { ask, folder }: Session,
): Promise<readonly string[] | undefined> {
  const other = await firstCustomer(
    (await readProject(folder)).folder,
    (settings) => settings.msspTenantId === msspTenantId && msspDomains(settings).length > 0,
  );
  const known = msspDomain ?? (other === undefined ? [] : msspDomains(other));
  const given = known.length > 0 ? known : interactive ? await questions.askDomains(ask) : [];
  if (given?.length === 0) {
    throw new VisibleError(
      "Nothing was written: analystDomains is missing (--set analystDomains=…), the domains of your people's e-mail addresses. The guests are found by them.",
    );
  }
  return given?.map((domain) => domain.toLowerCase());
}

/** @throws VisibleError for rules with errors: the program refuses them, too */
async function repositoryRules(from: string): Promise<readonly DetectionRuleFile[]> {
  const { folder } = await readProject(from);
  const { readRules, ruleProblemText } = await import("@defender-mssp/detections");
  const { rules, problems } = await readRules(folder);
  const errors = problems.filter(({ level }) => level === "error");
  if (errors.length === 0) return rules;
  throw new VisibleError(
    `Nothing was written: the detection rules of the repository have errors.\n${errors.map(ruleProblemText).join("\n")}`,
  );
}

interface SignedIn {
  readonly call: GraphCall;
  readonly defender: PortalCall | undefined;
}

async function signedIn(
  { tenantId, cloud }: CustomerAnswers,
  { defenderEndpoint }: AdoptOptions,
  environment: NodeJS.ProcessEnv,
): Promise<SignedIn> {
  const endpoints = await tenantEndpoints({ cloud: cloud as CloudName }, environment);
  const call = await graphCall(tenantId, { environment, endpoints });
  const endpoint = (defenderEndpoint ?? environment[endpointVariable] ?? "").replace(/\/+$/, "");
  if (endpoint === "") return { call, defender: undefined };
  const audience = clouds[endpoints.cloud].defenderResource;
  const { accessToken } = await requestToken({ tenantId, audience, environment, endpoints });
  return { call, defender: { endpoint, token: accessToken } };
}

async function inTenant<T>({ tenantId }: CustomerAnswers, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isCallError(error)) throw error;
    throw new VisibleError(`Can't read the customer's tenant ${tenantId}; nothing was written: ${error.message}`);
  }
}

/** Plans, and asks one question after the other; each answer may raise or settle others. */
async function decided(
  tenant: AdoptableTenant,
  customer: PlannedCustomer,
  { answer = {}, interactive, msspOwns, yes }: AdoptOptions,
  ask: Questions,
): Promise<PlannedAdoption | undefined> {
  const answers: Record<string, string> = { ...answer };
  let planned = planAdoption(tenant, customer, answers);
  if (!interactive || yes === true) return planned;
  for (let [open] = planned.plan.questions; open !== undefined; [open] = planned.plan.questions) {
    const given = await questions.askOne(ask, open);
    if (given === undefined) return undefined;
    answers[open.id] = given;
    planned = planAdoption(tenant, customer, answers);
  }
  if (msspOwns !== undefined) return planned;
  const owned = await questions.askOwned(ask, [...planned.keepable]);
  return owned === undefined ? undefined : planAdoption(tenant, { ...customer, owned }, answers);
}

function openQuestions({ questions: open }: Plan): string {
  return (
    `Nothing was written: ${open.length === 1 ? "a question is" : `${open.length} questions are`} open. ` +
    `Answer in a terminal without --yes, or with options; an answer can raise another question.\n\n${open.map(questionText).join("\n\n")}`
  );
}

async function confirmed(
  stack: string,
  { adopt: adopted }: Plan,
  { interactive, yes }: AdoptOptions,
  ask: Questions,
): Promise<boolean> {
  if (yes === true) return true;
  if (!interactive) {
    throw new VisibleError("Nothing was written: confirm the plan with --yes, or show it alone with --dry-run.");
  }
  return ask.confirm(`Create stack ${stack} with these ${adopted.length} objects? The tenant is not changed.`);
}

async function write(
  stack: string,
  answers: CustomerAnswers,
  { plan, objects }: PlannedAdoption,
  { defenderEndpoint, secretsProvider, call, folder, environment }: AdoptOptions & Place & Pick<SignedIn, "call">,
): Promise<string> {
  const project = await readProject(folder);
  const endpoint = defenderEndpoint === undefined ? {} : { defenderEndpoint };
  const settings = customerFile(project.name, checkedSettings(answers, { ...endpoint, ...plan.settings }));
  const { deployment, unplanned } = await recordState({
    stack: lastSegment(stack),
    project: project.name,
    folder: project.folder,
    settings,
    objects: withStackObjects(objects),
    isCreated: createdBy(plan),
    invoke: answeredInvokes(call, answers.tenantId),
    environment,
  });
  if (unplanned.length > 0) throw new VisibleError(unplannedChanges(unplanned));
  return writeStack({ stack, project, deployment, settings, secretsProvider, environment });
}

/** What stands for no object in the tenant: the stack's random ID. */
function withStackObjects(objects: PlannedAdoption["objects"]): PlannedAdoption["objects"] {
  const stackId = randomBytes(8).toString("hex");
  return new Map([...objects, [stackIdentityName, { id: stackId, outputs: { stackId } }]]);
}

/** Which resources the next `up` creates, by the parts that the plan names. */
function createdBy({ created }: Plan): (resource: string) => boolean {
  const parts = created.map(({ part }) => part);
  const named = new Set(created.flatMap(({ resources = [] }) => resources));
  return (resource) =>
    named.has(resource) ||
    (parts.includes("connector")
      ? resource.startsWith(siemName)
      : parts.includes("siemAuthorization") && resource === `${siemName}-authorization`);
}

function unplannedChanges(changes: readonly Change[]): string {
  const lines = changes.map(({ operation, name, properties }) => {
    const differing = properties.map((property) => property.name).join(", ");
    return `- ${operation} ${name}${differing === "" ? "" : `: ${differing}`}`;
  });
  return (
    `Nothing was written: with these settings \`pulumi up\` would change objects of the tenant.\n${lines.join("\n")}\n` +
    "The tenant has values that the settings cannot describe. Change them in the tenant, or leave the objects with --answer."
  );
}

/** Ctrl-C ends the engine's command; the clean-up still runs. */
async function untilWritten<T>(signals: Signals, run: () => Promise<T>): Promise<T> {
  const ignore = () => undefined;
  for (const name of ["SIGINT", "SIGTERM"] as const) signals.on(name, ignore);
  try {
    return await run();
  } finally {
    for (const name of ["SIGINT", "SIGTERM"] as const) signals.off(name, ignore);
  }
}
