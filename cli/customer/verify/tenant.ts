/**
 * The checks of the customer's tenant that need the stack or the automation: consent, redirect URI,
 * authorization, notification rules, end of changes.
 */
import {
  clouds,
  connectorRoles,
  dateOf,
  findServicePrincipal,
  getNotificationRule,
  legacyAlertScope,
  profileWrites,
  request,
  writesHaveEnded,
  type GraphCall,
} from "@defender-mssp/microsoft";
import { readRegistration } from "@defender-mssp/siem/tokens/redirect";
import { failed, notChecked, passed, type Check } from "@defender-mssp/siem/verify/check";
import type { VerifyContext } from "@defender-mssp/siem/verify/context";
import { asAutomation, automationToken } from "../../access/connector/automation";
import { consentSentence, grantedConsent, whereRevoked } from "../../access/connector/connectorConsent";
import type { StackVerifyContext } from "../../access/connector/stackContext";
import type { StackConnector } from "../../stack/connector";

/**
 * The last day on which the connector may change anything; undefined for a profile that only reads.
 */
export function endOfChanges({ connector, now }: StackVerifyContext): Check | undefined {
  const { profile, writesEndOn, approvedBy = "" } = connector;
  if (!profileWrites(profile) || writesEndOn === undefined) return undefined;
  const name = "end of changes";
  if (writesHaveEnded(connector, dateOf(now))) {
    const end =
      connector.consent === "administrator"
        ? "an administrator removes its roles; run npx pulumi up, which asks for them no longer"
        : "run npx pulumi up, which removes its roles";
    return failed(name, `the profile ${profile} ended on ${writesEndOn}: ${end}, or set a later connector.writesEndOn`);
  }
  return passed(name, `the profile ${profile}, approved by ${approvedBy}, ends after ${writesEndOn}`);
}

/** The consents in the tenant: those of the profile and the alert APIs, and no other role. */
export function consent(context: StackVerifyContext): Promise<Check> {
  const name = "consent";
  return asAutomation(name, async () => {
    const { connector, now } = context;
    const token = await automationToken(context, context.endpoints.graphEndpoint);
    const call: GraphCall = (path, options) =>
      request(`${context.endpoints.graphEndpoint}${path}`, { ...options, token });
    const client = await findServicePrincipal(call, connector.clientId);
    if (client === undefined) {
      const reason = `the tenant has no service principal for ${connector.clientId}: run npx pulumi up --refresh`;
      return { ...failed(name, reason), facts: { consent: "lost" } };
    }
    const readsLegacy = connector.alertApis.includes("legacySiem");
    const { missing, additional } = await grantedConsent(call, client.id, connector, now);
    const give = async () =>
      connector.consent === "administrator" ? consentSentence(call, connector, now) : "run npx pulumi up --refresh";
    const problems = [
      ...(missing.length > 0 ? [`no consent to ${missing.join(" and ")}: ${await give()}`] : []),
      ...(additional.length > 0 ? [additionalProblem(connector, additional)] : []),
    ];
    if (problems.length > 0) {
      const facts = missing.length > 0 ? { consent: "lost" as const } : {};
      return { ...failed(name, problems.join("; ")), facts };
    }
    const all = [
      ...connectorRoles(connector, dateOf(now)).map(({ value }) => `${value} (application)`),
      ...(readsLegacy ? [`${legacyAlertScope} (delegated)`] : []),
    ];
    return passed(name, all.join(", "));
  });
}

function additionalProblem({ profile, consent: by }: StackConnector, additional: readonly string[]): string {
  const remove = by === "administrator" ? "an administrator removes it" : "run npx pulumi up; remove what it leaves";
  return `${additional.join(" and ")} ${additional.length === 1 ? "is" : "are"} not of the profile ${profile}: ${remove} ${whereRevoked}`;
}

/** The stack's redirect URIs, in the registration. */
export function redirectUri(context: VerifyContext): Promise<Check> {
  const name = "redirect URI";
  const { connector, endpoints } = context;
  const wanted = [connector.redirectUri, connector.loopbackRedirectUri].filter((uri) => uri !== undefined);
  return asAutomation(name, async () => {
    if (wanted.length === 0) return notChecked(name, "not applicable: the connector has none");
    const registration = await readRegistration(connector, endpoints, context.environment);
    if (registration.state === "gone")
      return failed(name, "the application registration does not exist: run npx pulumi up --refresh");
    if (registration.state === "unread") return notChecked(name, `not checked: ${registration.reason}`);
    const missing = wanted.filter((uri) => !registration.redirectUris.includes(uri));
    if (missing.length === 0) return passed(name, wanted.join(", "));
    return failed(name, `the registration lacks ${missing.join(", ")}: run npx pulumi up --refresh`);
  });
}

/**
 * The e-mail notification rules: asked of the server that keeps them, where there is one; else as
 * the last `up` left them. Microsoft has no public API to read those that a person has made.
 */
export async function notificationRules(context: StackVerifyContext): Promise<Check> {
  const name = "notification rules";
  const { connector, defenderEndpoint } = context;
  const rules = Object.entries(connector.notificationRules ?? {});
  if (rules.length === 0) return notChecked(name, "not applicable: the stack has none");
  const namesOf = (state: string) => rules.filter(([, one]) => one === state).map(([rule]) => rule);
  const [configured, manual] = [namesOf("configured"), namesOf("manual")];
  const unseen = manual.length === 0 ? "" : `; check by hand in the portal: ${manual.join(", ")}`;
  if (configured.length === 0) return notChecked(name, unseen.slice("; ".length));
  const remembered = passed(name, `${configured.join(", ")}: configured at the last up${unseen}`);
  if (defenderEndpoint === undefined) return remembered;
  const asked = await asAutomation(name, async () => {
    const missing = await missingNotificationRules(context, defenderEndpoint, configured);
    if (missing.length > 0)
      return failed(name, `missing on the server: ${missing.join(", ")}: run npx pulumi up --refresh`);
    return passed(name, `${configured.join(", ")}: configured, confirmed by the server${unseen}`);
  });
  return asked.state === "notChecked" ? remembered : asked;
}

async function missingNotificationRules(
  context: VerifyContext,
  endpoint: string,
  names: readonly string[],
): Promise<string[]> {
  const token = await automationToken(context, clouds[context.connector.cloud].defenderResource);
  const missing: string[] = [];
  for (const name of names) {
    if ((await getNotificationRule({ endpoint, token }, name)) === undefined) missing.push(name);
  }
  return missing;
}
