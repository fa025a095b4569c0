import assert from "node:assert/strict";
import { exceptionsIn, editExceptions } from "../../../cli/stack/editExceptions";

const exception = { rule: "r1", reason: 'Floods: "x"', owner: "Ana", until: "2026-12-24", disabled: true } as const;
const line = '{ "rule": "r1", "reason": "Floods: \\"x\\"", "owner": "Ana", "until": "2026-12-24", "disabled": true }';

describe("exceptions in a settings file", () => {
  const files: Readonly<Record<string, readonly [before: string, changed: string]>> = {
    "without exceptions": [
      "# a\nconfig:\n  c:detections:\n    sets: [base] # b\n  c:analysts:\n    - { email: a@b.c }\n  c:tags: [ x ]\n",
      `    except:\n      - ${line}\n`,
    ],
    "with a list": [
      "config:\n  c:detections:\n    sets:\n    - base\n    except:\n    # why\n    - rule: r2\n      until: '2027-01-01'\n  c:x: y\n",
      `    - ${line}\n`,
    ],
    "as the engine leaves it": [
      "config:\n  c:portalAccess: {model: basic}\n  c:analysts:\n    - {email: a@b.c, displayName: A}\n  c:detections:\n    sets: [base]\n",
      `    except:\n      - ${line}\n`,
    ],
    "in one line": ["config:\n  c:detections: { sets: [ base ] }\n  c:x: 'y'\n", `, except: [ ${line} ] }`],
  };
  for (const [name, [before, changed]] of Object.entries(files))
    it(`${name}: adds one, replaces it, and removes it, and leaves every other line as it was`, () => {
      const edited = editExceptions(before, "c", "r1", exception) ?? "";
      assert.ok(edited.includes(changed), edited);
      assert.deepEqual(exceptionsIn(edited, "c").at(-1), exception);
      const later = editExceptions(edited, "c", "r1", { ...exception, until: "2027-12-24" });
      assert.equal(later, edited.replace("2026-12-24", "2027-12-24"));
      assert.equal(editExceptions(edited, "c", "r1"), before);
    });

  it("leaves a file alone in which several other lines would change, or that has errors", () => {
    const folded = "config:\n  c:detections:\n    sets: [a,\n      b,\n      c]\n";
    assert.equal(editExceptions(folded, "c", "r1", exception), undefined);
    assert.equal(editExceptions("config:\n  c:detections: [\n", "c", "r1", exception), undefined);
    assert.equal(editExceptions("config:\n  detections: { sets: [a] }\n", "c", "r1", exception), undefined);
    const shared =
      "config:\n  c:detections:\n    sets: [a]\n    except: &list\n      - { rule: r2 }\n  c:other: *list\n";
    assert.equal(editExceptions(shared, "c", "r1", exception), undefined);
    assert.deepEqual(exceptionsIn("config: [\n", "c"), []);
  });
});
