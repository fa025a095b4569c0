/** What a SIEM product needs of a customer, and the files that it gets. */
import type { Connector } from "../connector/connector";

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
  /** The legacy alert API of the customer's region; undefined when no file of the product needs it. */
  readonly alertExporter: string | undefined;
  /** Whether these are the sandbox's: a product that knows Microsoft's hosts by name can't reach it. */
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
