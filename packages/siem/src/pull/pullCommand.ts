/** What a command that pulls is made of: `mssp alerts` or `mssp incidents`. */
import type { Environment, RequestLimiter, ServiceError } from "@defender-mssp/microsoft";
import type { Session } from "@defender-mssp/terminal/session";
import type { ConnectionOptions } from "../connector/connectionFiles";
import type { Connector } from "../connector/connector";
import type { ConnectorSource, UnreadConnector } from "../connector/connectorSource";
import type { Deliverable, SinkOptions } from "../sinks/destinations";
import type { CredentialOptions } from "../connector/credentialOptions";
import type { OpenedPull } from "./start";
import type { StderrProgress } from "./progress";
import type { PullProgress } from "./pullProgress";
import type { PullCommandOptions } from "./pullOptions";
import type { Pulled } from "./source";
import type { Destination } from "../sinks/sink";

/** What the options of every pull have parsed. */
export interface PullRunOptions extends CredentialOptions, ConnectionOptions, SinkOptions, PullCommandOptions {}

/** What a pull of one customer is opened with. */
export interface SetupOptions {
  readonly environment: Environment;
  /** The file for what is read of this customer, by its name: an alert API, or `incidents`. */
  readonly checkpointFor: (api: string) => string | undefined;
  readonly signal: AbortSignal;
  readonly progress: PullProgress;
  /** Pause of --follow, in milliseconds: waits for a service that is down. */
  readonly follow: number | undefined;
  /** Of all customers that this process pulls. */
  readonly limiter?: RequestLimiter | undefined;
  /** Waits between two tries of a call. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly isOneOfMany?: boolean;
  /** Names of the destinations that the options name; none: standard output. */
  readonly destinations: readonly string[];
}

export interface PullCommand<T extends Pulled> extends Deliverable<T> {
  /** Source, position and checkpoint of a customer's pull. @throws VisibleError, ServiceError */
  readonly open: (customer: UnreadConnector, connector: Connector, setup: SetupOptions) => Promise<OpenedPull<T>>;
  readonly adviceOn: (error: ServiceError) => string | undefined;
  /** Takes the records in place of standard output. */
  readonly output?: Destination<T> | undefined;
  /** Metrics of its own. */
  readonly metrics?: (() => string) | undefined;
}

export interface PullRun<T extends Pulled> {
  readonly command: PullCommand<T>;
  readonly options: PullRunOptions;
  readonly session: Session;
  readonly source: ConnectorSource;
  readonly signal: AbortSignal;
  readonly progress: StderrProgress;
  readonly adviceOn: (error: ServiceError) => string | undefined;
}
