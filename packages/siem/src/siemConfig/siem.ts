/** What a SIEM product needs of a customer, and the files that it gets. */
import type { Endpoints } from "@defender-mssp/microsoft";
import type { Connector } from "../connector/connector";

export interface SiemConnection {
  readonly connector: Connector;
  /** The cloud's own, or the sandbox's: a product that knows Microsoft's hosts by name can't reach that. */
  readonly endpoints: Endpoints;
  /** The legacy alert API of the customer's region; undefined when no file of the product needs it. */
  readonly alertExporter: string | undefined;
  /** The client secret, or a placeholder. */
  readonly clientSecret: string;
  /** The refresh token, or a placeholder. */
  readonly refreshToken: string;
}

/** A file to write. */
export interface SiemFile {
  /** Path below the folder that the user names, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Whether it contains a secret or its placeholder. Only the owner can read such a file. */
  readonly holdsSecret: boolean;
}
