import type { Json } from "../cloud/model";

/**
 * Runs servers beside the sandbox, for other programs. A program asks for one by the control route
 * of the companion's name, and has it for as long as it holds the connection.
 */
export interface Companion {
  /** Starts a server. @throws VisibleError, whose text the program gets. */
  open(question: Json): Promise<CompanionServer>;
  /** Ends all of its servers. */
  stop(): Promise<void>;
}

export interface CompanionServer {
  /** For the program. */
  readonly answer: { readonly port: number };
  /** Resolves when the server has ended by itself. */
  readonly ended: Promise<void>;
  end(): void;
}
