# One group, by Terraform's provider for Microsoft Entra ID.
terraform {
  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "3.7.0"
    }
  }
}

provider "azuread" {}

data "azuread_client_config" "current" {}

resource "azuread_group" "analysts" {
  display_name     = "Terraform analysts"
  security_enabled = true
}

output "tenant" {
  value = data.azuread_client_config.current.tenant_id
}
