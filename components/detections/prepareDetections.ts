import {
  composeRules,
  customerProblemText,
  installedJudge,
  judgeComposedRules,
  judgedProblemText,
  judgePackage,
  movedFilters,
  readRules,
  ruleIdPrefix,
  ruleProblemsText,
  ruleProblemText,
  type ComposedRule,
  type ComposedRules,
  type CustomerDetections,
  type CustomerProblem,
  type JudgedProblem,
  type RuleProblem,
} from "@defender-mssp/detections";
import {
  dateOf,
  keptOff,
  readOffNote,
  turnedOffReason,
  withAdoptedTexts,
  withoutUndefined,
  type CallContext,
  type DetectionApiVersion,
  type DetectionRuleProperties,
  type StackMark,
} from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { detectionRuleResource } from "../../domain/resourceNames";
import { dynamic, judgedType } from "../../domain/resourceTypes";
import type { DeployedResources } from "../tenant/deployedResources";
import { Detections, type DeclaredDetection } from "./detections";
import {
  actionsText,
  changedActions,
  differencesText,
  findRule,
  ruleCollisions,
  tenantRules,
  type DeployedRule,
  type RuleFinding,
  type TenantRules,
} from "./tenantRules";

export interface DetectionSources {
  readonly tenantId: string;
  /** The MSSP's name, of which the IDs of the rules begin. */
  readonly msspName: string;
  /** Folder of `Pulumi.yaml`, with the folder `detections`. */
  readonly folder: string;
  readonly detections: CustomerDetections & {
    /** Names of the sets that the customer gets. */
    readonly sets: readonly string[];
    readonly apiVersion: DetectionApiVersion;
  };
  readonly now: Date;
  /** The setting `adopted.objects`. An adopted rule keeps its name and description, and has no mark. */
  readonly adopted?: readonly { readonly resource: string; readonly id: string }[];
  /** Where a key such as `detections.except[0].filter` is: file, line and column. Default: the key alone. */
  readonly placeOf?: (key: string) => string;
}

/**
 * Reads the rules of the repository, lets `@defender-mssp/kql` judge their queries in a process of its own if the project
 * has it, reads the rules of the tenant once, says what people must know before a change, and
 * returns a function that declares the `Detections`.
 *
 * @param deployed the stack's resources: `await deployedResources()`.
 * @throws pulumi.RunError with all problems of files and settings together, each with its place, and with the rules of
 * other parties that have a name of the repository's: before anything is declared.
 *
 * ## Least privileges
 * `CustomDetection.Read.All` on Microsoft Graph. Without it nothing of the tenant is shown.
 */
export async function prepareDetections(
  name: string,
  sources: DetectionSources,
  deployed: DeployedResources,
  context: CallContext = {},
): Promise<(opts?: pulumi.ComponentResourceOptions) => Detections> {
  const { tenantId, folder, detections } = sources;
  const { apiVersion, overwrite = [] } = detections;
  const { composed: files, problems } = await composedRules(sources);
  const { judged, unjudged } = await judgedQueries(folder, files.deployed);
  const texts = problemTexts({ files: problems, judged, composed: files }, sources);
  refuseProblems(texts.errors);
  const before = deployedRules(deployed);
  const live = await tenantRules(tenantId, apiVersion, context);
  const today = dateOf(sources.now);
  const composed = withKeptOff(files, live, today);
  const inTenant = withAdopted(name, composed.deployed, { before, live, adopted: sources.adopted ?? [] });
  if (live !== undefined) refuseCollisions(composed.deployed, inTenant, live, deployed);
  const until = new Map(overwrite.map(({ rule, editedUntil }) => [rule, editedUntil]));
  const found = new Map(
    composed.deployed.map(({ rule, properties }): [string, RuleFinding] => {
      const own = before.get(properties.id);
      if (own === undefined || live === undefined) return [rule.name, { differences: [] }];
      return [rule.name, findRule(inTenant.get(properties.id) ?? properties, own, live, until.get(rule.name), today)];
    }),
  );
  await report({ ...sources, composed, before, live, found, unjudged, warnings: texts.warnings });
  const declared = composed.deployed.map(({ rule, properties, firstRun }): DeclaredDetection =>
    withoutUndefined({
      name: rule.name,
      properties,
      firstRun,
      overwriteEditsUntil: until.get(rule.name),
      foundInTenant: found.get(rule.name)?.found,
    }),
  );
  return (opts) => new Detections(name, { tenantId, apiVersion, rules: declared }, opts);
}

/**
 * Reads the rules of the repository for a customer of which nothing is deployed, and returns a function that declares
 * the `Detections`. No query is judged, and no tenant is asked.
 * @throws pulumi.RunError with all problems of files and settings together.
 */
export async function planDetections(name: string, sources: DetectionSources): Promise<() => Detections> {
  const { composed, problems } = await composedRules(sources);
  refuseProblems(problemTexts({ files: problems, judged: [], composed }, sources).errors);
  const rules = composed.deployed.map(({ rule, properties, firstRun }) => ({ name: rule.name, properties, firstRun }));
  const { tenantId, detections } = sources;
  return () => new Detections(name, { tenantId, apiVersion: detections.apiVersion, rules });
}

/** Rules that the tenant's marks say are off stay off, whatever this checkout says. */
function withKeptOff(composed: ComposedRules, live: TenantRules, today: string): ComposedRules {
  const deployed = composed.deployed.map((rule) => {
    const { properties } = rule;
    return { ...rule, properties: keptOff(properties, live?.get(properties.id), today) };
  });
  return { ...composed, deployed };
}

async function composedRules({ folder, detections, now, msspName }: DetectionSources) {
  const { rules, problems } = await readRules(folder, detections.sets);
  return { composed: composeRules(rules, detections, { now, idPrefix: ruleIdPrefix(msspName) }), problems };
}

/** Problems of the queries; without the package that judges them, why they were not judged. */
async function judgedQueries(folder: string, rules: readonly ComposedRule[]) {
  if (rules.length === 0) return { judged: [] };
  const installed = installedJudge(folder);
  if ("judge" in installed) return { judged: (await judgeComposedRules(rules, installed.judge)).problems };
  const unjudged = `The queries of the detection rules were not judged: the package ${judgePackage} ${installed.missing}. ${installed.remedy}`;
  return { judged: [], unjudged };
}

interface FoundProblems {
  readonly files: readonly RuleProblem[];
  readonly judged: readonly JudgedProblem[];
  readonly composed: ComposedRules;
}

/** What `npx mssp check` finds for this customer: all errors, and all warnings. */
function problemTexts({ files, judged, composed }: FoundProblems, { detections, placeOf }: DetectionSources) {
  const ofSettings = (problem: CustomerProblem) =>
    `${placeOf === undefined ? "" : `${placeOf(problem.key)} `}${customerProblemText(problem)}`;
  const filterKey = (exception: object) =>
    `detections.except[${detections.except.findIndex((other) => other === exception)}].filter`;
  const ofQuery = (problem: JudgedProblem) => {
    if (problem.exception === undefined) return judgedProblemText(problem);
    const what = `${problem.what} (${problem.code})`;
    return ofSettings({ key: filterKey(problem.exception), what, remedy: problem.remedy });
  };
  const atLevel = (level: RuleProblem["level"]) => [
    ...files.filter((problem) => problem.level === level).map(ruleProblemText),
    ...judged.filter((problem) => problem.level === level).map(ofQuery),
  ];
  const moved = composed.deployed.flatMap(movedFilters);
  return {
    errors: [...atLevel("error"), ...composed.problems.map(ofSettings)],
    warnings: [
      ...atLevel("warning"),
      ...moved.map(({ exception, ...others }) => ofSettings({ key: filterKey(exception), ...others })),
    ],
  };
}

function refuseProblems(lines: readonly string[]): void {
  if (lines.length > 0) throw new pulumi.RunError(ruleProblemsText(lines));
}

/** The stack's rules by their IDs, as its state has them. */
function deployedRules(deployed: DeployedResources): ReadonlyMap<string, DeployedRule> {
  const own = Object.values(deployed).filter(({ type }) => judgedType(type) === dynamic("DetectionRule"));
  return new Map(own.map(({ outputs }) => [String(outputs["ruleId"]), outputs as unknown as DeployedRule]));
}

interface AdoptedRules {
  readonly before: ReadonlyMap<string, DeployedRule>;
  readonly live: TenantRules;
  readonly adopted: NonNullable<DetectionSources["adopted"]>;
}

/**
 * The stack's rules of the tenant by their IDs, also adopted ones that the state does not have yet, as the repository
 * wants them there: an adopted rule with the name and the description that it has.
 */
function withAdopted(
  name: string,
  rules: readonly ComposedRule[],
  { before, live, adopted }: AdoptedRules,
): ReadonlyMap<string, DetectionRuleProperties> {
  const ids = new Map(adopted.map(({ resource, id }) => [resource, id]));
  return new Map<string, DetectionRuleProperties>([
    ...before,
    ...rules.flatMap(({ rule, properties }): [string, DetectionRuleProperties][] => {
      const { id } = properties;
      const own = before.get(id);
      const isAdopted =
        ids.get(detectionRuleResource(name, rule.name)) === id && (own === undefined || own.managedBy === "");
      const texts = isAdopted ? (own ?? live?.get(id)) : undefined;
      if (texts !== undefined) return [[id, withAdoptedTexts(properties, texts)]];
      return own === undefined ? [] : [[id, properties]];
    }),
  ]);
}

function refuseCollisions(
  rules: readonly ComposedRule[],
  inTenant: ReadonlyMap<string, DetectionRuleProperties>,
  live: NonNullable<TenantRules>,
  deployed: DeployedResources,
): void {
  const identity = Object.values(deployed).find(({ type }) => judgedType(type) === dynamic("StackIdentity"));
  const stackId = identity?.outputs["stackId"];
  const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const isOwn = (mark: StackMark) =>
    mark.stackId !== "" && typeof stackId === "string" ? mark.stackId === stackId : mark.stack === stack;
  const wanted = rules.map(({ properties }) => inTenant.get(properties.id) ?? properties);
  const collisions = ruleCollisions(wanted, (id) => inTenant.has(id), live, isOwn);
  if (collisions.length === 0) return;
  const files = new Map(rules.map(({ properties, rule }) => [properties.id, rule.file]));
  const lines = collisions.map(({ wanted: rule, live: other, by }) => {
    const whose = `the tenant has the rule ${other.id} ("${other.displayName}") with the same ${by}, created by ${other.createdBy ?? "somebody"}`;
    const remedy =
      by === "ID"
        ? "Rename the file, or delete that rule in the portal"
        : `Change the ${by}, or delete that rule in the portal`;
    return `  ${files.get(rule.id) ?? rule.id}: ${whose}. ${remedy}.`;
  });
  throw new pulumi.RunError(
    ["Other parties have detection rules in this tenant that stand in the way; nothing was changed.", ...lines].join(
      "\n",
    ),
  );
}

interface Report extends DetectionSources {
  readonly composed: ComposedRules;
  readonly before: ReadonlyMap<string, DeployedRule>;
  readonly live: TenantRules;
  readonly found: ReadonlyMap<string, RuleFinding>;
  /** Why queries were not judged. */
  readonly unjudged: string | undefined;
  readonly warnings: readonly string[];
}

/** What people must know, what acts in the customer's estate first. */
async function report(all: Report): Promise<void> {
  for (const text of [...actionTexts(all), ...editTexts(all), ...turnedOffTexts(all), ...unreadText(all)]) {
    await pulumi.log.warn(text);
  }
  const unjudged = all.unjudged === undefined ? [] : [all.unjudged];
  for (const text of [...unjudged, ...all.warnings, ...endTexts(all)]) await pulumi.log.warn(text);
  for (const text of [...firstRunTexts(all), ...omittedTexts(all)]) await pulumi.log.info(text);
}

function actionTexts({ composed, before, detections }: Report): string[] {
  return composed.deployed.flatMap(({ properties }) => {
    const names = changedActions(properties, before.get(properties.id));
    if (names.length === 0) return [];
    const approval = `approved by ${detections.approvedBy ?? "nobody"}, until ${detections.until ?? "never"}`;
    return [
      `The detection rule "${properties.displayName}" acts by itself on each row: it ${actionsText(names)}; ${approval}.`,
    ];
  });
}

function editTexts({ composed, found }: Report): string[] {
  return composed.deployed.flatMap(({ rule, properties }) => {
    const { found: what, live, differences } = found.get(rule.name) ?? { differences: [] };
    if (what === "missing")
      return [
        `The detection rule "${properties.displayName}" (${properties.id}) is not in the tenant: \`up\` creates it again.`,
      ];
    if (what === undefined || live === undefined) return [];
    const note = readOffNote(live);
    if (note !== undefined && what === "drift")
      return [
        `The detection rule "${properties.displayName}" was off until ${note.until}, by ${note.by}: \`up\` turns it on.`,
      ];
    const { lastModifiedBy, lastModifiedDateTime } = live;
    const on = new Date(lastModifiedDateTime ?? 0).toISOString();
    const text =
      `${lastModifiedBy ?? "Somebody"} changed the detection rule "${properties.displayName}" (${properties.id}) in the tenant on ${on}: ` +
      `${differencesText(differences)}.`;
    if (what !== "keptEdit") return [`${text} \`up\` overwrites that.`];
    return [
      `${text} It stays so. Take the change into ${rule.file}, or overwrite it by the setting ` +
        `detections.overwrite: [{ rule: ${rule.name}, editedUntil: "${on.slice(0, 10)}" }].`,
    ];
  });
}

function turnedOffTexts({ composed, live, detections: { except } }: Report): string[] {
  return composed.deployed.flatMap(({ rule, properties }) => {
    const there = live?.get(properties.id);
    if (there === undefined) return [];
    const [reason, note, declared] = [turnedOffReason(there), readOffNote(there), readOffNote(properties)];
    const named = `the detection rule "${properties.displayName}" (${properties.id})`;
    if (reason !== undefined)
      return [
        `Defender has turned off ${named}: ${reason}. It raises no alerts. Correct ${rule.file}; a change of its query turns the rule on again.`,
      ];
    const isInSettings = except.some((each) => each.rule === rule.name && each.disabled && each.until === note?.until);
    if (note === undefined || note.until !== declared?.until || isInSettings) return [];
    return [
      `\`up\` keeps ${named} off, which ${note.by} has turned off in the tenant until ${note.until}. The settings of this checkout ` +
        `have no such exception: merge it, or run npx mssp detections on ${rule.name} --stack ${pulumi.getStack()}`,
    ];
  });
}

function unreadText({ live }: Report): string[] {
  if (live !== undefined) return [];
  return [
    "The tenant's detection rules can't be listed: CustomDetection.Read.All is missing. This run does not show what others have changed; " +
      "`up` updates no rule that another party has changed after this stack had written it.",
  ];
}

function endTexts({ composed: { endsSoon, ended } }: Report): string[] {
  return [
    ...endsSoon.map((ending) => {
      const days = `in ${ending.daysLeft} ${ending.daysLeft === 1 ? "day" : "days"}`;
      if (ending.kind === "actions")
        return (
          `The approval of ${ending.actions.join(", ")} ends ${days} (detections.until ${ending.until}): ` +
          "after that `up` deploys the rules without them."
        );
      const { rule, owner, until } = ending.exception;
      return `The exception of ${owner} from the detection rule ${rule} ends ${days} (${until}): after that \`up\` deploys the rule without it.`;
    }),
    ...ended.map(
      ({ rule, owner, until }) =>
        `The exception of ${owner} from the detection rule ${rule} has ended on ${until} and has no effect. Remove it, or agree on another end.`,
    ),
  ];
}

function firstRunTexts({ composed, before }: Report): string[] {
  const created = composed.deployed.filter(
    ({ properties }) => properties.status === "enabled" && !before.has(properties.id),
  );
  const [backfilled, staged] = [
    created.filter(({ firstRun }) => firstRun === "backfill"),
    created.filter(({ firstRun }) => firstRun === "disabled"),
  ];
  return [
    ...(backfilled.length === 0
      ? []
      : [`Created enabled, which runs them at once over 30 days: ${namesText(backfilled)} (firstRun: backfill).`]),
    ...(staged.length === 0 ? [] : [`Created disabled, then enabled by a second call: ${namesText(staged)}.`]),
  ];
}

function omittedTexts({ composed }: Report): string[] {
  return composed.deployed.flatMap(({ rule, omittedActions }) =>
    omittedActions.map(({ action, reason }) =>
      reason === "ended"
        ? `The detection rule ${rule.name} is deployed without ${action}: its approval has ended (detections.until).`
        : `The detection rule ${rule.name} is deployed without ${action}, which detections.actions does not name.`,
    ),
  );
}

const mostNames = 10;

function namesText(rules: readonly ComposedRule[]): string {
  const names = rules.slice(0, mostNames).map(({ rule }) => rule.name);
  const rest = rules.length - names.length;
  return `${names.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
