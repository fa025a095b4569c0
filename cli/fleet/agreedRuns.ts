/** Runs of stacks, each read again where a stale read would tell of drift, or have an object created again. */
import { timeText } from "@defender-mssp/errors/time";
import { hasOneView, timeScale, wait, waits } from "@defender-mssp/microsoft";
import type { Place } from "../base/place";
import { agreedPreview, betweenReads, droppedText, hasYoungObjects, needsAnotherRead } from "../stack/agreedPreview";
import { readDeployment } from "../stack/deployment";
import type { TryResult } from "../stack/outcome";
import type { Job } from "./job";
import type { FleetView } from "./view";
import type { Workers } from "./workers";

export interface AgreedRunsOptions extends Place {
  readonly view: FleetView;
  readonly workers: Workers;
  readonly now: () => Date;
  /** Whether no further read shall begin. */
  readonly stopped: () => boolean;
}

export class AgreedRuns {
  constructor(private readonly options: AgreedRunsOptions) {}

  async run(job: Job, slot: number): Promise<TryResult> {
    const { workers } = this.options;
    const environment = { ...this.options.environment, ...job.environment };
    if (!job.refresh || hasOneView(environment)) return workers.run(job, slot);
    if (job.command === "up" && (await this.#isYoung(job, environment)))
      await this.#agreed({ ...job, command: "preview", drift: false }, slot, environment);
    return job.command === "preview" ? this.#agreed(job, slot, environment) : workers.run(job, slot);
  }

  /** Whether a refresh may drop an object for one stale answer; false where nobody can tell. */
  async #isYoung({ stack }: Job, environment: NodeJS.ProcessEnv): Promise<boolean> {
    const { folder, now } = this.options;
    const deployment = await readDeployment(stack, { folder, environment }).catch(() => undefined);
    return deployment !== undefined && hasYoungObjects(deployment, now());
  }

  /** Drift must appear in two reads. What the refresh drops is read again for up to ten minutes. */
  async #agreed(job: Job, slot: number, environment: NodeJS.ProcessEnv): Promise<TryResult> {
    const { view, workers, stopped } = this.options;
    const scale = timeScale(environment);
    const ends = performance.now() + waits.droppedByRefresh.longest * scale;
    let result = await workers.run(job, slot);
    while (!stopped() && result.ok && result.preview !== undefined) {
      const { dropped = [] } = result.preview;
      const pause = dropped.length > 0 ? waits.droppedByRefresh.pause : betweenReads;
      if (dropped.length === 0 && !(job.drift && needsAnotherRead(result.preview))) break;
      for (const object of dropped)
        view.say(`${job.stack}: ${droppedText(object, job.command)} Comparing again in ${timeText(pause * scale)}.`);
      await wait(pause * scale);
      const again = await workers.run({ ...job, drift: false }, slot);
      if (!again.ok || again.preview === undefined) return again;
      const preview = agreedPreview(result.preview, again.preview);
      result = { ...again, preview, seconds: result.seconds + again.seconds };
      if (preview.dropped === undefined || performance.now() >= ends) break;
    }
    return result;
  }
}
