/** Environment variables that the settings are checked against. */
import {
  clockFault,
  clockVariable,
  cloudOf,
  clouds,
  isUuid,
  timeScaleFault,
  timeScaleVariable,
  type CloudName,
  type Environment,
} from "@defender-mssp/microsoft";
import { shown, type SettingProblem } from "./problems";
import { isEndpoint } from "./validators";

export type RawSettings = Partial<Record<string, unknown>>;

/**
 * Environment variables that would make a stack act in another tenant, cloud or time than its
 * settings say.
 */
export function environmentProblems(raw: RawSettings, environment: Environment): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const endpoint = environment["MSSP_DEFENDER_ENDPOINT"];
  if (endpoint && !isEndpoint(endpoint)) {
    const allowed = "a URL: https (http on this machine only), no user, query or fragment";
    problems.push({ key: "MSSP_DEFENDER_ENDPOINT (environment)", seen: shown(endpoint, false), allowed });
  }
  if (/^(true|1|t)$/i.test(environment["ARM_USE_MSI"] ?? "")) {
    const allowed = "unset: a managed identity's token is for its own tenant, whatever tenant it is asked for";
    problems.push({ key: "ARM_USE_MSI (environment)", seen: shown(environment["ARM_USE_MSI"], false), allowed });
  }
  for (const [variable, fault] of [
    [clockVariable, clockFault],
    [timeScaleVariable, timeScaleFault],
  ] as const) {
    const allowed = fault(environment);
    if (allowed === undefined) continue;
    problems.push({ key: `${variable} (environment)`, seen: shown(environment[variable], false), allowed });
  }
  problems.push(...otherCloud(raw["cloud"], environment));
  // Set for another customer: the provider uses its own tenant, but the user may mean the other
  // one.
  const ours = [raw["tenantId"], raw["msspTenantId"]];
  if (!ours.every(isUuid)) return problems;
  for (const variable of ["ARM_TENANT_ID", "AZURE_TENANT_ID"]) {
    const tenant = environment[variable];
    if (!tenant || ours.some((id) => id.toLowerCase() === tenant.toLowerCase())) continue;
    const allowed = "unset, or the tenant of tenantId or msspTenantId: this shell is set up for another tenant";
    problems.push({ key: `${variable} (environment)`, seen: shown(tenant, false), allowed });
  }
  return problems;
}

/** Dynamic resources take the cloud from the environment, so it must be the one of the setting. */
function otherCloud(cloud: unknown, environment: Environment): SettingProblem[] {
  const named = environment["ARM_ENVIRONMENT"];
  if (environment["ARM_METADATA_HOSTNAME"]) return []; // The hosts come from there.
  const wanted = typeof cloud === "string" && Object.hasOwn(clouds, cloud) ? clouds[cloud as CloudName] : clouds.public;
  if (environmentOf(named) === wanted.environment) return [];
  const allowed = `${wanted.environment}${wanted.environment === "public" ? ", or unset" : ""}, for the setting cloud`;
  return [{ key: "ARM_ENVIRONMENT (environment)", seen: shown(named, false), allowed }];
}

function environmentOf(name: string | undefined): string | undefined {
  try {
    return clouds[cloudOf(name)].environment;
  } catch {
    return undefined; // An unknown cloud.
  }
}
