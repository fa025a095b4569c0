import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { tiers, dateOf, type Tier } from "@defender-mssp/microsoft";
import { hasAccess, membershipsByTier, membershipsOfAll, type TieredAnalyst } from "../../domain/memberships";

const people = ["ana", "ben", "chloe", "dev", "eve"].map((name) => `${name}@f.example`);
const firstDay = Date.UTC(2026, 10, 24);
const dayOf = (number: number): string => dateOf(new Date(firstDay + number * 86_400_000));

/** One edit of the settings, or a day that passes. */
type Edit =
  | { readonly what: "add" | "move"; readonly email: string; readonly tier: Tier | undefined }
  | { readonly what: "remove"; readonly email: string }
  | { readonly what: "end"; readonly email: string; readonly day: number | undefined }
  | { readonly what: "end for all"; readonly day: number | undefined }
  | { readonly what: "day" };

interface World {
  readonly analysts: readonly TieredAnalyst[];
  readonly day: number;
  readonly endForAll: number | undefined;
}

const email = fc.constantFrom(...people);
const tier = fc.option(fc.constantFrom(...tiers), { nil: undefined });
const day = fc.option(fc.integer({ min: -2, max: 8 }), { nil: undefined });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ what: fc.constantFrom("add" as const, "move" as const), email, tier }),
  fc.record({ what: fc.constant("remove" as const), email }),
  fc.record({ what: fc.constant("end" as const), email, day }),
  fc.record({ what: fc.constant("end for all" as const), day }),
  fc.constant({ what: "day" as const }),
);

describe("components: group memberships", () => {
  it("memberships after any sequence of edits are those of the settings", () => {
    assertProperty(500, fc.array(edit, { maxLength: 30 }), (edits) => {
      let world: World = { analysts: [], day: 0, endForAll: undefined };
      const tenant = new Set<string>();
      for (const one of edits) {
        const before = plan(world);
        world = after(world, one);
        // Each `up` changes what differs between what it made before and what it is to make now.
        for (const membership of difference(before, plan(world))) tenant.delete(membership);
        for (const membership of difference(plan(world), before)) tenant.add(membership);
      }
      assert.deepEqual([...tenant].sort(), expected(world));
    });
  });

  it("an edit of one analyst changes at most two memberships, and those are the analyst's own", () =>
    assertProperty(500, fc.array(edit, { maxLength: 20 }), edit, (edits, last) => {
      fc.pre("email" in last);
      const world = edits.reduce(after, { analysts: [], day: 0, endForAll: undefined });
      const [before, now] = [plan(world), plan(after(world, last))];
      const changed = [...difference(before, now), ...difference(now, before)];
      assert.ok(changed.length <= 2, changed.join());
      assert.ok(changed.every((membership) => membership.endsWith(`/${(last as { email: string }).email}`)));
    }));

  it("the order of the analysts changes nothing, and nobody is in two groups", () =>
    assertProperty(100, fc.array(edit, { maxLength: 20 }), (edits) => {
      const world = edits.reduce(after, { analysts: [], day: 0, endForAll: undefined });
      const memberships = plan(world);
      assert.deepEqual(plan({ ...world, analysts: [...world.analysts].reverse() }), memberships);
      const members = memberships.map((membership) => membership.split("/")[1]!);
      assert.equal(new Set(members).size, members.length);
      assert.deepEqual(membershipsOfAll(world.analysts, datesOf(world)), members.sort());
    }));

  it("access lasts until the end of its last day, UTC; the earlier of two dates counts", () => {
    const ana = { email: "ana@f.example", accessEndsOn: "2026-12-31" };
    assert.ok(hasAccess(ana, { today: "2026-12-31" }));
    assert.ok(!hasAccess(ana, { today: "2027-01-01" }));
    assert.ok(!hasAccess(ana, { today: "2026-12-31", accessEndsOn: "2026-12-30" }));
    assert.ok(!hasAccess(ana, { today: "2027-01-01", accessEndsOn: "2027-06-30" }));
    assert.ok(hasAccess({ email: "ben@f.example" }, { today: "9999-12-31" }));
    assert.equal(dateOf(new Date("2026-12-31T23:59:59.999Z")), "2026-12-31");
    assert.equal(dateOf(new Date("2027-01-01T00:30:00+01:00")), "2026-12-31");
  });

  it("an analyst without a tier is in tier 1", () => {
    const analysts = [{ email: "ben@f.example" }, { email: "ana@f.example", tier: "approvers" as const }];
    assert.deepEqual(membershipsByTier(analysts, { today: "2026-11-24" }), {
      tier1: ["ben@f.example"],
      tier2: [],
      approvers: ["ana@f.example"],
    });
  });
});

function after(world: World, one: Edit): World {
  const { analysts } = world;
  const others = "email" in one ? analysts.filter(({ email: of }) => of !== one.email) : analysts;
  const own = "email" in one ? analysts.find(({ email: of }) => of === one.email) : undefined;
  switch (one.what) {
    case "day":
      return { ...world, day: world.day + 1 };
    case "end for all":
      return { ...world, endForAll: one.day };
    case "add":
      return { ...world, analysts: own === undefined ? [...others, { email: one.email, tier: one.tier }] : analysts };
    case "remove":
      return { ...world, analysts: others };
    case "move":
      return { ...world, analysts: own === undefined ? analysts : [...others, { ...own, tier: one.tier }] };
    case "end": {
      const accessEndsOn = one.day === undefined ? undefined : dayOf(one.day);
      return { ...world, analysts: own === undefined ? analysts : [...others, { ...own, accessEndsOn }] };
    }
  }
}

function datesOf(world: World) {
  return { today: dayOf(world.day), accessEndsOn: world.endForAll === undefined ? undefined : dayOf(world.endForAll) };
}

/** The plan as a list of `<tier>/<address>`. */
function plan(world: World): string[] {
  const memberships = membershipsByTier(world.analysts, datesOf(world));
  return tiers.flatMap((name) => memberships[name].map((member) => `${name}/${member}`)).sort();
}

/** What the settings say, reckoned in days and person by person. */
function expected({ analysts, day: today, endForAll = Infinity }: World): string[] {
  const lastDay = ({ accessEndsOn }: TieredAnalyst) =>
    accessEndsOn === undefined ? Infinity : (Date.parse(accessEndsOn) - firstDay) / 86_400_000;
  return people
    .flatMap((person) => {
      const analyst = analysts.find(({ email: of }) => of === person);
      if (analyst === undefined || today > Math.min(lastDay(analyst), endForAll)) return [];
      return [`${analyst.tier ?? "tier1"}/${person}`];
    })
    .sort();
}

function difference(one: readonly string[], other: readonly string[]): string[] {
  return one.filter((membership) => !other.includes(membership));
}
