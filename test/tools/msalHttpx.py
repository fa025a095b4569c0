"""msal, with httpx for the call."""
import os

import httpx
import msal

authority = f"https://login.microsoftonline.com/{os.environ['AZURE_TENANT_ID']}"
application = msal.ConfidentialClientApplication(
    os.environ["AZURE_CLIENT_ID"], authority=authority, client_credential=os.environ["AZURE_CLIENT_SECRET"]
)
result = application.acquire_token_for_client(["https://graph.microsoft.com/.default"])
if "access_token" not in result:
    raise SystemExit(result.get("error_description"))
answer = httpx.get("https://graph.microsoft.com/v1.0/users?$top=1", headers={"authorization": f"Bearer {result['access_token']}"})
answer.raise_for_status()
print(len(answer.json()["value"]), answer.json()["@odata.nextLink"].split("?")[0])
