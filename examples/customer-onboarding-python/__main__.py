"""The onboarding of one customer by the plugin's components."""

import defender_mssp as mssp
import pulumi

config = pulumi.Config()
tenant_id = config.require("tenantId")
mssp_tenant_id = config.require("msspTenantId")

# A random ID that tells this stack's objects from those of a stack of the same name elsewhere.
identity = mssp.StackIdentity("identity", mssp_tenant_id=mssp_tenant_id)

customer = mssp.CustomerOnboarding(
    "customer",
    customer_name=config.require("customerName"),
    customer_domain=config.require("customerDomain"),
    tenant_id=tenant_id,
    mssp_name=config.require("msspName"),
    mssp_tenant_id=mssp_tenant_id,
    analysts=[
        mssp.OnboardedAnalystArgs(email="ana.silva@fabrikam-security.example", display_name="Ana Silva"),
        mssp.OnboardedAnalystArgs(
            email="ben.okafor@fabrikam-security.example", display_name="Ben Okafor", tier=mssp.Tier.TIER2
        ),
    ],
    portal_access=mssp.RbacChoiceArgs(
        model="rbac",
        tiers=mssp.PortalAccessChoiceRbacTiersArgs(
            tier1=mssp.AnalystTierArgs(name="Fabrikam Tier 1"),
            tier2=mssp.AnalystTierArgs(name="Fabrikam Tier 2"),
            approvers=mssp.AnalystTierArgs(name="Fabrikam Approvers"),
        ),
    ),
    notification_rules=[
        mssp.NotificationRuleSettingsArgs(
            name="MSSP SOC",
            severities=[mssp.AlertSeverity.HIGH, mssp.AlertSeverity.MEDIUM],
            recipients=["soc@fabrikam-security.example"],
        )
    ],
    stack_identity=mssp.StackIdentityOfComponentArgs(
        stack_id=identity.stack_id, mssp_tenant_id=mssp_tenant_id
    ),
)

pulumi.export("stackId", identity.stack_id)
pulumi.export("portalUrl", customer.portal_url)
pulumi.export("clientId", customer.client_id)
pulumi.export("clientSecret", customer.client_secret)
pulumi.export("guests", customer.guests)
pulumi.export("inviteRedeemUrls", customer.invite_redeem_urls)
pulumi.export("nextSteps", customer.next_steps)
