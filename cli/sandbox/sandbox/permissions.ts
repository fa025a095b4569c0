/** `mssp sandbox dump --permissions`: which of the granted permissions requests have needed. */
import type { Command } from "commander";
import type { Session } from "@defender-mssp/terminal/session";
import { writeJson } from "@defender-mssp/terminal/jsonDocument";
import { VisibleError } from "@defender-mssp/errors";
import type { PermissionReport, UsedPermission } from "@defender-mssp/sandbox";
import { describeCommand } from "@defender-mssp/terminal/help";
import type { TextCell } from "@defender-mssp/terminal/table";
import { paragraph, tableText } from "@defender-mssp/terminal/table";
import { tenantIdArgument, withHome, type HomeOptions } from "./options";

type Tenant = PermissionReport["tenants"][number];

export function registerPermissions(sandbox: Command, session: Session): void {
  const command = withHome(sandbox.command("permissions", { hidden: true }))
    .description("List the permissions that requests have needed, and those that are granted without need.")
    .option("--tenant <tenantId>", "only that tenant, a UUID", tenantIdArgument)
    .option("--reset", "start the record anew, and print nothing")
    .option("--json", "print the list as one JSON object")
    .action((options: PermissionsOptions) => printPermissions(options, session));
  describeCommand(command, {
    notes: [
      "A permission is used if a request would have been refused without it. Of several that are each enough for a request, one that is used anyway counts, otherwise the least privileged.",
      "App roles, delegated permissions and Azure roles are recorded. The sandbox asks for no directory role of a user. The record covers every server of the folder since --reset; that of a killed server is lost.",
    ],
    reads: "The sandbox in .sandbox (or --home), whether it runs or not.",
    changes: "Nothing; with --reset, the record.",
    exitCodes: { 1: "the sandbox has no such tenant, or its files can't be read" },
    examples: [
      "# what does the life of a customer need?",
      "npx mssp sandbox reset --permissions",
      "npx mssp sandbox run -- npx pulumi up --yes --stack dev",
      "npx mssp sandbox run -- npx pulumi refresh --yes --stack dev",
      "npx mssp sandbox run -- npx pulumi destroy --yes --stack dev",
      "npx mssp sandbox dump --permissions",
    ],
  });
}

type PermissionsOptions = HomeOptions & { tenant?: string; reset?: boolean; json?: boolean };

export async function printPermissions(options: PermissionsOptions, session: Session): Promise<void> {
  const { forgetPermissionUse, sandboxHome, sandboxPermissions } = (await import("./packages.js")).sandboxPackage();
  const home = sandboxHome(options.home, session.environment, session.folder);
  if (options.reset === true) {
    await forgetPermissionUse(home);
    session.err.note(`The record of permissions in ${home} starts anew.`);
    return;
  }
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
