/** What the tests of a `describe` about a SIEM's command have. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { StackProject } from "../pulumiStack";

interface SiemProject {
  readonly project: StackProject;
  /** Each test's own. */
  readonly folder: string;
}

/** One project for all tests of the `describe`, and an empty folder for each. */
export function siemProject(create: () => Promise<StackProject>, take: (made: SiemProject) => void): void {
  let project: StackProject;
  let folder: string;
  before(async () => {
    project = await create();
  });
  after(() => project.dispose());
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mssp-siem-"));
    take({ project, folder });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
}
