import assert from "node:assert/strict";
import { clockFrom, EnvironmentError } from "@defender-mssp/microsoft";

describe("microsoft: the clock", () => {
  it("runs at a distance from the machine's clock", () => {
    const sandbox = { ARM_METADATA_HOSTNAME: "127.0.0.1:1" };
    const clock = clockFrom({ ...sandbox, MSSP_CLOCK: "+259200s" });
    const behind = clockFrom({ ...sandbox, MSSP_CLOCK: "-60s" });
    for (const [shown, distance] of [
      [clock, 259_200_000],
      [behind, -60_000],
    ] as const) {
      const before = Date.now();
      const now = shown().getTime() - distance;
      assert.ok(now >= before && now <= Date.now(), String(distance));
    }
    for (const wrong of ["+3d", "259200s", "+1e9s"])
      assert.throws(() => clockFrom({ ...sandbox, MSSP_CLOCK: wrong }), /a distance in seconds, such as \+259200s/);
    assert.throws(() => clockFrom({ MSSP_CLOCK: "+259200s" }), /on the sandbox only/);
  });

  it("is the system's clock by default", () => {
    const before = Date.now();
    const now = clockFrom({})().getTime();
    assert.ok(now >= before && now <= Date.now());
  });

  it("stays at the time that a test on the sandbox has set", () => {
    const clock = clockFrom({ MSSP_CLOCK: "2027-03-01T10:00:00+01:00", ARM_METADATA_HOSTNAME: "localhost:1" });
    assert.deepEqual([clock(), clock()], [new Date("2027-03-01T09:00:00Z"), new Date("2027-03-01T09:00:00Z")]);
    clock().setFullYear(1970);
    assert.equal(clock().getUTCFullYear(), 2027);
  });

  it("cannot be set for a real cloud, or to an invalid time", () => {
    const set = { MSSP_CLOCK: "2027-03-01T10:00:00Z" };
    for (const environment of [
      set,
      { ...set, ARM_METADATA_HOSTNAME: "management.azure.com" },
      { ...set, ARM_METADATA_HOSTNAME: "127.0.0.1.example.com" },
      { MSSP_CLOCK: "2027-13-01T10:00:00Z", ARM_METADATA_HOSTNAME: "127.0.0.1:1" },
    ]) {
      assert.throws(() => clockFrom(environment), EnvironmentError);
    }
  });
});
