/**
 * A program for portalAccessSwitch.test.ts, which puts it in the place of index.ts: one group, and
 * one grant by the model that the configuration names. The other kind of grant stands for
 * Defender's roles: a dynamic resource, here one that assigns a directory role itself.
 */
import { directoryRoleTemplates } from "@defender-mssp/microsoft";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { customerTenant } from "../../../components/tenant/customerTenant";
import { MsspSecurityGroup } from "../../../components/portalAccess/msspSecurityGroup";
import { DirectoryRoleAccess } from "../../../components/portalAccess/directoryRoleAccess";
import { PortalAccessModel } from "../../../components/portalAccess/portalAccessModel";

type Properties = Record<string, unknown>;

class DynamicGrant extends pulumi.dynamic.Resource {
  constructor(name: string, args: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super(dynamicGrant, name, args, opts);
  }
}

const dynamicGrant: pulumi.dynamic.ResourceProvider<Properties, Properties> = {
  diff(_id, olds, news) {
    const replaces = ["tenantId", "principalId", "roleId", "model"].filter((name) => olds[name] !== news[name]);
    return Promise.resolve({ changes: replaces.length > 0, replaces, deleteBeforeReplace: true });
  },
  async create(inputs) {
    const { discoverEndpoints, request, requestToken } = await import("@defender-mssp/microsoft");
    const { graphEndpoint } = await discoverEndpoints();
    const { accessToken: token } = await requestToken({
      tenantId: String(inputs["tenantId"]),
      audience: graphEndpoint,
    });
    const json = { principalId: inputs["principalId"], roleDefinitionId: inputs["roleId"], directoryScopeId: "/" };
    const url = `${graphEndpoint}/v1.0/roleManagement/directory/roleAssignments`;
    const { body } = await request(url, { method: "POST", json, token });
    return { id: (body as { id: string }).id, outs: inputs };
  },
  async delete(id, props) {
    const { discoverEndpoints, request, requestToken } = await import("@defender-mssp/microsoft");
    const { graphEndpoint } = await discoverEndpoints();
    const { accessToken: token } = await requestToken({ tenantId: String(props["tenantId"]), audience: graphEndpoint });
    await request(`${graphEndpoint}/v1.0/roleManagement/directory/roleAssignments/${id}`, { method: "DELETE", token });
  },
};

export = async () => {
  const configuration = new pulumi.Config("defender-mssp");
  const [tenantId, model] = [configuration.require("tenantId"), configuration.require("model")];
  const provider = await customerTenant("customer", tenantId);
  const pivot = new PortalAccessModel("portal-access-model", { model });
  const group = new MsspSecurityGroup(
    "analysts",
    {
      displayName: "Analysts",
      msspName: "Fabrikam",
      members: [],
      assignableToRole: configuration.get("assignable") !== "no",
    },
    { provider },
  );
  const principals: Record<string, pulumi.Input<string>> = configuration.get("assignTo") === "guests"
    ? { "ana@fabrikam.example": configuration.require("guest") }
    : { group: group.objectId };
  const bystander = new azuread.DirectoryRoleAssignment(
    "bystander",
    { roleId: directoryRoleTemplates["Directory Readers"], principalObjectId: configuration.require("guest") },
    { provider, dependsOn: [pivot] },
  );
  if (model === "basic") {
    const role = configuration.get("role") === "Security Operator" ? "Security Operator" : "Security Reader";
    new DirectoryRoleAccess(
      "basic",
      { role, principals, directoryScope: pivot.directoryScope },
      { providers: [provider] },
    );
  } else if (model === "rbac") {
    new DynamicGrant("rbac", {
      tenantId,
      principalId: group.objectId,
      roleId: directoryRoleTemplates["Security Administrator"],
      model: pivot.model,
    });
  }
  return { bystander: bystander.id };
};
