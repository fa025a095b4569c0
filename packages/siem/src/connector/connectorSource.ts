/**
 * Where connectors come from. This package has connection files; a program that knows more, such as
 * the stacks of a project, mounts the same commands with a source of its own.
 */
import type { Command } from "commander";
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import type { Connector } from "./connector";
import type { KeptToken } from "./refreshToken";

/** One customer's connector, before anything of it is read. */
export interface UnreadConnector {
  /** The customer's name in notes, metrics and names of checkpoints. */
  readonly name: string;
  /**
   * Reads the connector.
   * @param options `secrets`: with the client secret, where the source has it. Default: true.
   * @throws NoConnectorYet, VisibleError
   */
  read(options?: { readonly secrets?: boolean }): Promise<Connector>;
  /** Where the connector's refresh token is kept. */
  keptToken(connector: Connector): Promise<KeptToken>;
}

/** The customer is known and not onboarded yet: commands on many customers leave it out. */
export class NoConnectorYet extends VisibleError {}

/** The connectors of a command: exactly one; or any number, by names, patterns, files and folders. */
export type Selection = "one" | "many";

export interface ConnectorSource {
  /** The program that has the commands, as people type it. */
  readonly program: string;
  /** What a command reads to find a connector, for its help. */
  readonly reads: string;
  readonly example: string;
  /** Adds the options of a selection. They refuse a command line that selects nothing, or in two ways. */
  addOptions(command: Command, selection: Selection): Command;
  /** The connector that the options of `one` select. */
  one(options: object, session: Session): UnreadConnector;
  /** The connector that the options of `many` name by itself; undefined where they select any number. */
  named(options: object, session: Session): Promise<UnreadConnector | undefined>;
  /**
   * The connectors that the options of `many` select: one at least.
   * @throws VisibleError, also where one client secret would go to several applications
   */
  many(options: object, session: Session): Promise<readonly UnreadConnector[]>;
}
