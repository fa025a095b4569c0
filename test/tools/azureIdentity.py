"""azure-identity: a client secret from the environment, and one call with its token."""
import requests
from azure.identity import EnvironmentCredential

token = EnvironmentCredential().get_token("https://graph.microsoft.com/.default").token
answer = requests.get("https://graph.microsoft.com/v1.0/organization", headers={"authorization": f"Bearer {token}"}, timeout=30)
answer.raise_for_status()
print(answer.json()["value"][0]["displayName"])
