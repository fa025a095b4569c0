/** Who reaches what in a tenant: people and applications, by groups and packages, to rights. */
import { picture, paragraph, type Block, type PictureEdge, type PictureNode } from "@defender-mssp/pages";
import { roleAssignmentsOf } from "../../azure/access";
import type { TenantRecord } from "../../cloud/store";
import { objectName } from "../names";
import { appRoleName, directoryRoleName, groupsOfPackage, linked, objectsOf, text, texts } from "./reading";

/** More nodes than these are no picture any more. */
const mostNodes = 80;

class Paths {
  readonly nodes = new Map<string, PictureNode>();
  readonly edges = new Map<string, PictureEdge>();

  constructor(readonly tenant: TenantRecord) {}

  /** An edge from a user, group or service principal of the tenant to a right. */
  right(principalId: string, right: Omit<PictureNode, "column">, label: string): void {
    const from = this.principal(principalId);
    if (from === undefined) return;
    this.nodes.set(right.id, { ...right, column: 2 });
    this.edge(from, right.id, label);
  }

  edge(from: string, to: string, label: string): void {
    this.edges.set(`${from} ${to} ${label}`, { from, to, label });
  }

  /** The node of a principal; Microsoft's own service principals have none. */
  principal(id: string): string | undefined {
    const { tenant } = this;
    const user = tenant.objects("users").get(id);
    const group = tenant.objects("groups").get(id);
    const application = tenant.objects("servicePrincipals").get(id);
    const object = user ?? group ?? application;
    if (object === undefined) return undefined;
    const detail = user === undefined ? "" : text(user["userType"]);
    this.nodes.set(id, {
      id,
      label: objectName(object) || id,
      ...(detail === "" ? {} : { detail }),
      kind: user !== undefined ? "person" : group !== undefined ? "group" : "application",
      column: group === undefined ? 0 : 1,
      href: `#${id}`,
    });
    return id;
  }
}

/** The picture, or a sentence where nobody reaches anything or too many do. */
export function pathsOf(tenant: TenantRecord): Block {
  const paths = new Paths(tenant);
  addDirectoryRoles(paths);
  addDefenderRoles(paths);
  addConsents(paths);
  addAzure(paths);
  addGroups(paths);
  if (paths.edges.size === 0) return paragraph("Nobody has a right in this tenant.");
  if (paths.nodes.size > mostNodes) {
    return paragraph(`${paths.nodes.size} people, groups and rights are too many for a picture; the tables have them.`);
  }
  return picture({
    title: "Who reaches what",
    description: "People and applications, by the groups and access packages that they are in, and their rights.",
    columns: ["People and applications", "Groups and packages", "Rights"],
    nodes: [...paths.nodes.values()],
    edges: [...paths.edges.values()],
  });
}

function addDirectoryRoles(paths: Paths): void {
  for (const { principalId, roleDefinitionId } of paths.tenant.objects("roleAssignments").values()) {
    const label = directoryRoleName(paths.tenant, text(roleDefinitionId));
    paths.right(
      text(principalId),
      { id: `role ${text(roleDefinitionId)}`, label, detail: "Directory role", kind: "role", href: "#roles" },
      "has the directory role",
    );
  }
}

function addDefenderRoles(paths: Paths): void {
  const { tenant } = paths;
  for (const { principalIds, roleDefinitionId } of tenant.objects("defenderRoleAssignments").values()) {
    const role = tenant.objects("defenderRoleDefinitions").get(text(roleDefinitionId));
    const node = { label: objectName(role) || text(roleDefinitionId), detail: "Defender role", kind: "role" } as const;
    for (const id of texts(principalIds)) {
      paths.right(
        id,
        { id: `defender ${text(roleDefinitionId)}`, ...node, href: "#defender" },
        "has the Defender role",
      );
    }
  }
}

/** App roles and delegated permissions, a node for each API. */
function addConsents(paths: Paths): void {
  const { tenant } = paths;
  const byApi = new Map<string, Set<string>>();
  const add = (client: string, api: string, names: readonly string[]) => {
    const key = `${client} ${api}`;
    byApi.set(key, new Set([...(byApi.get(key) ?? []), ...names]));
  };
  for (const { principalId, resourceId, appRoleId } of tenant.objects("appRoleAssignments").values()) {
    add(text(principalId), text(resourceId), [appRoleName(tenant, text(resourceId), text(appRoleId))]);
  }
  for (const { clientId, resourceId, scope } of tenant.objects("oauth2PermissionGrants").values()) {
    add(text(clientId), text(resourceId), text(scope).split(" "));
  }
  for (const [key, names] of byApi) {
    const [client = "", api = ""] = key.split(" ");
    const label = `${objectName(tenant.objects("servicePrincipals").get(api))}: ${names.size === 1 ? [...names].join("") : `${names.size} permissions`}`;
    const right = { id: `consent ${key}`, label, detail: "Consent", kind: "permission", href: "#consents" } as const;
    paths.right(client, right, [...names].sort().join(", "));
  }
}

function addAzure(paths: Paths): void {
  for (const { principalId, role, at } of roleAssignmentsOf(paths.tenant)) {
    const right = { id: `azure ${role} ${at}`, label: role, detail: at, kind: "role", href: "#azure" } as const;
    paths.right(principalId, right, "has the Azure role");
  }
}

/** The members of the groups, and the access packages that give them. */
function addGroups(paths: Paths): void {
  const { tenant } = paths;
  for (const group of objectsOf(tenant, "groups")) {
    for (const member of linked(tenant, "groups.members", group.id)) {
      const from = paths.principal(member);
      const to = paths.principal(group.id);
      if (from !== undefined && to !== undefined) paths.edge(from, to, "member of");
    }
  }
  for (const one of objectsOf(tenant, "accessPackages")) {
    const groups = groupsOfPackage(tenant, one.id).filter((id) => paths.principal(id) !== undefined);
    if (groups.length === 0) continue;
    const node = { label: objectName(one), detail: "Access package", kind: "group", href: "#packages" } as const;
    paths.nodes.set(one.id, { id: one.id, ...node, column: 0 });
    for (const id of groups) paths.edge(one.id, id, "gives membership of");
  }
}
