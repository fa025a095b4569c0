/** https://www.pulumi.com/registry/packages/azuread/api-docs/approleassignment/ */
import { string, type ResourceProperties } from "../../schema/property";
import { resourceId, uuid } from "../../schema/validators";
import { graphBody, readFrom, required, textAt } from "../mapping";
import { type AzureadResource, segments } from "../types";

const properties: ResourceProperties = {
  appRoleId: string("required", { graph: "appRoleId", forceNew: true, check: uuid }),
  principalObjectId: string("required", { graph: "principalId", forceNew: true, check: uuid }),
  resourceObjectId: string("required", { graph: "resourceId", forceNew: true, check: uuid }),
};

export const appRoleAssignment: AzureadResource = {
  name: "AppRoleAssignment",
  terraform: "azuread_app_role_assignment",
  properties,
  schemaVersion: 1,
  minutes: { create: 5, read: 5, delete: 5 },
  importId: resourceId(
    "ServicePrincipalIdAppRoleAssignedTo",
    "/servicePrincipals/{servicePrincipalId}/appRoleAssignedTo/{appRoleAssignmentId}",
  ),
  async create(plan, call, created) {
    const resource = plan.text("resourceObjectId");
    await call.get(`/servicePrincipals/${resource}`);
    const path = `/servicePrincipals/${resource}/appRoleAssignedTo`;
    const body = graphBody("appRoleAssignments", properties, plan);
    const assignment = await call.post(path, body, "v1.0", {
      notFound: true,
      messages: [/Not a valid reference update/],
    });
    const id = required(assignment.id, "ID returned for app role assignment");
    const owner = required(textAt(assignment, "resourceId"), "resource ID returned for app role assignment");
    created(`/servicePrincipals/${owner}/appRoleAssignedTo/${id}`);
  },
  async read(id, call) {
    const assignment = await call.find(pathOf(id));
    return assignment && readFrom(properties, assignment);
  },
  delete: (id, call) => call.delete(pathOf(id)),
};

function pathOf(id: string): string {
  const { first: resource, last: assignment } = segments(id);
  return `/servicePrincipals/${resource}/appRoleAssignedTo/${assignment}`;
}
