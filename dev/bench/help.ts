/** What the `mssp` command takes to start. */
import path from "node:path";
import { execa } from "execa";
import { inTurn, rowOf, timed, type BenchGroup, type RowInfo } from "./row";

const row: RowInfo = { name: "help", what: "mssp --help", against: "node -e 0", goal: 1.5 };
/** One takes less than a tenth of a second. */
const pairsOfOneRun = 4;

export const help: BenchGroup = {
  rows: [row],
  async measure(wanted, { checkout, runs }) {
    if (!wanted(row)) return [];
    const node = (...args: readonly string[]) => timed(() => execa(process.execPath, args, { cwd: checkout }));
    const command = path.join(checkout, "cli", "mssp.js");
    return [
      rowOf(
        row,
        await inTurn(
          () => node("-e", "0"),
          () => node(command, "--help"),
          runs * pairsOfOneRun,
        ),
      ),
    ];
  },
};
