/**
 * Lives on the real engine: `up`, acts of people, and the product's commands between them, with faults and months that
 * pass; then `destroy` and its proof. The oracle is asked after each.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { parse } from "yaml";
import { jsonText, type Chain, type ChainWay, type Finished, type SandboxProject } from "@defender-mssp/testkit";
import { dayMs } from "@defender-mssp/errors/time";
import { allCustomers, customersByModel, stack, type FaultCustomer } from "../faults/customer";
import { commands, newProject, writeSettings } from "../faults/runs";
import { acts, Hand, perform, type DrawnAct } from "./acts";
import { projects, type RecordedPair } from "./pairs";
import {
  failureKey,
  judgeDeployed,
  judgeRemoved,
  stepKeys,
  type DrawnWorld,
  type Failure,
  type WorldResult,
} from "./properties";
import { drawnAct, type SearchSubject } from "./search";
import { World } from "./world";

/** What the operator does: the product's own commands, changed settings, time and weather. */
export const verbs = ["refresh", "change", "switch", "join", "leave", "rotate", "months", "faults"] as const;
type Verb = (typeof verbs)[number];

/** Acts by which Entra refuses a command later, or the stack has no object any more: that is no failure. */
const stopping =
  /^(withdraw|delete|restore|disable|remove a mark|copy|let the connected|let anybody ask for a|assign an access|take|add a (group|role|package|certificate|redirect)|ask for|change a|give (the|a listed))/;
const act = drawnAct(acts.filter(({ name, pending }) => pending === undefined && !stopping.test(name)));

/** A life takes half a minute: it shrinks by dropping alone. */
export function lifeSubject(checkout: string, chosen: readonly string[] = verbs): SearchSubject {
  const number = fc.nat(11);
  const verb = fc.record({ act: fc.constantFrom(...chosen), a: number, b: number, c: number });
  const step = fc.noShrink(fc.oneof(act, verb));
  return {
    arbitrary: fc.record({
      pair: fc.noShrink(fc.nat(100)),
      acts: fc.array(step, { maxLength: 12, size: "max" }),
      after: fc.array(fc.noShrink(act), { maxLength: 2, size: "max" }),
    }),
    judge: (drawn) => runLife(checkout, drawn),
    steps: ({ before, between }) => [...before, ...between],
  };
}

async function runLife(checkout: string, drawn: DrawnWorld): Promise<WorldResult> {
  const customers = [...(await customersByModel()), ...(await allCustomers())];
  const of = (number: number): FaultCustomer => customers[number % customers.length] as FaultCustomer;
  const faults = { seed: drawn.pair, timeScale: 0.001, kinds: ["throttled", "failed", "slow"] } as const;
  const environment = { MSSP_SANDBOX_TIME_SCALE: "0.001" };
  const name = projects[drawn.pair % projects.length];
  const project = await newProject(checkout, of(drawn.pair), { sharedRuntime: true, faults, environment, name });
  try {
    return await new Life(project, of(drawn.pair)).run(drawn, of);
  } finally {
    await project.dispose();
  }
}

class Life {
  readonly #world: World;
  readonly #hand: Hand;
  readonly #failures: Failure[] = [];
  readonly #ended: { act: string; how: string }[] = [];
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

  async run({ acts: drawn, after }: DrawnWorld, of: (number: number) => FaultCustomer): Promise<WorldResult> {
    const made: Partial<Record<ChainWay, number>> = {};
    const before = new Set(this.#world.chains().flatMap(stepKeys));
    const isDeclared = (key: string): boolean => before.has(key) || this.#own.has(key);
    // Without what people did, in this part or an earlier one.
    const judge = async () => {
      const judged = await judgeDeployed(
        this.#world,
        this.#world.chains().filter((chain) => stepKeys(chain).every(isDeclared)),
      );
      this.#failures.push(...judged.failures);
      for (const { way } of judged.added) made[way] = (made[way] ?? 0) + 1;
      return judged;
    };
    await this.#pulumi("up");
    for (const step of drawn) {
      const verb = verbs.find((name) => name === step.act);
      if (verb === undefined) await this.#perform(step);
      else {
        await judge();
        await this.#verb(verb, step.a * 12 + step.b, of);
      }
    }
    const judged = await judge();
    if (await this.#pulumi("destroy")) this.#judgeEnd();
    const done = this.#hand.done.splice(0);
    for (const step of after) await this.#perform(step);
    const removed = await judgeRemoved(this.#world, judged);
    this.#failures.push(...removed.failures);
    const failures = [...new Map(this.#failures.map((failure) => [failureKey(failure), failure])).values()];
    const verdicts = [removed.certificate.state];
    const result = { pair: this.customer.name, failures, verdicts, made, before: done };
    return { ...result, occurred: [], excused: {}, between: this.#hand.done, ended: this.#ended };
  }

  async #perform(step: DrawnAct): Promise<void> {
    const how = await perform(this.#hand, step);
    this.#ended.push({ act: step.act, how: typeof how === "string" ? how : how.message });
  }

  async #verb(verb: Verb, number: number, of: (number: number) => FaultCustomer): Promise<void> {
    const { project } = this;
    // Packages are for whoever asks: no settings name them.
    const isSwitch = verb === "switch" || (/join|leave/.test(verb) && isEntitlement(this.#settings));
    if (isSwitch) this.customer = of(number);
    if (isSwitch || verb === "change") {
      await writeSettings(project, this.customer, verb === "change" ? "change" : "up");
      this.#settings = verb === "change" ? this.customer.changedSettings : this.customer.settings;
      this.#hand.done.push(`the settings of "${this.customer.name}"${verb === "change" ? ", changed" : ""}`);
    }
    if (verb === "months") {
      project.sandbox.cloud.clock.move((1 + (number % 11)) * 30 * dayMs);
      this.#hand.done.push(`${1 + (number % 11)} months pass`);
    }
    if (verb === "faults" && project.sandbox.faults !== undefined) project.sandbox.faults.percent = 10;
    if (verb === "rotate") await this.#rotate();
    else {
      if (!isSwitch && (verb === "join" || verb === "leave")) await this.#changeAnalysts(verb, number);
      await this.#pulumi("up", ...(verb === "refresh" ? ["--refresh"] : []));
    }
  }

  /** One analyst more or less is in the settings, and no other. */
  async #changeAnalysts(verb: "join" | "leave", number: number): Promise<void> {
    const before = listed(this.#settings).map(({ email }) => email);
    if (verb === "leave" && before.length === 0) return;
    const joiner = ["cleo.martin", "dana.reyes"][number % 2] ?? "";
    const address = verb === "join" ? `${joiner}@fabrikam-security.example` : (before[number % before.length] ?? "");
    const { exitCode, stderr } = await this.#mssp(
      ...(verb === "join" ? ["analyst", "add", `${joiner} <${address}>`] : ["analyst", "remove", address]),
      ...["--stack", stack, "--yes", "--skip-preview"],
    );
    const others = before.filter((email) => email !== address);
    const now = listed(this.#settings).map(({ email }) => email);
    const expected = verb === "join" ? [...others, address] : others;
    if (exitCode !== 0 || now.sort().join(" ") !== expected.sort().join(" "))
      this.#fail("settings", undefined, `analyst ${verb} ${address}: ${exitCode}, ${now.join(", ")}; ${stderr}`);
  }

  /** A new secret is there beside the old one; without a secret nothing is done. */
  async #rotate(): Promise<void> {
    const before = this.#secrets().map(({ keyId }) => keyId);
    const rotate = ["secrets", "rotate", "--stack", stack, "--now", "--yes"];
    const { exitCode, stdout, stderr } = await this.#owning(() => this.#mssp(...rotate));
    await this.#ranUp(exitCode === 0 || !hasSecret(this.#settings), `${stdout}\n${stderr}`);
    const isNew = this.#secrets().some(({ keyId }) => !before.includes(keyId));
    if (isNew !== hasSecret(this.#settings) || (!isNew && !stderr.includes("Nothing was changed")))
      this.#fail("credentials", undefined, `secrets rotate ended with ${exitCode}; new secret: ${isNew}. ${stderr}`);
  }

  /** The settings are those that it wrote. */
  async #mssp(...args: readonly string[]): Promise<Finished> {
    const { folder } = this.project;
    const program = path.join(folder, "cli", "mssp.js");
    const options = { cwd: folder, extendEnv: false, reject: false, stdin: "ignore" } as const;
    const { exitCode, signal, stdout, stderr } = await this.project.lending(
      (env) => execa(process.execPath, [program, ...args], { ...options, env }),
      this.#clock(),
    );
    this.#hand.done.push(
      `npx mssp ${args.map((arg) => (arg.includes(" ") ? `'${arg}'` : arg)).join(" ")}: ${exitCode}`,
    );
    const { config } = parse(await readFile(path.join(folder, `Pulumi.${stack}.yaml`), "utf8")) as { config: object };
    this.#settings = Object.fromEntries(
      Object.entries(config).map(([key, value]: [string, unknown]) => [key.split(":")[1] ?? key, value]),
    );
    return { exitCode, signal, stdout, stderr };
  }

  #clock() {
    return { MSSP_CLOCK: this.#world.cloud.now().toISOString() };
  }

  /** @returns whether it ended well, with three more at most */
  async #pulumi(step: "up" | "destroy", ...more: readonly string[]): Promise<boolean> {
    const { project } = this;
    const ended = await this.#owning(async () => {
      let last = await project.run([...commands[step], ...more], this.#clock());
      for (let again = 0; last.exitCode !== 0 && again < 3; again++) {
        if (again === 2 && project.sandbox.faults !== undefined) project.sandbox.faults.percent = 0;
        last = await project.run([...commands[step], "--refresh", "--continue-on-error"], this.#clock());
      }
      return last;
    });
    if (project.sandbox.faults !== undefined) project.sandbox.faults.percent = 0;
    this.#hand.done.push(`npx pulumi ${[step, ...more].join(" ")} --stack ${stack}: ${ended.exitCode ?? ""}`);
    const [isWell, said] = [ended.exitCode === 0, `${ended.stdout}\n${ended.stderr}`];
    if (step === "up") await this.#ranUp(isWell, said);
    else if (!isWell) this.#fail("settings", undefined, said.slice(-1500));
    return isWell;
  }

  /** The chains that it makes are the stack's own. */
  async #owning<T>(command: () => Promise<T>): Promise<T> {
    const edges = new Set(this.#world.chains().flatMap(stepKeys));
    const ended = await this.#world.registering(command);
    for (const key of this.#world.chains().flatMap(stepKeys)) if (!edges.has(key)) this.#own.add(key);
    return ended;
  }

  async #ranUp(isWell: boolean, said: string): Promise<void> {
    const { stdout } = await this.project.pulumi(["stack", "export", "--stack", stack]);
    this.#world.pair = this.#pair(JSON.parse(stdout) as RecordedPair["deployment"]);
    if (isWell) this.#judgeUp();
    else this.#fail("settings", undefined, said.slice(-1500));
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
          passwordCredentials as unknown as readonly Record<"displayName" | "endDateTime" | "keyId", string>[],
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
    return { name: ".", project: ".", settings: this.#settings, deployment, up: {}, destroy: {} };
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

function hasSecret({ connector }: FaultCustomer["settings"]): boolean {
  const { kind, credential = "secret" } = connector as { kind?: string; credential?: string | { type?: string } };
  return (
    kind !== "msspApp" && (typeof credential === "string" ? credential : (credential.type ?? "secret")) === "secret"
  );
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
  eligibleAzureRole: () => false,
  lighthouse: has("azureDelegation"),
  notification: has("notificationRules"),
  changeNotification: () => false,
  partnerSynchronization: () => false,
  partnerDirectConnect: () => false,
  partnerCollaboration: () => false,
  conditionalAccessExclusion: () => false,
  governance: () => false,
  gdap: () => false,
};
