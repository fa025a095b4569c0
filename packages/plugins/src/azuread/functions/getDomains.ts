/** https://www.pulumi.com/registry/packages/azuread/api-docs/getdomains/ */
import { createHash } from "node:crypto";
import { boolean, list, objects, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import type { GraphEntity } from "../graph";
import { readFrom } from "../mapping";
import type { AzureadFunction } from "../types";

const domainFields: ResourceProperties = {
  adminManaged: boolean("computed", { graph: "isAdminManaged" }),
  authenticationType: string("computed", { graph: "authenticationType" }),
  default: boolean("computed", { graph: "isDefault" }),
  domainName: string("computed", { graph: "id" }),
  initial: boolean("computed", { graph: "isInitial" }),
  root: boolean("computed", { graph: "isRoot" }),
  supportedServices: list("computed", { graph: "supportedServices" }),
  verified: boolean("computed", { graph: "isVerified" }),
};

const properties: ResourceProperties = {
  adminManaged: boolean("optional"),
  includeUnverified: boolean("optional", { conflictsWith: ["only_default", "only_initial"] }),
  onlyDefault: boolean("optional", { conflictsWith: ["only_initial", "only_root"] }),
  onlyInitial: boolean("optional", { conflictsWith: ["only_default", "only_root"] }),
  onlyRoot: boolean("optional", { conflictsWith: ["only_default", "only_initial"] }),
  supportsServices: list("optional"),
  domains: objects("computed", domainFields),
};

export const getDomains: AzureadFunction = {
  name: "getDomains",
  terraform: "azuread_domains",
  properties,
  async invoke(args, call) {
    const domains = (await call.list("/domains")).filter((domain) => isWanted(domain, args));
    if (domains.length === 0) throw new Error("no domains found for the provided filters");
    const names = domains.map(({ id }) => id ?? "").join("/");
    const hash = createHash("sha1").update(names).digest("base64").replaceAll("+", "-").replaceAll("/", "_");
    return {
      id: `domains#${call.connection.credentials.tenantId}#${hash}`,
      values: {
        ...Object.fromEntries(switches.map((name) => [name, args.flag(name)])),
        domains: domains.map((domain) => readFrom(domainFields, domain)),
      },
    };
  },
};

const switches = ["adminManaged", "includeUnverified", "onlyDefault", "onlyInitial", "onlyRoot"];

/** Graph has no filter for domains. */
function isWanted(domain: GraphEntity, args: Fields): boolean {
  const { supportedServices } = domain as { supportedServices?: string[] };
  if (args.flag("adminManaged") && domain.isAdminManaged === false) return false;
  if (args.flag("onlyDefault") && domain.isDefault === false) return false;
  if (args.flag("onlyInitial") && domain.isInitial === false) return false;
  if (args.flag("onlyRoot") && domain.isRoot === false) return false;
  if (!args.flag("includeUnverified") && domain.isVerified === false) return false;
  return args.texts("supportsServices").every((service) => supportedServices?.includes(service) ?? true);
}
