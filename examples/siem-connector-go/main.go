// The SIEM connector of one customer by the plugin's component.
package main

import (
	"defender-mssp.example/sdk/go/defendermssp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		siem, err := defendermssp.NewSiemConnector(ctx, "siem", &defendermssp.SiemConnectorArgs{
			CustomerName: pulumi.String(settings.Require("customerName")),
			TenantId:     pulumi.String(settings.Require("tenantId")),
		})
		if err != nil {
			return err
		}
		ctx.Export("clientId", siem.ClientId)
		ctx.Export("clientSecret", siem.ClientSecret)
		ctx.Export("connector", siem.Description)
		return nil
	})
}
