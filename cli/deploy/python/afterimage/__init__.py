"""Recover deleted photos from Python: the program afterimage, run and read.

    import afterimage

    report = afterimage.scan("card.img", "recovered", progress=lambda event: print(event.fraction))
    for file in report.files:
        print(file.grade, file.path)

This package holds no code that looks for photos: it runs the program, which it finds by ``program=``, by the variable
``AFTERIMAGE_PROGRAM`` or on ``PATH``, and reads what that writes.
"""

from afterimage.commands import carve, find, merge, recover, scan, scan_batch, verify, version
from afterimage.errors import (
    AfterimageError,
    Busy,
    Failed,
    Interrupted,
    Killed,
    NewerReport,
    ProgramError,
    ProgramNotFound,
    ReportError,
    SomeFailed,
)
from afterimage.program import locate
from afterimage.reports import Files, load_batch, load_report, path_of, report_of_image
from afterimage.results import Carved, Difference, Survivor, Survivors, Verification
from afterimage.running import OnProgress, Progress
from afterimage.schema import (
    Batch,
    BatchImage,
    Exif,
    File,
    Issue,
    Lost,
    Range,
    Report,
    Run,
    Source,
    Summary,
    Tool,
    Volume,
)

__all__ = [
    "AfterimageError",
    "Batch",
    "BatchImage",
    "Busy",
    "Carved",
    "Difference",
    "Exif",
    "Failed",
    "File",
    "Files",
    "Interrupted",
    "Issue",
    "Killed",
    "Lost",
    "NewerReport",
    "OnProgress",
    "ProgramError",
    "ProgramNotFound",
    "Progress",
    "Range",
    "Report",
    "ReportError",
    "Run",
    "SomeFailed",
    "Source",
    "Summary",
    "Survivor",
    "Survivors",
    "Tool",
    "Verification",
    "Volume",
    "carve",
    "find",
    "load_batch",
    "load_report",
    "locate",
    "merge",
    "path_of",
    "recover",
    "report_of_image",
    "scan",
    "scan_batch",
    "verify",
    "version",
]
