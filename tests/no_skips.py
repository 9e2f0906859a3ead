"""A pytest plugin: no test is skipped without a word.

Where CI is set it is a failure, since nobody counts them there.
"""

import os
from collections.abc import Generator

import pytest

WHY = "Skipped, which CI does not accept: "


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for all tests that something is missing for."""
    for reason in sorted({report.longrepr[2] for report in terminalreporter.getreports("skipped")}):
        terminalreporter.write_line(reason, yellow=True, bold=True)


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"{WHY}{report.longrepr}"
