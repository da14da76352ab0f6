"""What the page of a task says of what was found."""

from __future__ import annotations

from typing import Any

import afterimage
from openrelik_worker_common.reporting import MarkdownTable, Priority, Report

from src.names import safe_name


def task_report(reports: list[tuple[str, afterimage.Report]], failed: list[str]) -> dict[str, Any]:
    """Return the report of a task for its page: totals, a table an image, and what could not be done."""
    report = Report("afterimage: recovered photos")
    photos = sum(one.summary.photos for _, one in reports)
    videos = sum(one.summary.videos for _, one in reports)
    images = f"{len(reports)} image{'' if len(reports) == 1 else 's'}"
    report.summary = f"{photos} photos and {videos} videos recovered from {images}"
    if failed:
        report.summary += f"; {len(failed)} could not be scanned"
    report.priority = Priority.MEDIUM if photos + videos else Priority.LOW
    for name, one in reports:
        _image(report, name, one)
    if failed:
        section = report.add_section()
        section.add_header("Not scanned")
        for line in failed:
            section.add_bullet(_plain(line))
    told: dict[str, Any] = report.to_dict()
    return told


def _image(report: Report, name: str, one: afterimage.Report) -> None:
    section = report.add_section()
    section.add_header(_plain(name))
    summary = one.summary
    if summary.recovered:
        table = MarkdownTable(["format", "grade", "files", "bytes"])
        for row in summary.recovered:
            table.add_row([row.format, row.grade, str(row.files), str(row.bytes)])
        section.add_table(table)
    section.add_paragraph(
        f"{summary.photos} photos and {summary.videos} videos recovered, {summary.live} still there and only listed, "
        f"{summary.copies} copies."
    )
    for line in filter(None, [one.incomplete, *one.notes]):
        section.add_bullet(_plain(line))


def _plain(text: str) -> str:
    """A text that is no markup, whatever is in it."""
    line = safe_name(text.replace("/", "\u2215").replace("\\", "\u2215"), "?").replace("\u2215", "/")
    return "".join(f"\\{mark}" if mark in "*_[]<>#" else mark for mark in line)
