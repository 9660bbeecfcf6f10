"""`homeward feeds`: how often each topic is heard, and which are silent. What is learnt is told in
`intake.listening`."""

from typing import TYPE_CHECKING

import click

from homeward.commands.database import on_database

if TYPE_CHECKING:
    from datetime import datetime

    from store.listening import FeedHour, FeedState

_database = click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@click.group()
def command() -> None:
    """Show how often each feed is heard, and which are silent for longer than is usual.

    \b
    Examples:
      homeward feeds list
      homeward feeds week police.xx.notifications.v1
      homeward feeds forget police.xx.notifications.v1
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@_database
def list_(as_json: bool, database: str | None) -> None:
    """List the topics that are listened to.

    Each line gives the topic, when it was last heard, how often it should have been heard since, how likely such a
    silence is by chance, and whether the operator was told of it.

    \b
    Examples:
      homeward feeds list
      homeward feeds list --json
    """
    import json

    from homeward import clock
    from homeward.commands.tables import print_table
    from intake.listening import by_chance

    states, now = on_database(database, lambda transaction: transaction.feed_states()), clock.now()
    if as_json:
        told = [
            {
                "topic": state.feed,
                "since": state.since.isoformat(),
                "heard_at": state.heard_at.isoformat() if state.heard_at else None,
                "expected": round(state.expected, 3),
                "by_chance": round(by_chance(state), 6),
                "silent_since": state.quiet_since.isoformat() if state.quiet_since else None,
            }
            for state in states
        ]
        click.echo(json.dumps(told, indent=2))
    elif states:
        heading = ("topic", "last heard", "expected since", "by chance", "")
        print_table([heading, *(_line(state, now) for state in states)])
    else:
        click.echo("No feed has been heard yet. The hub looks every five minutes.", err=True)


def _line(state: "FeedState", now: "datetime") -> tuple[str, ...]:
    from intake.listening import LEARNS, by_chance

    heard = f"{state.heard_at:%Y-%m-%d %H:%M}Z" if state.heard_at else "never"
    standing = "silent" if state.quiet_since else "learning" if now - state.since < LEARNS else ""
    return state.feed, heard, f"{state.expected:.1f}", f"{by_chance(state):.1%}", standing


@command.command()
@click.argument("topic")
@_database
def week(topic: str, database: str | None) -> None:
    """Show how often a topic is heard in each hour of the week, London time.

    What counts is whether it brought anything in five minutes, so 12 is the most. `-` is an hour that has not been
    listened to yet.

    \b
    Examples:
      homeward feeds week police.xx.notifications.v1
    """
    from homeward.commands.tables import print_table
    from schemas.topics import one_spelling

    hours = on_database(database, lambda transaction: transaction.week_of_feed(one_spelling(topic)))
    if not hours:
        raise click.ClickException(f"Nothing is known of {topic}. See: homeward feeds list")
    known = {hour.hour: hour for hour in hours}
    rows = [(day, *(_rate(known.get(number * 24 + hour)) for hour in range(24))) for number, day in enumerate(_DAYS)]
    print_table([("", *(f"{hour:02}" for hour in range(24))), *rows])


def _rate(hour: "FeedHour | None") -> str:
    return f"{hour.heard / hour.listened:.1f}" if hour and hour.listened else "-"


@command.command()
@click.argument("topic")
@_database
def forget(topic: str, database: str | None) -> None:
    """Forget what was learnt of a topic, such as after its sender has changed how it works. The hub learns it anew.

    \b
    Examples:
      homeward feeds forget police.xx.notifications.v1
    """
    from schemas.topics import one_spelling

    if not on_database(database, lambda transaction: transaction.forget_feed(one_spelling(topic))):
        raise click.ClickException(f"Nothing is known of {topic}. See: homeward feeds list")
    click.echo(f"{topic} is forgotten. The hub learns it anew.")
