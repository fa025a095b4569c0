"""msgraph-sdk, Microsoft's generated client: a list, and an access package with its policy."""
import asyncio

from azure.identity.aio import EnvironmentCredential
from msgraph import GraphServiceClient
from msgraph.generated.models.access_package import AccessPackage
from msgraph.generated.models.access_package_assignment_policy import AccessPackageAssignmentPolicy
from msgraph.generated.models.access_package_assignment_requestor_settings import (
    AccessPackageAssignmentRequestorSettings,
)
from msgraph.generated.models.access_package_catalog import AccessPackageCatalog
from msgraph.generated.models.allowed_target_scope import AllowedTargetScope


async def main() -> None:
    async with EnvironmentCredential() as credential:
        client = GraphServiceClient(credential, ["https://graph.microsoft.com/.default"])
        groups = await client.groups.get()
        organization = await client.organization.get()
        print(organization.value[0].display_name, len(groups.value))

        entitlements = client.identity_governance.entitlement_management
        catalog = await entitlements.catalogs.post(AccessPackageCatalog(display_name="Tools"))
        package = await entitlements.access_packages.post(
            AccessPackage(display_name="Tools", catalog=AccessPackageCatalog(id=catalog.id))
        )
        made = await entitlements.assignment_policies.post(
            AccessPackageAssignmentPolicy(
                display_name="Anybody",
                access_package=AccessPackage(id=package.id),
                allowed_target_scope=AllowedTargetScope.AllExternalUsers,
                requestor_settings=AccessPackageAssignmentRequestorSettings(enable_targets_to_self_add_access=True),
            )
        )
        policy = await entitlements.assignment_policies.by_access_package_assignment_policy_id(made.id).get()
        print(policy.allowed_target_scope.value, policy.expiration.type.value)
        await entitlements.access_packages.by_access_package_id(package.id).delete()
        await entitlements.catalogs.by_access_package_catalog_id(catalog.id).delete()


asyncio.run(main())
