/**
 * The domains of the MSSP's people that any deployed version of the settings named: today's file can only add to them,
 * so that nobody hides a guest by taking a domain out of it.
 */
import { listOf, recordOf, textOf } from "@defender-mssp/errors/json";
import { readDeployedHistory } from "../stack/history";
import type { PulumiOptions } from "../stack/pulumi";

/** In lower case. @throws VisibleError where the stack's history can't be read */
export async function deployedDomains(stack: string, options: PulumiOptions): Promise<string[]> {
  return (await readDeployedHistory(stack, options)).configurations.flatMap(domainsIn);
}

/** The domains of the MSSP's people in settings: those that the settings allow, the identity source's, and those of the analysts. */
export function domainsIn({
  analysts,
  analystDomains,
  identitySource,
}: Readonly<Record<string, unknown>>): readonly string[] {
  const ofAnalysts = listOf(analysts).map((analyst) => textOf(recordOf(analyst)["email"]).split("@").at(-1) ?? "");
  const named = [...listOf(analystDomains).map(textOf), textOf(recordOf(identitySource)["domain"]), ...ofAnalysts];
  return named.filter((domain) => domain !== "").map((domain) => domain.toLowerCase());
}

/** Settings for a look at the tenant, which asks for these domains, too. */
export function withDomains<Given extends { readonly analystDomains?: readonly string[] }>(
  settings: Given,
  domains: readonly string[],
): Given & { readonly analystDomains: readonly string[] } {
  return { ...settings, analystDomains: [...new Set([...(settings.analystDomains ?? []), ...domains])] };
}
