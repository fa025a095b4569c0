import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as state from "@pulumi/pulumi/runtime/state";
import { resolved } from "./mocks";
import { managedNote, resourceMark, stackMark } from "../../components/mark";
import { StackIdentity } from "../../components/tenant/stackIdentity";

const { withLocalStorage } = state as unknown as {
  /** What the Automation API's language server runs an inline program in. */
  readonly withLocalStorage: <T>(run: () => Promise<T>) => Promise<T>;
};

describe("components: marks of two inline programs in one process", () => {
  /** Both programs are of the stack `defender-mssp/dev`; `meet` makes them take turns. */
  const run = (stackId: string | undefined, msspTenantId: string, meet: () => Promise<void>) =>
    withLocalStorage(async () => {
      await pulumi.runtime.setMocks(
        { newResource: ({ name }) => ({ id: `${name}-id`, state: { stackId } }), call: () => ({}) },
        "defender-mssp",
        "dev",
      );
      await meet();
      if (stackId !== undefined) new StackIdentity("stack-identity", { msspTenantId });
      await meet();
      const marks = [stackMark(), resourceMark("tier1"), managedNote()].map((mark) => resolved(pulumi.output(mark)));
      return (await Promise.all(marks)).map(({ value }) => value);
    });

  /** Waits until both programs have arrived. */
  const meeting = () => {
    const waiting: (() => void)[] = [];
    return () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2) for (const go of waiting.splice(0)) go();
      });
  };

  it("each program marks its resources with the ID and the MSSP's tenant of its own StackIdentity", async () => {
    const meet = meeting();
    const [first, second] = await Promise.all([run("1111", "mssp-1", meet), run("2222", "mssp-2", meet)]);
    const marks = (id: string, mssp: string) => [
      `defender-mssp/dev#${id}`,
      `defender-mssp/dev#${id}/tier1`,
      `Managed by Pulumi (defender-mssp/dev#${id}, MSSP tenant ${mssp})`,
    ];
    assert.deepEqual(first, marks("1111", "mssp-1"));
    assert.deepEqual(second, marks("2222", "mssp-2"));
  });

  it("a program without a StackIdentity takes none from another program of the same stack name", async () => {
    const meet = meeting();
    const [, second] = await Promise.all([run("1111", "mssp-1", meet), run(undefined, "mssp-2", meet)]);
    assert.deepEqual(second, ["defender-mssp/dev", "defender-mssp/dev/tier1", "Managed by Pulumi"]);
  });
});
