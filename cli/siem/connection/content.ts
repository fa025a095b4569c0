/** `mssp connection`: what it writes, from a stack's outputs. */
import { clockFrom, endings, dateOf, endingText } from "@defender-mssp/microsoft";
import { VisibleError, withoutUndefined } from "@defender-mssp/errors";
import { connectionVersion, isThisMachine, type ConnectionContent } from "@defender-mssp/siem/connector/connectionFile";
import type { CredentialPlace } from "@defender-mssp/siem/connector/connector";
import type { StackConnector } from "../../stack/connector";

/** The content of the connector's connection file. */
export function contentOf(
  connector: StackConnector,
  credentialPlace: CredentialPlace,
  environment: NodeJS.ProcessEnv,
): ConnectionContent {
  const { stack, tenantId, clientId, cloud, kind, credential, redirectUri, loopbackRedirectUri } = connector;
  const alertApis = liveApis(connector, clockFrom(environment)());
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

/** The alert APIs that have not ended. @throws VisibleError where the connector has only those. */
function liveApis({ stack, alertApis }: StackConnector, now: Date): StackConnector["alertApis"] {
  const today = dateOf(now);
  const over = endings({ alertApis }, today).find(({ level }) => level === "over");
  const live = alertApis.filter((api) => !endings({ alertApis: [api] }, today).some(({ level }) => level === "over"));
  if (over !== undefined && live.length === 0) {
    throw new VisibleError(`No connection of stack "${stack}" is written: ${endingText(over)}`);
  }
  return live;
}
