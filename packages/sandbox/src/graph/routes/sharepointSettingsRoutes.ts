/**
 * The tenant's settings of SharePoint and OneDrive, read only.
 * https://learn.microsoft.com/graph/api/sharepointsettings-get. Its example wraps the settings in `value`; Graph's
 * metadata, and what clients of other parties read, has one object.
 */
import { entity } from "../answers";
import { complete } from "../objects";
import { permissions } from "../permissions";
import type { Route } from "../route";

export const sharepointSettingsRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/admin/sharepoint/settings",
    versions: ["v1.0"],
    permissions: permissions.readSharePointSettings,
    handle: (call) =>
      entity(
        call,
        "sharepointSettings",
        complete("sharepointSettings", { id: "sharepointSettings" }),
        "admin/sharepoint/settings",
      ),
  },
];
