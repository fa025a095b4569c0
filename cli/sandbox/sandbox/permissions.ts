/** `mssp sandbox dump --permissions`: which of the granted permissions requests have needed. */
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { VisibleError } from "@defender-mssp/errors";
import type { PermissionReport, UsedPermission } from "@defender-mssp/sandbox";
import { paragraph, tableText, type TextCell } from "@defender-mssp/terminal/table";
import type { HomeOptions } from "./options";

type Tenant = PermissionReport["tenants"][number];

/** How the record counts, for the help. */
export const permissionsNote =
  "With --permissions: a permission is used if a request would have been refused without it. Of several that are each enough " +
  "for a request, one that is used anyway counts, otherwise the least privileged. App roles, delegated permissions and Azure " +
  "roles are recorded. The sandbox asks for no directory role of a user. The record covers every server of the folder since " +
  "`npx mssp sandbox reset --permissions`; that of a killed server is lost.";

type PermissionsOptions = HomeOptions & { tenant?: string; json?: boolean };

/** Starts the record anew. */
export async function resetPermissions(options: HomeOptions, session: Session): Promise<void> {
  const { forgetPermissionUse, sandboxHome } = (await import("./packages.js")).sandboxPackage();
  const home = sandboxHome(options.home, session.environment, session.folder);
  await forgetPermissionUse(home);
  session.err.note(`The record of permissions in ${home} starts anew.`);
}

export async function printPermissions(options: PermissionsOptions, session: Session): Promise<void> {
  const { sandboxHome, sandboxPermissions } = (await import("./packages.js")).sandboxPackage();
  const home = sandboxHome(options.home, session.environment, session.folder);
  const { tenants } = await sandboxPermissions(home);
  const chosen = tenants.filter(({ tenantId }) => options.tenant === undefined || tenantId === options.tenant);
  if (options.tenant !== undefined && chosen.length === 0) {
    throw new VisibleError(`The sandbox in ${home} has no tenant ${options.tenant} with permissions.`);
  }
  if (options.json === true) {
    writeJson(session.out, "sandbox permissions", { tenants: chosen });
  } else session.out.write(chosen.map(text).join("\n"));
}

function text({ tenantId, displayName, identities }: Tenant): string {
  const parts = identities.map(({ applicationId, userId, displayName: name, permissions }) => {
    const user = userId === null ? "" : `, user ${userId}`;
    const title =
      name === "" ? `An application that is deleted (${applicationId}${user})` : `${name} (${applicationId}${user})`;
    return paragraph(title, undefined, 2) + tableText(permissions.map(row), { indent: 4 });
  });
  return paragraph(displayName === "" ? tenantId : `${displayName} (${tenantId})`) + parts.join("");
}

function row({ api, permission, used, requests, operations }: UsedPermission): TextCell[] {
  return [
    used ? { text: "used", color: "green" } : { text: "unused", color: "yellow" },
    permission,
    api,
    used ? String(requests) : "",
    operations.join(", "),
  ];
}
