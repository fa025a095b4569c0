import {
  connectorRestsOn,
  endings,
  restsOnBoth,
  type ConnectorRights,
  type Ending,
  type RestsOn,
} from "@defender-mssp/microsoft";

/** The settings that decide it. */
export interface EndingSettings {
  readonly connector: ConnectorRights;
  readonly azureDelegation?: object | undefined;
  readonly sentinelAccess?: object | undefined;
}

/**
 * What ends for a stack, by its settings and what its resources rest on, the most urgent first.
 *
 * @param today UTC, `YYYY-MM-DD`.
 * @param deployed of `resourcesRestOn`, or of what the tenant has.
 */
export function stackEndings(
  { connector, azureDelegation, sentinelAccess }: EndingSettings,
  today: string,
  deployed: RestsOn = {},
): readonly Ending[] {
  const isLighthouseAlone = azureDelegation !== undefined && sentinelAccess === undefined;
  const access = isLighthouseAlone ? (["sentinelInAzurePortal"] as const) : [];
  return endings(restsOnBoth({ ...connectorRestsOn(connector, today), access }, deployed), today);
}
