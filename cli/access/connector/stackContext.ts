/** Collects what the checks of `mssp verify --stack` and the view `onboarding` share. */
import { contextOf, type ContextOptions, type VerifyContext } from "@defender-mssp/siem/verify/context";
import { defenderEndpointOf, readStackSettings } from "../../../settings/fromFile";
import type { Session } from "@defender-mssp/terminal/session";
import type { Place } from "../../base/place";
import { stackConnector, type StackConnector } from "../../stack/connector";

export interface StackContextOptions extends ContextOptions, Place, Pick<Session, "now"> {
  readonly stack: string;
}

export interface StackVerifyContext extends VerifyContext {
  readonly connector: StackConnector;
  /** The server that authorizes applications, if there is one. */
  readonly defenderEndpoint: string | undefined;
}

/** @throws VisibleError where the stack's outputs or configuration can't be read. */
export async function stackContextOf(options: StackContextOptions): Promise<StackVerifyContext> {
  const { stack, folder, environment, now } = options;
  const customer = stackConnector(stack, { folder, environment });
  const connector = await customer.read();
  const context = await contextOf(
    { ...customer, read: () => Promise.resolve(connector) },
    options,
    { environment, now },
    "npx mssp",
  );
  return { ...context, connector, defenderEndpoint: await authorizingServer(options) };
}

/** Only the settings name it. */
async function authorizingServer({ stack, folder, environment }: StackContextOptions): Promise<string | undefined> {
  // The next `up` reports invalid settings; this command checks what is deployed.
  const defenderCalls = await readStackSettings(stack, { folder, environment }).then(
    (read) => read.defenderCalls,
    () => ({ mode: "endpoint" }) as const,
  );
  return defenderEndpointOf({ defenderCalls }, environment);
}
