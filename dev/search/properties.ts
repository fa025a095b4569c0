/** What must hold in a world: what the certificate, the additions and the report say, against what the oracle knows. */
import { isUnread } from "@defender-mssp/errors/notChecked";
import { notLookedWays, type Chain as GivenChain } from "@defender-mssp/tenant";
import { jsonText, userAddresses, chainKey, chainText, type Chain, type ChainWay } from "@defender-mssp/testkit";
import { Hand, perform, type DrawnAct } from "./acts";
import type { Certificate } from "../../cli/customer/offboard/certificate";
import type { AdditionsPart } from "../../cli/stack/additionsPart";
import type { AdditionsPartName } from "../../domain/additionsPartNames";
import { additionsKinds } from "../../domain/prerequisites";
import { standingMember, unnamedDomains } from "./catalogue";
import { occurrencesOfAdditions, occurrencesOfCertificate } from "./occurrences";
import { isAllowanceNamed, isNamed, isNotLooked, isPrincipalNamed, type PeopleById, type Said } from "./naming";
import type { RecordedPair } from "./pairs";
import { findUses, unexplained } from "./use";
import { doCustomerSteps } from "./customerSteps";
import type { Ended, World } from "./world";

export type Property =
  | ("certificate" | "proven" | "foreign" | "verify" | "report" | "allowance" | "use" | "unchanged")
  | ("settings" | "credentials" | "removed");

export interface Failure {
  readonly property: Property;
  readonly way: ChainWay | "none";
  /** What is special about the principal or the chain: `member`, `subdomain`, `indirect`. */
  readonly variant: string;
  readonly chain: string;
  /** What the command said instead. */
  readonly said: string;
}

/** The same failure has the same key in each world. */
export function failureKey({ property, way, variant }: Failure): string {
  return [property, way, ...(variant === "" ? [] : [variant])].join(":");
}

export interface DrawnWorld {
  readonly pair: number;
  /** Before the commands, and between the removal and the certificate. */
  readonly acts: readonly DrawnAct[];
  readonly after: readonly DrawnAct[];
  /** What the automation lacks from the start. */
  readonly missing?: readonly DrawnAct[];
  /** Whether the customer does the certificate's steps and deletes the automation, and it is proved again. */
  readonly ends?: boolean;
}

export interface WorldResult {
  readonly pair: string;
  readonly failures: readonly Failure[];
  /** States of its certificates, of the last one after the customer's steps. */
  readonly verdicts: readonly string[];
  /** Chains that the acts made, by way. */
  readonly made: Readonly<Partial<Record<ChainWay, number>>>;
  /** What the acts did, for a person. */
  readonly before: readonly string[];
  readonly between: readonly string[];
  /** What the commands said, once. */
  readonly occurred: readonly string[];
  /** Chains that are not named, by the reason why that is no failure. */
  readonly excused: Readonly<Record<string, number>>;
  readonly ended: readonly { readonly act: string; readonly how: string }[];
}

interface JudgeOptions {
  /** Whether principals of the MSSP sign in and try each route, after each act. */
  readonly byUse?: boolean;
}

/** A use without the object that it names: a call names one as soon as there is one. */
function withoutObject(use: string): string {
  return use.replaceAll(/(?<=\/)[\w-]{36,}/g, "{id}");
}

export async function judge(
  world: World,
  drawn: DrawnWorld,
  { byUse = false }: JudgeOptions = {},
): Promise<WorldResult> {
  const pair = world.pairs[drawn.pair % world.pairs.length] as RecordedPair;
  world.reset(pair);
  const baseline = world.chains();
  const hand = new Hand(world);
  const failures: Failure[] = [];
  const ended: { act: string; how: string }[] = [];
  const run = async (acts: readonly DrawnAct[]) => {
    for (const act of acts) {
      const before = byUse ? await findUses(world) : undefined;
      const chains = byUse ? world.chains() : [];
      const how = await perform(hand, act);
      ended.push({ act: act.act, how: typeof how === "string" ? how : how.message });
      if (before === undefined) continue;
      const after = await findUses(world);
      failures.push(...unexplained(world, after).map((use) => ofUse("use", use)));
      const earlier = new Set([...before].map(withoutObject));
      const changed = [...after].filter((use) => !earlier.has(withoutObject(use)));
      if (changed.length > 0 && isSame(chains, world.chains()))
        failures.push(ofUse("unchanged", `${act.act}: ${changed.slice(0, 3).join(", ")}`));
    }
  };
  await run(drawn.missing ?? []);
  await run(drawn.acts);
  const chains = world.chains();
  const deployed = await judgeDeployed(world, baseline);
  const before = hand.done.splice(0);
  world.destroy();
  await run(drawn.after);
  const made = [...deployed.added, ...without(world.chains(), chains)];
  const removed = await judgeRemoved(world, deployed);
  failures.push(...deployed.failures, ...removed.failures);
  const verdicts: string[] = [removed.certificate.state];
  if (drawn.ends === true) {
    const end = await judgeEnd(world, deployed, removed.certificate);
    verdicts.push(`${end.state} after the customer's steps`);
    failures.push(...end.failures);
  }
  const result = { pair: pair.name, failures: distinct(failures), verdicts, made: counts(made), before };
  return { ...result, ...deployed.who.seen.result(), between: hand.done, ended };
}

/** What the additions and the report say of a stack that is deployed. */
export interface JudgedDeployment {
  readonly failures: readonly Failure[];
  /** Chains that were not there in the baseline. */
  readonly added: readonly Chain[];
  readonly additions: readonly AdditionsPart[];
  readonly who: Who;
}

/** @param baseline the chains of the stack, and of the customer before it */
export async function judgeDeployed(world: World, baseline: readonly Chain[]): Promise<JudgedDeployment> {
  const { pair } = world;
  const failures: Failure[] = [];
  const added = without(world.chains(), baseline);
  const additions = await world.additions();
  const who: Who = {
    seen: new Seen(),
    people: readPeople(world),
    adopted: adoptedIn(pair),
    hasDomains: hasDomains(pair),
    before: {
      principals: new Set(baseline.map(({ principal }) => principal.id)),
      edges: new Set(baseline.flatMap(stepKeys)),
    },
  };
  who.seen.occur(occurrencesOfAdditions(additions));
  // docs/tenant.md leads to the rows.
  const verify = saidByAdditions(additions, notLookedWays);
  const toReport = added.filter(({ way }) => way !== "restorable");
  failures.push(...missing("verify", toReport, verify, who));
  const { report, parts } = await world.report();
  const reported: Said = {
    ...saidByAdditions(parts, report.notLooked),
    chains: report.additions.flatMap(({ chains = [] }) => chains),
    objects: report.objects.map((object) => JSON.stringify(object).toLowerCase()),
  };
  failures.push(...missing("report", toReport, reported, who));
  const untold = toReport
    .filter((chain) => chain.steps.length === 1 && !isOfNewPrincipal(chain, who))
    .filter((chain) => !who.adopted.has(chain.principal.id) && !isAllowanceNamed(chain, reported));
  failures.push(...untold.map((chain) => failure("allowance", chain, reported, who)));
  return { failures, added, additions, who };
}

function saidByAdditions(parts: readonly AdditionsPart[], rows: readonly { readonly way: string }[]): Said {
  const additions = parts.flatMap((part) => part.additions);
  const unread = parts.filter(isUnread);
  return {
    chains: chainsIn(additions),
    unread: new Set(unread.flatMap(({ name }) => additionsKinds(name as AdditionsPartName)).map(({ key }) => key)),
    rows: new Set(rows.map(({ way }) => way)),
    lines: additions.map(({ what, to, id, step }) => `${what} ${to} ${id} ${step}`),
  };
}

function chainsIn(items: readonly { readonly chains?: readonly GivenChain[] | undefined }[]): GivenChain[] {
  return items.flatMap(({ chains = [] }) => chains);
}

export interface JudgedRemoval {
  readonly failures: readonly Failure[];
  readonly certificate: Certificate;
}

/** What the certificate says after the removal. */
export async function judgeRemoved(world: World, deployed: JudgedDeployment): Promise<JudgedRemoval> {
  const { certificate } = await world.proof(deployed.additions);
  return { certificate, failures: judgeCertificate(world, deployed, certificate) };
}

/**
 * The customer does what the certificates ask, at most three times, then deletes the automation. An application that
 * only reads looks again, and she deletes it, too.
 */
async function judgeEnd(
  world: World,
  deployed: JudgedDeployment,
  first: Certificate,
): Promise<{ readonly state: string; readonly failures: readonly Failure[] }> {
  const failures: Failure[] = [];
  const isDone = ({ toConfirm, left }: Certificate): boolean =>
    left.length === 0 && toConfirm.every(({ kinds }) => kinds?.includes("automationConsent"));
  let ended: Ended | undefined;
  for (let round = 0; round < 3 && !isDone(ended?.certificate ?? first); round++) {
    await doCustomerSteps(world, ended?.certificate ?? first);
    ended = await world.proof(deployed.additions);
    failures.push(...judgeCertificate(world, deployed, ended.certificate));
  }
  const byWriter = await world.proofAfterConsent(ended ?? (await world.proof(deployed.additions)), "automation");
  if (byWriter?.state === "proven") failures.push(ofUse("proven", "by the refusal of an application that could write"));
  const certificate = await world.proofAfterConsent(await world.proof(deployed.additions, "reader"), "reader");
  if (certificate === undefined) return { state: "accessLeft", failures };
  return { state: certificate.state, failures: [...failures, ...judgeCertificate(world, deployed, certificate)] };
}

function judgeCertificate(world: World, { who }: JudgedDeployment, certificate: Certificate): Failure[] {
  const failures: Failure[] = [];
  const left = world.chains();
  who.seen.occur(occurrencesOfCertificate(certificate));
  const everybody: Who = {
    seen: who.seen,
    people: new Map([...who.people, ...readPeople(world)]),
    adopted: who.adopted,
    hasDomains: who.hasDomains,
  };
  const { left: access, toConfirm, stays, notLooked } = certificate;
  const certified: Said = {
    chains: chainsIn([...access, ...toConfirm]),
    unread: new Set([...access, ...toConfirm].flatMap(({ unread = [] }) => unread)),
    rows: new Set(notLooked.map(({ way }) => way)),
    left: new Set(
      access
        .filter(({ why }) => why === "it is still in the tenant")
        .flatMap(({ chains = [] }) => chains.map(({ object }) => object)),
    ),
    lines: [...access, ...toConfirm].map(({ what, why, step }) => `${what} ${why} ${step}`),
  };
  // What stays without a right is named there.
  const anywhere: Said = { ...certified, chains: [...certified.chains, ...chainsIn(stays)] };
  const isIdle = ({ way, steps }: Chain): boolean =>
    way === "restorable" || (way === "application" && steps.length === 1);
  // The consent to the automation is one line, whatever it can do, until it has ended.
  const isConsent = ({ principal }: Chain): boolean =>
    certificate.consentEndedOn === undefined && principal.name === "MSSP Onboarding Automation";
  const grants = left.filter((chain) => !isIdle(chain) && !isConsent(chain));
  if (certificate.state === "proven")
    failures.push(
      ...grants
        .filter((chain) => !isNotLooked(chain, chain.way, certified))
        .filter((chain) => excuse("proven", chain, certified, everybody) === undefined)
        .map((chain) => failure("proven", chain, certified, everybody)),
    );
  failures.push(...missing("certificate", left.filter(isIdle), anywhere, everybody));
  failures.push(...missing("certificate", grants, certified, everybody));
  failures.push(...foreign(world, certified.lines));
  return failures;
}

/** What passes for this stack's in the certificate without its random ID. */
function foreign(world: World, lines: readonly string[]): Failure[] {
  const groups = [...world.customer.objects("groups").values()].filter(
    ({ description }) => !jsonText(description).includes(world.stackId),
  );
  const said = lines.filter((line) => line.includes("the ID of this stack"));
  return groups.flatMap(({ id, displayName }) =>
    said
      .filter((line) => line.includes(`(${id})`))
      .map((line) => ({ property: "foreign", way: "none", variant: "", chain: jsonText(displayName), said: line })),
  );
}

/** What was said, and what was excused, in one world. */
class Seen {
  readonly #occurred = new Set<string>();
  readonly #excused: Record<string, number> = {};

  occur(names: readonly string[]): void {
    for (const name of names) this.#occurred.add(name);
  }

  /** @returns no failure */
  excuse(reason: string): [] {
    this.#excused[reason] = (this.#excused[reason] ?? 0) + 1;
    return [];
  }

  result(): Pick<WorldResult, "occurred" | "excused"> {
    return { occurred: [...this.#occurred], excused: this.#excused };
  }
}

interface Who {
  readonly seen: Seen;
  readonly people: PeopleById;
  /** Object IDs of what the stack found in the tenant. */
  readonly adopted: ReadonlySet<string>;
  /** Whether the settings say which domains the MSSP's people have. */
  readonly hasDomains: boolean;
  /** What was there before the acts; another principal is told when it is named itself. */
  readonly before?: { readonly principals: ReadonlySet<string>; readonly edges: ReadonlySet<string> };
}

/** Chains that the texts do not name; of a principal that is not named at all, its first chain alone. */
function missing(property: Property, chains: readonly Chain[], said: Said, who: Who): Failure[] {
  const unnamed = new Set<string>();
  return chains.flatMap((chain) => {
    const { principal } = chain;
    if (unnamed.has(principal.id)) return [];
    const at = firstNew(chain, who);
    const step = chain.steps[at];
    if (step !== undefined && isNotLooked(chain, step.way, said))
      return who.seen.excuse(`${property}: it says that it did not look`);
    if (isNamed(chain, said, who.people, at)) return [];
    const reason = excuse(property, chain, said, who);
    if (reason !== undefined) return who.seen.excuse(`${property}: ${reason}`);
    const way = chain.steps[at]?.way;
    if (way === "person" || way === "application") unnamed.add(principal.id);
    return [failure(property, chain, said, who)];
  });
}

/** Why a chain that is not named is no failure. */
function excuse(property: Property, chain: Chain, said: Said, who: Who): string | undefined {
  if (isEligible(chain, who) && said.rows.has(standingMember)) return `its row ${standingMember} names it`;
  // What an adopted object had before the stack is the customer's: additions are not looked for there (docs/tenant.md).
  if (property !== "certificate" && who.adopted.has(chain.principal.id)) return "of an adopted object";
  if (!who.hasDomains && isByDomain(chain) && said.rows.has(unnamedDomains))
    return `its row ${unnamedDomains} names it`;
  // Report and certificate name it.
  if (property === "verify" && chain.way === "gdap") return "no part of it looks at relationships of Partner Center";
  if (said.left?.has(chain.principal.id) === true)
    return "the stack's own application is left itself, and its deletion ends it";
  if (isOfNewPrincipal(chain, who) && isPrincipalNamed(chain, said, who.people))
    return "the new person or application is named itself";
  return undefined;
}

/** Whether a domain alone tells that it is the MSSP's. */
function isByDomain({ principal, way, allows }: Chain): boolean {
  return (
    ["connectedOrganization", "notification"].includes(way) ||
    principal.type === "users" ||
    allows.endsWith(", by a domain")
  );
}

/** Whoever came with the acts is told when they are named themselves. */
function isOfNewPrincipal({ principal }: Chain, { before }: Who): boolean {
  return before !== undefined && principal.type !== "tenants" && !before.principals.has(principal.id);
}

/** The first step that was not there before the acts. */
function firstNew(chain: Chain, { before }: Who): number {
  const index = stepKeys(chain).findIndex((edge) => before?.edges.has(edge) === false);
  return Math.max(0, index);
}

/** Who or what each step starts from, its way and where it leads. */
export function stepKeys({ principal, steps }: Chain): string[] {
  return steps.map(({ way, to, by = "" }, at) => [steps[at - 1]?.to.id ?? principal.id, way, to.id, by].join(" "));
}

function failure(property: Property, chain: Chain, said: Said, who: Who): Failure {
  const about = said.lines.filter((line) => line.includes(chain.principal.id));
  return {
    property,
    way: chain.steps[firstNew(chain, who)]?.way ?? chain.way,
    variant: chainVariant(chain, who),
    chain: chainText(chain),
    said:
      about.length === 0
        ? `nothing about ${chain.principal.id}; ${said.unread.size} not looked at`
        : about.slice(0, 2).join("\n"),
  };
}

function hasDomains({ settings }: RecordedPair): boolean {
  const { analysts, analystDomains } = settings as Partial<Record<"analysts" | "analystDomains", readonly unknown[]>>;
  return [...(analysts ?? []), ...(analystDomains ?? [])].length > 0;
}

/** IDs of the objects that were in the tenant before the stack. */
function adoptedIn({ deployment }: RecordedPair): ReadonlySet<string> {
  const { resources } = deployment["deployment"] as {
    readonly resources: readonly { readonly id?: string; readonly outputs?: { readonly adopted?: unknown } }[];
  };
  return new Set(resources.flatMap(({ id, outputs }) => (outputs?.adopted === true && id !== undefined ? [id] : [])));
}

function ofUse(property: Property, use: string): Failure {
  return { property, way: "none", variant: use.replace(/^\S+ /, ""), chain: use, said: "no chain of the oracle" };
}

function chainVariant(chain: Chain, who: Who): string {
  const user = who.people.get(chain.principal.id);
  const domain = user === undefined ? "" : ((userAddresses(user)[0] ?? "").split("@")[1] ?? "");
  return [
    ...(who.hasDomains || chain.principal.type === "servicePrincipals" ? [] : ["domain unknown"]),
    ...(user?.["userType"] === "Member" ? ["member"] : []),
    ...(/^.+\.fabrikam-security\.example$/.test(domain) ? ["subdomain"] : []),
    ...(firstNew(chain, who) > 0 ? ["indirect"] : []),
  ].join(":");
}

/** Whether the principal could activate the membership before the acts. */
function isEligible({ principal, steps: [first] }: Chain, { before }: Who): boolean {
  const eligibility = `${principal.id} eligibility ${first?.to.id ?? ""} `;
  return first?.way === "membership" && [...(before?.edges ?? [])].some((edge) => edge.startsWith(eligibility));
}

function readPeople(world: World): PeopleById {
  const { customer } = world;
  const applications = new Map([...customer.objects("applications").values()].map((entry) => [entry["appId"], entry]));
  const ofPrincipals = [...customer.objects("servicePrincipals").values()].flatMap(({ id, appId }) => {
    const application = applications.get(appId);
    return application === undefined ? [] : [[id, structuredClone(application)] as const];
  });
  return new Map([
    ...[...customer.objects("users").values()].map((user) => [user.id, structuredClone(user)] as const),
    ...ofPrincipals,
  ]);
}

function without(chains: readonly Chain[], others: readonly Chain[]): Chain[] {
  const keys = new Set(others.map(chainKey));
  return chains.filter((chain) => !keys.has(chainKey(chain)));
}

function isSame(left: readonly Chain[], right: readonly Chain[]): boolean {
  return left.length === right.length && without(left, right).length === 0;
}

function counts(chains: readonly Chain[]): Partial<Record<ChainWay, number>> {
  const numbers: Partial<Record<ChainWay, number>> = {};
  for (const { way } of chains) numbers[way] = (numbers[way] ?? 0) + 1;
  return numbers;
}

function distinct(failures: readonly Failure[]): Failure[] {
  return [...new Map(failures.map((failure) => [failureKey(failure), failure])).values()];
}
