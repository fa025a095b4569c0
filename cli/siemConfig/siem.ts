/** What the renderers of SIEM files have in common. They are pure: a connection in, files out. */
import { clouds, type AlertExporterRegion } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/microsoft/errors";
import type { Connector } from "../connector/connector";

/** What a SIEM product needs to know to reach a customer's alerts. */
export interface SiemConnection {
  readonly connector: Connector;
  /** Where the customer's Defender data is stored: decides the legacy alert API's host. */
  readonly region: AlertExporterRegion;
  /** The client secret, or a placeholder. */
  readonly clientSecret: string;
  /** The refresh token, or a placeholder. */
  readonly refreshToken: string;
}

/** A file to be written. */
export interface SiemFile {
  /** Path below the folder that the user names, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Whether a secret, or its placeholder, is in it: such files are for their owner's eyes. */
  readonly holdsSecret: boolean;
}

/** These products' files have a place for a client secret and for nothing else. */
export function needClientSecret({ connector }: SiemConnection, product: string): void {
  if (connector.credential === "secret") return;
  throw new VisibleError(
    `${product} signs in with a client secret only, and the connector of stack "${connector.stack}" has a ` +
      `${connector.credential === "certificate" ? "certificate" : "federated credential"}. Set connector.credential to "secret", ` +
      `or let \`mssp alerts\` fetch the alerts and hand them over.`,
  );
}

/** A name for a stanza, a policy or a file: letters, digits, `_` and `-` of the stack's name. */
export function plainName(stack: string): string {
  return stack.replace(/[^A-Za-z0-9_-]+/g, "_");
}

/** Base URL of the legacy alert API for the customer. @throws VisibleError where the cloud has no such region. */
export function alertExporter({ connector, region }: SiemConnection): string {
  const { alertExporters } = clouds[connector.cloud];
  const host = alertExporters[region];
  if (host !== undefined) return host;
  throw new VisibleError(
    `The legacy alert API of the cloud "${connector.cloud}" has no region "${region}": it has ${Object.keys(alertExporters).join(", ")} (--region).`,
  );
}
