import { Option, type Command } from "commander";
import { clouds } from "@defender-mssp/microsoft/clouds";
import { VisibleError } from "@defender-mssp/errors";
import { assignments } from "@defender-mssp/terminal/assignments";

/** The settings that `--set` takes. Default of the MSSP's: those of another customer's file. */
export const settable = [
  "customerName",
  "customerDomain",
  "tenantId",
  "msspName",
  "msspTenantId",
  "cloud",
  "portalAccess",
  "analysts",
  "msspContact",
] as const;

/** Settings that have an option of their own, which is named after them: who the customer and the MSSP are. */
const identities = {
  customerName: "--customer-name <name>",
  customerDomain: "--customer-domain <domain>",
  tenantId: "--tenant-id <id>",
  msspName: "--mssp-name <name>",
  msspTenantId: "--mssp-tenant-id <id>",
  cloud: "--cloud <cloud>",
} as const;

export type IdentityOptions = Readonly<Partial<Record<keyof typeof identities, string>>>;

/**
 * Adds the options of the settings, and `--no-check`.
 * @param more settings that `--set` takes besides
 */
export function settingsOptions(command: Command, more: readonly string[] = []): Command {
  const keys = [...settable, ...more];
  for (const [key, flags] of Object.entries(identities)) command.option(flags, `as --set ${key}=…`);
  const set = new Option(
    "--set <setting=value...>",
    `settings: ${keys.join(", ")}; analysts as 'Ana Silva <ana@mssp.example>, ben@mssp.example'`,
  ).argParser(assignments(keys));
  return command.addOption(set).option("--no-check", "do not ask Entra which tenant the domain belongs to");
}

const allowed: Readonly<Partial<Record<string, readonly string[]>>> = {
  cloud: Object.keys(clouds),
  portalAccess: ["rbac", "basic"],
};

/**
 * The settings of `--set`, and those that options of their own give.
 * @throws VisibleError for a setting that both give differently, or a value that the setting does not take.
 */
export function givenSettings(
  set: Readonly<Partial<Record<string, string>>> = {},
  options: IdentityOptions = {},
): GivenSettings {
  const keys = Object.keys(identities) as (keyof typeof identities)[];
  const twice = keys.filter((key) => options[key] !== undefined && (set[key] ?? options[key]) !== options[key]);
  if (twice.length > 0) {
    const both = twice.map((key) => {
      const [option = ""] = identities[key].split(" ");
      return `${option} "${options[key] ?? ""}" and --set ${key}="${set[key] ?? ""}" differ`;
    });
    throw new VisibleError(`${both.join("; ")}: give each setting once. Nothing was written.`);
  }
  const { analysts, ...texts } = {
    ...set,
    ...Object.fromEntries(keys.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]]))),
  };
  for (const [key, value = ""] of Object.entries(texts))
    if (allowed[key]?.includes(value) === false)
      throw new VisibleError(`${key} "${value}": allowed are ${allowed[key].join(", ")}. Nothing was written.`);
  return { ...texts, ...(analysts === undefined ? {} : { analyst: listOf(analysts) }) };
}

/** Texts between commas; a comma in quotes is part of a name. */
export function listOf(text: string): string[] {
  return text
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The settings of a new customer as options give them. */
export interface GivenSettings {
  readonly customerName?: string;
  readonly customerDomain?: string;
  readonly tenantId?: string;
  readonly msspName?: string;
  readonly msspTenantId?: string;
  readonly cloud?: string;
  readonly portalAccess?: string;
  readonly analyst?: readonly string[];
  /** `Name <address>`, or an address; empty for none. */
  readonly msspContact?: string;
  /** Application ID of the MSSP's automation; empty if nobody knows it yet. */
  readonly clientId?: string;
}
