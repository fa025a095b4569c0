import { clouds, type AlertExporterRegion, type Endpoints } from "@defender-mssp/microsoft";

/** Base URLs of the legacy alert API: the region's, or all of the cloud's; the sandbox's where the environment names it. */
export function alertExporterHosts(endpoints: Endpoints, region: AlertExporterRegion | undefined): readonly string[] {
  if (endpoints.metadataHost !== undefined) return [`https://${endpoints.metadataHost}`];
  const { alertExporters } = clouds[endpoints.cloud];
  if (region === undefined) return Object.values(alertExporters);
  const host = alertExporters[region];
  return host === undefined ? [] : [host];
}
