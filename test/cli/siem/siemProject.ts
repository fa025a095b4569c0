/** What the tests of a `describe` about a SIEM's command have. */
import { fixture } from "@defender-mssp/testkit/fixture";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import type { StackProject } from "../pulumiStack";

interface SiemProject {
  readonly project: StackProject;
  /** Each test's own. */
  readonly folder: string;
}

/** One project for all tests of the `describe`, and an empty folder for each. */
export function siemProject(create: () => Promise<StackProject>, take: (made: SiemProject) => void): void {
  const project = fixture(create);
  let folder: string;
  beforeEach(() => {
    folder = newFolder();
    take({ project, folder });
  });
}
