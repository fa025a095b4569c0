# PowerShell's own web client: a token, and the organization.
$ErrorActionPreference = "Stop"
$token = Invoke-RestMethod -Method Post "https://login.microsoftonline.com/$env:AZURE_TENANT_ID/oauth2/v2.0/token" -Body @{
  client_id     = $env:AZURE_CLIENT_ID
  client_secret = $env:AZURE_CLIENT_SECRET
  grant_type    = "client_credentials"
  scope         = "https://graph.microsoft.com/.default"
}
$headers = @{ Authorization = "Bearer $($token.access_token)" }
(Invoke-RestMethod -Headers $headers "https://graph.microsoft.com/v1.0/organization").value[0].displayName
