/** After an off-boarding: is a way left, did somebody come, was something made? */
import type { DirectoryAudit } from "@defender-mssp/microsoft";
import { loggedNodes, loggedObjects, tenantKinds, type TenantReader, type UnreadKind } from "@defender-mssp/tenant";
import type { TenantLook, LookedObject } from "../look/look";
import type { SinceResult } from "../since/takeSince";

export interface Gone {
  /** `proven`: all that has a look was looked at. `toConfirm`: nothing that could be looked at is left. */
  readonly state: "proven" | "toConfirm" | "accessLeft";
  readonly left: readonly { readonly what: string; readonly why: string; readonly step: string }[];
  readonly toConfirm: readonly { readonly what: string; readonly why: string }[];
}

interface GoneInput {
  readonly result: SinceResult;
  /** Tenants, domains and application IDs that the customer answered to be nobody's of the MSSP, in lower case. */
  readonly notTheirs: ReadonlySet<string>;
  /** The reason why nobody can be proven to be gone, such as `az login`. */
  readonly limits: readonly string[];
  /** Day of an earlier look or of the removal. */
  readonly since: string | undefined;
}

export async function judgeGone(tenant: TenantReader, { result, notTheirs, limits, since }: GoneInput): Promise<Gone> {
  const { look, logs, since: acts } = result;
  const made = await stillThere(tenant, logs.changes, look);
  const ofDeparted = await stillThere(tenant, logs.departedChanges, look);
  const left = [...look.objects.filter(isAccess).map(objectLeft), ...made.left];
  const come = logs.entries.filter(
    ({ actor, log, isRefused }) => actor.whose === "mssp" && log !== "changes" && !isRefused,
  );
  const toConfirm = [
    ...look.objects
      .filter((object) => !isAccess(object))
      .map(({ name, kind, evidence }) => confirm(`${tenantKinds[kind].singular} "${name}"`, evidence)),
    ...made.toConfirm,
    // Whose the application was, nothing tells.
    ...ofDeparted.left.map(({ what, why }) => confirm(what, why)),
    ...ofDeparted.toConfirm,
    ...come.map(({ who, at, what }) => confirm(`${who}, ${at}`, `${what}: after ${acts.from.slice(0, 10)}`)),
    ...look.strangers
      .filter(({ key, domains }) => ![key, ...domains].some((name) => notTheirs.has(name.toLowerCase())))
      .map(({ key, domains, ways }) =>
        confirm([...domains, key].join(", "), `also theirs? ${ways.length} ways in. If not, add --not-theirs ${key}`),
      ),
    ...look.alertReaders
      .filter(({ appId }) => !notTheirs.has(appId.toLowerCase()))
      .map(({ name, appId }) =>
        confirm(`application "${name}"`, `it may read alerts. If it is not the MSSP's, add --not-theirs ${appId}`),
      ),
    ...look.unread.map(({ what, reason }) => confirm(what.join(", "), reason)),
    ...[...made.unread, ...ofDeparted.unread].map(({ kind, reason }) => confirm(tenantKinds[kind].plural, reason)),
    ...acts.unread.map(({ log, reason }) => confirm(log, reason)),
    ...limits.map((reason) => confirm("this look", reason)),
    ...(since === undefined
      ? [
          confirm(
            "who came since the removal",
            "no earlier look is remembered: name the day of the removal with --since",
          ),
        ]
      : []),
  ];
  return { state: left.length > 0 ? "accessLeft" : toConfirm.length > 0 ? "toConfirm" : "proven", left, toConfirm };
}

function confirm(what: string, why: string): Gone["toConfirm"][number] {
  return { what, why };
}

/** What only claims to be the MSSP's, or gives nothing, is a question. */
function isAccess({ whose, kind, mayBeOthers, chains, grants }: LookedObject): boolean {
  if (mayBeOthers || chains.length === 0) return false;
  return whose !== "claimed" || kind === "guest" || grants.length > 0;
}

function objectLeft({ kind, name, id, evidence, grants, gives, step }: LookedObject): Gone["left"][number] {
  const has = [...gives, ...grants.map(({ what }) => what)].join("; ");
  return {
    what: `${tenantKinds[kind].singular} "${name}" (${id})`,
    why: has === "" ? evidence : `${evidence}; it has ${has}`,
    step,
  };
}

/** What identities of the MSSP made, or know a credential of, and is there: whatever else names nobody of it. */
async function stillThere(tenant: TenantReader, changes: readonly DirectoryAudit[], { objects }: TenantLook) {
  const known = new Set(objects.map(({ id }) => id.toLowerCase()));
  const { nodes, unread } = await loggedNodes(tenant, loggedObjects(changes), known);
  const left = nodes.filter(({ grants }) => grants.length > 0);
  return {
    left: left.map(({ kind, name, id, evidence, grants, step }) => ({
      what: `${tenantKinds[kind].singular} "${name}" (${id})`,
      why: `${evidence}; it has ${grants.map(({ what }) => what).join("; ")}`,
      step,
    })),
    toConfirm: nodes
      .filter(({ grants }) => grants.length === 0)
      .map(({ kind, name, id, evidence, unsure = [] }) =>
        confirm(`${tenantKinds[kind].singular} "${name}" (${id})`, [evidence, ...unsure].join("; ")),
      ),
    unread: [...unread, ...nodes.flatMap(({ notLooked }) => notLooked)] as readonly UnreadKind[],
  };
}
