import { clouds, ServiceError, type AlertExporterRegion, type Endpoints } from "@defender-mssp/microsoft";

/**
 * Base URLs of the legacy alert API: the region's, or all of the cloud's; the sandbox's where the
 * environment names it.
 */
export function alertExporterHosts(endpoints: Endpoints, region: AlertExporterRegion | undefined): readonly string[] {
  if (endpoints.metadataHost !== undefined) return [`https://${endpoints.metadataHost}`];
  const { alertExporters } = clouds[endpoints.cloud];
  if (region === undefined) return Object.values(alertExporters);
  const host = alertExporters[region];
  return host === undefined ? [] : [host];
}

/**
 * The first host that accepts the caller, and its answer: a tenant's data is in one region, and the
 * others refuse its tokens with 401 or 403.
 * @throws ServiceError: the last refusal, or the first other failure.
 */
export async function acceptingHost<Answer>(
  hosts: readonly string[],
  call: (host: string) => Promise<Answer>,
): Promise<{ host: string; answer: Answer }> {
  const [host = "", ...others] = hosts;
  try {
    return { host, answer: await call(host) };
  } catch (error) {
    const isElsewhere = error instanceof ServiceError && [401, 403].includes(error.status) && others.length > 0;
    if (!isElsewhere) throw error;
    return acceptingHost(others, call);
  }
}
