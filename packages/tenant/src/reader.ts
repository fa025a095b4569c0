/**
 * What reads a tenant, and what it reads: nodes of the access graph, edges of it, and whether an object is there. All
 * of it reads only.
 */
import { EnvironmentError } from "@defender-mssp/errors";
import {
  clouds,
  graphList,
  type DetectionApiVersion,
  type GraphCall,
  type PortalCall,
  type StackMark,
} from "@defender-mssp/microsoft";
import { withoutAzure, type CustomerAzure } from "./customerAzure";
import type { KindKey } from "./kindKey";

/** By what an object counts as the stack's, or as the MSSP's: never by a display name. */
export interface Whose {
  /** The stack's random ID; undefined where its state has none. */
  readonly stackId: string | undefined;
  readonly msspTenantId: string;
  /** Further tenants of the MSSP: those that the settings name now, or named before. */
  readonly furtherMsspTenantIds?: readonly string[];
  /** Domains of the MSSP's people, in lower case. */
  readonly domains: readonly string[];
  /** Application (client) ID of the identity that looks; undefined for a signed-in person. */
  readonly automation: string | undefined;
  /** Name of the stack, for the steps. */
  readonly stack: string;
  readonly tenantId: string;
}

/** Azure Resource Manager with a token of each tenant; undefined where the stack has nothing there. */
export interface AzureCalls {
  /** The MSSP's tenant. */
  readonly handover: PortalCall | undefined;
  /** The customer's. */
  readonly delegation: PortalCall | undefined;
}

/** A customer's tenant, signed in. */
export interface TenantReader {
  /** Reads each address once. */
  readonly graph: GraphCall;
  /** Both, without what was read before. */
  readonly freshReads: () => Pick<TenantReader, "graph" | "list" | "customerAzure">;
  /** Base address of Graph, for the steps. */
  readonly graphUrl: string;
  readonly customerAzure: CustomerAzure;
  /** Graph in the MSSP's tenant. @throws ServiceError, EnvironmentError where the identity can't sign in there */
  readonly msspGraph: (tenantId?: string) => Promise<GraphCall>;
  /** Every item of a list. */
  readonly list: <Item>(path: string) => Promise<readonly Item[]>;
  /** The server for Defender's settings; undefined where a person makes the changes. */
  readonly defender: PortalCall | undefined;
  readonly azure: AzureCalls;
  /** Version of Graph in which the settings let detection rules be read. @default beta */
  readonly detectionApiVersion?: DetectionApiVersion | undefined;
  readonly owner: Whose;
}

/** What a reader is made of; only the call and whose it is are needed. */
interface ReaderParts extends Partial<Pick<TenantReader, "graphUrl" | "msspGraph" | "defender" | "azure">> {
  readonly call: GraphCall;
  readonly owner: Whose;
  /** Signs in to Azure for one look. @default nobody does, and what is there is not checked */
  readonly openAzure?: (() => CustomerAzure) | undefined;
  readonly detectionApiVersion?: DetectionApiVersion | undefined;
}

export function tenantReader({ call, openAzure, ...parts }: ReaderParts): TenantReader {
  const freshReads = () => rememberedReads(call, openAzure?.());
  return {
    graphUrl: clouds.public.graphEndpoint,
    msspGraph: () => Promise.reject(new EnvironmentError("nobody signed in to the MSSP's tenant")),
    defender: undefined,
    azure: { handover: undefined, delegation: undefined },
    ...parts,
    ...freshReads(),
    freshReads,
  };
}

/**
 * Reads each address once: several kinds look at the same object or list. A failure is remembered,
 * too. What writes is passed on.
 */
function rememberedReads(
  graph: GraphCall,
  azure: CustomerAzure = withoutAzure("nobody signed in to Azure"),
): ReturnType<TenantReader["freshReads"]> {
  const answers = new Map<string, ReturnType<GraphCall>>();
  const remembered: GraphCall = (path, options = {}) => {
    if (options.method !== undefined && options.method !== "GET") return graph(path, options);
    const key = JSON.stringify([path, options.accept]);
    const answer = answers.get(key) ?? graph(path, options);
    answers.set(key, answer);
    return answer;
  };
  return { graph: remembered, list: (path) => graphList(remembered, path), customerAzure: azure };
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

/** Who holds roles, groups and permissions. */
export interface Principal {
  readonly type: "user" | "group" | "servicePrincipal";
  /** Object ID. */
  readonly id: string;
}

/** An edge of the access graph: something that a principal may do. */
export interface Edge {
  readonly kind: KindKey;
  /** What it is, as reports name an addition: such as `directory role`. None changes. */
  readonly name: string;
  readonly id: string;
  /** Such as `the directory role Security Administrator`. */
  readonly what: string;
  /** Row of the catalogue of ways. @default the first of its kind */
  readonly way?: string;
  /** Object ID of the group that it is a part of. */
  readonly within?: string;
  /** The group's own rule gives it. */
  readonly byRule?: boolean;
  /** It lets nobody change anything: a permission of Microsoft's that reads. */
  readonly readsOnly?: boolean;
  /** The command or click that ends it. */
  readonly step: string;
}

/**
 * `stack`: the stack's, by its random ID. `mssp`: by the MSSP's tenant ID. `claimed`: by what the object says of itself,
 * such as an address or another stack's mark.
 */
export type Owner = "stack" | "mssp" | "claimed";

export interface Ownership {
  readonly whose: Owner;
  /** Why it counts as theirs: a clause. A claim names what it claims by. */
  readonly evidence: string;
  /** The mark that it has; undefined where something else tells whose it is. */
  readonly mark?: StackMark;
  /** The whole text with the mark. */
  readonly markedText?: string;
}

/** What a node gives by itself. */
export interface Gift {
  /** A clause. */
  readonly what: string;
  /** Row of the catalogue of ways. @default the first of the node's kind */
  readonly way?: string;
  /** Object ID of who gets it. @default the MSSP's tenant ID */
  readonly principal?: string;
  /** What of the node gives it. @default its ID */
  readonly object?: string;
}

/** A node of the access graph that is the stack's or the MSSP's. */
export interface OwnedNode extends Ownership {
  readonly kind: KindKey;
  readonly id: string;
  /** Object ID of the object that it is a part of. */
  readonly ownerId?: string;
  readonly name: string;
  /** ISO 8601, UTC; undefined where the list does not say. */
  readonly createdOn?: string;
  /** Set where it can hold roles, groups and permissions. */
  readonly principal?: Principal;
  /** Empty: nothing, but for what its principal holds. */
  readonly gives: readonly Gift[];
  /** Nothing tells whether it is the MSSP's: a person confirms it, whatever it gives. */
  readonly mayBeOthers?: boolean;
  /** What of it this program does not know, a clause each: a person looks. */
  readonly unsure?: readonly string[];
  /** The command or click that ends it. */
  readonly step: string;
  /** Path of Graph that DELETE removes it at; undefined where a person or another service does. */
  readonly deletion?: string;
}
