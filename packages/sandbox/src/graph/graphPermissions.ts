/** Graph's service principal in the emulated cloud: it offers every permission that a route asks for. */
import { microsoftGraph, publishedApplications, type PublishedApplication } from "@defender-mssp/microsoft";

/**
 * What routes ask for besides the product's own permissions: value, ID of the app role, ID of the scope; "-" for none.
 * Source: merill/microsoft-info, `_info/GraphAppRoles.json` and `_info/GraphDelegateRoles.json` (commit 43b8a5d, 2026-08-20).
 */
const further = `
AdministrativeUnit.Read.All 134fd756-38ce-4afd-ba33-e9623dbe66c2 3361d15d-be43-4de6-b441-3c746d05163d
AdministrativeUnit.ReadWrite.All - 7b8a2d34-6b3f-4542-a343-54651608ad81
AuditLog.Read.All - e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20
CrossTenantInformation.ReadBasic.All - 81594d25-e88e-49cf-ac8c-fecbff49f994
DelegatedAdminRelationship.Read.All - 0c0064ea-477b-4130-82a5-4c2cc4ff68aa
DelegatedPermissionGrant.Read.All - a197cdc4-a8e8-4d49-9d35-4ca7c83887b4
Domain.ReadWrite.All 7e05723c-0bb0-42da-be95-ae9f08a6e53c 0b5d694c-a244-4bde-86e6-eb5cd07730fe
EntitlementManagement.Read.All - 5449aa12-1393-4ea2-a7c7-d0e06c1a56b2
GroupMember.Read.All - bc024368-1153-4739-b217-4326f2e966d0
IdentityRiskyUser.Read.All - d04bb851-cb7c-4146-97c7-ca3e71baf56c
IdentityRiskyUser.ReadWrite.All - e0a7cdbb-08b0-4697-8264-0069786e9674
LicenseAssignment.Read.All e2f98668-2877-4f38-a2f4-8202e0717aa1 f395577a-0960-456b-979f-7228de0c5996
OnPremDirectorySynchronization.ReadWrite.All - c2d95988-7604-4ba1-aaed-38a5f82a51c7
Organization.Read.All - 4908d5b9-3fb2-4b1e-9336-1888b7937185
Organization.ReadWrite.All 292d869f-3427-49a8-9dab-8c70152b74e9 46ca0847-7e6b-426e-9775-ea810a948356
Policy.Read.AuthenticationMethod 8e3bc81b-d2f3-4b7b-838c-32c88218d2f0 a6ff13ac-1851-4993-8ca9-a671d70de2d5
Policy.Read.ConditionalAccess - 633e0fce-8c58-4cfb-9495-12bbd5a24f7c
Policy.ReadWrite.ApplicationConfiguration - b27add92-efb2-4f16-84f5-8108ba77985c
Policy.ReadWrite.AuthenticationMethod 29c18626-4985-4dcd-85c0-193eef327366 7e823077-d88e-468f-a337-e18f1f0e6c7c
Policy.ReadWrite.Authorization fb221be6-99f2-473f-bd32-01c6a0e9ca3b edd3c878-b384-41fd-95ad-e7407dd775be
Policy.ReadWrite.ConditionalAccess - ad902697-1014-4ef5-81ef-2b4301988e8c
Policy.ReadWrite.ConsentRequest 999f8c63-0a38-4f1b-91fd-ed1947bdd1a9 4d135e65-66b8-41a8-9f8b-081452c91774
Policy.ReadWrite.CrossTenantAccess - 014b43d0-6ed4-4fc6-84dc-4b6f7bae7d85
Policy.ReadWrite.SecurityDefaults 1c6e93a6-28e2-4cbb-9f64-1a46a821124d 0b2a744c-2abf-4f1e-ad7e-17a087e2be99
PrivilegedAssignmentSchedule.Read.AzureADGroup cd4161cb-f098-48f8-a884-1eda9a42434c 02a32cc4-7ab5-4b58-879a-0586e0f7c495
PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup 41202f2c-f7ab-45be-b001-85c9728b9d69 06dbc45d-6708-4ef0-a797-f797ee68bf4b
PrivilegedEligibilitySchedule.Read.AzureADGroup - 8f44f93d-ecef-46ae-a9bf-338508d44d6b
PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup - ba974594-d163-484e-ba39-c330d5897667
RoleAssignmentSchedule.Read.Directory d5fe8ce8-684c-4c83-a52c-46e882ce4be1 344a729c-0285-42c6-9014-f12b9b8d6129
RoleAssignmentSchedule.ReadWrite.Directory dd199f4a-f148-40a4-a2ec-f0069cc799ec 8c026be3-8e26-4774-9372-8d5d6f21daff
RoleEligibilitySchedule.Read.Directory ff278e11-4a33-4d0c-83d2-d01dc58929a5 eb0788c2-6d4e-4658-8c9e-c0fb8053f03d
RoleEligibilitySchedule.ReadWrite.Directory fee28b28-e1f3-4841-818e-2704dc62245f 62ade113-f8e0-4bf9-a6ba-5acb31db32fd
RoleManagement.Read.All - 48fec646-b2ba-4019-8681-8eb31435aded
RoleManagement.Read.Defender - dd689728-6eb8-4deb-bd38-2924a935f3de
RoleManagement.Read.Directory - 741c54c3-0c1e-44a1-818b-3f97ab4e8c83
RoleManagementPolicy.Read.AzureADGroup - 7e26fdff-9cb1-4e56-bede-211fe0e420e8
RoleManagementPolicy.ReadWrite.AzureADGroup - 0da165c7-3f15-4236-b733-c0b0f6abe41d
SecurityAlert.ReadWrite.All - 471f2a7f-2a42-4d45-a2bf-594d0838070d
SecurityIncident.ReadWrite.All - 128ca929-1a19-45e6-a3b8-435ec44a36ba
SharePointTenantSettings.Read.All - 2ef70e10-5bfd-4ede-a5f6-67720500b258
SharePointTenantSettings.ReadWrite.All 19b94e34-907c-4f43-bde9-38b1909ed408 aa07f155-3612-49b8-a147-6c590df35536
TenantGovernance-Invitation.Read.All - fda068e8-0524-485e-8d7f-b5bc29b0dae9
TenantGovernance-Invitation.ReadWrite.All - 42b91635-3803-4af2-a2d5-e91127f9c488
TenantGovernance-PolicyTemplate.Read.All - ad222a15-813d-46b8-8f8d-1976a69a74f3
TenantGovernance-PolicyTemplate.ReadWrite.All - 7cd0bd21-45fe-4c8e-a549-3c95bd27d185
TenantGovernance-Relationship.Read.All - 0b1c2458-4845-477b-a704-3cce8b06bf28
TenantGovernance-Relationship.ReadWrite.All - 3fbcd6a3-a9a5-4d69-8a78-acc7d7195180
TenantGovernance-Request.Read.All - a924b9f1-7af0-4982-aecf-b6e0e10b2830
TenantGovernance-Request.ReadWrite.All - 3c7a434e-4e5d-413f-be82-b77ea4ba5a4d
TenantGovernance-Setting.Read.All e2d1cac5-0317-4ae3-aca9-59737eb75317 4ad3e05f-2467-49d9-baa2-8e4de7bcee9b
TenantGovernance-Setting.ReadWrite.All - 135f3533-12fc-4608-97ac-5c5cea64baf0
ThreatHunting.Read.All - b152eca8-ea73-4a48-8c98-1a6742673d99
User.DeleteRestore.All - 4bb440cd-2cf2-4f90-8004-aa2acd2537c5
User.ReadBasic.All - b340eb25-3456-403f-be2f-af7a0d370277
User.ReadUpdate.All 5639c449-cfd9-4088-bc48-3e16da108bf8 f8b099f1-a6ce-4e00-8fff-5f783ff4faeb
User.ReadWrite - b4e74841-8e56-480b-be8b-910348b18b4c
UserAuthenticationMethod.Read.All - aec28ec7-4d02-4e8c-b864-50163aea77eb
UserAuthenticationMethod.ReadWrite.All 50483e42-d915-4231-9639-7fdb7fd190e5 b7887744-6746-4312-813d-72daeaee7e2d
`;

const rows = further
  .trim()
  .split("\n")
  .map((line) => line.split(" "));
const idsIn = (column: number) =>
  Object.fromEntries(rows.flatMap((row) => (row[column] === "-" ? [] : [[row[0] ?? "", row[column] ?? ""] as const])));

/** Microsoft's applications with the permissions that an application or a person can be given here. */
export const emulatedApplications: readonly PublishedApplication[] = publishedApplications.map((application) =>
  application.appId === microsoftGraph.appId
    ? {
        ...application,
        appRoles: { ...application.appRoles, ...idsIn(1) },
        scopes: { ...application.scopes, ...idsIn(2) },
      }
    : application,
);
