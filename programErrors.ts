/** Keeps a failing program from hanging. */

/**
 * Has every uncaught error of a Pulumi program go through `dropUnprintableFrames` before the SDK's handler sees it. Where no
 * handler is, it does nothing: a listener of ours would swallow the error.
 */
export function makeUncaughtErrorsPrintable(): void {
  if (process.listenerCount("uncaughtException") > 0)
    process.prependListener("uncaughtException", dropUnprintableFrames);
  if (process.listenerCount("unhandledRejection") > 0)
    process.prependListener("unhandledRejection", dropUnprintableFrames);
}

const unprintableFrame = /^\s*at .*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+$/;

/**
 * Takes the frames out of the stacks of an error and its causes that Node can't print: those of a file directly in
 * `node_modules`, or in a scope of it. The SDK shows an uncaught error with `util.inspect(error, { colors: true })`, and Node
 * before the fix of nodejs/node#64011 (all of Node 20) never comes back from that: it fills the memory for half a minute. The
 * SDK's source maps put its files there (`node_modules/@pulumi/resource.ts`), so nearly every error of a program is one.
 */
export function dropUnprintableFrames(error: unknown): void {
  for (let current = error, depth = 0; current instanceof Error && depth < 10; current = current.cause, depth++) {
    const lines = current.stack?.split("\n") ?? [];
    const printable = lines.filter((line) => !unprintableFrame.test(line));
    if (printable.length < lines.length) current.stack = printable.join("\n");
  }
}
