/** The page of a tenant: who reaches what, its objects, its last requests. */
import { facts, figures, link, renderPage, section } from "@defender-mssp/pages";
import { switchValues } from "../../cloud/switches";
import type { TenantRecord } from "../../cloud/store";
import { objectName } from "../names";
import * as objects from "./objectTables";
import { pathsOf } from "./paths";
import { requestTable } from "./requests";
import type { Shown } from "./shown";

export function tenantPage(tenant: TenantRecord, { cloud, log }: Shown): string {
  const name = objectName([...tenant.objects("organization").values()][0]) || tenant.id;
  const users = [...tenant.objects("users").values()];
  const guests = users.filter(({ userType }) => userType === "Guest");
  return renderPage({
    title: name,
    above: link("Sandbox", "/"),
    subtitle: `Emulated tenant ${tenant.id}, at ${cloud.now().toISOString()} by the server's clock.`,
    footer: "Everything here is made up. The page shows the moment of its request; reload it for a new one.",
    blocks: [
      figures([
        { label: "Members", value: users.length - guests.length, href: "#people" },
        { label: "Guests", value: guests.length, href: "#people" },
        { label: "Groups", value: tenant.objects("groups").size, href: "#groups" },
        { label: "Applications", value: tenant.objects("applications").size, href: "#applications" },
      ]),
      section({ id: "paths", title: "Who reaches what" }, pathsOf(tenant)),
      section({ id: "people", title: "People" }, objects.userTable(tenant)),
      section({ id: "groups", title: "Groups" }, objects.groupTable(tenant)),
      section(
        { id: "applications", title: "Applications" },
        objects.applicationTable(tenant),
        objects.servicePrincipalTable(tenant),
      ),
      section({ id: "consents", title: "Consents" }, objects.appRoleTable(tenant), objects.grantTable(tenant)),
      section({ id: "roles", title: "Directory roles" }, objects.directoryRoleTable(tenant)),
      section(
        { id: "defender", title: "Defender" },
        objects.defenderRoleTable(tenant),
        objects.siemTable(tenant),
        objects.ruleTable(tenant),
      ),
      section({ id: "packages", title: "Access packages" }, objects.packageTable(tenant)),
      section({ id: "azure", title: "Azure" }, objects.resourceTable(tenant), objects.azureRoleTable(tenant)),
      section(
        { id: "switches", title: "Licences and policies" },
        facts(Object.entries(switchValues(tenant)).map(([key, value]) => ({ name: key, value }))),
      ),
      section({ id: "others", title: "Number of objects" }, objects.countTable(tenant)),
      section({ id: "requests", title: "Last requests" }, requestTable(log.latest(tenant.id), cloud)),
    ],
  });
}
