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
    "with lines that a printer would change": [
      "config:\n  c:detections:\n    sets: [a,\n      b] # why\n    except: [ {rule: r2 , disabled: true}, # r2\n      ]\n\n    # end\n  c:x:   'y'\n",
      `{rule: r2 , disabled: true}, ${line}, # r2`,
    ],
    "with lines that end as on Windows": [
      "config:\r\n  c:x: >-\r\n    a\r\n  c:detections:\r\n    sets:\r\n      - 'a'\r\n",
      `\r\n    except:\r\n      - ${line}`,
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

  it("leaves a file alone in which another setting would change, or that has errors", () => {
    assert.equal(editExceptions("config:\n  c:detections: [\n", "c", "r1", exception), undefined);
    assert.equal(editExceptions("config:\n  detections: { sets: [a] }\n", "c", "r1", exception), undefined);
    const shared =
      "config:\n  c:detections:\n    sets: [a]\n    except: &list\n      - { rule: r2 }\n  c:other: *list\n";
    assert.equal(editExceptions(shared, "c", "r1", exception), undefined);
    assert.deepEqual(exceptionsIn("config: [\n", "c"), []);
  });

  it("keeps one of several for the rule, and an empty list where the detections have nothing else", () => {
    const twice = `config:\n  c:detections:\n    except:\n    - ${line}\n    - rule: r2\n    - ${line} # b\n`;
    const single = twice.slice(0, twice.lastIndexOf("    - {"));
    assert.equal(editExceptions(twice, "c", "r1", exception), single);
    const other = editExceptions(twice, "c", "r1") ?? "";
    assert.equal(other, "config:\n  c:detections:\n    except:\n    - rule: r2\n");
    const alone = other.replace("rule: r2", line);
    assert.equal(editExceptions(alone, "c", "r1"), "config:\n  c:detections:\n    except: []\n");
  });
});
