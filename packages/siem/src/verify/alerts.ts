/**
 * Checks that act as the SIEM: a token, and one page of alerts from each of the connector's APIs.
 */
import {
  legacyAlertResource,
  manualSiemAuthorizationSteps,
  refreshedTokens,
  request,
  securityAlertsPath,
  ServiceError,
  unknownMembers,
  dateOf,
} from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { reader } from "../connector/reader";
import { acceptingHost } from "../connector/hosts";
import { selectingOption } from "../connector/shownConnector";
import { daysUntil } from "../connector/refreshToken";
import { connectorEnvironment } from "../tokens/credentials";
import { retiredApiAdvice } from "../retirements/retiredApiAdvice";
import { adviceFor } from "../connector/entraAdvice";
import { failed, notChecked, passed, type Check } from "./check";
import type { NewestAlerts } from "./deliveryLag";
import { isConsentLost } from "./isConsentLost";
import { connectorToken, reasonOf, type VerifyContext } from "./context";

const pageLength = 10;

/** Microsoft Graph's alerts_v2, as the application. */
export async function graphAlerts(context: VerifyContext): Promise<Check> {
  return (await newestGraphAlerts(context)).check;
}

/** The same, with the newest alerts. */
export async function newestGraphAlerts(
  context: VerifyContext,
): Promise<{ readonly check: Check; readonly newest?: NewestAlerts }> {
  const name = "alerts from Microsoft Graph";
  const { connector, credential, endpoints } = context;
  if (!connector.alertApis.includes("graph"))
    return { check: notChecked(name, "not applicable: the connector has no access to Microsoft Graph") };
  if (credential instanceof VisibleError) return { check: failed(name, `not possible: ${reasonOf(credential)}`) };
  const { tenantId } = connector;
  try {
    const environment = connectorEnvironment(connector.clientId, credential, context.environment);
    const token = await connectorToken(context, environment, endpoints.graphEndpoint, false);
    const url = `${endpoints.graphEndpoint}${securityAlertsPath}?$top=${pageLength}`;
    const { body } = await request(url, { token, headers: unknownMembers });
    const { value, "@odata.nextLink": link } = (body ?? {}) as { value?: unknown; "@odata.nextLink"?: unknown };
    if (!Array.isArray(value)) return { check: failed(name, "the answer is not a list of alerts") };
    const times = value.map(createdAt).filter((time) => !Number.isNaN(time));
    const lastAlertAt = times.length === 0 ? undefined : new Date(Math.max(...times)).toISOString();
    const check = passed(name, `200, a page of ${value.length}, as the application`);
    const facts = { tenantId, consent: "given", ...(lastAlertAt === undefined ? {} : { lastAlertAt }) } as const;
    const hasMore = typeof link === "string" || value.length >= pageLength;
    return { check: { ...check, alerts: value.length, facts }, newest: { times, hasMore } };
  } catch (error) {
    const facts = { tenantId, ...(isConsentLost(error) ? ({ consent: "lost" } as const) : {}) };
    return { check: { ...failed(name, withAdvice(error, context)), facts } };
  }
}

function createdAt(alert: unknown): number {
  const { createdDateTime } = (alert ?? {}) as { createdDateTime?: unknown };
  return typeof createdDateTime === "string" ? Date.parse(createdDateTime) : NaN;
}

/** The kept refresh token: its age, and that Entra still takes it. */
export async function refreshToken(context: VerifyContext): Promise<{ check: Check; accessToken?: string }> {
  const name = "refresh token";
  const { connector, credential, kept, tokenRecord, now, program } = context;
  const getOne = `run ${program} token ${selectingOption(connector)}`;
  if (!connector.alertApis.includes("legacySiem")) {
    return { check: notChecked(name, "not applicable: the connector signs in as itself") };
  }
  if (tokenRecord === undefined) return { check: notChecked(name, `none is stored: ${getOne}`) };
  const days = daysUntil(tokenRecord.expiresOn, now);
  if (days < 0) return { check: failed(name, `expired on ${dateOf(tokenRecord.expiresOn)}: ${getOne}`) };
  if (credential instanceof VisibleError) return { check: failed(name, missingCredential(context)) };
  try {
    const credentials = () => connectorEnvironment(connector.clientId, credential, context.environment);
    const tokens = refreshedTokens(credentials, await kept.read(tokenRecord), {
      tenantId: connector.tenantId,
      resource: legacyAlertResource,
      endpoints: context.endpoints,
    });
    const accessToken = await tokens.use((token) => Promise.resolve(token));
    return {
      check: passed(name, `accepted by Entra; expires in ${days} days (${dateOf(tokenRecord.expiresOn)})`),
      accessToken,
    };
  } catch (error) {
    return { check: failed(name, withAdvice(error, context)) };
  }
}

/** Why a check can't sign in; whole only in the first check that says it. */
function missingCredential({ connector, credential }: VerifyContext): string {
  if (connector.alertApis.includes("graph")) return "not possible without the connector's credential";
  return `not possible: ${reasonOf(credential)}`;
}

/** The legacy alert API's response to the connector. */
export interface LegacyAlerts {
  readonly check: Check;
  /** `authorized` and `refused` are facts, by use; `unknown`: it could not be asked. */
  readonly authorization: "authorized" | "refused" | "unknown" | "none";
}

/**
 * The legacy alert API, with the access token that the kept refresh token gave, else with the
 * application's own. It has a host for each region that data is stored in: the one that answers is
 * the customer's.
 */
export async function legacyAlerts(context: VerifyContext, accessToken: string | undefined): Promise<LegacyAlerts> {
  const name = "alerts from the legacy API";
  const { connector, credential } = context;
  if (!connector.alertApis.includes("legacySiem")) {
    return {
      check: notChecked(name, "not applicable: the connector has no access to the legacy alert API"),
      authorization: "none",
    };
  }
  if (accessToken === undefined && credential instanceof VisibleError) {
    return { check: failed(name, missingCredential(context)), authorization: "unknown" };
  }
  try {
    const token = accessToken ?? (await applicationsToken(context));
    const how = accessToken === undefined ? "as the application" : "with the refresh token";
    return await askEach(name, context, token, how);
  } catch (error) {
    return { check: failed(name, withAdvice(error, context)), authorization: "unknown" };
  }
}

async function askEach(name: string, context: VerifyContext, token: string, how: string): Promise<LegacyAlerts> {
  if (context.alertExporters.length === 0)
    return { check: failed(name, "there is no host to ask"), authorization: "unknown" };
  try {
    const { host, answer } = await acceptingHost(context.alertExporters, (candidate) =>
      request(`${candidate}/api/alerts?limit=10&ago=P1D`, { token }),
    );
    const { body } = answer;
    if (!Array.isArray(body))
      return { check: failed(name, `${host}: the answer is not a list`), authorization: "unknown" };
    const check = passed(name, `200 from ${host}, a page of ${body.length}, ${how}`);
    return { check: { ...check, alerts: body.length }, authorization: "authorized" };
  } catch (error) {
    if (!(error instanceof ServiceError) || (error.status !== 401 && error.status !== 403)) throw error;
    return { check: failed(name, error.message), authorization: "refused" };
  }
}

async function applicationsToken(context: VerifyContext): Promise<string> {
  const { connector, credential } = context;
  if (credential instanceof VisibleError) throw credential;
  const environment = connectorEnvironment(connector.clientId, credential, context.environment);
  return connectorToken(context, environment, legacyAlertResource, true);
}

/** The authorization as the use of it has shown. */
export function authorizationByUse({ connector }: VerifyContext, { authorization }: LegacyAlerts): Check {
  const name = "SIEM authorization";
  if (authorization === "none") return notChecked(name, "not applicable: the legacy alert API is not used");
  if (authorization === "authorized")
    return passed(name, "proved by use: the connector read alerts from the legacy alert API");
  if (authorization === "unknown") return failed(name, "not proved: the legacy alert API could not be called");
  const steps = manualSiemAuthorizationSteps(
    { tenantId: connector.tenantId, applicationId: connector.clientId, msspTenantId: "<the MSSP's tenant ID>" },
    connector.cloud,
  );
  return failed(name, `the legacy alert API refuses the connector. ${steps.join(" ")}`);
}

function withAdvice(error: unknown, { connector, now }: VerifyContext): string {
  const advice = error instanceof ServiceError ? adviceFor(error.serviceCode, reader(connector)) : undefined;
  const retired = error instanceof ServiceError ? retiredApiAdvice(error, now) : undefined;
  return [reasonOf(error), advice, retired].filter((text) => text !== undefined).join(" ");
}
