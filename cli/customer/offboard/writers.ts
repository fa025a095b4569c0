/**
 * Applications that could change the tenant after the removal: until when, and what its log has of them. An access
 * token that was issued before lives on when its application is deleted.
 */
import { z } from "zod";
import {
  graphDirectoryAudits,
  type DirectoryAudit,
  hasOneView,
  timeScale,
  type Environment,
} from "@defender-mssp/microsoft";
import { minuteMs } from "@defender-mssp/errors/time";
import {
  type GrantingNode,
  type LoggedObject,
  loggedObjects,
  looked,
  servicePrincipalsPath,
  type ServicePrincipalEntry,
  tenantKinds,
  type TenantReader,
} from "@defender-mssp/tenant";
import { tokenLife } from "../../../domain/stayingAccess";

export const writerShape = z.object({
  /** Application (client) ID. */
  appId: z.string(),
  /** Object ID of its service principal, where a look saw it. */
  id: z.string().optional(),
  name: z.string(),
  /** When it was deleted or, where the tenant does not say, when a look first found it without a right to write. ISO 8601, UTC. */
  endedOn: z.string().optional(),
});
export type Writer = Readonly<z.infer<typeof writerShape>>;

/** The application that removes; nobody where a person does. */
export function remover(environment: Environment): readonly Writer[] {
  const appId = environment["ARM_CLIENT_ID"]?.toLowerCase();
  return appId === undefined ? [] : [{ appId, name: `application ${appId}` }];
}

/**
 * Those of the looks before, and those of this one.
 * @param nodes what this look found
 * @param own IDs of what the removal removed, in lower case
 */
export async function writersAt(
  tenant: TenantReader,
  nodes: readonly GrantingNode[],
  { before, own, now }: { readonly before: readonly Writer[]; readonly own: ReadonlySet<string>; readonly now: Date },
): Promise<readonly Writer[]> {
  const answer = await looked(tenantKinds.servicePrincipal, () =>
    tenant.list<ServicePrincipalEntry>(servicePrincipalsPath),
  );
  if ("reason" in answer) return before;
  const writers = new Map<string, Writer>();
  for (const { id, appId, displayName } of answer.value) {
    const node = nodes.find((other) => other.id === id);
    const known = before.some((writer) => writer.appId === appId.toLowerCase());
    if (node === undefined ? known : couldWrite(node) && !own.has(id.toLowerCase()))
      writers.set(appId.toLowerCase(), { appId: appId.toLowerCase(), id, name: displayName });
  }
  for (const writer of before)
    if (!writers.has(writer.appId))
      writers.set(writer.appId, { ...writer, endedOn: writer.endedOn ?? (await deletedOn(tenant, writer, now)) });
  return [...writers.values()];
}

/** What could not be read of the automation's own rights could be a right to write. */
function couldWrite({ kind, grants, notLooked }: GrantingNode): boolean {
  if (!/^(automationConsent|previewConsent|msspServicePrincipal)$/.test(kind)) return false;
  return grants.some(({ readsOnly }) => readsOnly !== true) || (kind === "automationConsent" && notLooked.length > 0);
}

async function deletedOn(tenant: TenantReader, { id }: Writer, now: Date): Promise<string> {
  const { presence } = tenantKinds.servicePrincipal;
  const answer =
    id === undefined ? undefined : await looked(tenantKinds.servicePrincipal, () => presence(tenant, { id }));
  const said =
    answer !== undefined && "value" in answer && answer.value.state === "softDeleted" ? answer.value.deletedOn : "";
  return said === "" || Date.parse(said) > now.getTime() ? now.toISOString() : said;
}

/** What the applications could change since the removal. */
export interface Writing {
  readonly writers: readonly Writer[];
  /** Until when a token of one that has ended could change the tenant, ISO 8601, UTC; undefined where none has ended. */
  readonly until?: string;
  /** Entries that the tenant's log has of those that have ended, since the removal, or why it could not be read. */
  readonly log?: number | string;
}

/** With the objects that the log says they made. Entra keeps the log 7 days, or 30 with P1. */
export async function writingSince(
  tenant: TenantReader,
  writers: readonly Writer[],
  removedOn: string,
  environment: Environment,
): Promise<Writing & { readonly objects: readonly LoggedObject[] }> {
  const ended = writers.flatMap(({ appId, endedOn }) => (endedOn === undefined ? [] : [{ appId, endedOn }]));
  if (ended.length === 0) return { writers, objects: [] };
  const life = hasOneView(environment) ? 0 : tokenLife * minuteMs * timeScale(environment);
  const until = new Date(Math.max(...ended.map(({ endedOn }) => Date.parse(endedOn))) + life).toISOString();
  const answer = await looked({ key: "automationConsent", read: graphDirectoryAudits.read }, async () => {
    const filters = ended.map(
      ({ appId }) => `initiatedBy/app/appId eq '${appId}' and activityDateTime ge ${removedOn}`,
    );
    const paths = filters.map((filter) => `${graphDirectoryAudits.path}?$filter=${encodeURIComponent(filter)}`);
    return (await Promise.all(paths.map((path) => tenant.list<DirectoryAudit>(path)))).flat();
  });
  if ("reason" in answer) return { writers, until, log: answer.reason, objects: [] };
  return { writers, until, log: answer.value.length, objects: loggedObjects(answer.value) };
}
