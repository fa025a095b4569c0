"""msticpy: the subscriptions that the signed-in application may read."""
from msticpy.context.azure import AzureData

azure = AzureData()
azure.connect(auth_methods=["env"])
subscriptions = azure.get_subscriptions()
print(subscriptions.to_csv(index=False))
