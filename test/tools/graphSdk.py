"""msgraph-sdk, Microsoft's generated client."""
import asyncio

from azure.identity.aio import EnvironmentCredential
from msgraph import GraphServiceClient


async def main() -> None:
    async with EnvironmentCredential() as credential:
        client = GraphServiceClient(credential, ["https://graph.microsoft.com/.default"])
        groups = await client.groups.get()
        organization = await client.organization.get()
        print(organization.value[0].display_name, len(groups.value))


asyncio.run(main())
