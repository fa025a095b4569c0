/**
 * The tenants that the stacks of the working folder name, so that they exist with their names
 * before the first `up`. Wrong settings are skipped here; the program reports them.
 */
import { recordOf } from "@defender-mssp/errors/json";
import { isUuid } from "@defender-mssp/microsoft";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import type { TenantDescription } from "@defender-mssp/sandbox";

const stackFile = /^Pulumi\..+\.ya?ml$/;

/**
 * Tenants in the settings of the project in `folder`, those of the alphabetically first stack
 * first.
 */
export async function tenantsOfStacks(folder: string): Promise<TenantDescription[]> {
  const { name: project, stackConfigDir } = await yamlFile(path.join(folder, "Pulumi.yaml"));
  if (typeof project !== "string") return [];
  const stackFolder = path.join(folder, typeof stackConfigDir === "string" ? stackConfigDir : "");
  const names = (await readdir(stackFolder).catch(() => [])).filter((name) => stackFile.test(name)).sort();
  const settings = await Promise.all(
    names.map(async (name) => recordOf((await yamlFile(path.join(stackFolder, name)))["config"])),
  );
  return settings.flatMap((config) => tenantsOf((key) => config[`${project}:${key}`]));
}

function tenantsOf(setting: (key: string) => unknown): TenantDescription[] {
  const mssp = description(setting("msspTenantId"), setting("msspName"), undefined);
  return [
    description(setting("tenantId"), setting("customerName"), setting("customerDomain")),
    mssp && { ...mssp, isMssp: true },
  ].flatMap((tenant) => tenant ?? []);
}

function description(tenantId: unknown, name: unknown, domain: unknown): TenantDescription | undefined {
  if (typeof tenantId !== "string" || !isUuid(tenantId)) return undefined;
  const hasName = typeof name === "string" && /^[^\p{Cc}]{1,256}$/u.test(name);
  const hasDomain = typeof domain === "string" && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(domain) && domain.length < 254;
  return { tenantId, ...(hasName ? { displayName: name } : {}), ...(hasDomain ? { domain } : {}) };
}

async function yamlFile(file: string): Promise<Record<string, unknown>> {
  try {
    return recordOf(parse(await readFile(file, "utf8"), { logLevel: "error" }));
  } catch {
    return {};
  }
}
