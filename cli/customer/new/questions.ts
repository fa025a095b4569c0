/**
 * The settings of a new customer: from options, from another customer's file, from Entra, and from
 * a person.
 */
import { setTimeout as wait } from "node:timers/promises";
import { clouds, discoverEndpoints, ServiceError, tenantOfDomain, type CloudName } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import type { Questions, Session } from "@defender-mssp/terminal/session";
import { readStackSettingsOffline } from "../../../settings/fromFile";
import { readProject, shownStackFile, stackFile, type Project } from "../../../settings/project";
import { customerStacks } from "../../stack/customers";
import { exists } from "../../stack/exists";
import { parsedAnalyst, type GivenAnalyst } from "../../stack/parsedAnalyst";

/** As options give them. */
export interface GivenSettings {
  readonly customerName?: string;
  readonly customerDomain?: string;
  readonly tenantId?: string;
  readonly msspName?: string;
  readonly msspTenantId?: string;
  readonly cloud?: string;
  readonly portalAccess?: string;
  readonly analyst?: readonly string[];
}

/** Whether Entra confirmed the domain's tenant. */
export type TenantCheck = "confirmed" | "notChecked";

export interface CustomerAnswers {
  readonly customerName: string;
  readonly customerDomain: string;
  readonly tenantId: string;
  readonly msspName: string;
  readonly msspTenantId: string;
  readonly cloud: string;
  readonly portalAccess: string;
  readonly analysts: readonly GivenAnalyst[];
  readonly tenantCheck: TenantCheck;
  /** Why it was not asked. */
  readonly notCheckedBecause?: string;
}

export interface CompleteOptions {
  /** Ask a person for what is missing. */
  readonly interactive: boolean;
  /** Ask Entra. */
  readonly check: boolean;
}

/**
 * All settings of the customer; undefined if the person cancelled.
 * @throws VisibleError if the file exists, a value is missing without a terminal, or the domain is
 * another tenant's.
 */
export async function complete(
  stack: string,
  given: GivenSettings,
  options: CompleteOptions,
  session: Session,
): Promise<CustomerAnswers | undefined> {
  const project = await readProject(session.folder);
  const file = stackFile(project, stack);
  if (await exists(file)) {
    throw new VisibleError(
      `${shownStackFile(project, stack)} exists already; nothing was changed. Edit it, or name another stack.`,
    );
  }
  const fallback = { cloud: "public", portalAccess: "rbac", ...(await ofAnotherCustomer(project)) };
  const asked = options.interactive ? await ask({ ...given }, fallback, session.ask) : given;
  if (asked === undefined) return undefined;
  const cloud = asked.cloud ?? fallback.cloud;
  const domain = asked.customerDomain;
  const found =
    options.check && domain !== undefined ? await lookUp(domain, cloud as CloudName, session.environment) : undefined;
  const values = { ...fallback, ...withoutMissing(asked), cloud };
  const tenantId = asked.tenantId ?? found?.tenantId;
  requireAll({ ...values, tenantId, analysts: asked.analyst });
  requireSameTenant(domain ?? "", tenantId ?? "", found);
  return {
    customerName: values.customerName ?? "",
    customerDomain: domain ?? "",
    tenantId: (tenantId ?? "").toLowerCase(),
    msspName: values.msspName ?? "",
    msspTenantId: values.msspTenantId ?? "",
    cloud,
    portalAccess: values.portalAccess,
    analysts: (asked.analyst ?? []).map(parsedAnalyst),
    tenantCheck: found?.tenantId === undefined ? "notChecked" : "confirmed",
    ...(found?.because === undefined && options.check ? {} : { notCheckedBecause: found?.because ?? "--no-check" }),
  };
}

/** The MSSP is the same for all customers. */
async function ofAnotherCustomer(project: Project): Promise<Pick<GivenSettings, "msspName" | "msspTenantId">> {
  for (const stack of await customerStacks(project.folder)) {
    const settings = await readStackSettingsOffline(stack, project.folder).catch(() => undefined);
    if (settings !== undefined) return { msspName: settings.msspName, msspTenantId: settings.msspTenantId };
  }
  return {};
}

interface LookUp {
  readonly tenantId?: string;
  /** Why there is none. */
  readonly because?: string;
}

/** How long Entra may take, in milliseconds. */
const patience = 10_000;

async function lookUp(domain: string, cloud: CloudName, environment: NodeJS.ProcessEnv): Promise<LookUp> {
  try {
    const work = discoverEndpoints(environment, { cloud, timeout: patience }).then((endpoints) =>
      tenantOfDomain(domain, endpoints, { timeout: patience }),
    );
    const tenantId = await Promise.race([work, wait(2 * patience, "late" as const, { ref: false })]);
    if (tenantId === "late") return { because: "Entra did not answer in time" };
    if (tenantId === undefined)
      throw new VisibleError(
        `Entra knows no tenant with the domain ${domain} in the cloud ${cloud}; nothing was written. ` +
          "Check the spelling of the domain. --no-check skips this check.",
      );
    return { tenantId };
  } catch (error) {
    if (error instanceof ServiceError) return { because: `Entra could not be asked (${error.message})` };
    throw error;
  }
}

function requireSameTenant(domain: string, tenantId: string, found: LookUp | undefined): void {
  if (found?.tenantId === undefined || found.tenantId === tenantId.toLowerCase()) return;
  throw new VisibleError(
    `${domain} belongs to the tenant ${found.tenantId}, not to ${tenantId}; nothing was written. ` +
      "Correct --tenant-id or --customer-domain, or leave --tenant-id out.",
  );
}

const optionOf = {
  customerName: "--customer-name",
  customerDomain: "--customer-domain",
  tenantId: "--tenant-id",
  msspName: "--mssp-name",
  msspTenantId: "--mssp-tenant-id",
  analysts: "--analyst",
} as const;

function requireAll(values: Readonly<Partial<Record<keyof typeof optionOf, unknown>>>): void {
  const missing = Object.entries(optionOf).filter(([key]) => values[key as keyof typeof optionOf] === undefined);
  if (missing.length === 0) return;
  throw new VisibleError(
    `Nothing was written: ${missing.map(([, option]) => option).join(", ")} ${missing.length === 1 ? "is" : "are"} missing. ` +
      "In a terminal, the command asks for what is missing.",
  );
}

function withoutMissing<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

type Asked = { -readonly [Key in keyof GivenSettings]: GivenSettings[Key] };

/** Asks on the terminal; undefined if the person cancelled. */
async function ask(answers: Asked, fallback: GivenSettings, questions: Questions): Promise<GivenSettings | undefined> {
  const texts: readonly [keyof Asked, string, string][] = [
    ["customerName", "The customer's name", "Contoso"],
    ["customerDomain", "A domain of the customer", "contoso.com"],
    ["tenantId", "The customer's tenant ID (empty: the domain's tenant)", ""],
    ["msspName", "Your name", "Fabrikam Security"],
    ["msspTenantId", "Your own tenant ID", "66666666-7777-8888-9999-000000000000"],
    ["analyst", "Analysts, separated by commas (empty for none)", "Ana Silva <ana@mssp.example>"],
  ];
  for (const [key, message, placeholder] of texts) {
    if (answers[key] !== undefined) continue;
    const initialValue = fallback[key];
    const validate = (value = "") =>
      value.trim() === "" && key !== "tenantId" && key !== "analyst" ? "A value is required." : undefined;
    const answer = await questions.text(message, {
      placeholder,
      validate,
      ...(typeof initialValue === "string" ? { initialValue } : {}),
    });
    if (answer === undefined) return undefined;
    const value = answer.trim();
    if (key === "analyst") answers.analyst = value === "" ? [] : value.split(",").map((one) => one.trim());
    else if (value !== "") answers[key] = value;
  }
  if (answers.portalAccess === undefined) {
    const model = await questions.choose("How do the analysts access the Defender portal?", [
      { value: "rbac", label: "Tiers with roles of Defender's unified RBAC" },
      { value: "basic", label: "A directory role" },
    ]);
    if (model === undefined) return undefined;
    answers.portalAccess = model;
  }
  if (answers.cloud === undefined) {
    const names = Object.keys(clouds);
    const cloud = await questions.choose(
      "The customer's cloud",
      names.map((value) => ({ value, label: value })),
    );
    if (cloud === undefined) return undefined;
    answers.cloud = cloud;
  }
  return answers;
}
