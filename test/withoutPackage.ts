/** A package that can't be resolved, as in a project that has not installed it. */
import Module from "node:module";

type Resolve = (request: string, ...rest: readonly unknown[]) => string;

/** Runs the action while no module finds the package or a file of it. */
export async function withoutPackage<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
  const loader = Module as unknown as { _resolveFilename: Resolve };
  const { _resolveFilename: resolve } = loader;
  loader._resolveFilename = (request, ...rest) => {
    if (request === name || request.startsWith(`${name}/`)) {
      throw Object.assign(new Error(`Cannot find module '${request}'`), { code: "MODULE_NOT_FOUND" });
    }
    return resolve.call(loader, request, ...rest);
  };
  try {
    return await action();
  } finally {
    loader._resolveFilename = resolve;
  }
}
