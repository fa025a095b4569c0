import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { contoso, StoppedClock } from "@defender-mssp/testkit";
import fc from "fast-check";
import type { Tenant } from "../../src/cloud/model";
import { lagAt, lagsOf, replicaProfiles, replicaServices } from "../../src/cloud/replicaProfiles";
import { readAs, ReplicaReader, replicaCount, Replicas, truthOf, type ReplicaOptions } from "../../src/cloud/replicas";
import { TenantRecord } from "../../src/cloud/store";

const longest = 1200_000;

describe("the replicas of the directory", () => {
  function cloudOf(options: ReplicaOptions) {
    const clock = new StoppedClock();
    const replicas = new Replicas(clock, options);
    const tenant = new TenantRecord(contoso);
    replicas.note([tenant], true);
    const changed = () => replicas.note([tenant]);
    /** The tenant as each service of each replica shows it now. */
    const views = (): Tenant[] =>
      replicaServices.flatMap((service) =>
        Array.from({ length: replicaCount }, (_value, replica) =>
          new ReplicaReader(replicas, replica, service, true, clock.now().getTime()).view(tenant),
        ),
      );
    return { clock, replicas, tenant, changed, views };
  }

  const keys = ["a", "b", "c"];
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom("object", "link", "deleted"), key: fc.constantFrom(...keys), value: fc.nat(9) }),
    fc.record({ kind: fc.constant("removal"), key: fc.constantFrom(...keys), value: fc.constant(0) }),
    fc.record({ kind: fc.constant("time"), key: fc.constant(""), value: fc.nat({ max: 400 }) }),
  );

  /** What a view shows, by cell; what isn't there is missing. */
  function shown(tenant: Tenant): Record<string, string> {
    const maps = { object: tenant.objects("groups"), link: tenant.links("groups.members"), deleted: tenant.deleted };
    return Object.fromEntries(
      Object.entries(maps).flatMap(([kind, map]) =>
        [...(map as Map<string, unknown>)].map(([key, value]) => [`${kind} ${key}`, JSON.stringify(value)]),
      ),
    );
  }

  function take(tenant: TenantRecord, { kind, key, value }: { kind: string; key: string; value: number }): void {
    if (kind === "object") tenant.objects("groups").set(key, { id: key, value });
    if (kind === "link") tenant.links("groups.members").set(key, [String(value)]);
    if (kind === "deleted") {
      const deletedDateTime = "2026-01-15T09:00:00Z";
      tenant.deleted.set(key, { collection: "groups", object: { id: key, value }, deletedDateTime });
    }
    if (kind !== "removal") return;
    tenant.objects("groups").delete(key);
    tenant.links("groups.members").delete(key);
    tenant.deleted.delete(key);
  }

  it("a view shows only what was, never changes the truth, and equals it after the longest lag", () => {
    const profile = fc.constantFrom("usual" as const, "november2025" as const);
    assertProperty(40, profile, fc.nat(), fc.array(step, { maxLength: 30 }), (chosen, seed, steps) => {
      const { clock, tenant, changed, views, replicas } = cloudOf({ profile: chosen, seed });
      const past = new Map<string, Set<string | undefined>>();
      const remember = () => {
        for (const key of keys) {
          for (const kind of ["object", "link", "deleted"]) {
            const cell = `${kind} ${key}`;
            past.set(cell, (past.get(cell) ?? new Set()).add(shown(tenant)[cell]));
          }
        }
      };
      remember();
      for (const one of steps) {
        if (one.kind === "time") clock.advance(one.value * 1000);
        take(tenant, one);
        changed();
        remember();
        const truth = shown(tenant);
        for (const view of views()) {
          const seen = shown(view);
          for (const [cell, values] of past) assert.ok(values.has(seen[cell]), `${cell}: ${seen[cell]}`);
        }
        assert.deepEqual(shown(tenant), truth);
      }
      clock.advance(longest);
      for (const view of views()) assert.deepEqual(shown(view), shown(tenant));
      assert.equal(replicas.isBehind, false);
    });
  });

  it("what a request writes while it reads reaches the truth", () => {
    const { tenant, changed, replicas, clock } = cloudOf({ profile: "usual" });
    tenant.objects("groups").set("new", { id: "new" });
    changed();
    const view = new ReplicaReader(replicas, 0, "azureRoles", true, clock.now().getTime()).view(tenant);
    assert.equal(view.objects("groups").has("new"), false);
    view.objects("groups").set("written", { id: "written" });
    assert.deepEqual([...tenant.objects("groups").keys()], ["new", "written"]);
    assert.equal(truthOf(view), tenant);
  });

  it("calm: no write is behind, and no view is made", () => {
    const { tenant, changed, replicas, views } = cloudOf({ profile: "calm" });
    tenant.objects("groups").set("new", { id: "new" });
    changed();
    assert.equal(replicas.isBehind, false);
    for (const view of views()) assert.equal(view.objects("groups"), tenant.objects("groups"));
    assert.equal(replicas.timeScale([tenant]), undefined);
  });

  it("a tenant's own profile, from when its switch is set; a fault's lag is the same for every replica", () => {
    const { tenant, changed, replicas, views, clock } = cloudOf({ profile: "calm", scale: 0.5 });
    tenant.objects("sandboxSwitches").set("replicas", { id: "replicas", value: "usual" });
    changed();
    tenant.objects("groups").set("new", { id: "new" });
    changed();
    assert.equal(replicas.isBehind, true);
    assert.equal(replicas.timeScale([tenant]), 0.5);
    const faulty = cloudOf({ profile: "calm" });
    faulty.replicas.hasFaults = true;
    faulty.changed();
    faulty.tenant.objects("groups").set("new", { id: "new" });
    const writer = new ReplicaReader(faulty.replicas, 0, "directory", false, clock.now().getTime(), "", 3000);
    readAs(writer, faulty.changed);
    const seen = () => new Set(faulty.views().map((view) => view.objects("groups").has("new")));
    assert.deepEqual([...seen()], [false]);
    faulty.clock.advance(3000);
    assert.deepEqual([...seen()], [true]);
    assert.ok(views().length > 0);
  });

  it("half of the lags, 19 of 20 and the longest are those of the profile, times the scale", () => {
    for (const profile of replicaProfiles) {
      for (const [service, lag] of Object.entries(lagsOf(profile) ?? {})) {
        const at = (fraction: number) => Math.round(lagAt(lag, fraction) * 1000) / 1000;
        assert.deepEqual([0, 0.5, 0.95, 1].map(at), [...lag], `${profile} ${service}`);
        const rising = Array.from({ length: 101 }, (_value, index) => at(index / 100));
        assert.deepEqual(
          rising,
          [...rising].sort((a, b) => a - b),
        );
      }
    }
    const { tenant, changed, views, clock } = cloudOf({ profile: "usual", scale: 0.1, seed: 3 });
    const wanted = 400;
    for (let index = 0; index < wanted; index++) {
      tenant.objects("groups").set(`${index}`, { id: `${index}` });
      changed();
    }
    const share = () =>
      views()
        .slice(0, replicaCount)
        .reduce((sum, view) => sum + view.objects("groups").size, 0) /
      (wanted * replicaCount);
    clock.advance(500);
    assert.ok(Math.abs(share() - 0.5) < 0.05, `half after half a second, not ${share()}`);
    clock.advance(2500);
    assert.ok(Math.abs(share() - 0.95) < 0.03, `19 of 20 after three seconds, not ${share()}`);
    clock.advance(27_000);
    assert.equal(share(), 1);
  });
});
