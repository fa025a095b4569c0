/** A kind of access as a tenant knows it: its words, the permission that reads it, and the calls that do. */
import type { AzureRoleName, GraphPermission } from "@defender-mssp/microsoft";
import type { KindCell } from "./kindCell";
import type { KindKey } from "./kindKey";
import type { Edge, ObjectIdentity, OwnedNode, Presence, Principal, TenantReader } from "./reader";

export interface TenantKind {
  /** Names the kind in code and in JSON. None changes. */
  readonly key: KindKey;
  /** As Microsoft's documents write it, in the middle of a sentence. */
  readonly singular: string;
  readonly plural: string;
  /** Where its objects are. */
  readonly place: "customer's tenant" | "customer's subscription" | "MSSP's tenant" | "MSSP's subscription" | "state";
  /** The collection of Graph that has an object at `<collection>/<object ID>`. */
  readonly address: KindCell<string>;
  /** What an object of the kind is in the tenant's directory; absent where it holds no roles, groups and permissions. */
  readonly principal?: Principal["type"];
  /** What reads it, the least. */
  readonly read: KindCell<readonly ReadPermission[]>;
  /** Whether the object of this ID is in the tenant. @throws ServiceError */
  readonly presence: KindCell<(tenant: TenantReader, object: ObjectIdentity) => Promise<Presence>>;
  /** The stack's nodes by its random ID, and the MSSP's by its tenant and domains. @throws ServiceError */
  readonly search: KindCell<(tenant: TenantReader) => Promise<readonly OwnedNode[]>>;
  /** What of this kind a principal has. @throws ServiceError */
  readonly held: KindCell<(tenant: TenantReader, principal: Principal) => Promise<readonly Edge[]>>;
}

/** A kind in its family's file: the table gives it its key. */
export type KindRow = Omit<TenantKind, "key" | keyof KindDefaults> & Partial<KindDefaults>;

/** `plural`: the singular with an `s`; `place`: the customer's tenant; `held`: for what no principal holds. */
export type KindDefaults = Pick<TenantKind, "plural" | "place" | "held">;

/** A permission of Microsoft Graph or of Defender's API, or a role of Azure. */
export type ReadPermission = GraphPermission | "IntegrationConfiguration.ReadWrite" | AzureRoleName;

/** Why a kind lacks the call `held`. */
export const notHeld = "it is nothing that a principal holds";
export const isPrincipal = "it is a principal";
/** Why a kind lacks the call `search`. */
export const foundWithPrincipal = "found with the principal that has it";
