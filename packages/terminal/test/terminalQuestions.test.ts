import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { TerminalQuestions } from "../src/terminalQuestions";

const [enter, controlC, down, space] = ["\r", "\u0003", "\u001b[B", " "];

/** A terminal on which a person types one key after the other. */
function terminal(...keys: readonly string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input }) as PassThrough;
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 }) as PassThrough;
  const drawn: Buffer[] = [];
  output.on("data", (chunk: Buffer) => drawn.push(chunk));
  const type = async () => {
    for (const key of keys) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      input.write(key);
    }
  };
  const ask = new TerminalQuestions(input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream);
  return { ask, type, shown: () => Buffer.concat(drawn).toString("utf8") };
}

describe("terminal: questions to a person", () => {
  async function answered<T>(keys: readonly string[], question: (ask: TerminalQuestions) => Promise<T>) {
    const { ask, type, shown } = terminal(...keys);
    const [answer] = await Promise.all([question(ask), type()]);
    return { answer, shown: shown() };
  }

  it("confirm: only yes is yes; Enter and Ctrl-C are no", async () => {
    for (const [keys, expected] of [
      [["y"], true],
      [[enter], false],
      [["n"], false],
      [[controlC], false],
    ] as const)
      assert.equal((await answered(keys, (ask) => ask.confirm("Go ahead?"))).answer, expected, JSON.stringify(keys));
  });

  it("text and secret: what is typed, empty for Enter, undefined for Ctrl-C", async () => {
    for (const kind of ["text", "secret"] as const) {
      assert.equal((await answered(["abc", enter], (ask) => ask[kind]("Value"))).answer, "abc");
      assert.equal((await answered([enter], (ask) => ask[kind]("Value"))).answer, "");
      assert.equal((await answered(["a", controlC], (ask) => ask[kind]("Value"))).answer, undefined);
    }
  });

  it("secret: the terminal never shows the answer", async () => {
    const { shown } = await answered(["hunter2", enter], (ask) => ask.secret("Passphrase"));
    assert.match(shown, /Passphrase/);
    assert.doesNotMatch(shown, /hunter2/);
  });

  it("choose and chooseSome: by arrows and space", async () => {
    const choices = [
      { value: "a", label: "First" },
      { value: "b", label: "Second" },
    ];
    assert.equal((await answered([down, enter], (ask) => ask.choose("Which?", choices))).answer, "b");
    assert.equal((await answered(["j", enter], (ask) => ask.choose("Which?", choices))).answer, "a", "no letters");
    assert.equal((await answered([controlC], (ask) => ask.choose("Which?", choices))).answer, undefined);
    assert.deepEqual((await answered([space, enter], (ask) => ask.chooseSome("Which?", choices))).answer, ["a"]);
    assert.deepEqual((await answered([enter], (ask) => ask.chooseSome("Which?", choices))).answer, []);
  });

  it("foreign text in a question has no effect on the terminal", async () => {
    const { shown } = await answered([enter], (ask) => ask.confirm("Remove \u001b[2Jcontoso?"));
    assert.ok(shown.includes("\\u{1b}[2Jcontoso"), shown);
    assert.ok(!shown.includes("\u001b[2J"));
  });
});
