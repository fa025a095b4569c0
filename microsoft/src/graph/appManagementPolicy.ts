/**
 * A tenant's app management policy may forbid client secrets or cap how long they last. Graph says which in its error, but not the cap.
 * https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy
 */
import { graphCall, type CallContext } from "../resource.js";

/** Why a client secret was refused: there may be none, or none that lasts so long. */
export type SecretRefusal = "forbidden" | "tooLong";

/**
 * What an error of `addPassword` says; undefined where it is about something else. Codes and messages as seen in public issue threads
 * (OfficeDev/microsoft-365-agents-toolkit#10998, KelvinTegelaar/CIPP-API#1970).
 */
export function secretRefusal(error: string): SecretRefusal | undefined {
  if (
    /CredentialInvalidLifetimeAsPerAppPolicy|lifetime exceeds the max value allowed as per assigned policy/i.test(error)
  )
    return "tooLong";
  if (/CredentialTypeNotAllowedAsPerAppPolicy|type not allowed as per assigned policy/i.test(error)) return "forbidden";
  return undefined;
}

interface Restriction {
  readonly restrictionType?: string;
  readonly state?: string;
  readonly maxLifetime?: string | null;
}

/**
 * The longest that a client secret may last in a tenant by its default policy: an ISO 8601 duration such as `P90D`; undefined where there
 * is no cap. Needs `Policy.Read.All`, which nothing else here does.
 * @throws ServiceError where the caller may not read it.
 */
export async function secretLifetimeCap(tenantId: string, context: CallContext = {}): Promise<string | undefined> {
  const call = await graphCall(tenantId, context);
  const { body } = await call("/v1.0/policies/defaultAppManagementPolicy");
  const { applicationRestrictions } = (body ?? {}) as {
    applicationRestrictions?: { passwordCredentials?: readonly Restriction[] };
  };
  const cap = applicationRestrictions?.passwordCredentials?.find(
    ({ restrictionType, state = "enabled" }) => restrictionType === "passwordLifetime" && state === "enabled",
  );
  return cap?.maxLifetime ?? undefined;
}

/** Days of an ISO 8601 duration of days or weeks, and of its time part rounded down; undefined for months and years, which have no fixed length. */
export function durationDays(duration: string): number | undefined {
  const [whole, weeks, days, hours] =
    /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:\d+M)?(?:[\d.]+S)?)?$/.exec(duration) ?? [];
  if (whole === undefined || (weeks ?? days ?? hours) === undefined) return undefined;
  return Number(weeks ?? 0) * 7 + Number(days ?? 0) + Math.floor(Number(hours ?? 0) / 24);
}
