"""`homeward torture` asks before it breaks what is not its own, and says what it cannot do."""

from click.testing import CliRunner

from homeward.commands.torture import command


def test_it_asks_before_it_makes_faults_in_servers_of_the_user_and_shows_no_password() -> None:
    words = ["--database", "postgresql+asyncpg://hub:secret@db.example/torture", "--kafka", "kafka.example:9092"]
    told = CliRunner().invoke(command, words, input="n\n")
    assert "This makes faults in postgresql+asyncpg://hub:***@db.example/torture and kafka.example:9092." in told.output
    assert told.exit_code == 1


def test_a_database_of_the_user_and_a_postgres_of_its_own_do_not_go_together() -> None:
    told = CliRunner().invoke(command, ["--database", "sqlite://", "--postgres"])
    assert "not both" in told.output
    assert told.exit_code == 2


def test_a_fault_that_does_not_exist_is_told_with_all_that_do() -> None:
    told = CliRunner().invoke(command, ["--only", "earthquake"])
    assert "hub killed" in told.output
    assert "Postgres fails over to a copy" in told.output
    assert told.exit_code == 2
