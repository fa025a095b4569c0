/** What must hold in a world: what the certificate, the additions and the report say, against what the oracle knows. */
import { addressesOf, chainKey, chainText, type Chain, type Way } from "@defender-mssp/testkit";
import { Hand, perform, type DrawnAct } from "./acts";
import { isAllowanceNamed, isNamed, isPrincipalNamed, type PeopleById, type Said } from "./naming";
import type { Pair } from "./pairs";
import { usesOf, unexplained } from "./use";
import type { World } from "./world";

export type Property = "certificate" | "proven" | "verify" | "report" | "allowance" | "use" | "unchanged";

export interface Failure {
  readonly property: Property;
  readonly way: Way | "none";
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
}

export interface WorldResult {
  readonly pair: string;
  readonly failures: readonly Failure[];
  /** Chains that the acts made, by way. */
  readonly made: Readonly<Partial<Record<Way, number>>>;
  /** What the acts did, for a person. */
  readonly before: readonly string[];
  readonly between: readonly string[];
  /** How each act ended. */
  readonly ended: readonly { readonly act: string; readonly how: string }[];
}

interface JudgeOptions {
  /** Whether principals of the MSSP sign in and try each route, after each act. */
  readonly byUse?: boolean;
}

export async function judge(
  world: World,
  drawn: DrawnWorld,
  { byUse = false }: JudgeOptions = {},
): Promise<WorldResult> {
  const pair = world.pairs[drawn.pair % world.pairs.length] as Pair;
  world.reset(pair);
  const baseline = world.chains();
  const hand = new Hand(world);
  const failures: Failure[] = [];
  const ended: { act: string; how: string }[] = [];
  const run = async (acts: readonly DrawnAct[]) => {
    for (const act of acts) {
      const before = byUse ? await usesOf(world) : undefined;
      const chains = byUse ? world.chains() : [];
      const how = await perform(hand, act);
      ended.push({ act: act.act, how: typeof how === "string" ? how : how.message });
      if (before === undefined) continue;
      const after = await usesOf(world);
      failures.push(...unexplained(world, after).map((use) => ofUse("use", use)));
      const changed = [...after].filter((use) => !before.has(use));
      if (changed.length > 0 && isSame(chains, world.chains()))
        failures.push(ofUse("unchanged", `${act.act}: ${changed.slice(0, 3).join(", ")}`));
    }
  };
  await run(drawn.acts);
  const chains = world.chains();
  const added = without(chains, baseline);
  const additions = await world.additions();
  const people = peopleOf(world);
  const known = new Set(baseline.map(({ principal }) => principal.id));
  const verify: Said = {
    named: additions.flatMap((part) => part.additions.map((one) => `${one.what} ${one.to} ${one.id} ${one.step}`)),
    notLooked: additions
      .filter(({ state, reason }) => state === "notChecked" && !reason.startsWith("not applicable"))
      .map(({ name }) => name),
  };
  const ofPrincipals = added.filter(({ principal, way }) => principal.type !== "tenants" && way !== "restorable");
  failures.push(...missing("verify", ofPrincipals, verify, { people, known }));
  const { report } = await world.report();
  const reported: Said = {
    named: report.additions
      .map(({ what, to, step }) => `${what} ${to} ${step}`)
      .concat(report.objects.map((object) => JSON.stringify(object))),
    notLooked: report.attention.filter(({ topic }) => topic === "notChecked").map(({ title }) => title),
  };
  const toReport = added.filter(({ way }) => way !== "restorable");
  failures.push(...missing("report", toReport, reported, { people, known }));
  failures.push(
    ...toReport
      .filter((chain) => isNamed(chain, reported, people) && !isAllowanceNamed(chain, reported, people))
      .map((chain) => failure("allowance", chain, people, reported)),
  );
  const before = hand.done.splice(0);
  world.destroy();
  await run(drawn.after);
  const left = world.chains();
  const { certificate, texts } = await world.proof(additions);
  const everybody = new Map([...people, ...peopleOf(world)]);
  const certified: Said = {
    named: [...texts.left, ...texts.toConfirm],
    notLooked: certificate.toConfirm
      .filter(({ why }) => /^not (permitted|checked|looked)/.test(why))
      .map(({ what }) => what),
  };
  const grants = left.filter(({ way }) => way !== "restorable");
  if (certificate.state === "proven")
    failures.push(...grants.map((chain) => failure("proven", chain, everybody, certified)));
  // The consent to the automation is one line, whatever it can do.
  const isAutomation = ({ principal }: Chain): boolean => principal.name === "MSSP Onboarding Automation";
  failures.push(
    ...missing(
      "certificate",
      grants.filter((chain) => !isAutomation(chain)),
      certified,
      { people: everybody },
    ),
  );
  const gone = left.filter(({ way }) => way === "restorable");
  failures.push(
    ...missing(
      "certificate",
      gone,
      { named: [...certified.named, ...texts.stays], notLooked: [] },
      { people: everybody },
    ),
  );
  return {
    pair: pair.name,
    failures: distinct(failures),
    made: counts([...added, ...without(left, chains)]),
    before,
    between: hand.done,
    ended,
  };
}

interface Who {
  readonly people: PeopleById;
  /** Principals that were there before the acts; another one is named by itself. */
  readonly known?: ReadonlySet<string>;
}

/** Chains that the texts do not name; of a principal that is not named at all, its first chain alone. */
function missing(property: Property, chains: readonly Chain[], said: Said, { people, known }: Who): Failure[] {
  const unnamed = new Set<string>();
  return chains.flatMap((chain) => {
    const { principal, way } = chain;
    if (unnamed.has(principal.id)) return [];
    const isNew = known !== undefined && principal.type !== "tenants" && !known.has(principal.id);
    const isTold = isNew
      ? isPrincipalNamed(chain, said, people) || isNamed(chain, said, people)
      : isNamed(chain, said, people);
    if (isTold) return [];
    if (way === "person" || way === "application") unnamed.add(principal.id);
    return [failure(property, chain, people, said)];
  });
}

function failure(property: Property, chain: Chain, people: PeopleById, said: Said): Failure {
  const about = said.named.filter((line) => line.includes(chain.principal.id));
  return {
    property,
    way: chain.way,
    variant: variantOf(chain, people),
    chain: chainText(chain),
    said:
      about.length === 0
        ? `nothing about ${chain.principal.id}; ${said.notLooked.length} not looked at`
        : about.slice(0, 2).join("\n"),
  };
}

function ofUse(property: Property, use: string): Failure {
  return { property, way: "none", variant: use.replace(/^\S+ /, ""), chain: use, said: "no chain of the oracle" };
}

function variantOf({ principal, steps }: Chain, people: PeopleById): string {
  const user = people.get(principal.id);
  const domain = user === undefined ? "" : ((addressesOf(user)[0] ?? "").split("@")[1] ?? "");
  return [
    ...(user?.["userType"] === "Member" ? ["member"] : []),
    ...(/^.+\.fabrikam-security\.example$/.test(domain) ? ["subdomain"] : []),
    ...(steps.length > 1 ? ["indirect"] : []),
  ].join(" ");
}

function peopleOf(world: World): PeopleById {
  return new Map([...world.customer.objects("users").values()].map((user) => [user.id, structuredClone(user)]));
}

function without(chains: readonly Chain[], others: readonly Chain[]): Chain[] {
  const keys = new Set(others.map(chainKey));
  return chains.filter((chain) => !keys.has(chainKey(chain)));
}

function isSame(left: readonly Chain[], right: readonly Chain[]): boolean {
  return left.length === right.length && without(left, right).length === 0;
}

function counts(chains: readonly Chain[]): Partial<Record<Way, number>> {
  const numbers: Partial<Record<Way, number>> = {};
  for (const { way } of chains) numbers[way] = (numbers[way] ?? 0) + 1;
  return numbers;
}

function distinct(failures: readonly Failure[]): Failure[] {
  return [...new Map(failures.map((one) => [failureKey(one), one])).values()];
}
