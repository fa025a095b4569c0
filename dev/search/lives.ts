/**
 * Lives on the real engine: `up`, acts of people, and the product's commands between them, with faults and months that
 * pass; then `destroy` and its proof. The oracle is asked after each.
 */
import fc from "fast-check";
import { jsonText, type Chain, type ChainWay, type SandboxProject } from "@defender-mssp/testkit";
import { dayMs } from "@defender-mssp/errors/time";
import { allCustomers, customersByModel, stack, type FaultCustomer } from "../faults/customer";
import { commands, newProject, writeSettings } from "../faults/runs";
import { acts, Hand, perform, type DrawnAct } from "./acts";
import type { RecordedPair } from "./pairs";
import { failureKey, judgeDeployed, judgeRemoved, stepKeys, type Failure } from "./properties";
import { drawnAct, worldSeed } from "./search";
import { World } from "./world";

type Verb = "refresh" | "change" | "switch" | "analyst" | "months" | "faults";

interface DrawnLife {
  readonly customer: number;
  readonly parts: readonly { readonly acts: readonly DrawnAct[]; readonly verb: Verb; readonly number: number }[];
  readonly after: readonly DrawnAct[];
}

/** Acts by which Entra refuses a command later, or the stack has no object any more: that is no failure. */
const stopping = /^(withdraw|delete|restore|disable|remove a mark|copy|let the connected|assign an access)/;
const few = (maxLength: number) =>
  fc.array(drawnAct(acts.filter(({ name }) => !stopping.test(name))), { minLength: 1, maxLength, size: "max" });

const lives: fc.Arbitrary<DrawnLife> = fc.record({
  customer: fc.nat(100),
  parts: fc.array(
    fc.record({
      acts: few(4),
      verb: fc.constantFrom<Verb[]>("refresh", "change", "switch", "analyst", "months", "faults"),
      number: fc.nat(100),
    }),
    { minLength: 2, maxLength: 4, size: "max" },
  ),
  after: few(2),
});

interface LifeResult {
  readonly customer: string;
  /** What was done, for a person who repeats it. */
  readonly done: readonly string[];
  readonly failures: readonly Failure[];
  readonly made: Readonly<Partial<Record<ChainWay, number>>>;
}

/** @returns how many lives failed */
export async function searchLives(
  checkout: string,
  { seed, first, count }: { readonly seed: number; readonly first: number; readonly count: number },
  show: (life: LifeResult & { readonly life: number; readonly seed: number }) => void,
): Promise<number> {
  let failed = 0;
  for (let life = first; life < first + count; life++) {
    const [drawn] = fc.sample(lives, { seed: worldSeed(seed, life), numRuns: 1 });
    const result = await runLife(checkout, drawn as DrawnLife);
    if (result.failures.length > 0) failed++;
    show({ life, seed, ...result });
  }
  return failed;
}

async function runLife(checkout: string, drawn: DrawnLife): Promise<LifeResult> {
  const customers = [...(await customersByModel()), ...(await allCustomers())];
  const of = (number: number): FaultCustomer => customers[number % customers.length] as FaultCustomer;
  const faults = { seed: drawn.customer, timeScale: 0.001, kinds: ["throttled", "failed", "slow"] } as const;
  const environment = { MSSP_SANDBOX_TIME_SCALE: "0.001" };
  const project = await newProject(checkout, of(drawn.customer), { sharedRuntime: true, faults, environment });
  try {
    return await new Life(project, of(drawn.customer)).run(drawn, of);
  } finally {
    await project.dispose();
  }
}

class Life {
  readonly #world: World;
  readonly #hand: Hand;
  readonly #failures: Failure[] = [];
  /** Steps of chains that a command made. */
  readonly #own = new Set<string>();
  #settings: FaultCustomer["settings"];

  constructor(
    private readonly project: SandboxProject,
    private customer: FaultCustomer,
  ) {
    this.#settings = customer.settings;
    this.#world = World.around(project, this.#pair({}));
    this.#hand = new Hand(this.#world);
  }

  async run({ parts, after }: DrawnLife, of: (number: number) => FaultCustomer): Promise<LifeResult> {
    const made: Partial<Record<ChainWay, number>> = {};
    const before = new Set(this.#world.chains().flatMap(stepKeys));
    const isDeclared = (key: string): boolean => before.has(key) || this.#own.has(key);
    // Without what people did, in this part or an earlier one.
    const judge = () =>
      judgeDeployed(
        this.#world,
        this.#world.chains().filter((chain) => stepKeys(chain).every(isDeclared)),
      );
    await this.#command("up");
    for (const { acts: drawn, verb, number } of parts) {
      for (const act of drawn) await perform(this.#hand, act);
      const judged = await judge();
      for (const { way } of judged.added) made[way] = (made[way] ?? 0) + 1;
      this.#failures.push(...judged.failures);
      await this.#verb(verb, number, of);
    }
    const judged = await judge();
    if (await this.#command("destroy")) this.#judgeEnd();
    for (const act of after) await perform(this.#hand, act);
    this.#failures.push(...(await judgeRemoved(this.#world, judged)));
    const failures = [...new Map(this.#failures.map((failure) => [failureKey(failure), failure])).values()];
    return { customer: this.customer.name, done: this.#hand.done, failures, made };
  }

  async #verb(verb: Verb, number: number, of: (number: number) => FaultCustomer): Promise<void> {
    const { project } = this;
    if (verb === "switch") this.customer = of(number);
    if (verb === "switch" || verb === "change") {
      await writeSettings(project, this.customer, verb === "change" ? "change" : "up");
      this.#settings = verb === "change" ? this.customer.changedSettings : this.customer.settings;
    }
    if (verb === "analyst") {
      const cleo = { email: "cleo.martin@fabrikam-security.example", displayName: "Cleo Martin" };
      const others = listed(this.#settings).filter(({ email }) => email !== cleo.email);
      const isThere = others.length < listed(this.#settings).length || isEntitlement(this.#settings);
      this.#settings = { ...this.#settings, analysts: isThere ? others : [...others.slice(number % 2), cleo] };
      await project.writeSettings(stack, this.#settings);
    }
    if (verb === "months") project.sandbox.cloud.clock.move((1 + (number % 11)) * 30 * dayMs);
    if (verb === "faults" && project.sandbox.faults !== undefined) project.sandbox.faults.percent = 10;
    this.#hand.done.push(`(${verb}, ${this.customer.name})`);
    await this.#command("up", ...(verb === "refresh" ? ["--refresh"] : []));
  }

  /** @returns whether it ended well, with three more at most */
  async #command(step: "up" | "destroy", ...more: readonly string[]): Promise<boolean> {
    const { project } = this;
    const edges = new Set(this.#world.chains().flatMap(stepKeys));
    const clock = { MSSP_CLOCK: this.#world.cloud.now().toISOString() };
    let ended = await project.run([...commands[step], ...more], clock);
    for (let again = 0; ended.exitCode !== 0 && again < 3; again++) {
      if (again === 2 && project.sandbox.faults !== undefined) project.sandbox.faults.percent = 0;
      ended = await project.run([...commands[step], "--refresh", "--continue-on-error"], clock);
    }
    if (project.sandbox.faults !== undefined) project.sandbox.faults.percent = 0;
    this.#hand.done.push(`npx pulumi ${step} ${more.join(" ")}: ${ended.exitCode ?? ""}`);
    const { stdout } = await project.pulumi(["stack", "export", "--stack", stack]);
    if (step === "up") this.#world.pair = this.#pair(JSON.parse(stdout) as RecordedPair["deployment"]);
    for (const key of this.#world.chains().flatMap(stepKeys)) if (!edges.has(key)) this.#own.add(key);
    if (ended.exitCode !== 0) this.#fail("settings", undefined, `${ended.stdout}\n${ended.stderr}`.slice(-1500));
    else if (step === "up") this.#judgeUp();
    return ended.exitCode === 0;
  }

  /** What is there by the stack is what the settings name, and the connector can sign in. */
  #judgeUp(): void {
    const chains = this.#ownThere();
    const emails = listed(this.#settings).map(({ email }) => email);
    for (const chain of chains) {
      const isNamed =
        chain.way === "person" ? emails.includes(chain.principal.name) : (named[chain.way]?.(this.#settings) ?? true);
      if (!isNamed) this.#fail("settings", chain, "the settings name nothing that makes it");
    }
    const people = new Set(chains.filter(({ way }) => way === "person").map(({ principal }) => principal.name));
    const unmade = isEntitlement(this.#settings) ? [] : emails.filter((email) => !people.has(email));
    if (unmade.length > 0) this.#fail("settings", undefined, `no account of ${unmade.join(", ")}`);
    const secrets = this.#secrets();
    const valid = secrets.filter(
      ({ endDateTime }) => Date.parse(endDateTime) > this.#world.cloud.now().getTime(),
    ).length;
    if (secrets.length > 0 && (valid < 1 || valid > 2))
      this.#fail("credentials", undefined, `${valid} of ${secrets.length} client secrets are valid`);
  }

  /** After `destroy` nothing is there that a command made, but what can be restored. */
  #judgeEnd(): void {
    for (const chain of this.#ownThere())
      if (chain.way !== "restorable") this.#fail("removed", chain, "it is in the tenant after destroy");
  }

  /** Client secrets of the stack's application, without those that an act added. */
  #secrets() {
    return [...this.#world.customer.objects("applications").values()]
      .filter(({ description }) => jsonText(description).includes(this.#world.stackId))
      .flatMap(
        ({ passwordCredentials }) =>
          passwordCredentials as unknown as readonly Record<"displayName" | "endDateTime", string>[],
      )
      .filter(({ displayName }) => !displayName.startsWith("spare"));
  }

  #ownThere(): Chain[] {
    return this.#world.chains().filter((chain) => this.#own.has(stepKeys(chain).at(-1) ?? ""));
  }

  #fail(property: Failure["property"], chain: Chain | undefined, said: string): void {
    const text = chain === undefined ? "" : JSON.stringify(chain);
    this.#failures.push({ property, way: chain?.way ?? "none", variant: "", chain: text, said });
  }

  #pair(deployment: RecordedPair["deployment"]): RecordedPair {
    return { name: ".", settings: this.#settings, deployment, up: {}, destroy: {} };
  }
}

function listed(settings: FaultCustomer["settings"]): readonly { readonly email: string }[] {
  return (settings["analysts"] ?? []) as readonly { readonly email: string }[];
}

function accessModel({ portalAccess }: FaultCustomer["settings"]): string {
  return typeof portalAccess === "string"
    ? portalAccess
    : ((portalAccess as { model?: string } | undefined)?.model ?? "rbac");
}

function isEntitlement(settings: FaultCustomer["settings"]): boolean {
  return accessModel(settings) === "entitlement";
}

const has = (key: string) => (settings: FaultCustomer["settings"]) => settings[key] !== undefined;

/** Ways that a command makes only with such settings. */
const named: Readonly<Partial<Record<ChainWay, (settings: FaultCustomer["settings"]) => boolean>>> = {
  directoryRole: (settings) => accessModel(settings) === "basic",
  defenderRole: (settings) => accessModel(settings) !== "basic",
  packageRequest: isEntitlement,
  connectedOrganization: isEntitlement,
  accessPackage: isEntitlement,
  partnerTrust: has("crossTenantTrust"),
  partnerConsent: ({ crossTenantTrust: trust }) =>
    (trust as { automaticConsent?: boolean } | undefined)?.automaticConsent === true,
  azureRole: has("sentinelAccess"),
  lighthouse: has("azureDelegation"),
  notification: has("notificationRules"),
  partnerSynchronization: () => false,
  partnerDirectConnect: () => false,
  partnerCollaboration: () => false,
  conditionalAccessExclusion: () => false,
  governance: () => false,
  gdap: () => false,
};
