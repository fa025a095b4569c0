/**
 * Graph's wire shapes, once, for everything here that reads or answers them. Names, types and what
 * may be null follow Microsoft's metadata of Graph v1.0; real answers carry every property of the
 * full shape, or those of `$select`.
 */

/** A collection's page. `@odata.nextLink` is absolute and followed as it is. */
export interface Collection<T> {
  "@odata.context"?: string;
  "@odata.count"?: number;
  "@odata.nextLink"?: string;
  value: T[];
}

/** What users, groups, applications, service principals and roles have in common. */
export interface DirectoryObject {
  "@odata.type"?: string;
  /** Object ID. */
  id: string;
  /** ISO 8601, UTC; null while it isn't deleted. */
  deletedDateTime?: string | null;
}
