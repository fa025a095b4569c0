import { connectorRestsOn, endings, type ConnectorRights, type Ending } from "@defender-mssp/microsoft";

/** The settings that decide it. */
export interface EndingSettings {
  readonly connector: ConnectorRights;
  readonly azureDelegation?: object | undefined;
  readonly sentinelAccess?: object | undefined;
}

/**
 * What ends for a stack, by its settings, the most urgent first.
 *
 * @param today UTC, `YYYY-MM-DD`.
 */
export function stackEndings(
  { connector, azureDelegation, sentinelAccess }: EndingSettings,
  today: string,
): readonly Ending[] {
  const isLighthouseAlone = azureDelegation !== undefined && sentinelAccess === undefined;
  const access = isLighthouseAlone ? (["sentinelInAzurePortal"] as const) : [];
  return endings({ ...connectorRestsOn(connector, today), access }, today);
}
