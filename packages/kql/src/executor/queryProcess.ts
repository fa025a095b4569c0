import { VisibleError } from "@defender-mssp/errors";
import { BoundedProcess, BoundPassed } from "../bounds/boundedProcess";
import type { QueryRequest } from "./queryProcessMain";
import type { QueryResult, runQuery } from "./runQuery";

/**
 * Runs queries in a process of its own, one after the other: those of a stranger's pull request. A query that passes the
 * counted limits of `runQuery` ends at 30 seconds of processor time or 512 MB, and the next one gets another process.
 */
export class QueryProcess {
  readonly #process = new BoundedProcess<QueryRequest, QueryResult>("run.js", { seconds: 30, megabytes: 512 });

  /** @throws the error of `runQuery`, by name and message; VisibleError if the process was ended */
  async run(...[query, tables, options = {}]: Parameters<typeof runQuery>): Promise<QueryResult> {
    try {
      return await this.#process.ask({ query, tables, options });
    } catch (error) {
      if (error instanceof BoundPassed) throw new VisibleError(`The query needs more than ${error.message}.`);
      throw error;
    }
  }

  /** Waits until the process has ended. */
  end(): Promise<void> {
    return this.#process.end();
  }
}
