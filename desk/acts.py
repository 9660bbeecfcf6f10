"""What a message asks, told from its type, its kind and the words of the pack alone; and who is meant by a role."""

from routing.message_types import MESSAGE_TYPES
from routing.pack import Pack
from routing.pack_words import kinds_of


def act_of(pack: Pack, type_: str, kind: str | None) -> str:
    """`Decide: hold a strategy meeting?`: the title of the kind in its pack, else the plainest of its type."""
    own = kinds_of(type_, pack.kinds).get(kind or "")
    if own is not None:
        return own.title
    known = MESSAGE_TYPES.get(type_)
    titles = known.words_of(kind).titles if known else ()
    return next((title for title in titles if "{" not in title), code_in_words(type_))


def role_name(pack: Pack, role: str) -> str:
    """`Service Director`; of a role that the pack does not know, its code in words."""
    known = pack.roles.get(role)
    name = known.name if known else code_in_words(role)
    return name[:1].upper() + name[1:]


def who_is_meant(pack: Pack, role: str, person: str | None) -> str:
    """A role, with the id of its person where one is named."""
    return f"{role_name(pack, role)} ({person})" if person else role_name(pack, role)


def binds_hub(type_: str) -> bool:
    """Whether the limit of such a message is the hub's own, and must never be shown as its reader's."""
    known = MESSAGE_TYPES.get(type_)
    return known is not None and known.binds_hub


def authority_name(authority: str) -> str:
    """The key of an authority as a name: `mfh-borough` as `Mfh Borough`."""
    return authority.replace("-", " ").title()


def code_in_words(code: str) -> str:
    """`child_in_need` as `Child in need`, for a code that nobody has put into words."""
    text = code.replace("_", " ").replace(".", " ").strip()
    return text[:1].upper() + text[1:]
