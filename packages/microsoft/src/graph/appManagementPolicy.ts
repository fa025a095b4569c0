/**
 * A tenant's app management policy may forbid client secrets or cap how long they last. Graph says
 * which in its error, but not the cap: that is `longestSecretDays` of `readTenantFeatures`.
 */

/** Why a client secret was refused: there may be none, or none that lasts so long. */
export type SecretRefusal = "forbidden" | "tooLong";

/**
 * What an error of `addPassword` says; undefined where it is about something else. Codes and
 * messages as seen in public issue threads (OfficeDev/microsoft-365-agents-toolkit#10998,
 * KelvinTegelaar/CIPP-API#1970).
 */
export function secretRefusal(error: string): SecretRefusal | undefined {
  const tooLong =
    /CredentialInvalidLifetimeAsPerAppPolicy|lifetime exceeds the max value allowed as per assigned policy/i;
  if (tooLong.test(error)) return "tooLong";
  const forbidden = /CredentialTypeNotAllowedAsPerAppPolicy|type not allowed as per assigned policy/i;
  return forbidden.test(error) ? "forbidden" : undefined;
}
