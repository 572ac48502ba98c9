"""Rules, alerts and dashboards are valid, do what they say, and speak only of figures that the services show."""

import json
import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

PROJECT = Path(__file__).resolve().parents[2]
PROMETHEUS = PROJECT / "deploy/prometheus"
DASHBOARD = PROJECT / "deploy/grafana/dashboards/store.json"
RULES = sorted((PROMETHEUS / "rules").glob("*.yml"))
MODULES = sorted(file.parent.name for file in (PROJECT / "services").glob("*/metrics.py"))

# what Prometheus adds to each of our series, and to what rules make of them
ADDED = {"job", "instance", "process", "le"}
SELECTOR = re.compile(r"\b(store_[a-z0-9_]+)(?:\{([^}]*)\})?")
RECORDED = re.compile(r"\bstore:[a-z0-9_]+:[a-z0-9_]+")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
GROUPED = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)")
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=PROMETHEUS, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shown() -> dict[str, set[str]]:
    """Every series that the services show, with its labels."""
    series: dict[str, set[str]] = {}
    for module in MODULES:
        for figure in vars(import_module(f"services.{module}.metrics")).values():
            if isinstance(figure, MetricWrapperBase):
                for suffix in SUFFIXES[figure._type]:
                    series[figure._name + suffix] = set(figure._labelnames)
    return series


def rules() -> list[dict[str, Any]]:
    return [rule for file in RULES for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


def expressions() -> Iterator[tuple[str, str]]:
    """Where an expression stands, and the expression."""
    for rule in rules():
        yield rule.get("alert") or rule["record"], rule["expr"]
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


ALERTS = [rule for rule in rules() if "alert" in rule]


def test_b14_rules_and_configuration_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_ID", "S001")
    run("promtool", "check", "rules", *map(str, RULES))
    run("promtool", "check", "config", "prometheus.yml")


def test_b14_every_alert_fires_where_it_should_and_stays_quiet_where_it_should() -> None:
    tests = sorted((PROMETHEUS / "tests").glob("*.yml"))
    run("promtool", "test", "rules", *map(str, tests))
    tried = [case["alert_rule_test"][0] for t in tests for case in _cases(t) if "alert_rule_test" in case]
    fires = {case["alertname"] for case in tried if case["exp_alerts"]}
    quiet = {case["alertname"] for case in tried if not case["exp_alerts"]}
    assert fires == quiet == {alert["alert"] for alert in ALERTS}


def _cases(file: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = yaml.safe_load(file.read_text())["tests"]
    return cases


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_b14_every_alert_says_what_is_so_what_to_do_and_where_to_read(alert: dict[str, Any]) -> None:
    words = alert["annotations"]
    assert alert["labels"]["severity"] in {"warning", "critical"}
    assert words["summary"].endswith(".")
    assert words["action"].endswith(".")
    assert words["runbook_url"] == f"deploy/runbooks/{alert['alert']}.md"
    runbook = (PROJECT / words["runbook_url"]).read_text()
    assert runbook.startswith(f"# {alert['alert']}\n")
    assert all(part in runbook for part in ("**What it means.**", "**Look**", "**Do**"))


def test_b14_no_runbook_is_about_an_alert_that_is_gone() -> None:
    runbooks = {file.stem for file in (PROJECT / "deploy/runbooks").glob("*.md")}
    assert {name for name in runbooks if name[0].isupper()} == {alert["alert"] for alert in ALERTS}


@pytest.mark.parametrize(("where", "expression"), list(expressions()), ids=lambda part: part[:40])
def test_b14_every_figure_that_is_asked_for_is_shown(where: str, expression: str) -> None:
    series = shown()
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    assert set(RECORDED.findall(expression)) <= recorded
    labels = set(ADDED)
    for name, given in SELECTOR.findall(expression):
        assert name in series, f"{where}: nobody shows {name}"
        wanted = set(LABEL.findall(given))
        assert wanted <= series[name] | ADDED, f"{where}: {name} has no label {wanted - series[name]}"
        labels |= series[name]
    if "store_" in expression:
        grouped = {word.strip() for part in GROUPED.findall(expression) for word in part.split(",") if word.strip()}
        assert grouped <= labels, f"{where}: nothing here has a label {grouped - labels}"


def test_b14_every_expression_of_the_dashboard_can_be_evaluated(tmp_path: Path) -> None:
    asked = [e.replace("$__rate_interval", "5m") for _, e in expressions()]
    group = {"name": "all", "rules": [{"record": f"one:{n}", "expr": e} for n, e in enumerate(asked)]}
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [group]}))
    run("promtool", "check", "rules", str(file))


def test_b14_the_dashboard_and_its_source_are_provisioned() -> None:
    provisioning = PROJECT / "deploy/grafana/provisioning"
    [source] = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"]
    [provider] = yaml.safe_load((provisioning / "dashboards/store.yml").read_text())["providers"]
    dashboard = json.loads(DASHBOARD.read_text())
    assert provider["options"]["path"] == "/etc/grafana/dashboards"
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"] if "datasource" in panel} == {source["uid"]}
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_b14_figures_are_named_as_prometheus_names_them() -> None:
    for name in shown():
        assert re.fullmatch(r"store_[a-z0-9_]+", name)
        assert not name.endswith(("_ms", "_milliseconds", "_minutes", "_hours", "_kb", "_mb"))
