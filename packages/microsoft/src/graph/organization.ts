/** The tenant itself. https://learn.microsoft.com/graph/api/resources/organization */
import type { DirectoryObject } from "./types";

export const organizationPath = "/v1.0/organization";

export interface Organization extends DirectoryObject {
  displayName: string;
  verifiedDomains: { name: string; isDefault: boolean; isInitial: boolean; type: string; capabilities: string }[];
}
