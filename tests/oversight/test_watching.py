"""What is shipped for Prometheus and Grafana names what there is, and says what is wrong."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from oversight.metrics import Numbers
from telemetry import metrics
from tests.servers import ROOT

pytestmark = pytest.mark.only_on("sqlite")

ALERTS = ROOT / "deploy" / "prometheus-alerts.yml"
SCRAPE = ROOT / "deploy" / "prometheus.yml"
DASHBOARD = ROOT / "deploy" / "grafana-dashboard.json"
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    not PROMTOOL, reason="promtool is not installed; it is in Debian's package prometheus"
)

SUFFIXES = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}
FROM_PROMETHEUS = {"instance", "job", "le"}  # labels
FIRES: dict[str, dict[str, str]] = {  # series that make it fire, as promtool writes values
    "TodoChatNodeIsAway": {'up{job="todo-chat",instance="a"}': "0x60"},
    "TodoChatCannotWork": {'todo_chat_part_up{instance="a",part="migrations"}': "0x60"},
    "TodoChatCacheIsAway": {'todo_chat_part_up{instance="a",part="cache"}': "0x60"},
    "TodoChatClockIsOff": {'todo_chat_part_up{instance="a",part="clock"}': "0x60"},
    "TodoChatTurnsFail": {
        'todo_chat_turns_total{status="failed",code="llm_timeout"}': "0+1x60",
        'todo_chat_turns_total{status="completed",code=""}': "0+9x60",
    },
    "TodoChatAnswersWithErrors": {
        'todo_chat_requests_total{status="503"}': "0+1x60",
        'todo_chat_requests_total{status="200"}': "0+9x60",
    },
    "TodoChatFirstWordIsSlow": {
        'todo_chat_first_word_seconds_bucket{model="gpt",le="10"}': "0+1x60",
        'todo_chat_first_word_seconds_bucket{model="gpt",le="20"}': "0+9x60",
        'todo_chat_first_word_seconds_bucket{model="gpt",le="+Inf"}': "0+9x60",
    },
    "TodoChatTurnsAreSlow": {
        'todo_chat_turn_seconds_bucket{model="gpt",le="30"}': "0+1x60",
        'todo_chat_turn_seconds_bucket{model="gpt",le="60"}': "0+9x60",
        'todo_chat_turn_seconds_bucket{model="gpt",le="+Inf"}': "0+9x60",
    },
    "TodoChatPagesAreSlow": {
        'todo_chat_request_seconds_bucket{method="GET",le="1"}': "0+1x60",
        'todo_chat_request_seconds_bucket{method="GET",le="5"}': "0+9x60",
        'todo_chat_request_seconds_bucket{method="GET",le="+Inf"}': "0+9x60",
    },
    "TodoChatThreadsAreBusy": {
        'todo_chat_threads{instance="a",state="busy"}': "127x60",
        'todo_chat_threads{instance="a",state="idle"}': "1x60",
    },
    "TodoChatConnectionsAreWaitedFor": {
        'todo_chat_waiting{instance="a",reason="connection"}': "3x60"
    },
    "TodoChatTurnsAreDead": {"todo_chat_turns_dead": "1x60"},
    "TodoChatRemindersWait": {"todo_chat_deliveries_due": "5x60"},
    "TodoChatRemindersAreNotDelivered": {
        'todo_chat_deliveries_total{channel="mail",status="waiting"}': "0+2x60",
        'todo_chat_deliveries_total{channel="mail",status="sent"}': "0+1x60",
    },
}
WELL = {
    'up{job="todo-chat",instance="a"}': "1x60",
    'todo_chat_part_up{instance="a",part="database"}': "1x60",
    'todo_chat_part_up{instance="a",part="cache"}': "1x60",
    'todo_chat_turns_total{status="completed",code=""}': "0+99x60",
    'todo_chat_turns_total{status="failed",code="llm_timeout"}': "0+1x60",
    'todo_chat_requests_total{status="200"}': "0+99x60",
    'todo_chat_requests_total{status="429"}': "0+50x60",
    'todo_chat_threads{instance="a",state="busy"}': "60x60",
    'todo_chat_threads{instance="a",state="idle"}': "68x60",
    'todo_chat_waiting{instance="a",reason="connection"}': "0x60",
    "todo_chat_turns_dead": "0x60",
    "todo_chat_turns_open": "60x60",
    "todo_chat_deliveries_due": "0 5 0 7 0 0 0 0 0 3 0",
    'todo_chat_deliveries_total{channel="mail",status="sent"}': "0+9x60",
    'todo_chat_deliveries_total{channel="mail",status="failed"}': "0+1x60",
}


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    return list(group["rules"])


def drawn() -> Iterator[str]:
    """The expressions of the dashboard, for an interval of five minutes."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"].replace("$__rate_interval", "5m").replace("$node", ".*")


def families() -> dict[str, dict[str, set[str]]]:
    """What is told, by family: the names of its samples, and their labels."""
    counted = [each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)]
    told = [(*each.describe(), each._labelnames) for each in counted]
    now = [(each, each.samples[0].labels) for each in Numbers().collect()]
    return {
        family.name: {
            family.name + suffix: {*labels, *FROM_PROMETHEUS} for suffix in SUFFIXES[family.type]
        }
        for family, labels in [*told, *now]
    }


def promtool(*words: str | Path) -> str:
    assert PROMTOOL
    done = subprocess.run([PROMTOOL, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.django_db
def test_each_name_and_label_in_rules_and_dashboard_is_one_that_is_told() -> None:
    told = {name: labels for family in families().values() for name, labels in family.items()}
    for expression in [*drawn(), *(rule["expr"] for rule in rules())]:
        names = set(re.findall(r"todo_chat_\w+", expression))
        assert names <= set(told), expression
        labels = set(re.findall(r"(\w+)(?:=~|!=|=)\"", expression))
        for listed in re.findall(r"(?:by|ignoring) \(([^)]*)\)", expression):
            labels |= set(re.split(r",\s*", listed))
        assert all(labels <= told[name] for name in names), expression


@pytest.mark.django_db
def test_each_number_is_on_the_dashboard() -> None:
    shown = set(re.findall(r"todo_chat_\w+", " ".join(drawn())))

    assert [name for name, samples in families().items() if not shown & set(samples)] == []


def test_panels_of_the_dashboard_lie_beside_each_other() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_each_alert_leads_to_a_place_that_there_is() -> None:
    for rule in rules():
        page, _, place = rule["annotations"]["runbook"].partition("#")
        headings = re.findall(r"^## (.+)$", (ROOT / page).read_text(), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}
        assert place in anchors, rule["alert"]


@needs_promtool
def test_prometheus_takes_the_files(tmp_path: Path) -> None:
    token = tmp_path / "todo-chat.token"
    token.write_text("token")
    shutil.copy(ALERTS, tmp_path / "todo-chat-alerts.yml")
    scrape = SCRAPE.read_text().replace("/etc/prometheus/todo-chat.token", str(token))
    (tmp_path / "prometheus.yml").write_text(scrape)
    as_rules = [
        {"record": f"drawn_{number}", "expr": expression}
        for number, expression in enumerate(drawn())
    ]
    dashboard = tmp_path / "dashboard.yml"
    dashboard.write_text(yaml.safe_dump({"groups": [{"name": "drawn", "rules": as_rules}]}))

    promtool("check", "config", tmp_path / "prometheus.yml")
    promtool("check", "rules", dashboard)


@needs_promtool
def test_each_alert_fires_where_it_should_and_none_where_all_is_well(tmp_path: Path) -> None:
    assert set(FIRES) == {rule["alert"] for rule in rules()}
    cases = [case(series, {name}) for name, series in FIRES.items()] + [case(WELL, set())]
    tests = {"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": cases}
    file = tmp_path / "tests.yml"
    file.write_text(yaml.safe_dump(tests))

    promtool("test", "rules", file)


def case(series: dict[str, str], fires: set[str]) -> dict[str, Any]:
    """After fifty minutes of such series exactly these alerts fire."""
    query = 'count by (alertname) (ALERTS{alertstate="firing"})'
    samples = [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(fires)]
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [{"expr": query, "eval_time": "50m", "exp_samples": samples}],
    }
