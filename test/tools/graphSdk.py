"""msgraph-sdk, Microsoft's generated client: a list, and an access package with its policy."""
import asyncio
import os
from uuid import UUID

from azure.identity.aio import ClientSecretCredential, EnvironmentCredential
from msgraph import GraphServiceClient
from msgraph.generated.applications.item.add_password.add_password_post_request_body import AddPasswordPostRequestBody
from msgraph.generated.models.access_package import AccessPackage
from msgraph.generated.models.access_package_assignment_policy import AccessPackageAssignmentPolicy
from msgraph.generated.models.access_package_assignment_requestor_settings import (
    AccessPackageAssignmentRequestorSettings,
)
from msgraph.generated.models.access_package_catalog import AccessPackageCatalog
from msgraph.generated.models.allowed_target_scope import AllowedTargetScope
from msgraph.generated.models.app_role_assignment import AppRoleAssignment
from msgraph.generated.models.application import Application
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.security.microsoft_graph_security_run_hunting_query.run_hunting_query_post_request_body import (
    RunHuntingQueryPostRequestBody,
)


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
        print(await read_security(client))


async def read_security(client: GraphServiceClient) -> str:
    """Alerts, incidents and a hunting query by an application of its own, which the first one permits."""
    graph = await client.service_principals_with_app_id("00000003-0000-0000-c000-000000000000").get()
    application = await client.applications.post(Application(display_name="Reader"))
    principal = await client.service_principals.post(ServicePrincipal(app_id=application.app_id))
    for role in graph.app_roles:
        if role.value in ("SecurityAlert.Read.All", "SecurityIncident.Read.All", "ThreatHunting.Read.All"):
            assignment = AppRoleAssignment(
                principal_id=UUID(principal.id), resource_id=UUID(graph.id), app_role_id=role.id
            )
            await client.service_principals.by_service_principal_id(principal.id).app_role_assignments.post(assignment)
    item = client.applications.by_application_id(application.id)
    password = await item.add_password.post(AddPasswordPostRequestBody(password_credential=PasswordCredential()))
    tenant = os.environ["AZURE_TENANT_ID"]
    async with ClientSecretCredential(tenant, application.app_id, password.secret_text) as credential:
        security = GraphServiceClient(credential, ["https://graph.microsoft.com/.default"]).security
        alerts = await security.alerts_v2.get()
        incidents = await security.incidents.get()
        hunted = await security.microsoft_graph_security_run_hunting_query.post(
            RunHuntingQueryPostRequestBody(query="AlertInfo | take 1")
        )
    await item.delete()
    return f"{len(alerts.value)} alerts, {len(incidents.value)} incidents, {len(hunted.results)} row"


asyncio.run(main())
