import assert from "node:assert/strict";
import { behaviourChanges, changes, changesConcerning, changeSentence, changesOn, staleChanges } from "../src";

const concerning = (today: string, ...parts: Parameters<typeof changesConcerning>[0]) =>
  changesConcerning(parts, today).map(({ id, level }) => `${id} ${level}`);

describe("changes: what begins and ends by itself", () => {
  it("each entry has one ID, a source, and days in order", () => {
    assert.equal(new Set(changes.map(({ id }) => id)).size, changes.length);
    assert.deepEqual(
      changes.filter(({ source, read }) => source === "" || !/^\d{4}-\d\d-\d\d$/.test(read)),
      [],
    );
    assert.deepEqual(
      behaviourChanges.filter(({ from, until = from }) => until < from),
      [],
    );
  });

  it("a digest is no certain date: its sentence says perhaps, and it never counts as over", () => {
    const digests = changes.filter(({ source }) => /digest|not read/.test(source));
    assert.ok(digests.length >= 8, `${digests.length} digests`);
    assert.deepEqual(
      digests.filter(({ certainty }) => certainty !== "low"),
      [],
    );
    for (const today of ["2026-01-01", "2026-12-02", "2027-02-01", "2030-01-01"])
      for (const change of changesOn(today).filter(({ certainty, from }) => certainty === "low" && from !== null)) {
        assert.notEqual(change.level, "over", `${change.id} on ${today}`);
        assert.match(changeSentence(change), /: perhaps /);
      }
  });

  it("moves with the day: ahead, soon, under way, over, and not shown 90 days later", () => {
    assert.deepEqual(concerning("2026-05-01", "accessPackages"), [
      "guest-governance-metered underWay",
      "member-of-frozen later",
    ]);
    assert.ok(concerning("2026-08-10", "accessPackages").includes("member-of-frozen soon"));
    assert.ok(concerning("2026-11-04", "accessPackages").includes("member-of-frozen over"));
    assert.deepEqual(concerning("2027-03-01", "accessPackages"), ["guest-governance-metered underWay"]);
    assert.deepEqual(concerning("2026-12-02", "defenderRoles"), ["unified-rbac-on underWay"]);
    assert.deepEqual(concerning("2026-12-02"), []);
  });

  it("says when it was read, and names entries that nobody compared for more than 90 days", () => {
    const [entry] = changesConcerning(["defenderRoles"], "2026-12-02");
    assert.match(entry === undefined ? "" : changeSentence(entry), /MC1457836, digests .*; read on 2026-12-02\.\)$/);
    assert.deepEqual(staleChanges("2026-12-02"), []);
    assert.deepEqual(
      staleChanges("2027-03-28").find(({ id }) => id === "unified-rbac-on"),
      { id: "unified-rbac-on", days: 116 },
    );
  });
});
