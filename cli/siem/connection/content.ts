/** `mssp connection`: what it writes, from a stack's outputs. */
import { withoutUndefined } from "@defender-mssp/errors";
import { connectionVersion, isThisMachine, type ConnectionContent } from "@defender-mssp/siem/connector/connectionFile";
import type { CredentialPlace } from "@defender-mssp/siem/connector/connector";
import type { StackConnector } from "../../stack/connector";

/** The content of the connector's connection file. */
export function contentOf(
  connector: StackConnector,
  credentialPlace: CredentialPlace,
  environment: NodeJS.ProcessEnv,
): ConnectionContent {
  const { stack, tenantId, clientId, cloud, kind, alertApis, credential, redirectUri, loopbackRedirectUri } = connector;
  const { profile, incidents, actions, approvedBy, writesEndOn } = connector;
  const { ARM_METADATA_HOSTNAME: metadataHost = "" } = environment;
  return {
    msspConnection: connectionVersion,
    stack,
    tenantId,
    clientId,
    cloud,
    ...(isThisMachine(metadataHost) ? { endpoints: { metadataHost } } : {}),
    connector: {
      kind,
      alertApis,
      credential,
      ...(redirectUri === undefined ? {} : { redirectUri }),
      ...(loopbackRedirectUri === undefined ? {} : { loopbackRedirectUri }),
      ...(profile === "read" ? {} : { profile }),
      ...withoutUndefined({ incidents, actions, approvedBy, writesEndOn }),
    },
    credentialPlace,
  };
}
