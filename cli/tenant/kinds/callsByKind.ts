/** The calls of every kind: one without a call does not compile, unless its file in `domain/kinds` says why. */
import type { KindKey, LackedCalls } from "../../../domain/kinds/kinds";
import { accessPackages } from "./accessPackages";
import { applications } from "./applications";
import { azureResources } from "./azureResources";
import { defenderRoles } from "./defenderRoles";
import { defenderSettings } from "./defenderSettings";
import { directoryRoles } from "./directoryRoles";
import { people } from "./people";
import { servicePrincipals } from "./servicePrincipals";
import { trusts } from "./trusts";
import type { KindCalls } from "./kindCalls";

type CallsOf<Key extends KindKey> = Required<Omit<KindCalls, LackedCalls<Key>>> & {
  readonly [Call in LackedCalls<Key>]?: never;
};

export const callsByKind: Readonly<Record<KindKey, KindCalls>> = {
  ...people,
  ...directoryRoles,
  ...defenderRoles,
  ...accessPackages,
  ...applications,
  ...servicePrincipals,
  ...defenderSettings,
  ...trusts,
  ...azureResources,
  activationPolicy: {},
  previewConsent: {},
  stackIdentity: {},
  refreshToken: {},
  extensionResource: {},
} satisfies { readonly [Key in KindKey]: CallsOf<Key> };
