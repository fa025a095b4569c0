/** An incident in the Open Cybersecurity Schema Framework, version 1.8.0: Incident Finding, class 2005. */
import type { IncidentRecord } from "@defender-mssp/microsoft";
import { visibleJson } from "@defender-mssp/terminal/terminalText";
import { present } from "../alerts/ecs";
import { finding, findingInfo } from "../alerts/recordAsOcsf";

/** Each change is an event, with the time of the change: created, updated or closed. */
export function incidentAsOcsf(record: IncidentRecord): string {
  const { id, title, description, summary, createdAt, updatedAt, url, alerts, status } = record;
  const activity = status === "resolved" ? 3 : createdAt === updatedAt ? 1 : 2;
  const infos = (alerts ?? []).map(findingInfo);
  const { redirectIncidentId, determination, updatedBy, customTags, systemTags, comments } = record;
  return visibleJson(
    present({
      ...finding(record, { activity, uid: 2005, product: "Microsoft Defender XDR", time: updatedAt }),
      // The schema requires an assignee.
      assignee: { name: record.assignedTo ?? "unassigned", type_id: 0 },
      desc: description,
      start_time: Date.parse(createdAt),
      src_url: url,
      // The schema requires one.
      finding_info_list: infos.length > 0 ? infos : [{ uid: id, title }],
      unmapped: present({ summary, redirectIncidentId, determination, updatedBy, customTags, systemTags, comments }),
    }),
  );
}
