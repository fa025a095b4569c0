import { grantingProperties } from "../grantingProperties";
import { knownText, knownTexts, stackRule, valueAt, type StackResource } from "../rule";

/** Microsoft Graph (beta), the types that derive from servicePrincipal, application and user. */
const agentTypes = ["agentIdentity", "agentIdentityBlueprint", "agentIdentityBlueprintPrincipal", "agentUser"] as const;

const names = agentTypes.join("|");
/** The last part of a type token, such as `azuread:index/agentIdentity:AgentIdentity`. */
const agentToken = new RegExp(`[:/](?:${names})$`, "i");
/** As `@odata.type` and the paths of Graph have it. */
const agentCast = new RegExp(`(?:^|[#./])graph\\.(?:${names})(?:$|[^A-Za-z])`, "i");

/** No person decides what an agent identity does: a contract names neither an analyst nor a connector of that type. */
export const noAgentIdentities = stackRule<object>({
  name: "no-agent-identities",
  severity: "high",
  level: "mandatory",
  why: "No agent identity, agent user or agent identity blueprint gets access: no person of the MSSP decides what it does.",
  remedy: "Give the access to a group of analysts or to the SIEM connector.",
  link: "https://learn.microsoft.com/entra/agent-id/",
  parameters: {},
  checkStack: (resources) => {
    const agents = resources.filter(isAgent);
    if (agents.length === 0) return [];
    return resources
      .filter((resource) => !isAgent(resource))
      .flatMap((resource) =>
        grantingProperties
          .filter(({ type }) => type === resource.type)
          .flatMap(({ property }) => grantees(resource, property, agents).map((agent) => ({ property, agent })))
          .map(({ property, agent }) => ({
            problem: `${property} names ${agent.name}, which is an agent identity or a blueprint of one`,
            resource,
          })),
      );
  },
});

function isAgent({ type, properties }: StackResource): boolean {
  if (agentToken.test(type)) return true;
  if (properties["agentIdentityBlueprintId"] !== undefined) return true;
  return Object.values(properties).some((value) => typeof value === "string" && agentCast.test(value));
}

/** The agents that a property names: by where its value comes from, or by their ID. */
function grantees(resource: StackResource, property: string, agents: readonly StackResource[]): StackResource[] {
  const [top = property, ...below] = property.split(".");
  const value = valueAt(resource.properties, top, ...below);
  const values = [...knownTexts(value), knownText(value) ?? []].flat();
  const sources = resource.sources[top] ?? [];
  return agents.filter(
    (agent) => sources.includes(agent.urn) || agentIds(agent).some((id) => values.some((text) => isNaming(text, id))),
  );
}

function agentIds({ properties }: StackResource): string[] {
  return ["id", "objectId", "clientId", "appId"].flatMap((name) => {
    const id = knownText(properties[name]);
    return id === undefined || id === "" ? [] : [id.toLowerCase()];
  });
}

/** An ID by itself, or as the last part of a path such as `/applications/<id>`. */
function isNaming(text: string, id: string): boolean {
  const lower = text.toLowerCase();
  return lower === id || lower.endsWith(`/${id}`);
}
