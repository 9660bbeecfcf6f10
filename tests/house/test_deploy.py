"""What is shipped for running a hub: alert rules, dashboard, manifests, units. Each metric in them exists, each alert
has its page, and the manifests are what Kubernetes takes."""

import json
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY, CollectorRegistry

from homeward.health.board import Board
from homeward.health.gauges import Gauges
from homeward.hub import Hub
from homeward.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
RULES = yaml.safe_load((DEPLOY / "prometheus/homeward.rules.yml").read_text())["groups"][0]["rules"]
PANELS = json.loads((DEPLOY / "grafana/homeward.json").read_text())["panels"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [t["expr"] for panel in PANELS for t in panel["targets"]]
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
RESOURCES = [each for path in MANIFESTS for each in yaml.safe_load_all(path.read_text())]
FULL = {
    "ready": True, "checks": {"database": True}, "faults": {}, "since": {}, "unread": {"police.xx/0": 1},
    "positions": {"police.xx/0": 7}, "committed": {"police.xx/0": 7}, "channels": ["mail"],
    "deliveries_by_channel": {}, "oldest_delivery": 0,
    "waiting": [{"channel": "mail", "urgency": "immediate", "rows": 1, "seconds": 1}],
    "channels_away": {}, "pauses": 1, "unsent_answers": 1, "oldest_unsent_answer": 1, "quarantined": 1,
    "feed_age": {"nottinghamshire": 1},
    "feeds": {"police.xx.notifications.v1": {"heard": 60, "expected": 0.5, "silent": False}},
    "canaries": {"nottinghamshire": {"absent": False, "seconds": 5, "stages": {"sent": True}}},
    "bounces": {"age": 1, "left": 0}, "sealed_age": 30, "root_waits": {"stamp": 60}, "shard_owners": {"0": "host-1"},
    "purge_age": {"reports": 1},
    "quarantined_by_reason": {"unreadable": 1}, "register_age": {"nottinghamshire": 1}, "shards": 16,
    "timers": {"standing": 1, "overdue": 0, "set_aside": 0, "greatest_delay": 0},
}  # fmt: skip


def served() -> set[str]:
    """The names of all samples that a hub serves."""
    assert Hub  # with it come the modules that count
    board, registry = Board(), CollectorRegistry()
    board.show(FULL)
    registry.register(Gauges(board))
    families = [*registry.collect(), *REGISTRY.collect()]
    suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
    return {f.name + suffix for f in families for suffix in suffixes.get(f.type, [""])}


def metrics_of(expression: str) -> set[str]:
    return {*re.findall(r"\b(?:homeward|process|python)_[a-z_]+", promql_parser.parse(expression).prettify())}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_each_metric_of_an_alert_or_a_panel_is_served(expression: str) -> None:
    named = metrics_of(expression)
    assert named
    assert named <= served()


def test_each_metric_in_the_docs_is_served_and_each_of_the_hub_is_in_the_docs() -> None:
    documented = {*re.findall(r"`(homeward_[a-z_]+)", (ROOT / "docs/monitoring.md").read_text())}
    short = {re.sub(r"_(bucket|sum|count)$", "", name) for name in served() if name.startswith("homeward_")}
    assert documented == short


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_each_alert_has_a_runbook_that_names_it_and_begins_with_the_doctor(rule: dict[str, Any]) -> None:
    page = (ROOT / rule["annotations"]["runbook"]).read_text()
    first = page.split("\n\n")[1]
    assert f"`{rule['alert']}`" in first
    assert "`homeward doctor`" in first
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## What it means", "## What a child stands to lose", "## What to do",
    ]  # fmt: skip
    assert rule["labels"]["severity"] in ("page", "ticket")


def test_each_runbook_belongs_to_an_alert() -> None:
    assert {rule["annotations"]["runbook"] for rule in RULES} == {
        str(path.relative_to(ROOT)) for path in (ROOT / "docs/runbooks").glob("*.md")
    }


@pytest.mark.parametrize("manifest", RESOURCES, ids=lambda m: f"{m['kind']} {m['metadata']['name']}")
def test_each_manifest_is_one_that_kubernetes_takes(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_the_settings_of_the_manifests_and_units_are_settings_of_the_hub() -> None:
    known = {f"HOMEWARD_{name.upper()}" for name in Settings.model_fields}
    texts = [path.read_text() for path in [*MANIFESTS, *(DEPLOY / "systemd").glob("*.service")]]
    named = {name for text in texts for name in re.findall(r"\bHOMEWARD_[A-Z_]+", text)}
    assert named
    assert named - {"HOMEWARD_SECRETS_DIR"} <= known
