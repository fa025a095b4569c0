/**
 * Whose actions an evidence shows, by the kinds of access: people and applications, also those that
 * were deleted and that the tenant still keeps.
 */
import { isMsspTenant, looked, servicePrincipalsPath } from "@defender-mssp/tenant";
import { deletedItemsPath, graphList, parseStackMark } from "@defender-mssp/microsoft";
import { isNotApplicable } from "../../../domain/kinds/accessKind";
import { kinds, type KindsWith } from "../../../domain/kinds/kinds";
import type { PrerequisiteSettings } from "../../../domain/prerequisiteSettings";
import { assignmentsOf } from "../../tenant/additions/accessPackages";
import type { DeployedObject } from "../../tenant/deployed";
import type { AdditionsTenant } from "../../tenant/additions/tenant";

export interface Subject {
  readonly kind: "guest" | "application";
  /** Object ID of a guest; application (client) ID of an application. */
  readonly id: string;
  /** Address or name. */
  readonly name: string;
  /** Why it counts as the MSSP's. */
  readonly because: string;
  /** When it was deleted, ISO 8601, UTC; absent for an existing one. */
  readonly deletedOn?: string;
}

export interface Subjects {
  readonly subjects: readonly Subject[];
  /** Who could not be looked for, and why. */
  readonly unseen: readonly string[];
}

/** Where subjects are looked for. */
interface SubjectWorld {
  readonly tenant: AdditionsTenant;
  /** The stack's random ID, without which deleted objects can't be told from others. */
  readonly stackId: string | undefined;
  /** Application (client) ID of the identity that runs `up`; undefined for a signed-in person. */
  readonly automation: string | undefined;
}

interface SubjectFinder {
  /** Subjects that no call is needed for. */
  readonly known?: (world: SubjectWorld) => readonly Subject[];
  /** @throws ServiceError */
  readonly look?: (world: SubjectWorld) => Promise<readonly Subject[]>;
  /** Why there is nothing to look by; undefined if there is. */
  readonly obstacle?: (world: SubjectWorld) => string | undefined;
}

type FoundKind = KindsWith<"evidence", { readonly from: "state" | "environment" | "tenant" }>;

const finders: Readonly<Record<FoundKind, SubjectFinder>> = {
  guest: {
    known: ({ tenant }) => tenant.deployed.all("guest").map(guest),
    look: deletedGuests,
    obstacle: withoutMark,
  },
  accessPackageAssignment: { look: ({ tenant }) => holders(tenant) },
  application: { look: deletedApplications, obstacle: withoutMark },
  servicePrincipal: { known: ({ tenant }) => tenant.deployed.all("servicePrincipal").map(application) },
  msspServicePrincipal: { known: ({ tenant }) => tenant.deployed.all("msspServicePrincipal").map(application) },
  automationConsent: {
    known: ({ automation }) =>
      automation === undefined
        ? []
        : [{ kind: "application", id: automation, name: "the MSSP's automation", because: "it runs `up`" }],
    obstacle: ({ automation }) =>
      automation === undefined ? "ARM_CLIENT_ID, its application ID, is not set" : undefined,
  },
  previewConsent: { look: msspApplications },
};

/** Asks each kind of access whom it lets act in the tenant. */
export async function findSubjects(world: SubjectWorld, settings: PrerequisiteSettings): Promise<Subjects> {
  const unseen: string[] = [];
  const byId = new Map<string, Subject>();
  const add = (subjects: readonly Subject[]): void => {
    for (const subject of subjects) {
      const id = subject.id.toLowerCase();
      if (id !== "" && !byId.has(id)) byId.set(id, subject);
    }
  };
  for (const kind of kinds) {
    const { evidence: answer, key } = kind;
    if (isNotApplicable(answer)) continue;
    if (answer.from === "nowhere") {
      if (kind.isExpected(settings)) unseen.push(`${answer.who}: ${answer.why}`);
      continue;
    }
    const { known, look, obstacle } = finders[key as FoundKind];
    add(known?.(world) ?? []);
    const hindered = obstacle?.(world);
    if (hindered !== undefined) unseen.push(`${answer.who}: ${hindered}`);
    else if (look !== undefined) {
      const result = await looked(kind, () => look(world));
      if ("reason" in result) unseen.push(`${answer.who}: ${result.reason}`);
      else add(result.value);
    }
  }
  return { subjects: [...byId.values()], unseen };
}

function withoutMark({ stackId }: SubjectWorld): string | undefined {
  return stackId === undefined ? "the stack's state has no stack identity, by which their mark is known" : undefined;
}

function guest({ objectId, inputs }: DeployedObject): Subject {
  return { kind: "guest", id: objectId, name: textOr(inputs["email"], objectId), because: "a guest of the stack" };
}

function application({ objectId, inputs, outputs }: DeployedObject): Subject {
  const id = outputs["clientId"] ?? inputs["applicationId"] ?? inputs["clientId"];
  const name = textOr(outputs["displayName"], `service principal ${objectId}`);
  return {
    kind: "application",
    id: textOr(id, ""),
    name,
    because: "the SIEM's application of the stack",
  };
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

async function holders(tenant: AdditionsTenant): Promise<Subject[]> {
  if (tenant.deployed.all("accessPackage").length === 0) return [];
  return (await assignmentsOf(tenant)).flatMap(({ target }) =>
    target?.objectId == null
      ? []
      : [
          {
            kind: "guest" as const,
            id: target.objectId,
            name: target.email ?? target.displayName ?? target.objectId,
            because: "holds an access package of the stack",
          },
        ],
  );
}

interface DeletedUser {
  readonly id: string;
  readonly displayName: string | null;
  readonly mail: string | null;
  readonly employeeType?: string | null;
  readonly deletedDateTime: string | null;
}

async function deletedGuests({ tenant: { call }, stackId }: SubjectWorld): Promise<Subject[]> {
  const select = "id,displayName,mail,employeeType,deletedDateTime";
  const users = await graphList<DeletedUser>(call, `${deletedItemsPath("user")}?$select=${select}`);
  return users
    .filter(({ employeeType }) => parseStackMark(employeeType)?.stackId === stackId)
    .map(({ id, mail, displayName, deletedDateTime }) => ({
      kind: "guest",
      id,
      name: mail ?? displayName ?? id,
      because: "a deleted guest with the stack's mark",
      deletedOn: deletedDateTime ?? "",
    }));
}

interface DeletedApplication {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string | null;
  readonly description?: string | null;
  readonly deletedDateTime: string | null;
}

async function deletedApplications({ tenant: { call }, stackId }: SubjectWorld): Promise<Subject[]> {
  return (await graphList<DeletedApplication>(call, deletedItemsPath("application")))
    .filter(({ description }) => parseStackMark(description)?.stackId === stackId)
    .map(({ appId, displayName, deletedDateTime }) => ({
      kind: "application",
      id: appId,
      name: displayName ?? appId,
      because: "a deleted application with the stack's mark",
      deletedOn: deletedDateTime ?? "",
    }));
}

interface MsspApplication {
  readonly appId: string;
  readonly displayName: string;
  readonly appOwnerOrganizationId: string | null;
}

/** Every application of the MSSP's tenant that the customer has consented to. */
async function msspApplications({ tenant: { call, settings } }: SubjectWorld): Promise<Subject[]> {
  const isOfMssp = ({ appOwnerOrganizationId }: MsspApplication): boolean =>
    isMsspTenant(settings, appOwnerOrganizationId);
  return (await graphList<MsspApplication>(call, servicePrincipalsPath))
    .filter(isOfMssp)
    .map(({ appId, displayName }) => ({
      kind: "application",
      id: appId,
      name: displayName,
      because: "an application of the MSSP's tenant",
    }));
}
