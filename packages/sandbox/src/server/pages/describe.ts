/** What the page at `/` shows, for a program. */
import { objectName } from "../names";
import type { TallyCounts } from "../requestTally";
import type { Shown } from "./shown";

export interface Description {
  readonly about: string;
  readonly services: readonly { readonly name: string; readonly url: string }[];
  readonly tenants: readonly {
    readonly id: string;
    readonly name: string;
    /** Number of objects by kind, such as `groups`; kinds without objects are omitted. */
    readonly objects: Readonly<Record<string, number>>;
    /** Since the sandbox started. */
    readonly requests: TallyCounts;
  }[];
}

export function describe({ cloud, counter }: Pick<Shown, "cloud" | "counter">): Description {
  const { https, http } = cloud.origins;
  return {
    about: "An emulated Microsoft cloud on this machine. It listens on 127.0.0.1 only and never contacts Microsoft.",
    services: [
      { name: "Microsoft Entra ID", url: `${https}/{tenant ID}/oauth2/v2.0` },
      { name: "Microsoft Graph v1.0", url: `${https}/v1.0` },
      { name: "Microsoft Graph beta", url: `${https}/beta` },
      { name: "Microsoft Defender", url: `${https}/api` },
      { name: "Azure Resource Manager", url: `${https}/subscriptions` },
      { name: "Metadata of the cloud", url: `${https}/metadata/endpoints` },
      { name: "The same services without TLS", url: http },
    ],
    tenants: cloud.records().map((tenant) => ({
      id: tenant.id,
      name: objectName([...tenant.objects("organization").values()][0]),
      objects: Object.fromEntries(
        tenant
          .collections()
          .map((kind) => [kind, tenant.objects(kind).size] as const)
          .sort(([left], [right]) => (left < right ? -1 : 1)),
      ),
      requests: counter.of(tenant.id),
    })),
  };
}
