import assert from "node:assert/strict";
import type { SentinelRolesByGroup } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { sentinelGroupIds } from "../../../components/azure/sentinelGroupIds";
import { defaultPortalAccess, type PortalAccessChoice } from "../../../components/portalAccess/portalAccessArgs";
import type { OmittablePart } from "../../../domain/omittedParts";
import { resolved, startMocks } from "../mocks";

const tiers = "tiers" in defaultPortalAccess ? defaultPortalAccess.tiers : assert.fail();
const activation = { hours: 8 };
const models: readonly (readonly [string, PortalAccessChoice, object, (readonly OmittablePart[])?])[] = [
  ["basic", { model: "basic", role: "Security Reader", assignTo: "group" }, { analysts: "all" }],
  ["basic, for each guest", { model: "basic", role: "Security Reader", assignTo: "guests" }, { analysts: "all" }],
  [
    "basic, just in time",
    { model: "basic", role: "Security Reader", assignTo: "group", activation },
    { analysts: "all" },
  ],
  [
    "basic, adopted without the group",
    { model: "basic", role: "Security Reader", assignTo: "group" },
    {},
    ["analystsGroup"],
  ],
  ["rbac", defaultPortalAccess, { tier1: "1", tier2: "2", approvers: "3" }],
  ["rbac, just in time", { model: "rbac", tiers, activation }, { tier1: "1", tier2: "2", approvers: "3" }],
  ["rbac, adopted without a tier", defaultPortalAccess, { tier1: "1", approvers: "3" }, ["tier2"]],
  [
    "entitlement",
    {
      model: "entitlement",
      tiers,
      approvers: [],
      expiresAfterDays: 1,
      reviewEvery: "year",
      identitySource: { domain: "x" },
    },
    { tier1: "1", tier2: "2", approvers: "3" },
  ],
  ["governance", { model: "governance" }, { "remote-4": "4" }],
];

describe("components: groups with roles on a workspace", () => {
  for (const [name, model, expected, omit = []] of models) {
    it(name, async () => {
      await startMocks();
      const groups = pulumi.output({ tier1: "1", tier2: "2", approvers: "3" } as Record<string, string>);
      const roles: SentinelRolesByGroup = model.model === "governance" ? { "remote-4": [] } : {};
      const ids = sentinelGroupIds(
        model,
        omit,
        { groups, groupObjectId: pulumi.output<string | undefined>("all") },
        roles,
      );
      assert.deepEqual((await resolved(pulumi.output(ids))).value, expected);
    });
  }
});
