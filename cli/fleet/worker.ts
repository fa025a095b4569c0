/**
 * A worker thread of a fleet run. One stack at a time: the SDK takes an unhandled error of any
 * program in a thread for an error of every program in it.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, ToWorker, WorkerSetup } from "./job";
import { JobRun } from "./jobRun";

const setup = workerData as WorkerSetup;
let running: JobRun | undefined;

parentPort?.on("message", (message: ToWorker) => {
  if ("cancel" in message) {
    running?.cancel();
    return;
  }
  running = new JobRun(message.job, setup, {
    onStep: (step) => say({ step }),
    onWait: (wait) => say({ wait }),
    onResources: (resources, total) => say({ resources, total }),
  });
  void running.result().then(say);
});

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}
