/**
 * What the renderers of SIEM files share. Renderers are pure: they take a connection and return
 * files.
 */
import { VisibleError } from "@defender-mssp/errors";
import type { Connector } from "../connector/connector";

/** What a SIEM product needs to reach a customer's alerts. */
export interface SiemConnection {
  readonly connector: Connector;
  readonly hosts: SiemHosts;
  /** The client secret, or a placeholder. */
  readonly clientSecret: string;
  /** The refresh token, or a placeholder. */
  readonly refreshToken: string;
}

/** Base URLs, without a trailing slash: the cloud's own, or the sandbox's. */
export interface SiemHosts {
  readonly loginEndpoint: string;
  readonly graphEndpoint: string;
  /** The API of Defender for Endpoint. */
  readonly defenderApi: string;
  /**
   * The legacy alert API of the customer's region; undefined when no file of the product needs it.
   */
  readonly alertExporter: string | undefined;
  /**
   * Whether these are the sandbox's: a product that knows Microsoft's hosts by name can't reach it.
   */
  readonly isSandbox: boolean;
}

/** A file to write. */
export interface SiemFile {
  /** Path below the folder that the user names, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Whether it contains a secret or its placeholder. Only the owner can read such a file. */
  readonly holdsSecret: boolean;
}

/**
 * Splunk, ArcSight and Elastic sign in with a client secret only. @throws VisibleError for other
 * credentials.
 */
export function needClientSecret({ connector }: SiemConnection, product: string): void {
  if (connector.credential === "secret") return;
  const credential = connector.credential === "certificate" ? "certificate" : "federated credential";
  throw new VisibleError(
    `${product} signs in with a client secret only; the connector of stack "${connector.stack}" has a ${credential}. ` +
      'Set connector.credential to "secret", or forward the alerts with the command `alerts`.',
  );
}

/** Whether several customers get their files at once; the files of one customer alone keep short names. */
export type SiemScope = "oneCustomer" | "allCustomers";

/** A name for a stanza, a policy or a file: letters, digits, `_` and `-` of the stack's name. */
export function plainName(stack: string): string {
  return stack.replace(/[^A-Za-z0-9_-]+/g, "_");
}

/** Base URL of the customer's legacy alert API. @throws VisibleError when nobody determined it. */
export function alertExporter({ connector, hosts }: SiemConnection): string {
  if (hosts.alertExporter !== undefined) return hosts.alertExporter;
  throw new VisibleError(
    `The host of the legacy alert API is unknown for stack "${connector.stack}". Name the region with --region.`,
  );
}
