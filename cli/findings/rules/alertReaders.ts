import { alertReaderText } from "@defender-mssp/tenant";
import { finding, type Finding } from "../finding";
import type { Facts } from "../facts";

/** Applications that may read alerts: whose they are, the customer alone can say. */
export function alertReaders({ live }: Facts): Finding[] {
  return (live?.alertReaders ?? []).map((reader) =>
    finding("notChecked", "unread", {
      key: `alertReader ${reader.appId}`,
      text: `Is this application the MSSP's? ${alertReaderText(reader)}`,
      next: "Nothing in the tenant tells whose it is, not even its name: ask the customer",
    }),
  );
}
