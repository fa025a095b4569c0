/** Finds the stacks of a project that have a stack's tenant. */
import { readFile } from "node:fs/promises";
import { lastSegment } from "@defender-mssp/microsoft";
import { parseAsEngine } from "./engineYaml";
import { configurationOf } from "./fromFile";
import { fromJson } from "./problems";
import { readProject, stackFile, stacksWithSettings } from "./project";
import { unnamedSharing, type SharedTenant, type TenantClaim } from "./sharedTenant";

/**
 * The sharing of a stack's tenant that the settings do not name. A file without the tenant's ID in its
 * text is not parsed, and one that is not YAML is left to its own stack.
 * @param claim what the stack itself says; its name also with organization and project in front.
 * @param folder that of `Pulumi.yaml`.
 */
export async function readSharing(claim: TenantClaim, folder: string): Promise<SharedTenant | undefined> {
  const own = { ...claim, stack: lastSegment(claim.stack) };
  const { tenantId } = own;
  if (tenantId === undefined) return undefined;
  const project = await readProject(folder);
  const others = (await stacksWithSettings(project)).filter((stack) => stack !== own.stack);
  const claims = await Promise.all(
    others.map(async (stack) => {
      const content = await readFile(stackFile(project, stack), "utf8").catch(() => "");
      return content.toLowerCase().includes(tenantId.toLowerCase()) ? claimIn(stack, content, project.name) : [];
    }),
  );
  return unnamedSharing([own, ...claims.flat()]).find(({ stacks }) => stacks.includes(own.stack));
}

function claimIn(stack: string, content: string, project: string): TenantClaim[] {
  try {
    const { values } = configurationOf(Object(parseAsEngine(content)) as Record<string, unknown>, project);
    const { tenantId } = values;
    const named = fromJson(values["sharedTenantWith"]);
    const sharedTenantWith = Array.isArray(named) ? named.map(String) : [];
    return tenantId === undefined ? [] : [{ stack, tenantId, sharedTenantWith }];
  } catch {
    return [];
  }
}
