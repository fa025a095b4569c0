/** The objects of the tenant that an adoption takes, leaves or asks about, in one list. */
import {
  parseStackMark,
  type Application,
  type AppRoleAssignment,
  type DefenderRoleAssignmentObject,
  type DefenderRoleDefinitionObject,
  type DetectionRuleObject,
  type PasswordCredential,
  type StackMark,
  type UnifiedRoleAssignment,
} from "@defender-mssp/microsoft";
import type { AlertReader } from "@defender-mssp/tenant";
import type { ListedKey } from "../../../domain/adoption";
import { kinds, type KindKey } from "../../../domain/kinds/kinds";

/** What the plan reads of an object, kind by kind. */
interface Facts {
  readonly guest: {
    readonly displayName: string | null;
    /** The address in one of the MSSP's domains, in lower case. */
    readonly email: string;
  };
  readonly group: {
    /** A security group with assigned members; the program manages no other. */
    readonly isPlainSecurityGroup: boolean;
    /** `name`: for people. */
    readonly members: readonly { readonly id: string; readonly name: string }[];
  };
  readonly directoryRoleAssignment: Omit<Readonly<UnifiedRoleAssignment>, "id">;
  readonly defenderRole: Readonly<Pick<DefenderRoleDefinitionObject, "permissions" | "isBuiltIn">>;
  readonly defenderRoleAssignment: Readonly<Pick<DefenderRoleAssignmentObject, "roleDefinitionId" | "principalIds">>;
  readonly connectedOrganization: {
    readonly state: string;
    /** The MSSP's tenant or domain, by which it counts as the MSSP's. */
    readonly source: { readonly tenantId: string } | { readonly domain: string };
  };
  readonly accessPackageCatalog: { readonly groupIds: readonly string[] };
  readonly accessPackage: {
    readonly catalogId: string;
    /** Groups whose membership the package grants. */
    readonly groups: readonly { readonly groupId: string; readonly roleScopeId: string }[];
  };
  readonly assignmentPolicy: {
    /** User principal names of the people who decide. */
    readonly approvers: readonly string[];
    readonly durationInDays: number | undefined;
    /** Graph's frequency of the access review; undefined without one. */
    readonly reviewFrequency: string | undefined;
  };
  readonly detectionRule: { readonly live: DetectionRuleObject };
  readonly application: Readonly<Pick<Application, "appId" | "signInAudience">> & {
    /** The platform Web. */
    readonly web: { readonly redirectUris: readonly string[] };
    readonly requiredResourceAccess: readonly Readonly<Application["requiredResourceAccess"][number]>[];
  };
  readonly clientSecret: Readonly<Pick<PasswordCredential, "displayName" | "startDateTime" | "endDateTime">>;
  readonly certificate: object;
  readonly federatedCredential: object;
  readonly servicePrincipal: { readonly appId: string };
  /** Of an application of the MSSP's tenant. */
  readonly msspServicePrincipal: { readonly appId: string };
  readonly applicationPermission: Readonly<Pick<AppRoleAssignment, "resourceId" | "appRoleId">>;
  readonly delegatedConsent: {
    readonly resourceId: string;
    readonly scopes: readonly string[];
    /** Whether the consent is for all users. */
    readonly isForAll: boolean;
  };
}

interface Named<Key> {
  readonly key: Key;
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Absent for what a person made. */
  readonly mark?: StackMark;
  /** IDs of the objects that it belongs to: without one of them it gives nothing. */
  readonly of?: readonly string[];
}

/** An object of some kinds. A listed kind without facts does not compile. */
export type Candidate<Key extends ListedKey = ListedKey> = { [K in Key]: Named<K> & Facts[K] }[Key];

/** A candidate, or a part of one that no list of the tenant has. */
export type NamedPart =
  Candidate | { readonly key: Exclude<KindKey, ListedKey>; readonly id: string; readonly name: string };

/** A part of the tenant that could not be read. */
export interface NotLooked {
  readonly what: string;
  readonly why: string;
}

/** Object ID of an API's service principal, and the ID of its permission to read alerts. */
interface AlertApi {
  readonly objectId: string;
  readonly readAlerts: string;
}

export interface AdoptableTenant {
  readonly apis: { readonly graph: AlertApi | undefined; readonly defender: AlertApi | undefined };
  /** In the order of the kinds. */
  readonly candidates: readonly Candidate[];
  /** Whether the legacy alert API is authorized for an application, by its client ID; only with an endpoint for Defender's calls. */
  readonly authorized: Readonly<Record<string, boolean>>;
  /** Applications that may read alerts, and of which nothing tells whose they are. */
  readonly alertReaders: readonly AlertReader[];
  readonly notLooked: readonly NotLooked[];
}

/** Those of some kinds. */
export function ofKind<Key extends ListedKey>(candidates: readonly Candidate[], ...keys: Key[]): Candidate<Key>[] {
  return candidates.filter(({ key }) => (keys as ListedKey[]).includes(key)) as Candidate<Key>[];
}

/** With what belongs to it. */
export function withParts(candidates: readonly Candidate[], id: string): readonly Candidate[] {
  return candidates.filter((candidate) => candidate.id === id || candidate.of?.includes(id) === true);
}

/** In the order in which people read of the kinds. */
export function inOrder(candidates: readonly Candidate[]): Candidate[] {
  return kinds.flatMap(({ key }) => candidates.filter((candidate) => candidate.key === key));
}

/** The mark in one of an object's texts: the last counts. */
export function markIn(...texts: readonly (string | null | undefined)[]): { readonly mark?: StackMark } {
  const mark = texts.map(parseStackMark).findLast((each) => each !== undefined);
  return mark === undefined ? {} : { mark };
}
