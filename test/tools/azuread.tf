# What an MSSP declares in a customer's tenant, by Terraform's provider for Microsoft Entra ID.
terraform {
  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "3.9.0"
    }
  }
}

provider "azuread" {}

data "azuread_client_config" "current" {}
data "azuread_application_published_app_ids" "well_known" {}

resource "azuread_service_principal" "graph" {
  client_id    = data.azuread_application_published_app_ids.well_known.result["MicrosoftGraph"]
  use_existing = true
}

resource "azuread_group" "analysts" {
  display_name     = "Terraform analysts"
  security_enabled = true
}

resource "azuread_invitation" "analyst" {
  user_email_address = "ana.silva@fabrikam-security.example"
  user_display_name  = "Ana Silva"
  redirect_url       = "https://security.microsoft.com"
}

resource "azuread_group_member" "analyst" {
  group_object_id  = azuread_group.analysts.object_id
  member_object_id = azuread_invitation.analyst.user_id
}

resource "azuread_application" "connector" {
  display_name = "SIEM connector"
  web {
    redirect_uris = ["https://contoso.com/SiemMsspConnector"]
  }
  required_resource_access {
    resource_app_id = azuread_service_principal.graph.client_id
    resource_access {
      id   = azuread_service_principal.graph.app_role_ids["SecurityAlert.Read.All"]
      type = "Role"
    }
  }
}

resource "azuread_application_password" "secret" {
  application_id = azuread_application.connector.id
}

resource "azuread_service_principal" "connector" {
  client_id = azuread_application.connector.client_id
}

resource "azuread_app_role_assignment" "alerts" {
  app_role_id         = azuread_service_principal.graph.app_role_ids["SecurityAlert.Read.All"]
  principal_object_id = azuread_service_principal.connector.object_id
  resource_object_id  = azuread_service_principal.graph.object_id
}

resource "azuread_access_package_catalog" "defender" {
  display_name = "Defender"
  description  = "Access to Microsoft Defender"
}

resource "azuread_access_package" "tier1" {
  catalog_id   = azuread_access_package_catalog.defender.id
  display_name = "Tier 1"
  description  = "Reads alerts"
}

resource "azuread_access_package_resource_catalog_association" "group" {
  catalog_id             = azuread_access_package_catalog.defender.id
  resource_origin_id     = azuread_group.analysts.object_id
  resource_origin_system = "AadGroup"
}

resource "azuread_access_package_resource_package_association" "group" {
  access_package_id               = azuread_access_package.tier1.id
  catalog_resource_association_id = azuread_access_package_resource_catalog_association.group.id
}

resource "azuread_conditional_access_policy" "mfa" {
  display_name = "MFA for analysts"
  state        = "enabledForReportingButNotEnforced"
  conditions {
    client_app_types = ["all"]
    applications {
      included_applications = ["All"]
    }
    users {
      included_groups = [azuread_group.analysts.object_id]
    }
  }
  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

output "tenant" {
  value = data.azuread_client_config.current.tenant_id
}
