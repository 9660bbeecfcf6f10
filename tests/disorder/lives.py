"""Random lives of made-up children, and what everybody tells of them: the police of two forces, workers, case systems,
registers and people who decide whose a notification is. Seeded: the same seed gives the same course."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from wire_messages import later

from routing.pack import Pack
from tests.disorder.course import Absence, Course, Data, Said

SYSTEMS = {"nottinghamshire": "mosaic"}
ONCE_IN_A_WHILE = ("threshold", "rag", "screening", "clock", "dispute", "task", "seen")


class Life:
    """Draws one course at one of the authorities. `plain`: nothing in it means another thing when it is read in another
    order: the register comes first, one force tells of an absence, and people name it by its reference. `short`: one
    child, once."""

    def __init__(self, seed: int, packs: Sequence[Pack], plain: bool = False, short: bool = False) -> None:
        self.random = Random(seed)
        self.seed, self.plain, self.short = seed, plain, short
        self.pack = self.random.choice(packs)
        self.told: list[tuple[float, str, Data, str, str]] = []
        self.absences: list[Absence] = []

    def course(self) -> Course:
        children = self.random.choice((1, 1, 1, 2, 3)) if not self.short else 1
        for child in range(children):
            self._register(child, children)
            hour = self.random.uniform(10, 40)
            for n in range(self.random.choice((1, 1, 2, 3)) if not self.short else 1):
                hour = self._absence(child, n, hour) + self.random.uniform(2, 200)
                if hour > 900:
                    break
        if not self.plain:
            self._hand_over()
        ordered = sorted(self.told, key=lambda told: told[0])
        said = [Said(n, *told) for n, told in enumerate(ordered, 1)]
        return Course(self.seed, self.pack.authority, tuple(self.absences), tuple(self._read(said)))

    def _read(self, said: list[Said]) -> Iterator[Said]:
        """The hub reads at once, or all that has come in a while, when an outage ends."""
        while said:
            width = self.random.choice((0, 0, 0.5, 6, 30, 100))
            alone = self.plain and said[0].topic.startswith("register.")
            end = said[0].sent + (0 if alone else width)
            together = [s for s in said if s.sent <= end]
            said = said[len(together) :]
            yield from (replace(s, read=round(end if len(together) > 1 else s.sent, 4)) for s in together)

    def _say(self, hour: float, type_: str, owner: str, data: Data, key: str = "") -> None:
        told = {name: value for name, value in data.items() if value is not None}
        self.told.append((round(hour, 4), type_, told, owner, key))

    def _may(self, chance: float) -> bool:
        return self.random.random() < chance

    def _number(self, child: int) -> Data:
        return {"system": SYSTEMS.get(self.pack.authority, "lcs"), "value": f"Z-{child}"}

    def _child(self, child: int) -> Data:
        return {"identifiers": [self._number(child)]}

    # ---- the register

    def _register(self, child: int, children: int) -> None:
        if self._may(0.85):
            self._context(1 + child, child, children)
        for _ in range(self.random.choice((0, 0, 1, 2)) if not self.plain else 0):
            hour = self.random.uniform(5, 400)
            what = self.random.choice(("context", "context", "opened", "closed", "document", "tombstone"))
            match what:
                case "context":
                    self._context(hour, child, children)
                case "tombstone" if self._may(0.3):
                    self._say(hour, "tombstone", self.pack.authority, {}, f"Z-{child}")
                case "opened" | "closed":
                    service = self.random.choice(self.pack.words.services or ("none",))
                    worker = {"worker": f"w{child}n", "manager": "m2"} if what == "opened" else {"reason": "done"}
                    about = {"child": self._child(child), "service": service, **worker}
                    self._casework(hour, f"case.{what}", about)
                case "document" if self.pack.words.documents:
                    kind = self.random.choice(self.pack.words.documents)
                    self._casework(hour, "document.updated", {"child": self._child(child), "kind": kind})

    def _context(self, hour: float, child: int, children: int) -> None:
        services = [
            {"service": s, "team": "t1", "worker": f"w{child}", "manager": f"m{child}"}
            for s in self.pack.words.services
            if self._may(0.5)
        ]
        data: Data = {
            "authority": self.pack.authority,
            "child": {**self._child(child), "date_of_birth": "2011-05-05"},
            "services": services,
            "plan": self.random.choice((None, "none", "child_in_need", "child_protection", "looked_after")),
        }
        if self._may(0.3):
            data["professionals"] = [{"role": "independent_reviewing_officer", "person": f"iro{child}"}]
        if self._may(0.3):
            data["involved"] = [f"w{child}", "inv1"]
        if children > 1 and self._may(0.5):
            data["relations"] = [{"identifier": self._number((child + 1) % children), "relation": "sibling"}]
        self._say(hour, "case.context", self.pack.authority, data, f"Z-{child}")

    # ---- one absence

    def _absence(self, child: int, n: int, gone: float) -> float:
        """Everything that is told of it; when it ends."""
        length = self.random.choice((2, 5, 20, 26, 50, 71, 75, 100, 190))
        back = None if self._may(0.12) else gone + length
        error = self._may(0.06)
        incident = f"I-{child}-{n}"
        self.absences.append(Absence(child, incident, gone, back, error))
        self._missing(gone + self.random.uniform(0, 3), child, incident, "XX", gone)
        if self._may(0.15) and not self.plain:
            self._missing(
                gone + self.random.uniform(0, length), child, f"{incident}-Y", "YY", gone + self.random.choice((0, 0.5))
            )
        if self._may(0.2) and not self.plain:
            by = {"role": self._role(), "person": f"w{child}"}
            about = {
                "child": self._child(child),
                "by": by,
                "at": later(gone + 0.2),
                "reported_to_police": self._may(0.5),
            }
            self._casework(gone + self.random.uniform(0.2, 5), "worker.missing_report", about)
        if self._may(0.15):
            to = {"to": self.random.choice(("missing", "absent")), "risk": self.random.choice((None, "high", "low"))}
            moment = gone + self.random.uniform(1, length)
            self._police(moment, "police.status_change", "XX", incident, {**to, "changed_at": later(moment)})
        if back is not None:
            self._return(child, incident, back, error)
        if error:
            hour = gone + self.random.uniform(1, 90)
            if self.plain:  # what is told under the reference afterwards would be of another absence
                hour = max(told[0] for told in self.told if told[2].get("incident") == incident) + 1
            self._police(hour, "police.retracted", "XX", incident, {"reason": "sent in error"})
        for _ in range(self.random.choice((0, 1, 2, 3, 4))):
            if not (error and self.plain):  # after the retraction nobody knows what an act is about
                self._act(child, incident, gone, back)
        return back if back is not None else gone + 250

    def _missing(self, hour: float, child: int, incident: str, force: str, gone: float) -> None:
        data: Data = {
            "child": self._child(child),
            "classification": "absent" if self._may(0.1) else "missing",
            "reported_at": later(gone),
            "left_at": later(gone - 0.5) if self._may(0.4) else None,
            "last_seen_at": later(gone - 1) if self._may(0.4) else None,
            "risk": self.random.choice((None, "low", "medium", "high")),
            "responsible_authority": self.pack.authority,
            "vulnerable": self.random.choice((None, None, True, False)),
            "child_protection_concern": True if self._may(0.1) else None,
        }
        self._police(hour, "police.missing", force, incident, data)
        if self._may(0.15):
            changed = {"reported_at": later(gone - self.random.choice((0, 3, 20))), "risk": "high"}
            self._police(hour + self.random.uniform(0.1, 30), "police.missing", force, incident, {**data, **changed})

    def _return(self, child: int, incident: str, back: float, error: bool) -> None:
        if self._may(0.1):
            hour = back - 0.3
            located = {"found_at": later(hour), "contact_made": False}
            self._police(hour + 0.1, "police.found", "XX", incident, located)
        told_by_police = self._may(0.9) or (error and self.plain)  # who takes it back tells of it
        if told_by_police:
            found = {"found_at": later(back), "returned_at": later(back + 0.5) if self._may(0.3) else None}
            hour = back + self.random.choice((0.1, 1, 5, 20))
            self._police(hour, "police.found", "XX", incident, found)
            if self._may(0.1):
                self._police(hour + 2, "police.found", "XX", incident, {"found_at": later(back - 1), "revision": 2})
        if not told_by_police or (self._may(0.15) and not self.plain):
            by = {"role": self._role(), "person": f"w{child}"}
            about = self._about(child, incident)
            self._casework(
                back + self.random.uniform(0.1, 10), "worker.found_report", {**about, "by": by, "found_at": later(back)}
            )

    def _hand_over(self) -> None:
        """Somebody else has the work of a child who is back, and then the return turns out to have been earlier."""
        random = Random(f"{self.seed} hands")
        for absence in [a for a in self.absences if a.back is not None and random.random() < 0.2]:
            assert absence.back is not None
            told = [hour for hour, _, said, *_ in self.told if said.get("incident") == absence.incident]
            hour = max(told) + random.uniform(1, 10)
            for service in self.pack.words.services:
                about = {"child": self._child(absence.child), "service": service, "worker": f"w{absence.child}h"}
                self._casework(hour, "case.opened", about)
            earlier = {"found_at": later(absence.back - 2), "revision": 9}
            self._police(hour + 1, "police.found", "XX", absence.incident, earlier)

    # ---- acts of people

    def _act(self, child: int, incident: str, gone: float, back: float | None) -> None:
        words, about, by = self.pack.words, self._about(child, incident), {"role": self._role(), "person": "p1"}
        hour = gone + self.random.uniform(0.5, 150)
        after = (back or gone) + self.random.uniform(0.5, 100)
        what = self.random.choice((*("interview",) * 3, "held", "manager", "meeting", *ONCE_IN_A_WHILE))
        match what:
            case "interview":
                result = self.random.choice(
                    ("assigned", "offered", "completed", "completed", "refused", "not_offered", "withdrawn")
                )
                told = {"result": result, "at": later(after - 0.2), "by": by, "interviewer": by, "reason": "said so"}
                self._casework(after, "rhi.outcome", {**about, **told, "content": {"1": "yes"}})
            case "held" if kinds := self._meetings():
                kind = self.random.choice(kinds)
                self._casework(hour, "meeting.held", {**about, "kind": kind, "held_at": later(hour - 0.2)})
            case "manager":
                self._decision(hour, "manager.decision", about, by, words.decisions)
            case "meeting" if not self.plain:  # what follows from it hangs on whether anybody had asked (AMB-204)
                self._decision(hour, "meeting.decision", about, by, words.meetings)
            case "threshold":
                self._casework(hour, "threshold.decision", {**about, "by": by, "met": self._may(0.5)})
            case "rag":
                value = self.random.choice(("RED", "AMBER", "GREEN"))
                self._casework(hour, "rag.set", {**about, "by": by, "value": value})
            case "screening":
                rhi = self.random.choice(("required", "not_required"))
                self._casework(after, "screening.decision", {**about, "by": by, "rhi": rhi, "reason": "said so"})
            case "clock":
                value = self.random.choice((None, later(gone + 1), later(gone - 2)))
                self._casework(hour, "clock.override", {**about, "by": by, "value": value, "reason": "said so"})
            case "dispute":
                self._casework(hour, "disagreement.raised", {**about, "about": "interview", "between": [by]})
            case "task":
                kinds = sorted({k for r in self.pack.rules if r.send == "task.create" and (k := r.kind)})
                if kinds:
                    hour = after + 30 if self.plain else hour  # nobody has done what is asked for later
                    self._casework(hour, "task.completed", {**about, "kind": self.random.choice(kinds), "by": by})
            case "seen":
                self._casework(hour, "message.acknowledged", {**about, "type": "senior.alert", "by": by})

    def _meetings(self) -> list[str]:
        """Kinds of meetings. What one about the child means hangs on what had been asked for when it is told: it counts
        for weeks, and settles nothing that was asked for after it was held (AMB-32, AMB-206)."""
        of_child = self.pack.words.meetings_of_child if self.plain else ()
        return [kind for kind in sorted(self.pack.words.meetings) if kind not in of_child]

    def _decision(self, hour: float, type_: str, about: Data, by: Data, words: Any) -> None:
        kinds = [kind for kind in sorted(words) if words[kind]]
        if kinds:
            kind = self.random.choice(kinds)
            decision = self.random.choice(sorted(words[kind]))
            self._casework(hour, type_, {**about, "by": by, "kind": kind, "decision": decision, "reason": "said so"})

    def _about(self, child: int, incident: str) -> Data:
        """How a practitioner names the episode: mostly by the reference."""
        return {"incident": incident, "force": "XX"} if self.plain or self._may(0.8) else {"child": self._child(child)}

    def _role(self) -> str:
        return self.random.choice(sorted(self.pack.roles))

    def _casework(self, hour: float, type_: str, data: Data) -> None:
        self._say(hour, type_, self.pack.authority, {"authority": self.pack.authority, **data})

    def _police(self, hour: float, type_: str, force: str, incident: str, data: Data) -> None:
        self._say(hour, type_, force, {"force": force, "incident": incident, **data})
