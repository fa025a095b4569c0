/**
 * The credential of the app registration. On a switch of its type the engine creates the new
 * credential before it deletes the old one.
 */
import { X509Certificate } from "node:crypto";
import type { ConnectorCredential } from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { passwordName } from "./deployedSecrets";
import { valueOfMade } from "../outputs";
import {
  planSecrets,
  secretSlots,
  wholeSeconds,
  type DeletedSecret,
  type SecretDates,
  type SecretPlan,
  type SecretsBySlot,
  type SecretSlot,
} from "./secretPlan";
import { explainRefusedSecret } from "./secretRefused";
import { clientSecretName, leakVariable } from "../../domain/naming";

export interface DeclaredCredential {
  /** The current client secret. A secret. Only for the type `secret`. */
  readonly clientSecret?: pulumi.Output<string>;
  /**
   * When the client secret or the certificate expires: UTC, ISO 8601. A federated credential does
   * not expire.
   */
  readonly expiresOn?: pulumi.Output<string>;
  /** The next steps of the rotation. Only for the type `secret`. */
  readonly rotation?: SecretRotation;
  readonly passwords: readonly azuread.ApplicationPassword[];
}

export interface SecretRotation {
  /** From this time on `up` creates the next client secret: UTC, ISO 8601. */
  readonly renewsOn: string;
  /**
   * From this day (UTC) on `up` deletes the previous client secret. Absent without a previous one.
   */
  readonly overlapEndsOn?: string;
}

export interface CredentialContext {
  /** Resource ID of the app registration. */
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
  if (credential.type !== "secret") {
    announceDeletion(
      context.deployedSecrets,
      `the connector's credential is now of the type ${credential.type}`,
      parent,
    );
  }
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
  const plan = planSecrets(deployedSecrets, { ...policy, endsMadeBefore: process.env[leakVariable] }, clock());
  announce(plan, deployedSecrets, parent);
  const refused = explainRefusedSecret(name, tenantId, policy.days);
  const declared = secretSlots.flatMap((slot) => {
    const endDate = plan.ends[slot];
    if (endDate === undefined) return [];
    const password = new azuread.ApplicationPassword(
      passwordName(name, slot),
      // A change of any argument replaces the secret: the name depends on no setting, and what was
      // recorded when the secret was created stays as it is.
      {
        applicationId,
        displayName: clientSecretName,
        endDate,
        rotateWhenChanged: recordOf(slot, plan, deployedSecrets),
      },
      { parent, hooks: { onError: [refused] } },
    );
    return [[slot, password] as const];
  });
  const current = Object.fromEntries(declared)[plan.current] as azuread.ApplicationPassword;
  return {
    clientSecret: ifKnown(pulumi.secret(valueOfMade(current, current.value))),
    expiresOn: valueOfMade(current, current.endDate),
    rotation: rotationOf(plan),
    passwords: declared.map(([, password]) => password),
  };
}

/**
 * The state has no value of a secret that was created by hand, and neither has the output: a secret
 * output without a value is null.
 */
function ifKnown(value: pulumi.Output<string>): pulumi.Output<string> {
  return value.apply((known) => (known === "" ? undefined : known)) as pulumi.Output<string>;
}

function rotationOf({ renewsOn, overlapEndsOn }: SecretPlan): SecretRotation {
  return {
    renewsOn: wholeSeconds(renewsOn),
    // To the day: counted from now when the secret is created, and from Entra's start time
    // afterwards.
    ...(overlapEndsOn === undefined ? {} : { overlapEndsOn: day(overlapEndsOn.toISOString()) }),
  };
}

/**
 * Until when previous secrets stay: new for a secret that is created now, else as the state has it.
 */
function recordOf(slot: SecretSlot, plan: SecretPlan, deployed: SecretsBySlot): Record<string, string> | undefined {
  const isCreated = plan.isNew && slot === plan.current;
  const record = isCreated ? plan.keepsUntil : deployed[slot]?.keepsUntil;
  return record === undefined ? undefined : { ...record };
}

/** Logs which client secrets are created and deleted, and why: the list of changes does not say. */
function announce(plan: SecretPlan, before: SecretsBySlot, parent: pulumi.Resource): void {
  const { replaces } = plan;
  if (replaces !== undefined) {
    void pulumi.log.info(
      `A new client secret, until ${day(plan.ends[plan.current])}, replaces the one ${nameOf(before[replaces])}. ` +
        `The old one works until ${day(plan.keepsUntil?.[replaces])}: give the new one to the SIEM by then.`,
      parent,
    );
  }
  if (plan.waitsUntil !== undefined) {
    const date = day(plan.waitsUntil.toISOString());
    void pulumi.log.info(
      `A new client secret is due. It is created from ${date} on: each of the ${secretSlots.length} existing ones was announced to stay until then.`,
      parent,
    );
  }
  if (plan.renewalIsAhead !== undefined) {
    void pulumi.log.info(
      `connector.credential.renewMadeBefore is in the future, ${plan.renewalIsAhead}: no secret is renewed because of it before then.`,
      parent,
    );
  }
  for (const secret of plan.deleted) sayDeleted(secret, deletions[secret.reason], parent);
}

const deletions: Readonly<Record<DeletedSecret["reason"], string>> = {
  expired: "it has expired",
  overlapEnded: "its overlap has ended",
  noOverlap: "connector.credential.overlapDays is 0",
};

/** Logs that this step deletes every client secret of the stack. */
export function announceDeletion(deployed: SecretsBySlot, reason: string, parent: pulumi.Resource): void {
  for (const secret of Object.values(deployed)) sayDeleted(secret, reason, parent);
}

function sayDeleted(secret: Pick<SecretDates, "startsOn" | "endsOn">, reason: string, parent: pulumi.Resource): void {
  void pulumi.log.info(`The client secret ${nameOf(secret)} is deleted: ${reason}.`, parent);
}

/** Secrets of one day expire on the same day: when each was made tells them apart. */
function nameOf({ startsOn, endsOn }: Partial<SecretDates> = {}): string {
  if (startsOn === undefined) return `that expires on ${day(endsOn)}`;
  return `made on ${startsOn.slice(0, 16).replace("T", " ")} UTC`;
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
      // Unique in the registration, and it can't be changed.
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
