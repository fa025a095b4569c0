/** The SIEM connector: `connector`. */
import { X509Certificate } from "node:crypto";
import { valueAt } from "@defender-mssp/errors/json";
import {
  alertApis,
  clouds,
  connectorActions,
  connectorConsents,
  connectorKinds,
  connectorProfiles,
  credentialTypes,
  profileWrites,
  tokenExchangeAudience,
  withoutUndefined,
  type CloudName,
  type ConnectorAccess,
  type ConnectorContract,
  type ConnectorCredential,
  type ConnectorKind,
  type CredentialType,
  type SecretSchedule,
} from "@defender-mssp/microsoft";
import * as z from "zod/mini";
import type { SettingPlace } from "./place";
import { optional, required } from "./setting";
import {
  calendarDay,
  dayOrMoment,
  endpoint,
  listOf,
  mapOf,
  displayName,
  oneOf,
  switchOf,
  uuid,
  wholeNumber,
} from "./validators";

/** The connector of the settings, in the form of the components' arguments. */
export type ConnectorSettings = ConnectorAccess;

/** A year, as in the 2018 document; Entra allows two. */
const longestSecret = 365;

const keysOfKind: Readonly<Record<ConnectorKind, readonly string[]>> = {
  customerApp: ["loopbackRedirectPort", "accountEnabled", "consent"],
  msspApp: ["applicationId"],
};
const keysOfCredential: Readonly<Record<CredentialType, readonly string[]>> = {
  secret: ["days", "rotateBeforeDays", "overlapDays", "renewMadeBefore"],
  certificate: ["certificate"],
  federated: ["issuer", "subject", "audience"],
};

const credential = mapOf("secret, certificate or federated, or a map with type and the keys of that type", {
  type: required(oneOf("the type of the connector's credential", credentialTypes), {
    description: "`secret`: a client secret. `certificate`. `federated`: tokens of another identity provider.",
    example: "federated",
  }),
  days: optional(wholeNumber("days that a client secret is valid for", { most: longestSecret }), {
    description: "Days that a client secret is valid for. Only with the type `secret`.",
    default: `\`${longestSecret}\``,
    example: "180",
  }),
  rotateBeforeDays: optional(
    wholeNumber("days before a secret's end to create the next one", { most: longestSecret }),
    {
      description:
        "Days before a client secret ends from which on the next `up` creates its successor. Only with the type `secret`.",
      default: "`30`, or a third of `days` if that is less",
      example: "14",
    },
  ),
  overlapDays: optional(
    wholeNumber("days that the old secret stays valid after that", { least: 0, most: longestSecret }),
    {
      description: "Days that the old secret stays valid after the rotation. Only with the type `secret`.",
      default: "`7`, or as many as fit into `days`",
      example: "3",
    },
  ),
  renewMadeBefore: optional(dayOrMoment("the day before which a secret must have been created to be renewed now"), {
    description:
      "The next `up` replaces a secret that was created before this day or moment, UTC: for a secret that leaked. One in the future has no effect " +
      "until then. `npx mssp secrets rotate` writes it. Only with the type `secret`.",
    default: "no renewal",
    example: '"2026-11-24"',
  }),
  // Checked by certificateProblems, which shows no part of it: it may be a private key.
  certificate: optional(z.unknown(), {
    description: "The certificate in PEM form, without its private key. Required with the type `certificate`.",
    default: "none",
    values: "one certificate in PEM form, without its private key",
    example: "-----BEGIN CERTIFICATE-----…",
  }),
  issuer: optional(endpoint("the issuer of the other identity provider's tokens"), {
    description: "The `iss` of the other identity provider's tokens. Required with the type `federated`.",
    default: "none",
    example: "https://token.actions.githubusercontent.com",
  }),
  subject: optional(displayName("the subject of the other identity provider's tokens", 600), {
    description: "The `sub` of the other identity provider's tokens. Required with the type `federated`.",
    default: "none",
    example: "repo:fabrikam/siem:ref:refs/heads/main",
  }),
  audience: optional(displayName("the audience of the other identity provider's tokens", 600), {
    description: "The `aud` of the other identity provider's tokens. Only with the type `federated`.",
    default: "`api://AzureADTokenExchange`; in the clouds `gccHigh` and `dod` `api://AzureADTokenExchangeUSGov`",
    example: "api://AzureADTokenExchange",
  }),
});

const connector = mapOf(
  "customerApp or msspApp, or a map with kind, alertApis, profile, credential and the keys of that kind",
  {
    kind: optional(oneOf("the kind of the connector", connectorKinds), {
      description:
        "`customerApp`: a registration in the customer's tenant. `msspApp`: the MSSP's own multitenant application.",
      default: "`customerApp`",
      example: "msspApp",
    }),
    applicationId: optional(uuid("the application (client) ID of the MSSP's multitenant application"), {
      description: "Application (client) ID of the MSSP's multitenant application. Required with the kind `msspApp`.",
      default: "none",
      example: "f00dcafe-0000-4000-8000-000000000001",
    }),
    alertApis: optional(
      listOf("a list of alert APIs: legacySiem, graph", oneOf("an alert API", alertApis), {
        least: 1,
        most: alertApis.length,
      }),
      {
        description:
          "APIs that the connector may read alerts from. `graph`: Microsoft Graph. `legacySiem`: the deprecated SIEM API, only with the kind `customerApp`.",
        default: "`[graph]`",
        example: "[legacySiem, graph]",
      },
    ),
    profile: optional(oneOf("what the connector may do", connectorProfiles), {
      description:
        "What the connector may do, each including the one before: `read`: read alerts. `hunt`: read incidents and run " +
        "advanced hunting queries. `triage`: change alerts and incidents. `respond`: the response actions of `actions`.",
      default: "`read`",
      example: "triage",
    }),
    incidents: optional(switchOf("whether the connector may read incidents"), {
      description: "Whether the connector may read incidents with the profile `read`. The other profiles include it.",
      default: "`false`",
      example: "true",
    }),
    actions: optional(
      listOf(
        `a list of response actions: ${connectorActions.join(", ")}`,
        oneOf("a response action", connectorActions),
        {
          least: 1,
          most: connectorActions.length,
        },
      ),
      {
        description: "Response actions that the connector may take. Required with the profile `respond`.",
        default: "none",
        example: "[isolate, scan]",
      },
    ),
    approvedBy: optional(displayName("the Security Administrator of the customer who approved the changes", 256), {
      description:
        "Name of the Security Administrator of the customer who approved the profile. Required with `triage` and `respond`.",
      default: "none",
      example: "Dana Reyes <dana.reyes@contoso.com>",
    }),
    writesEndOn: optional(calendarDay("the last day on which the connector may change anything"), {
      description:
        "Last day of `triage` or `respond`, UTC; required with them. The first `up` after it removes the roles that allow changes.",
      default: "none",
      example: '"2027-03-31"',
    }),
    credential: optional(credential, {
      description:
        "The connector's credential: a type, or a map with `type` and the type's keys. With the kind `msspApp` a " +
        "type alone, for the MSSP creates it in its own tenant.",
      default: "`secret`; with the kind `msspApp` `certificate`",
      example: "{ type: secret, days: 180, rotateBeforeDays: 14, overlapDays: 3 }",
    }),
    loopbackRedirectPort: optional(
      wholeNumber("the port of a redirect URI on localhost", { least: 1024, most: 65_535 }),
      {
        description:
          "Port of an additional redirect URI on localhost, with which `npx mssp token` receives the sign-in itself. Only with the kind `customerApp`.",
        default: "no such redirect URI",
        example: "8400",
      },
    ),
    consent: optional(oneOf("who grants the connector's permissions", connectorConsents), {
      description:
        "Who grants the connector's permissions. `automation`: `up`. `administrator`: an administrator of the customer, by a click, so that the automation " +
        "needs neither `AppRoleAssignment.ReadWrite.All` nor `DelegatedPermissionGrant.ReadWrite.All`. Only with the kind `customerApp`.",
      default: "`automation`",
      example: "administrator",
    }),
    accountEnabled: optional(switchOf("whether to enable a service principal that the customer has disabled"), {
      description:
        "`true`: `up --refresh` enables the connector's service principal if the customer has disabled it. Only with the kind `customerApp`.",
      default: "`false`: a disabled service principal stays disabled",
      example: "true",
    }),
  },
);

export const connectorSettings = {
  connector: optional(connector, {
    description: "The application with which the SIEM reads alerts: a kind, or a map with `kind` and the kind's keys.",
    default: "`customerApp`",
    example: "{ kind: customerApp, profile: hunt, credential: { type: secret, days: 180 } }",
  }),
};

/** A string is short for a map with that kind, or that type of credential. */
export function connectorMap(raw: unknown): unknown {
  const map = typeof raw === "string" ? { kind: raw } : raw;
  const type = valueAt(map, ["credential"]);
  return typeof type === "string" ? { ...(map as object), credential: { type } } : map;
}

export function connectorFrom(checked: z.infer<typeof connector> | undefined, cloud: CloudName): ConnectorSettings {
  const {
    kind = "customerApp",
    applicationId = "",
    loopbackRedirectPort,
    accountEnabled,
    consent,
    ...rest
  } = checked ?? {};
  const contract = contractFrom(rest);
  if (kind === "msspApp") {
    // The default is a certificate: Microsoft's page of 2026 advises against secrets.
    const type = rest.credential?.type ?? "certificate";
    return {
      kind,
      applicationId: applicationId.toLowerCase(),
      alertApis: ["graph"],
      credential: { type },
      ...contract,
    };
  }
  const { alertApis: asked } = rest;
  return {
    kind,
    // Always in this order.
    alertApis: alertApis.filter((api) => (asked ?? ["graph"]).includes(api)),
    credential: credentialFrom(rest.credential, cloud),
    ...(loopbackRedirectPort === undefined ? {} : { loopbackRedirectPort }),
    ...(accountEnabled === true ? { accountEnabled } : {}),
    ...(consent === "administrator" ? { consent } : {}),
    ...contract,
  };
}

function contractFrom(checked: Partial<z.infer<typeof connector>>): ConnectorContract {
  const { profile, incidents, actions, approvedBy, writesEndOn } = checked;
  return withoutUndefined({
    // The defaults are left out: they are what a contract without these keys says.
    profile: profile === "read" ? undefined : profile,
    incidents: incidents === true ? true : undefined,
    // Always in this order.
    actions: actions && connectorActions.filter((action) => actions.includes(action)),
    approvedBy,
    writesEndOn,
  });
}

function credentialFrom(checked: z.infer<typeof credential> | undefined, cloud: CloudName): ConnectorCredential {
  const { type, issuer = "", subject = "", audience, certificate, ...schedule } = checked ?? { type: "secret" };
  if (type === "certificate") return { type, certificate: String(certificate) };
  if (type === "federated") return { type, issuer, subject, audience: audience ?? exchangeAudience(cloud) };
  const { renewMadeBefore } = schedule;
  return { type, ...scheduleFrom(schedule), ...(renewMadeBefore === undefined ? {} : { renewMadeBefore }) };
}

/** A month and a week; less for a secret with a shorter lifetime. */
function scheduleFrom({ days = longestSecret, rotateBeforeDays, overlapDays }: Partial<Schedule>): Schedule {
  const before = rotateBeforeDays ?? Math.max(Math.min(30, Math.floor(days / 3)), 1);
  return {
    days,
    rotateBeforeDays: before,
    overlapDays: overlapDays ?? Math.max(Math.min(7, before, days - before), 0),
  };
}

type Schedule = Omit<SecretSchedule, "renewMadeBefore">;

/**
 * The government cloud has its own audience: Microsoft, "Set up managed identity for Power
 * Platform" (GCC High and DoD). Not tried on a tenant; `connector.credential.audience` overrides
 * it.
 */
function exchangeAudience(cloud: CloudName): string {
  const isPublicEntra = clouds[cloud].loginEndpoint === clouds.public.loginEndpoint;
  return isPublicEntra ? tokenExchangeAudience : `${tokenExchangeAudience}USGov`;
}

/** Problems between several keys. */
export function connectorProblems(settings: SettingPlace): void {
  const connector = settings.at("connector");
  certificateProblems(connector.at("credential", "certificate"));
  scheduleProblems(connector.at("credential"));
  contractProblems(connector);
  const kind = connector.at("kind").oneOf(connectorKinds, "customerApp");
  if (kind === undefined) return;
  connector.refuseKeysOfOthers("kind", kind, keysOfKind);
  if (kind === "msspApp") msspAppProblems(connector);
  else credentialProblems(connector.at("credential"));
}

/** Keys that a profile requires; with the others each is refused. */
const requiredOfProfile = {
  actions: "the response actions, such as [isolate, scan], with the profile respond",
  approvedBy: "the name of the customer's Security Administrator who approved the changes",
  writesEndOn: "the last day of the changes, such as 2027-03-31 (ISO 8601, UTC)",
} as const;

function contractProblems(connector: SettingPlace): void {
  const profile = connector.at("profile").oneOf(connectorProfiles, "read");
  if (profile === undefined) return;
  for (const [key, allowed] of Object.entries(requiredOfProfile)) {
    const place = connector.at(key);
    const isNeeded = key === "actions" ? profile === "respond" : profileWrites(profile);
    if (isNeeded && !place.isSet) place.refuse(allowed);
    if (!isNeeded && place.isSet) {
      place.refuse(`only with the profile ${key === "actions" ? "respond" : "triage or respond"}; it is ${profile}`);
    }
  }
  if (profile === "read") return;
  const { value: incidents } = connector.at("incidents");
  if (incidents === false || incidents === "false") {
    connector.at("incidents").refuse(`not false with the profile ${profile}, which includes reading incidents`);
  }
  const apis = connector.at("alertApis");
  if (apis.isSet && !apis.items(Infinity).some(({ value }) => value === "graph")) {
    apis.refuse(`a list with graph, with the profile ${profile}: incidents and hunting are in Microsoft Graph`);
  }
}

function msspAppProblems(connector: SettingPlace): void {
  const applicationId = connector.at("applicationId");
  if (!applicationId.isSet) {
    applicationId.refuse(
      "the application (client) ID of the MSSP's multitenant application, a UUID, with the kind msspApp",
    );
  }
  const apis = connector.at("alertApis");
  if (apis.items(Infinity).some(({ value }) => value === "legacySiem")) {
    apis.refuse("[graph] with the kind msspApp: the legacy alert API authorizes a registration of the customer's");
  }
  for (const key of Object.values(keysOfCredential).flat()) {
    const detail = connector.at("credential", key);
    if (!detail.isSet) continue;
    detail.refuse("only with the kind customerApp: the MSSP's application gets its credential in the MSSP's tenant");
  }
}

const certificateAllowed =
  "one certificate in PEM form, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, without its private key";

/** Keys that a type of credential requires, with what is allowed. */
const requiredOfCredential: Readonly<Record<CredentialType, Readonly<Record<string, string>>>> = {
  secret: {},
  certificate: { certificate: certificateAllowed },
  federated: {
    issuer: "the issuer of the other identity provider's tokens, such as https://token.actions.githubusercontent.com",
    subject: "the subject of the other identity provider's tokens",
  },
};

function credentialProblems(credential: SettingPlace): void {
  const type = credential.at("type").oneOf(credentialTypes);
  if (type === undefined) return;
  credential.refuseKeysOfOthers("type", type, keysOfCredential);
  for (const [key, allowed] of Object.entries(requiredOfCredential[type])) {
    if (!credential.at(key).isSet) credential.at(key).refuse(allowed);
  }
}

function scheduleProblems(credential: SettingPlace): void {
  const [days, rotateBeforeDays, overlapDays] = [
    credential.at("days").wholeNumber,
    credential.at("rotateBeforeDays").wholeNumber,
    credential.at("overlapDays").wholeNumber,
  ];
  if ([days, rotateBeforeDays, overlapDays].includes("none")) return; // The validators say so.
  const given = { days, rotateBeforeDays, overlapDays } as Partial<Schedule>;
  const schedule = scheduleFrom(given);
  if (given.rotateBeforeDays !== undefined && given.rotateBeforeDays >= schedule.days) {
    credential.at("rotateBeforeDays").refuse(`less than days, which is ${schedule.days}`);
    return;
  }
  const most = Math.min(schedule.rotateBeforeDays, schedule.days - schedule.rotateBeforeDays);
  if (given.overlapDays === undefined || given.overlapDays <= most) return;
  credential
    .at("overlapDays")
    .refuse(`at most ${most}: not more than rotateBeforeDays, and both together not more than days`);
}

/** Shows no part of the value, which is most often a private key. */
function certificateProblems(certificate: SettingPlace): void {
  const { value } = certificate;
  if (value === undefined) return;
  if (/PRIVATE KEY/.test(typeof value === "string" ? value : JSON.stringify(value))) {
    certificate.refuse(
      "the certificate alone: it contains a private key, which must not be in a stack's file. Remove it, and " +
        "create a new pair if the file has left this machine",
      "[secret]",
    );
  } else if (typeof value !== "string" || !isOneCertificate(value)) {
    certificate.refuse(certificateAllowed, "(not shown)");
  }
}

function isOneCertificate(value: string): boolean {
  const blocks = value.match(/-----BEGIN [A-Z ]+-----/g) ?? [];
  if (blocks.length !== 1 || value.length > 20_000) return false;
  try {
    return new X509Certificate(value).publicKey.asymmetricKeyType !== undefined;
  } catch {
    return false; // no certificate
  }
}
