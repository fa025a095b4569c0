/** What the registration proves itself with. One of three; on a switch the engine takes the other away after the new one is there. */
import { X509Certificate } from "node:crypto";
import type { ConnectorCredential } from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { passwordName } from "./deployedSecrets";
import { otherThan, planSecrets, secretSlots, type SecretPlan, type SecretsBySlot } from "./secretPlan";
import { explainRefusedSecret } from "./secretRefused";
import { clientSecretName } from "../../settings/naming";

export interface DeclaredCredential {
  /** The secret to use; only of `secret`. A secret. */
  readonly clientSecret?: pulumi.Output<string>;
  /** When the secret or the certificate ends: UTC, ISO 8601. A federated credential has no end. */
  readonly expiresOn?: pulumi.Output<string>;
  /** What the rotation does next; only of `secret`. */
  readonly rotation?: SecretRotation;
  readonly passwords: readonly azuread.ApplicationPassword[];
}

export interface SecretRotation {
  /** From when on `up` makes the secret's successor: UTC, ISO 8601. */
  readonly renewsOn: string;
  /** The day (UTC) from which on `up` takes the secret before this one away; absent where there is none any more. */
  readonly overlapEndsOn?: string;
}

export interface CredentialContext {
  /** Resource ID of the registration. */
  readonly applicationId: pulumi.Input<string>;
  readonly tenantId: pulumi.Input<string>;
  readonly deployedSecrets: SecretsBySlot;
  readonly clock: () => Date;
}

export function declareCredential(
  name: string,
  credential: ConnectorCredential,
  context: CredentialContext,
  parent: pulumi.Resource,
): DeclaredCredential {
  switch (credential.type) {
    case "secret":
      return secrets(name, credential, context, parent);
    case "certificate":
      return certificate(name, credential.certificate, context, parent);
    case "federated":
      return federated(name, credential, context, parent);
  }
}

function secrets(
  name: string,
  policy: Extract<ConnectorCredential, { type: "secret" }>,
  { applicationId, tenantId, deployedSecrets, clock }: CredentialContext,
  parent: pulumi.Resource,
): DeclaredCredential {
  const plan = planSecrets(deployedSecrets, policy, clock());
  announce(plan, deployedSecrets, parent);
  const refused = explainRefusedSecret(name, tenantId, policy.days);
  const declared = secretSlots.flatMap((slot) => {
    const endDate = plan.ends[slot];
    if (endDate === undefined) return [];
    const password = new azuread.ApplicationPassword(
      passwordName(name, slot),
      // All arguments of a password replace it: the description names nothing that a setting can change.
      { applicationId, displayName: clientSecretName, endDate },
      { parent, hooks: { onError: [refused] } },
    );
    return [[slot, password] as const];
  });
  const { value, endDate } = Object.fromEntries(declared)[plan.current] as azuread.ApplicationPassword;
  return {
    clientSecret: pulumi.secret(value),
    expiresOn: endDate,
    rotation: rotationOf(plan),
    passwords: declared.map(([, password]) => password),
  };
}

function rotationOf({ renewsOn, overlapEndsOn }: SecretPlan): SecretRotation {
  return {
    renewsOn: wholeSeconds(renewsOn),
    // No finer than a day: it is counted from now where the secret is made, from Entra's time of that afterwards.
    ...(overlapEndsOn === undefined ? {} : { overlapEndsOn: day(overlapEndsOn.toISOString()) }),
  };
}

/** Says what the list of changes doesn't: why a secret is made, and what is to be done with it. */
function announce(plan: SecretPlan, before: SecretsBySlot, parent: pulumi.Resource): void {
  const [current, other] = [plan.current, otherThan(plan.current)];
  const old = before[other];
  if (plan.isNew && plan.overlapEndsOn !== undefined) {
    void pulumi.log.info(
      `The client secret that ends on ${day(old?.endsOn)} gets its successor, which ends on ${day(plan.ends[current])}. ` +
        `The old one works until ${day(plan.overlapEndsOn.toISOString())}: hand the new one to the SIEM by then.`,
      parent,
    );
  }
  if (!plan.isNew && old !== undefined && plan.ends[other] === undefined) {
    void pulumi.log.info(`The client secret that has had a successor is taken away.`, parent);
  }
}

function day(moment = ""): string {
  return moment.slice(0, 10);
}

function certificate(
  name: string,
  pem: string,
  { applicationId }: CredentialContext,
  parent: pulumi.Resource,
): DeclaredCredential {
  const { validFrom, validTo } = new X509Certificate(pem);
  const { endDate } = new azuread.ApplicationCertificate(
    `${name}-certificate`,
    {
      applicationId,
      type: "AsymmetricX509Cert",
      value: pem,
      startDate: wholeSeconds(new Date(validFrom)),
      endDate: wholeSeconds(new Date(validTo)),
    },
    { parent },
  );
  return { expiresOn: endDate, passwords: [] };
}

function federated(
  name: string,
  { issuer, subject, audience }: Extract<ConnectorCredential, { type: "federated" }>,
  { applicationId }: CredentialContext,
  parent: pulumi.Resource,
): DeclaredCredential {
  new azuread.ApplicationFederatedIdentityCredential(
    `${name}-federated-credential`,
    {
      applicationId,
      // Entra's unique name of the credential in the registration: it can't be changed.
      displayName: "mssp-siem",
      description: "The MSSP's SIEM, managed by Pulumi",
      issuer,
      subject,
      audiences: [audience],
    },
    { parent },
  );
  return { passwords: [] };
}

/** RFC 3339 in whole seconds, as the provider gives it back. */
function wholeSeconds(moment: Date): string {
  return moment.toISOString().replace(/\.\d{3}Z$/, "Z");
}
