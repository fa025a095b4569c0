import assert from "node:assert/strict";

/** Stands for what `create` returns: made before the tests of this block, stopped or disposed of after them. */
export function fixture<T extends object>(create: () => T | Promise<T>): T {
  return hooked(before, after, create);
}

/** The same, made anew for each test. */
export function fixtureOfEach<T extends object>(create: () => T | Promise<T>): T {
  return hooked(beforeEach, afterEach, create);
}

interface Ends {
  readonly stop?: () => unknown;
  readonly dispose?: () => unknown;
}

function hooked<T extends object>(start: Mocha.HookFunction, end: Mocha.HookFunction, create: () => T | Promise<T>): T {
  let value: (T & Ends) | undefined;
  start(async () => {
    value = await create();
  });
  end(async () => {
    const { stop, dispose = stop }: Ends = value ?? {};
    await dispose?.call(value);
    value = undefined;
  });
  const made = () => value ?? assert.fail("Only hooks and tests can use a fixture");
  return new Proxy({} as T, {
    get(_, key) {
      const member: unknown = Reflect.get(made(), key);
      return typeof member === "function" ? (member.bind(value) as unknown) : member;
    },
    set: (_, key, member) => Reflect.set(made(), key, member),
  });
}
