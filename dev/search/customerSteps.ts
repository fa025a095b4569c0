/** The customer does what a certificate asks for: its commands as they stand, and by hand what it says in words. */
import type { Chain } from "@defender-mssp/tenant";
import { removeDirectoryObject, type Tenant } from "@defender-mssp/testkit";
import type { Certificate } from "../../cli/customer/offboard/certificate";
import type { World } from "./world";

/** All steps but the last one, which deletes the automation. */
export async function doCustomerSteps(world: World, { left, toConfirm }: Certificate): Promise<void> {
  const asked = [...left, ...toConfirm].filter(({ kinds }) => kinds?.includes("automationConsent") !== true);
  for (const { step, chains = [] } of asked) {
    const commands = commandsIn(step);
    for (const { method, url, body } of commands) {
      // The CLI adds the host of a path.
      const { pathname, search } = new URL(url, "https://management.azure.com");
      const audience = pathname.startsWith("/subscriptions/") ? "https://management.azure.com" : undefined;
      await world.call(method, pathname + search, body, audience);
    }
    if (commands.length === 0) for (const chain of chains) removeByHand(world, chain);
  }
  if (asked.some(({ unread = [] }) => unread.length > 0)) world.permitAgain();
  world.cloud.changed(true);
}

function commandsIn(step: string) {
  const pattern = /az rest --method (\w+) --url '([^']+)'(?: --headers \S+ --body '((?:[^']|'\\'')*)')?/g;
  return [...step.matchAll(pattern)].map(([, method = "", url = "", body]) => ({
    method,
    url,
    body: body === undefined ? undefined : (JSON.parse(body.replaceAll("'\\''", "'")) as unknown),
  }));
}

const directory = ["users", "groups", "applications", "servicePrincipals"];

/** What a portal or another command does: the object that the line names is deleted, or its link. */
function removeByHand(world: World, { principal, object }: Chain): void {
  for (const tenant of [world.customer, world.mssp]) {
    const { collections, links } = contentNames(tenant);
    for (const name of collections) {
      const stored = tenant.objects(name).get(object) ?? tenant.objects(name).get(object.toLowerCase());
      if (stored === undefined) continue;
      if (!directory.includes(name)) {
        tenant.objects(name).delete(object);
        tenant.objects(name).delete(object.toLowerCase());
      } else if (principal === object && tenant === world.customer) {
        removeDirectoryObject(world.cloud, tenant, name as "users", stored);
      }
    }
    for (const name of links) {
      const ends = tenant.links(name).get(object);
      if (ends?.includes(principal) === true)
        tenant.links(name).set(
          object,
          ends.filter((end) => end !== principal),
        );
    }
  }
}

function contentNames(tenant: Tenant): { readonly collections: string[]; readonly links: string[] } {
  const record = tenant as Tenant & { collections(): string[]; linkNames(): string[] };
  return { collections: record.collections(), links: record.linkNames() };
}
