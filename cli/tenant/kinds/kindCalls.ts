/**
 * What takes calls of each kind of access: is an object there, which objects are the stack's or the
 * MSSP's, what does a principal hold. All of them read only.
 */
import type { DetectionApiVersion, GraphCall, PortalCall, StackMark } from "@defender-mssp/microsoft";
import type { AccessKind } from "../../../domain/kinds/accessKind";
import type { KindKey } from "../../../domain/kinds/kinds";
import type { AzureCalls } from "./azureCalls";
import type { CustomerAzure } from "./customerAzure";

/** By what an object counts as the stack's, or as the MSSP's: never by a display name. */
export interface AccessOwner {
  /** The stack's random ID; undefined where its state has none. */
  readonly stackId: string | undefined;
  readonly msspTenantId: string;
  /** Domains of the MSSP's people, in lower case. */
  readonly domains: readonly string[];
  /** Application (client) ID of the identity that looks; undefined for a signed-in person. */
  readonly automation: string | undefined;
  /** Name of the stack, for the steps. */
  readonly stack: string;
  readonly tenantId: string;
}

/** A customer's tenant, signed in. */
export interface KindTenant {
  /** Reads each address once. */
  readonly graph: GraphCall;
  /** Both, without what was read before. */
  readonly freshReads: () => Pick<KindTenant, "graph" | "list" | "customerAzure">;
  /** Base address of Graph, for the steps. */
  readonly graphUrl: string;
  readonly customerAzure: CustomerAzure;
  /** Graph in the MSSP's tenant. @throws ServiceError, EnvironmentError where the identity can't sign in there */
  readonly msspGraph: () => Promise<GraphCall>;
  /** Every item of a list. */
  readonly list: <Item>(path: string) => Promise<readonly Item[]>;
  /** The server for Defender's settings; undefined where a person makes the changes. */
  readonly defender: PortalCall | undefined;
  readonly azure: AzureCalls;
  /** Version of Graph in which the settings let detection rules be read. @default beta */
  readonly detectionApiVersion?: DetectionApiVersion | undefined;
  readonly owner: AccessOwner;
}

export interface ObjectIdentity {
  /** Object ID in the tenant, resource ID in Azure, or the name of a notification rule. */
  readonly id: string;
  /** Object ID of the object that has it, for a part of one. */
  readonly ownerId?: string;
}

/** "Not permitted to look" is none of these: it is thrown as a `ServiceError`. */
export type Presence =
  | { readonly state: "found" }
  | { readonly state: "notFound" }
  /** Restorable until `until`: ISO 8601, UTC; empty where the tenant does not say when it was deleted. */
  | { readonly state: "softDeleted"; readonly deletedOn: string; readonly until: string }
  /** Nothing shows it: a person looks. */
  | { readonly state: "notVisible"; readonly reason: string };

/** Something that a principal may do. */
export interface HeldGrant {
  readonly kind: KindKey;
  /** What it is, as reports name an addition: such as `directory role`. None changes. */
  readonly name: string;
  readonly id: string;
  /** Such as `the directory role Security Administrator`. */
  readonly what: string;
  /** Object ID of the group that it is a part of. */
  readonly within?: string;
  /** The group's own rule gives it. */
  readonly byRule?: boolean;
  /** The command or click that ends it. */
  readonly step: string;
}

export interface AccessPrincipal {
  readonly type: NonNullable<AccessKind["principal"]>;
  readonly id: string;
}

/** An object of the stack's or the MSSP's in the tenant. */
export interface Sighting {
  readonly kind: KindKey;
  readonly id: string;
  readonly name: string;
  readonly whose: "thisStack" | "thisMssp";
  /** Why it counts as theirs: a clause. */
  readonly evidence: string;
  /** The mark that it has; undefined where something else tells whose it is. */
  readonly mark?: StackMark;
  /** ISO 8601, UTC; undefined where the list does not say. */
  readonly createdOn?: string;
  /** Set where it can hold roles, groups and permissions. */
  readonly principal?: AccessPrincipal;
  /** What it gives by itself, a clause each. Empty: nothing, but for what its principal holds. */
  readonly gives: readonly string[];
  /** What of it this program does not know, a clause each: a person looks. */
  readonly unsure?: readonly string[];
  /** The command or click that ends it. */
  readonly step: string;
  /** Path of Graph that DELETE removes it at; undefined where a person or another service does. */
  readonly deletion?: string;
}

/** What each kind has of these, its file in `domain/kinds` says. */
export interface KindCalls {
  /** Whether the object of this ID is in the tenant. @throws ServiceError */
  readonly presence?: (tenant: KindTenant, object: ObjectIdentity) => Promise<Presence>;
  /** The stack's by its random ID, and the MSSP's by its tenant and domains. @throws ServiceError */
  readonly search?: (tenant: KindTenant) => Promise<readonly Sighting[]>;
  /** What of this kind a principal has. @throws ServiceError */
  readonly held?: (tenant: KindTenant, principal: AccessPrincipal) => Promise<readonly HeldGrant[]>;
}
