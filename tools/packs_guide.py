"""Write the reference of the pack language into docs/packs.md from the docstrings of the code that reads it; with
--check only say whether it is up to date (exit code 1 when it is not). Run it after a condition, an event, a key of a
rule or a message type has changed."""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from episodes.events import Change  # noqa: E402
from homeward.rendering.acts import ACTS  # noqa: E402
from homeward.rendering.events import HAPPENED  # noqa: E402
from homeward.rendering.plain import PLAIN  # noqa: E402
from homeward.scenarios import reading  # noqa: E402
from outbox import directory  # noqa: E402
from routing import conditions, loading, loading_rules, loading_tests, loading_words, naming, periods  # noqa: E402
from routing.checking_words import BEHIND_THE_DOT  # noqa: E402
from routing.closed_lists import DECISIONS, FREE_TEXT  # noqa: E402
from routing.conditions import CONDITIONS, Word  # noqa: E402
from routing.message_types import MESSAGE_TYPES  # noqa: E402
from routing.periods import Period  # noqa: E402
from schemas.inbound import INBOUND  # noqa: E402
from schemas.outbound import OUTBOUND  # noqa: E402
from schemas.part import Part  # noqa: E402

DOCUMENT = ROOT / "docs" / "packs.md"
BEGIN, END = "<!-- language: written by tools/packs_guide.py -->\n", "<!-- end of the language -->"
KEY = re.compile(r"^(\w+): (.*)$")
INTERNAL = re.compile(r" \((?:(?:AMB|T)-\d+(?:, | to | and )?)+\)")
"""References to the working list of the authors, which a reader of the page cannot look up."""
TABLES: Mapping[str, Callable[..., Any]] = {
    "The file": loading._pack,
    "`[source]`": loading._source,
    "`[terms]`": loading._terms,
    "`[calendar]`": loading._calendar,
    "`[words]`": loading_words.load_vocabulary,
    "`[kinds]`": loading_words.kind,
    "`[roles]`": loading_words.role,
    "`from` of a role": loading_words._role_source,
    "`[limits]`": naming.named_limit,
    "`[criteria]`": loading._criterion,
    "A row of a criterion": loading_tests.criterion,
    "`[audiences]`": loading._audience,
    "`[[statuses]]`": loading._status,
    "`[release]`": loading._release,
    "`[[rules]]`": loading_rules.rule,
    "Recipients: `to`, `contact`": loading_rules.target,
    "Instants: `at`, `over`, `before`, `due`, `target`": loading_rules.limit,
    "`[[periodic]]`": loading._periodic,
    "`[clauses]`": loading._clause,
}
BESIDE: Mapping[str, Callable[..., Any]] = {
    "`directory.toml`": directory.load_directory,
    "`[[cover]]` of the directory": directory._cover,
}
"""Each chapter of the language, and the function that reads it. Its docstring says what each key means."""
OF_A_LIST: Mapping[str, str] = {
    "decisions": "a kind of decision, or a kind with a value (`threshold.met`)", "meetings": "a meeting",
    "services": "a service", "documents": "a document", "tasks": "a kind of task", "rules": "a rule",
}  # fmt: skip
"""What may stand behind the dot of an event, where it is a word of the pack."""


def keys(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """The first paragraph of a docstring, and the keys that it explains."""
    lines = inspect.cleandoc(function.__doc__ or "").splitlines()
    end = lines.index("") if "" in lines else len(lines)
    return " ".join(lines[:end]), {key[1]: key[2] for line in lines[end:] if (key := KEY.match(line))}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len([*head])]
    return "\n".join([*lines, *("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in rows)])


def chapter(title: str, function: Callable[..., Any]) -> str:
    text, found = keys(function)
    wanted = required(function)
    rows = ((f"`{key}`", "yes" if key in wanted else "", sentence(meaning)) for key, meaning in found.items())
    return f"### {title}\n\n{text}\n\n{table(('key', 'required', 'meaning'), rows)}\n"


def required(function: Callable[..., Any]) -> set[str]:
    """The keys that a function reads without a default."""
    tree = ast.parse(inspect.getsource(function))
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "attr", "") in ("get", "choice"))
    short = (call.args[0] for call in calls if len(call.args) == 2 and isinstance(call.func, ast.Attribute))
    return {key.value for key in short if isinstance(key, ast.Constant)}


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def named(title: str, words: Mapping[str, str], head: str) -> str:
    return f"### {title}\n\n{table((head, 'meaning'), ((f'`{w}`', sentence(m)) for w, m in words.items()))}\n"


def behind(change: Change) -> str:
    words = BEHIND_THE_DOT.get(change, ())
    return OF_A_LIST[words] if isinstance(words, str) else (", ".join(f"`{word}`" for word in words) or "–")


def events() -> str:
    rows = [(f"`{change}`", sentence(HAPPENED[change]), behind(change)) for change in Change]
    text = (
        "A rule answers an event (`on`). An event also settles a promise (`settled_by`) or lets one move on "
        "(`follows`). Behind a dot may stand which one is meant: `interview.refused`, `meeting.mam`."
    )
    return f"### Events\n\n{text}\n\n{table(('event', 'what has happened', 'behind the dot'), rows)}\n"


def kind_of(hint: Any) -> str:
    """What an argument takes, for a person."""
    if get_origin(hint) is Annotated:
        word = next(a for a in get_args(hint) if isinstance(a, Word))
        shared = {"promises": "rules, types, or types with kind", "tasks": "a kind of task"}
        return f"{word.list} of the `{word.of}`" if word.of else shared.get(word.list, word.list.replace("_", " "))
    if get_origin(hint) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(hint))
    if get_origin(hint) is tuple:
        return kind_of(get_args(hint)[0])
    if options := [h for h in get_args(hint) if h is not type(None)]:
        return kind_of(options[0])
    if isinstance(hint, type) and issubclass(hint, Period):
        return "a limit"
    return {int: "a number, or a limit", bool: "true or false"}[hint]


def condition(name: str) -> tuple[str, str, str]:
    known = CONDITIONS[name]
    arguments = "; ".join(
        f"`{key}`{'' if key in known.required else '?'}: {kind_of(hint)}" for key, hint in known.arguments.items()
    )
    return f"`{name}`", " ".join((known.function.__doc__ or "").split()), arguments or "true or false"


def asked() -> str:
    """The conditions, by the file in which they live."""
    parts = [
        "### Conditions\n\nWhat a rule may ask, under `when` and `unless`. Where the first argument is enough, it may "
        'stand alone: `open_to = "cscs"`. A question mark marks an argument that may be left out; where all may be, '
        f"`false` asks the opposite. There are {len(CONDITIONS)}, and `meets`: the name of a criterion, several names, "
        "or the rows of a criterion that only this place needs.\n"
    ]
    for module in conditions.FILES:
        own = [n for n, known in CONDITIONS.items() if known.function.__module__ == module.__name__]
        about = " ".join((module.__doc__ or "").split()).removeprefix("What a rule may ask ").split(". ")[0].rstrip(".")
        title = about.removeprefix("about ").removeprefix("for ")
        parts.append(f"#### {sentence(title.split(':')[0])}\n")
        parts.append(table(("condition", "asks", "arguments"), (condition(n) for n in own)) + "\n")
    assert PLAIN.keys() <= CONDITIONS.keys()
    return "\n".join(parts)


def about(model: type) -> str:
    """What a message is: the beginning of its docstring."""
    return " ".join(inspect.cleandoc(model.__doc__ or "").split("\n\n")[0].split())


def messages() -> str:
    rows = [(f"`{t}`", about(m), ACTS[t].format_map(_Plain()), settable(t)) for t, m in OUTBOUND.items()]
    text = (
        "What `send` may name, and what a rule may set under `fields`. Each type is described with all its fields by "
        "`homeward docs --serve`."
    )
    head = ("type", "what it is", "in the words of `homeward packs`", "`fields`")
    return f"### Messages\n\n{text}\n\n{table(head, rows)}\n"


def settable(type_: str) -> str:
    """The fields that a rule may set, each with what to."""
    plain = {"bool": "true or false", "date": "a date, by `dated`", "actor": "a role", "text": "text"}
    takes = []
    for name, given in MESSAGE_TYPES[type_].given.items():
        of_the_pack = f"of the pack's {given.what.replace('_', ' ')}"
        words = ", ".join(f"`{word}`" for word in given.words)
        takes.append(f"`{name}`: {words or plain.get(given.what, of_the_pack)}")
    return "; ".join(takes) or "–"


def free() -> str:
    text = (
        "Every other word of a rule is held against a closed list when the pack is loaded. These are not, each for the "
        "reason given:"
    )
    return f"### What stays free text\n\n{text}\n\n{table(('where', 'why'), FREE_TEXT.items())}\n"


def reports() -> str:
    rows = [(f"`{t}`", about(model), ", ".join(f"`{f}`" for f in fields(model))) for t, model in INBOUND.items()]
    text = (
        "What may be reported to the hub, and so what a scenario tells. `homeward docs --serve` describes each report "
        "with all its fields."
    )
    return f"### Reports\n\n{text}\n\n{table(('type', 'what it says', 'fields'), rows)}\n"


def fields(model: type[Part]) -> Iterator[str]:
    """The fields of a report by their names on the wire, without those that every report has."""
    for name, field in model.model_fields.items():
        if name not in ("child", "authority"):
            yield field.alias or name


class _Plain(dict[str, str]):
    def __missing__(self, key: str) -> str:
        plain = {"to": "the recipients", "called": "", "titled": "", "says": "says to the recipients: “…”"}
        return plain.get(key, "…")


def decisions() -> str:
    rows = [(f"`{kind}`", ", ".join(f"`{v}`" for v in values)) for kind, values in DECISIONS.items()]
    return "Every pack has these decisions besides its own:\n\n" + table(("kind", "values"), rows) + "\n"


def language() -> str:
    """The whole reference."""
    lengths = inspect.cleandoc(periods.__doc__ or "")
    parts = [chapter(title, function) for title, function in TABLES.items()]
    at = [*TABLES].index("`[words]`")
    parts[at] += "\n" + decisions()
    at = [*TABLES].index("Instants: `at`, `over`, `before`, `due`, `target`")
    parts[at] += "\n" + named("Anchors: `from`", loading_rules.ANCHORS, "anchor")
    parts += [
        f"### Lengths of time\n\n{lengths}\n",
        named("How often: `once`", loading_rules.ONCE, "word"),
        named("People whom a report names: `named_as`", loading_rules.NAMED_AS, "word"),
        events(),
        asked(),
        messages(),
        free(),
        reports(),
        f"### Scenarios\n\n{inspect.cleandoc(reading.__doc__ or '')}\n",
        *(chapter(title, function) for title, function in BESIDE.items()),
    ]
    return INTERNAL.sub("", "\n".join(parts))


def main(check: bool) -> int:
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    wanted = before + BEGIN + "\n" + language() + "\n" + END + rest.split(END)[1]
    if check:
        return int(wanted != text)
    DOCUMENT.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
