/** The resource types of azuread that the stand-in has. */
import type { AzureadResource } from "../types";
import { accessPackage } from "./accessPackage";
import { accessPackageAssignmentPolicy } from "./accessPackageAssignmentPolicy";
import { accessPackageCatalog } from "./accessPackageCatalog";
import { accessPackageResourceCatalogAssociation } from "./accessPackageResourceCatalogAssociation";
import { accessPackageResourcePackageAssociation } from "./accessPackageResourcePackageAssociation";
import { appRoleAssignment } from "./appRoleAssignment";
import { applicationApiAccess } from "./applicationApiAccess";
import { applicationCertificate } from "./applicationCertificate";
import { applicationFederatedIdentityCredential } from "./applicationFederatedIdentityCredential";
import { applicationOwner } from "./applicationOwner";
import { applicationPassword } from "./applicationPassword";
import { applicationRedirectUris } from "./applicationRedirectUris";
import { applicationRegistration } from "./applicationRegistration";
import { conditionalAccessPolicy } from "./conditionalAccessPolicy";
import { directoryRoleAssignment } from "./directoryRoleAssignment";
import { group } from "./group";
import { servicePrincipal } from "./servicePrincipal";
import { servicePrincipalDelegatedPermissionGrant } from "./servicePrincipalDelegatedPermissionGrant";

export const resources: readonly AzureadResource[] = [
  accessPackage,
  accessPackageAssignmentPolicy,
  accessPackageCatalog,
  accessPackageResourceCatalogAssociation,
  accessPackageResourcePackageAssociation,
  applicationApiAccess,
  applicationCertificate,
  applicationFederatedIdentityCredential,
  applicationOwner,
  applicationPassword,
  applicationRedirectUris,
  applicationRegistration,
  appRoleAssignment,
  conditionalAccessPolicy,
  directoryRoleAssignment,
  group,
  servicePrincipal,
  servicePrincipalDelegatedPermissionGrant,
];
