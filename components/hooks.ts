import { AsyncResource } from "node:async_hooks";

/**
 * Binds a resource hook to the run that declares it. The engine calls a hook from outside of that
 * run; in a process with several runs (Automation API, the plugin) the hook would otherwise reach
 * no engine for its look-ups and messages.
 */
export function inThisRun<Arguments extends unknown[], Result>(
  hook: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  return AsyncResource.bind(hook);
}
