/** `verify` by a connection file. */
import { VisibleError } from "@defender-mssp/errors";
import type { Session } from "@defender-mssp/terminal/session";
import type { UnreadConnector } from "../connector/connectorSource";
import { coverage, deliveryLag } from "./deliveryLag";
import { authorizationByUse, legacyAlerts, newestGraphAlerts, refreshToken, type LegacyAlerts } from "./alerts";
import { failed, type Check } from "./check";
import { credentialExpiry, portal } from "./connectorChecks";
import { contextOf, type ContextOptions, type VerifyContext } from "./context";
import { requiringState } from "./requiringState";
import { connectorEndings } from "../connector/connectorEndings";
import { retirementsCheck } from "./retirementsCheck";

/**
 * Runs every check that a connection file suffices for. A file that can't be used is one failed
 * check and no error.
 */
export async function verifyConnector(
  customer: UnreadConnector,
  options: ContextOptions,
  session: Session,
  program: string,
): Promise<readonly Check[]> {
  let context: VerifyContext;
  try {
    context = await contextOf(customer, options, session, program);
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    return [failed("connection", error.message)];
  }
  const { checks, legacy } = await checksAsSiem(context);
  return [
    ...checks,
    authorizationByUse(context, legacy),
    credentialExpiry(context),
    await portal(context),
    retirementsCheck(connectorEndings(context.connector, context.now)),
    ...requiringState,
  ];
}

/** The checks that sign in and read alerts as the SIEM would. */
export async function checksAsSiem(
  context: VerifyContext,
): Promise<{ readonly checks: readonly Check[]; readonly legacy: LegacyAlerts }> {
  const refresh = await refreshToken(context);
  const legacy = await legacyAlerts(context, refresh.accessToken);
  const graph = await newestGraphAlerts(context);
  const delivery = [
    ...(await deliveryLag(context, graph.newest)),
    ...(await coverage(context, graph.check.state === "failed")),
  ];
  return { checks: [graph.check, refresh.check, legacy.check, ...delivery], legacy };
}
