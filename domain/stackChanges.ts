/** What Microsoft changes by itself, as far as a stack's settings say that it concerns the customer. */
import {
  changesConcerning,
  type ConcernedPart,
  type ConnectorKind,
  type CustomerChange,
} from "@defender-mssp/microsoft";

/** The settings that decide it. */
export interface ChangeSettings {
  readonly portalAccess: { readonly model: "basic" | "rbac" | "entitlement" | "governance" };
  readonly connector: { readonly kind: ConnectorKind };
  readonly azureDelegation?: object | undefined;
  readonly sentinelAccess?: object | undefined;
  readonly detections?: object | undefined;
}

/** The parts of access that settings have. */
function concernedParts(settings: ChangeSettings): ConcernedPart[] {
  const { model } = settings.portalAccess;
  const has: Readonly<Record<ConcernedPart, boolean>> = {
    defenderRoles: model === "rbac" || model === "entitlement",
    guests: model !== "governance",
    accessPackages: model === "entitlement",
    governance: model === "governance",
    msspApplication: settings.connector.kind === "msspApp",
    customerApplication: settings.connector.kind === "customerApp",
    sentinel: settings.azureDelegation !== undefined || settings.sentinelAccess !== undefined,
    detections: settings.detections !== undefined,
    automation: true,
  };
  return (Object.keys(has) as ConcernedPart[]).filter((part) => has[part]);
}

/**
 * What is next first. What has been so for more than 90 days is left out.
 *
 * @param today UTC, `YYYY-MM-DD`.
 */
export function stackChanges(settings: ChangeSettings, today: string): readonly CustomerChange[] {
  return changesConcerning(concernedParts(settings), today);
}
