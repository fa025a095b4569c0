/** Asks for the settings of a new customer, checks each answer at once, and shows all before they are written. */
import { clouds, withoutUndefined, type CloudName } from "@defender-mssp/microsoft";
import type { Questions, Session } from "@defender-mssp/terminal/session";
import { problemAt } from "../../settings";
import { parsedAnalyst } from "../base/parsedAnalyst";
import { listOf, type GivenSettings } from "./givenSettings";
import type { TenantLookup } from "./tenantLookup";

export interface SettingsQuestion {
  /** `adopt` finds the analysts and the model in the tenant. */
  readonly command: "new" | "adopt";
  readonly stack: string;
  /** The file to write, for the person. */
  readonly file: string;
  /** Settings that options give. They are not asked for. */
  readonly given: GivenSettings;
  /** Suggested answers. */
  readonly fallback: GivenSettings;
  readonly look: (domain: string, cloud: CloudName) => Promise<TenantLookup>;
}

export interface AskedSettings {
  readonly settings: GivenSettings;
  readonly lookup: TenantLookup;
}

type Key = keyof GivenSettings;
type Answers = { -readonly [K in keyof GivenSettings]: GivenSettings[K] };

/** In the order of the questions. The domain's tenant names its cloud, which is then not asked for. */
const labels: Readonly<Record<Key, string>> = {
  customerName: "The customer's name",
  customerDomain: "A domain of the customer",
  cloud: "The customer's cloud",
  tenantId: "The customer's tenant ID",
  msspName: "Your company's name (the MSSP)",
  msspTenantId: "Your company's tenant ID",
  analyst: "Analysts, separated by commas (empty for none)",
  portalAccess: "How do the analysts access the Defender portal?",
  msspContact: "Whom the customer's administrator asks, an address (empty for none)",
  clientId: "Application ID of your automation, which runs up (empty if not known)",
};

const placeholders: Readonly<Partial<Record<Key, string>>> = {
  customerName: "Contoso",
  customerDomain: "contoso.com",
  tenantId: "11111111-2222-3333-4444-555555555555",
  msspName: "Fabrikam Security",
  msspTenantId: "66666666-7777-8888-9999-000000000000",
  analyst: "Ana Silva <ana@mssp.example>",
  msspContact: "Fabrikam SOC <soc@mssp.example>",
  clientId: "11111111-0000-4000-8000-000000000001",
};

const keys = Object.keys(labels) as Key[];

/** @returns undefined if the person cancelled. */
export async function askForSettings(
  question: SettingsQuestion,
  { ask }: Pick<Session, "ask">,
): Promise<AskedSettings | undefined> {
  const { command, stack, given } = question;
  const missing = keys.filter((key) => given[key] === undefined && isAsked(key, command));
  // Cloud and tenant ID are asked for where the domain's tenant is not found.
  await ask.show(`mssp ${command} ${stack}: at most ${missing.length} questions, Ctrl-C writes nothing`, "title");
  const interview = new Interview(question, ask);
  // A given domain has no question of its own, and may answer those of cloud and tenant ID.
  if (given.customerDomain !== undefined && !(await interview.findTenant())) return undefined;
  for (const key of missing) if (key !== "tenantId" && !(await interview.askIfUnknown(key))) return undefined;
  return interview.review();
}

class Interview {
  readonly #answers: Answers;
  #lookup: TenantLookup = { state: "notChecked", because: "--no-check" };

  constructor(
    private readonly question: SettingsQuestion,
    private readonly ask: Questions,
  ) {
    // Options of another command have more than settings.
    const given = Object.fromEntries(keys.map((key) => [key, question.given[key]]));
    this.#answers = withoutUndefined(given);
  }

  /** @returns false if the person cancelled, as the other methods. */
  async askIfUnknown(key: Key): Promise<boolean> {
    return (key === "cloud" && this.#answers.cloud !== undefined) || this.askFor(key);
  }

  async askFor(key: Key): Promise<boolean> {
    if (key === "cloud")
      return this.#choose(
        key,
        Object.keys(clouds).map((value) => ({ value, label: value })),
      );
    if (key === "portalAccess")
      return this.#choose(key, [
        { value: "rbac", label: "Tiers with roles of Defender's unified RBAC" },
        { value: "basic", label: "A directory role" },
      ]);
    const initialValue = this.#initialValue(key);
    const answer = await this.ask.text(labels[key], {
      ...(placeholders[key] === undefined ? {} : { placeholder: `such as ${placeholders[key]}` }),
      ...(initialValue === undefined ? {} : { initialValue }),
      validate: (text) => this.#problem(key, text.trim()),
    });
    if (answer === undefined) return false;
    const text = answer.trim();
    // The tenant of another domain may be in another cloud.
    if (key === "customerDomain" && this.#isCloudFound()) delete this.#answers.cloud;
    if (key === "analyst") this.#answers.analyst = listOf(text);
    else this.#answers[key] = text;
    return key === "customerDomain" ? this.findTenant() : true;
  }

  #isCloudFound(): boolean {
    return (
      this.question.given.cloud === undefined && "cloud" in this.#lookup && this.#answers.cloud === this.#lookup.cloud
    );
  }

  /** Looks the domain's tenant up; where nobody has it, the person is asked for the ID, or for another domain. */
  async findTenant(): Promise<boolean> {
    const { customerDomain: domain = "", cloud } = this.#answers;
    const lookup = await this.question.look(domain, (cloud ?? "public") as CloudName);
    this.#lookup = lookup;
    const { tenantId: given } = this.question.given;
    if (lookup.state === "found") {
      const isOther = given !== undefined && given.toLowerCase() !== lookup.tenantId;
      const found = `${domain} belongs to tenant ${lookup.tenantId}`;
      const where = lookup.cloud === undefined ? "" : `, in the cloud ${lookup.cloud}`;
      await this.ask.show(`${found} (confirmed by Entra)${isOther ? `, not to ${given}` : where}`);
      if (isOther) return this.askFor("customerDomain");
      this.#answers.tenantId = lookup.tenantId;
      this.#answers.cloud ??= lookup.cloud;
      return true;
    }
    await this.ask.show(
      lookup.state === "unknown"
        ? `${lookup.because}. Check the spelling; --no-check skips this check.`
        : `Not checked which tenant ${domain} belongs to: ${lookup.because}.`,
    );
    if (lookup.state === "unknown") {
      // A tenant of another cloud, perhaps.
      if (cloud === undefined && !(await this.askFor("cloud"))) return false;
      const isElsewhere = cloud === undefined && this.#answers.cloud !== "public";
      return isElsewhere ? this.findTenant() : this.askFor("customerDomain");
    }
    return given === undefined ? this.askFor("tenantId") : true;
  }

  /** Shows all answers. Each can be changed before the file is written. */
  async review(): Promise<AskedSettings | undefined> {
    for (;;) {
      await this.ask.show([this.question.file, ...this.#lines()].join("\n"));
      const shown = this.#shownKeys();
      const problem = shown.map((key) => this.#problem(key, this.#text(key))).find((text) => text !== undefined);
      if (problem !== undefined) await this.ask.show(`Not accepted yet: ${problem}`);
      const choice = await this.ask.choose<Key | "write" | "cancel">(
        this.question.command === "new" ? "Write the file?" : "Search this tenant?",
        [
          ...(problem === undefined ? [{ value: "write" as const, label: "Yes" }] : []),
          ...shown
            .filter((key) => key !== "tenantId" || this.#lookup.state !== "found")
            .map((value) => ({ value, label: `Change: ${shortLabel(value)}` })),
          { value: "cancel", label: "No, write nothing" },
        ],
      );
      if (choice === undefined || choice === "cancel") return undefined;
      if (choice === "write") return { settings: this.#answers, lookup: this.#lookup };
      if (!(await this.askFor(choice))) return undefined;
      if (choice === "cloud" && !(await this.findTenant())) return undefined;
    }
  }

  async #choose(key: "cloud" | "portalAccess", choices: readonly { value: string; label: string }[]): Promise<boolean> {
    const choice = await this.ask.choose(labels[key], choices);
    if (choice === undefined) return false;
    this.#answers[key] = choice;
    return true;
  }

  #initialValue(key: Key): string | undefined {
    const value = this.#answers[key] ?? this.question.fallback[key];
    return value === undefined ? undefined : typeof value === "string" ? value : value.join(", ");
  }

  #text(key: Key): string {
    const value = this.#answers[key] ?? "";
    return typeof value === "string" ? value : value.join(", ");
  }

  /** By the setting's own validator, together with the answers so far. */
  #problem(key: Key, text: string): string | undefined {
    const { analyst, msspContact: _, clientId: __, ...answers } = this.#answers;
    if ((key === "msspContact" || key === "clientId") && text === "") return undefined;
    const [setting, value] = firstSetting(key, text);
    if (value === "") return "A value is required.";
    const problem = problemAt(setting, { ...answers, analysts: (analyst ?? []).map(parsedAnalyst), [setting]: value });
    if (problem === undefined) return undefined;
    return problem.key === setting ? problem.allowed : `${problem.seen}: ${problem.allowed}`;
  }

  #shownKeys(): readonly Key[] {
    const { command } = this.question;
    const inTenant: readonly Key[] = command === "adopt" ? ["analyst", "portalAccess"] : [];
    return keys.filter((key) => !inTenant.includes(key) && isAsked(key, command));
  }

  #lines(): string[] {
    const width = Math.max(...keys.map((key) => shortLabel(key).length));
    return this.#shownKeys().map((key) => {
      const confirmed = key === "tenantId" && this.#lookup.state === "found" ? " (confirmed by Entra)" : "";
      return `${shortLabel(key).padEnd(width)}  ${this.#text(key) || "none"}${confirmed}`;
    });
  }
}

/** The setting that an answer becomes, and its value. */
function firstSetting(key: Key, text: string): [setting: string, value: unknown] {
  if (key === "analyst") return ["analysts", listOf(text).map(parsedAnalyst)];
  if (key === "clientId") return ["msspApplications", { automation: { id: text } }];
  return [key, key === "msspContact" ? contactFrom(text) : text];
}

/** Contact and application are no part of what `adopt` searches: it writes what the tenant shows. */
function isAsked(key: Key, command: SettingsQuestion["command"]): boolean {
  return command === "new" || (key !== "msspContact" && key !== "clientId");
}

/** The setting of `Fabrikam SOC <soc@mssp.example>`; of an address alone without a name. */
export function contactFrom(text: string): { readonly email: string; readonly name?: string } {
  const { email, displayName } = parsedAnalyst(text);
  return text.includes("<") ? { email, name: displayName } : { email };
}

/** A label without its explanation. */
function shortLabel(key: Key): string {
  return key === "portalAccess" ? "Portal access" : (labels[key].split(/, | \(/)[0] ?? "");
}
