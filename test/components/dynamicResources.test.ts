import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  AlertNotificationRule,
  type AlertNotificationRuleArgs,
} from "../../components/notifications/alertNotificationRule";
import {
  DefenderRoleAssignment,
  DefenderRoleDefinition,
  type DefenderRoleAssignmentArgs,
  type DefenderRoleDefinitionArgs,
} from "../../components/portalAccess/defenderRole";

const tenantId = "c0570500-0000-4000-8000-00000000000a";

/** One of the dynamic resources: how it is made, and what its serialized provider calls. */
interface Kind {
  readonly name: string;
  readonly make: (args: never) => pulumi.CustomResource;
  readonly calls: string;
  readonly args: object;
  /** Inputs that the class adds. */
  readonly added: object;
  /** Outputs that only the provider knows. */
  readonly found: object;
}

const kinds: readonly Kind[] = [
  {
    name: "AlertNotificationRule",
    make: (args: AlertNotificationRuleArgs) => new AlertNotificationRule("thing", args),
    calls: "notificationRuleResource",
    args: {
      tenantId,
      name: "SOC",
      severities: ["High"],
      recipients: ["soc@fabrikam-security.example"],
      mode: "endpoint",
    } satisfies AlertNotificationRuleArgs,
    added: { managedBy: "defender-mssp/dev/thing" },
    found: { status: "configured", adopted: false },
  },
  {
    name: "DefenderRoleDefinition",
    make: (args: DefenderRoleDefinitionArgs) => new DefenderRoleDefinition("thing", args),
    calls: "roleDefinitionResource",
    args: {
      tenantId,
      displayName: "Tier 1 Analyst",
      permissions: ["microsoft.xdr/secops/securitydata/alerts/manage"],
    } satisfies DefenderRoleDefinitionArgs,
    added: { managedBy: "defender-mssp/dev/thing" },
    found: {},
  },
  {
    name: "DefenderRoleAssignment",
    make: (args: DefenderRoleAssignmentArgs) => new DefenderRoleAssignment("thing", args),
    calls: "roleAssignmentResource",
    args: {
      tenantId,
      displayName: "Tier 1 Analyst",
      roleDefinitionId: "90000000-0000-4000-8000-000000000001",
      principalIds: ["90000000-0000-4000-8000-000000000002"],
      portalAccess: "rbac",
    } satisfies DefenderRoleAssignmentArgs,
    added: {},
    found: {},
  },
];

/**
 * What the engine would be asked for, and what it would write to a state. Doesn't prove what the
 * provider's methods do: those are called in the tests of the providers, and on the real engine.
 */
for (const kind of kinds) {
  describe(kind.name, () => {
    let asked: pulumi.runtime.MockResourceArgs[];

    beforeEach(() => mock(false));

    async function mock(preview: boolean): Promise<void> {
      asked = [];
      const newResource = (one: pulumi.runtime.MockResourceArgs) => {
        asked.push(one);
        return { id: `${one.name}-id`, state: { ...(one.inputs as object), ...(preview ? {} : kind.found) } };
      };
      await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "defender-mssp", "dev", preview);
    }

    async function make(): Promise<Record<string, pulumi.Output<unknown>>> {
      const resource = kind.make(kind.args as never);
      await valueOf(resource.urn);
      return resource as unknown as Record<string, pulumi.Output<unknown>>;
    }

    it("declares one resource of its own type with its arguments and no undefined value", async () => {
      await make();
      assert.equal(asked.length, 1);
      assert.equal(asked[0]!.type, `pulumi-nodejs:dynamic/defender-mssp:${kind.name}`);
      const { __provider, ...inputs } = asked[0]!.inputs as Record<string, unknown>;
      assert.ok((__provider as string).includes(`.${kind.calls}[method]`));
      assert.deepEqual(inputs, { ...kind.args, ...kind.added });
    });

    it("outputs the provider's values, unknown in a preview", async () => {
      const resource = await make();
      for (const [name, value] of Object.entries(kind.found)) assert.equal(await valueOf(resource[name]!), value);
      await mock(true);
      const previewed = await make();
      for (const name of Object.keys(kind.found)) assert.equal(await isKnown(previewed[name]!), false, name);
    });
  });
}

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value)));
}

function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}
