/** How a connector is named to people. Loads nothing, since command lines are parsed with it. */
import type { Connector } from "./connector";

/** The connector's name in messages: the stack, or the connection file. */
export function shownConnector({ stack, connection }: Connector): string {
  return connection === undefined ? `stack "${stack}"` : `the connection ${connection.file}`;
}

/** The option that selects the connector, for a command that is shown for copying. */
export function selectingOption({ stack, connection }: Connector): string {
  return connection === undefined ? `--stack ${stack}` : `--connection ${connection.file}`;
}
