interface Written {
  readonly outs: object;
}

/** A resource without the time and the ID of its last write, which `replicated.test.ts` tests. */
export function untimed<
  Resource extends { create(...args: never[]): Promise<Written>; update(...args: never[]): Promise<Written> },
>(resource: Resource): Resource {
  const strip = <Result extends Written>(result: Result) => {
    const { writtenOn: _time, id: _id, ...outs } = result.outs as { readonly writtenOn?: string; readonly id?: string };
    return { ...result, outs };
  };
  return {
    ...resource,
    create: async (...args: never[]) => strip(await resource.create(...args)),
    update: async (...args: never[]) => strip(await resource.update(...args)),
  };
}
