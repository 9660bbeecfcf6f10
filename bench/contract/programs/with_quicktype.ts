// Builds a police.missing and reads a task.create with the types that quicktype made.
import { Convert } from "./quicktype.js";
import type { PoliceMissing, Recipient } from "./quicktype.js";

export function talk(task: string): string {
  const missing: PoliceMissing = {
    incident: "ZX-26-10532",
    force: "ZX",
    classification: "missing",
    risk: "medium",
    missing_from: "placement",
    responsible_authority: "nottinghamshire",
    reported_at: new Date("2026-05-08T18:50:00Z"),
    vulnerable: null,
    child: { identifiers: [{ system: "compact", value: "C-7741" }], given_name: "Alex" },
  };
  const read = Convert.toTaskCreate(task);
  const roles: string[] = read.to.map((recipient: Recipient) => recipient.role);
  const due: Date | null = read.due ?? null;
  const proposal: boolean = read.modality === "may";
  return JSON.stringify({
    missing: JSON.parse(Convert.policeMissingToJson(missing)),
    read: { kind: read.kind ?? null, roles, due: due?.toISOString() ?? null, clauses: read.clauses, proposal },
  });
}
