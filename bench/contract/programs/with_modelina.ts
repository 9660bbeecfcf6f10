// Builds a police.missing and reads a task.create with the types that Modelina made.
import type { PoliceMissing } from "./modelina/PoliceMissing.js";
import type { Recipient } from "./modelina/Recipient.js";
import type { TaskCreate } from "./modelina/TaskCreate.js";

export function talk(task: string): string {
  const missing: PoliceMissing = {
    incident: "ZX-26-10532",
    force: "ZX",
    classification: "missing",
    risk: "medium",
    missing_from: "placement",
    responsible_authority: "nottinghamshire",
    reported_at: "2026-05-08T18:50:00Z",
    vulnerable: null,
    child: { identifiers: [{ system: "compact", value: "C-7741" }], given_name: "Alex" },
  };
  const read = JSON.parse(task) as TaskCreate;
  const roles: string[] = read.to.map((recipient: Recipient) => recipient.role);
  const due: string | null = read.due ? new Date(read.due).toISOString() : null;
  const proposal: boolean = read.modality === "may";
  return JSON.stringify({ missing, read: { kind: read.kind ?? null, roles, due, clauses: read.clauses, proposal } });
}
