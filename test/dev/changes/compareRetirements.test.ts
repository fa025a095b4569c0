import assert from "node:assert/strict";
import { retirements, retirementsVersion } from "@defender-mssp/microsoft";
import { compareRetirements, readRetirements, type ListedRetirement } from "../../../dev/changes/compareRetirements";

describe("dev/changes: the table beside a newer list", () => {
  const same = retirements.map((entry): ListedRetirement => entry);
  const text = (entries: readonly object[], version = retirementsVersion) =>
    JSON.stringify({ msspRetirements: version, asOf: "2027-01-01", retirements: entries });

  it("says nothing about a list that is equal", () =>
    assert.deepEqual(compareRetirements(readRetirements("newer.json", text(same))), []));

  it("names what is new, gone and changed", () => {
    const [first, ...others] = same;
    const fresh = { id: "zzz", what: "Something", endsOn: "2028-01-01", successor: "Other", certainty: "low" };
    const changed = others.map((entry) =>
      entry.id === "mde-api-rest" ? { ...entry, endsOn: "2028-02-01", certainty: "high" } : entry,
    );
    assert.deepEqual(compareRetirements(readRetirements("newer.json", text([...changed, fresh]))), [
      "~ mde-api-rest: endsOn no date → 2028-02-01, certainty low → high",
      `- ${first?.id}: not in the list`,
      "+ zzz: Something, ends: 2028-01-01. Successor: Other",
    ]);
  });

  it("refuses a newer version, another form and no JSON, each with one clear error", () => {
    assert.throws(() => readRetirements("newer.json", text(same, retirementsVersion + 1)), {
      message:
        /^newer\.json has version 2 \(msspRetirements\), and this release reads version 1: use a newer release\.$/,
    });
    assert.throws(() => readRetirements("x.json", text([{ id: "a" }])), {
      message: /^x\.json is no list of retirements: retirements\.0/,
    });
    assert.throws(() => readRetirements("x.json", text([{ ...same[0], endsOn: "soon" }])), {
      message: /retirements\.0\.endsOn/,
    });
    assert.throws(() => readRetirements("x.json", "no"), { message: "x.json is not JSON." });
  });
});
