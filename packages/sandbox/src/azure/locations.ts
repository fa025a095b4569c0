/**
 * The regions of a subscription, as far as the sandbox has any: those of its resources and their pairs.
 * https://learn.microsoft.com/rest/api/resources/subscriptions/list-locations. Collectors ask for them first.
 */
import { ok, type ResourceHandler } from "./handler";

interface Region {
  readonly displayName: string;
  readonly geographyGroup: string;
  readonly geography: string;
  readonly longitude: string;
  readonly latitude: string;
  readonly physicalLocation: string;
  readonly pair: string;
}

const europe = { geography: "Europe", geographyGroup: "Europe" };

const regions: Readonly<Record<string, Region>> = {
  northeurope: {
    ...europe,
    displayName: "North Europe",
    longitude: "-6.2597",
    latitude: "53.3478",
    physicalLocation: "Ireland",
    pair: "westeurope",
  },
  westeurope: {
    ...europe,
    displayName: "West Europe",
    longitude: "4.9",
    latitude: "52.3667",
    physicalLocation: "Netherlands",
    pair: "northeurope",
  },
};

export const locations: ResourceHandler = {
  type: "subscriptions/locations",
  action: "Microsoft.Resources/subscriptions/locations",
  list({ path }) {
    const id = (name: string) => `/subscriptions/${path.subscriptionId}/locations/${name}`;
    return ok({
      value: Object.entries(regions).map(([name, { displayName, geographyGroup, pair, ...metadata }]) => ({
        id: id(name),
        name,
        type: "Region",
        displayName,
        regionalDisplayName: `(${geographyGroup}) ${displayName}`,
        metadata: {
          regionType: "Physical",
          regionCategory: "Recommended",
          geographyGroup,
          ...metadata,
          pairedRegion: [{ name: pair, id: id(pair) }],
        },
      })),
    });
  },
};
